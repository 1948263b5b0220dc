#include "service/analysis/improvement_rank.h"

#include <algorithm>

#include "service/analysis/control_plan.h"

namespace metapowers::analysis {
namespace {

// The lowest product with this severity at likelihood 3, else above it.
int PointsOf(model::v1::Severity severity) {
  for (const int likelihood : {3, 4, 5}) {
    for (int impact = 1; impact <= 5; ++impact) {
      const RiskScore score = OnGrid(likelihood, impact);
      if (score.severity == severity) return score.product();
    }
  }
  return OnGrid(1, 1).product();
}

}  // namespace

RiskRemoval::RiskRemoval(const Threats& threats) {
  for (const Threat& threat : threats.all()) {
    if (threat.open()) open_[threat.element_id()].push_back(&threat);
  }
}

int RiskRemoval::Points(absl::string_view element, absl::string_view control, model::v1::Severity severity) const {
  int points = 0;
  const auto found = open_.find(element);
  if (found != open_.end() && !control.empty()) {
    for (const Threat* threat : found->second) {
      const bool lowers = std::any_of(threat->controls.begin(), threat->controls.end(),
                                      [&](const ControlOnThreat& each) { return each.control->id() == control; });
      if (lowers) points += threat->scores.current.product() - ScoreWith(*threat, control).product();
    }
  }
  return points > 0 ? points : PointsOf(severity);
}

int EffortDays(knowledge::v1::Effort effort) {
  switch (effort) {
    case knowledge::v1::EFFORT_SMALL:
      return 2;
    case knowledge::v1::EFFORT_MEDIUM:
      return 10;
    default:
      return 30;
  }
}

}  // namespace metapowers::analysis
