// How far along a flowchart each node stands. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_FLOWCHART_RANKS_H_
#define METAPOWERS_SERVICE_EXPORT_FLOWCHART_RANKS_H_

#include <vector>

#include "service/export/flowchart.h"

namespace metapowers::exporting {

struct FlowchartRanks {
  std::vector<int> ranks;      // by node, from 0
  std::vector<bool> reversed;  // by edge: it closes a circle, and stands against the others
};

// Each arrow that is not reversed leads to a higher rank. Nodes without arrows are spread over all ranks; those outside
// of all groups that only send come before the groups, those that only receive behind them.
FlowchartRanks RankNodes(const Flowchart& chart);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FLOWCHART_RANKS_H_
