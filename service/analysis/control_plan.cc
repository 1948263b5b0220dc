#include "service/analysis/control_plan.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace metapowers::analysis {

namespace {

using model::v1::PostureState;

// How much of `levels` is still to be gained.
int Remaining(int levels, PostureState state) {
  switch (state) {
    case model::v1::POSTURE_STATE_IMPLEMENTED:
    case model::v1::POSTURE_STATE_NOT_APPLICABLE:
      return 0;
    case model::v1::POSTURE_STATE_PARTIAL:
      return levels - levels / 2;
    default:
      return levels;
  }
}

}  // namespace

RiskScore ScoreWith(const Threat& threat, absl::string_view control) {
  RiskScore score = threat.scores.current;
  for (const ControlOnThreat& each : threat.controls) {
    if (each.row->control() != control) continue;
    score.likelihood -= Remaining(each.row->likelihood(), each.posture->state);
    score.impact -= Remaining(each.row->impact(), each.posture->state);
  }
  return OnGrid(std::max(score.likelihood, 1), std::max(score.impact, 1));
}

std::vector<PlannedControl> PlanControls(const Threats& threats) {
  std::map<std::string, PlannedControl> by_key;
  absl::flat_hash_map<const knowledge::v1::SecurityControl*, PlannedControl*> plans_of;
  absl::flat_hash_set<std::pair<PlannedControl*, const google::protobuf::Message*>> counted;  // with the element
  for (const Threat* threat : threats.Prioritised()) {
    for (const ControlOnThreat& each : threat->controls) {
      const PostureState state = each.posture->state;
      if (state == model::v1::POSTURE_STATE_IMPLEMENTED || state == model::v1::POSTURE_STATE_NOT_APPLICABLE) continue;
      PlannedControl*& plan = plans_of[each.control];
      if (plan == nullptr) plan = &by_key[each.row->control()];
      plan->control = each.control;
      plan->threats.push_back(threat);
      plan->points += threat->scores.current.product() - ScoreWith(*threat, each.row->control()).product();
      if (plan->due.empty() || *threat->due < plan->due) plan->due = *threat->due;
      if (!counted.insert({plan, threat->element.message}).second) continue;
      plan->elements.push_back(threat->element_id());
      plan->teams.insert(*threat->team);
      ++plan->states[state];
    }
  }
  std::vector<PlannedControl> plans;
  for (auto& [key, plan] : by_key) {
    std::sort(plan.elements.begin(), plan.elements.end());
    plan.elements.erase(std::unique(plan.elements.begin(), plan.elements.end()), plan.elements.end());
    plans.push_back(std::move(plan));
  }
  std::stable_sort(plans.begin(), plans.end(),
                   [](const PlannedControl& a, const PlannedControl& b) { return a.points > b.points; });
  return plans;
}

}  // namespace metapowers::analysis
