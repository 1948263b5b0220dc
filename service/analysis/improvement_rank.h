// What closing a gap takes away, and how that compares with its effort. Pure.
//
//   removed   over the open threats on the element that the control of the gap lowers: likelihood times impact now less
//             likelihood times impact with that control in place and all others as they are. Of a gap that lowers no
//             open threat: what the register counts for its severity, the lowest product of the grid at likelihood 3
//   days      2 for a small effort, 10 for a medium, 30 for a large one: the most that small and medium stand for, and
//             three times a medium for what takes longer
#ifndef METAPOWERS_SERVICE_ANALYSIS_IMPROVEMENT_RANK_H_
#define METAPOWERS_SERVICE_ANALYSIS_IMPROVEMENT_RANK_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

// Immutable; refers to the threats, which outlive it.
class RiskRemoval {
 public:
  explicit RiskRemoval(const Threats& threats);

  // Points of a gap of this severity on the element; see the rules above. `control` may be empty.
  int Points(absl::string_view element, absl::string_view control, model::v1::Severity severity) const;

 private:
  std::map<std::string, std::vector<const Threat*>, std::less<>> open_;  // by element, as the model calls it now
};

int EffortDays(knowledge::v1::Effort effort);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_IMPROVEMENT_RANK_H_
