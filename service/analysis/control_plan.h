// What to put in place: the controls that open threats lack, each with where it is missing and what it takes away.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CONTROL_PLAN_H_
#define METAPOWERS_SERVICE_ANALYSIS_CONTROL_PLAN_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "service/analysis/threats.h"

namespace metapowers::analysis {

struct PlannedControl {
  const knowledge::v1::SecurityControl* control = nullptr;
  std::vector<const Threat*> threats;             // open ones that it lowers, worst first
  std::vector<std::string> elements;              // where it is not in place, sorted
  std::map<model::v1::PostureState, int> states;  // of those elements
  std::set<std::string> teams;                    // ids
  // Likelihood times impact that it takes away with nothing else changed, over those threats.
  int points = 0;
  std::string due;  // earliest of the threats'
};

// The score of a threat with this control in place and all others as they are.
RiskScore ScoreWith(const Threat& threat, absl::string_view control);

// Most points first, then by key of the control. Controls that take nothing away on their own come last.
std::vector<PlannedControl> PlanControls(const Threats& threats);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CONTROL_PLAN_H_
