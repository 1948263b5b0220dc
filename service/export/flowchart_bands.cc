#include "service/export/flowchart_bands.h"

#include <algorithm>

namespace metapowers::exporting {
namespace {

// Gives the groups inside `parent` their bands.
void NumberGroups(const Flowchart& chart, int parent, FlowchartBands& bands) {
  for (size_t g = 0; g < chart.groups.size(); ++g) {
    if (chart.groups[g].parent != parent) continue;
    bands.of_group[g] = static_cast<int>(bands.count++);
    NumberGroups(chart, static_cast<int>(g), bands);
    bands.last_of_group[g] = static_cast<int>(bands.count) - 1;
  }
}

// Whether nodes of groups stand both at or before, and at or behind, a rank.
bool IsAmongGroups(const Flowchart& chart, const std::vector<int>& ranks, int rank) {
  bool before = false, behind = false;
  for (size_t node = 0; node < chart.nodes.size(); ++node) {
    if (chart.nodes[node].group < 0) continue;
    before |= ranks[node] <= rank;
    behind |= ranks[node] >= rank;
  }
  return before && behind;
}

}  // namespace

FlowchartBands BandNodes(const Flowchart& chart, const std::vector<int>& ranks) {
  FlowchartBands bands;
  bands.of_group.assign(chart.groups.size(), 0);
  bands.last_of_group = bands.heights = bands.of_group;
  NumberGroups(chart, -1, bands);
  for (size_t g = chart.groups.size(); g-- > 0;) {
    if (chart.groups[g].parent < 0) continue;
    int& outer = bands.heights[static_cast<size_t>(chart.groups[g].parent)];
    outer = std::max(outer, bands.heights[g] + 1);
  }
  const int loose = static_cast<int>(bands.count++);
  for (size_t node = 0; node < chart.nodes.size(); ++node) {
    const int group = chart.nodes[node].group;
    if (group >= 0) {
      bands.of_node.push_back(bands.of_group[static_cast<size_t>(group)]);
    } else {
      const bool shares = chart.groups.size() == 1 && !IsAmongGroups(chart, ranks, ranks[node]);
      bands.of_node.push_back(shares ? 0 : loose);
    }
  }
  return bands;
}

}  // namespace metapowers::exporting
