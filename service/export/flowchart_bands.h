// Which strip along a flowchart each node stands in. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_FLOWCHART_BANDS_H_
#define METAPOWERS_SERVICE_EXPORT_FLOWCHART_BANDS_H_

#include <cstddef>
#include <vector>

#include "service/export/flowchart.h"

namespace metapowers::exporting {

struct FlowchartBands {
  size_t count = 0;
  std::vector<int> of_node;
  std::vector<int> of_group;       // for what stands in it and in no group inside
  std::vector<int> last_of_group;  // of it and of those inside, whose bands follow its own
  std::vector<int> heights;        // by group: levels of groups inside
};

// One band for each group and the last for nodes outside of all. Where there is one group alone, those that stand
// before or behind all its nodes share its band.
FlowchartBands BandNodes(const Flowchart& chart, const std::vector<int>& ranks);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_FLOWCHART_BANDS_H_
