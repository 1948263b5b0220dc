// Who stops when whom stops, and in which order to restore. Only hard dependencies count: an unset dependency
// is a question, and a source works on without what is soft, asynchronous or not needed.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DEPENDENCIES_H_
#define METAPOWERS_SERVICE_ANALYSIS_DEPENDENCIES_H_

#include <algorithm>
#include <vector>

#include "service/analysis/graph.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

struct Dependencies {
  explicit Dependencies(const Topology& topology)
      : stopped_by(topology.dependents()), order(OrderAfterTargets(topology.depends_on())) {
    for (std::vector<int>& group : StronglyConnected(topology.depends_on())) {
      if (group.size() > 1) cycles.push_back(std::move(group));
    }
    std::sort(cycles.begin(), cycles.end());
  }

  Reachability stopped_by;               // from a component to all that stop when it stops
  std::vector<int> order;                // see Facts::restoration_order()
  std::vector<std::vector<int>> cycles;  // each sorted, in order of their smallest
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DEPENDENCIES_H_
