#include "service/commands/resilience_tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/exercises.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::TargetVerdict;

// Kinds of loss that resilience is about.
constexpr model::v1::RiskKind kKinds[] = {model::v1::RISK_KIND_AVAILABILITY, model::v1::RISK_KIND_THIRD_PARTY,
                                          model::v1::RISK_KIND_OPERATIONAL, model::v1::RISK_KIND_SAFETY};

std::string ShareOf(int part, int whole) {
  if (whole == 0) return "none to measure";
  return absl::StrCat(100 * part / whole, "% (", part, " of ", whole, ")");
}

template <class Rows, class Counts>
std::string ShareOfRows(const Rows& rows, const Counts& counts) {
  return ShareOf(static_cast<int>(std::count_if(rows.begin(), rows.end(), counts)), static_cast<int>(rows.size()));
}

std::string ValueOf(const Input& input, const Recovery& recovery, const Continuity& continuity,
                    const std::string& metric) {
  if (metric == "single-points") return absl::StrCat(input.facts.single_points().size());
  if (metric == "in-time") {
    return ShareOfRows(recovery.restoration.steps(),
                       [](const auto& step) { return step.verdict == TargetVerdict::kMet; });
  }
  if (metric == "three-two-one") {
    return ShareOfRows(recovery.stores, [](const auto& store) { return store.three_two_one(); });
  }
  if (metric == "tested") {
    int tested = 0, declared = 0;
    for (const analysis::StoreBackup& store : recovery.stores) {
      declared += store.declared ? 1 : 0;
      const bool proven = store.declared && !store.never_tested && !store.test_late;
      tested += proven && store.test_in_time == TargetVerdict::kMet ? 1 : 0;
    }
    return ShareOf(tested, declared);
  }
  if (metric == "procedures") {
    return ShareOfRows(input.model.proto().recovery().procedures(), [&input](const auto& procedure) {
      return analysis::StateOf(input.model, procedure) == analysis::ProcedureState::kTested;
    });
  }
  if (metric == "suppliers") {
    return ShareOfRows(continuity.suppliers,
                       [](const auto& each) { return !each.supplier->outage_procedure().empty(); });
  }
  return ShareOfRows(analysis::Exercises(input.model),
                     [](const auto& fact) { return fact.state == analysis::ExerciseState::kOnTime; });
}

bool Serves(const model::v1::RiskCategory& category) {
  return std::find(std::begin(kKinds), std::end(kKinds), category.kind()) != std::end(kKinds);
}

void AddThreshold(const Input& input, const model::v1::RiskCategory& category, const model::v1::Threshold& threshold,
                  pb::AppetiteRow& row) {
  row.set_category(category.name());
  row.set_appetite(Label(category.appetite()));
  row.set_metric(threshold.metric());
  row.set_tolerance(Amount(threshold.tolerance(), threshold.unit()));
  row.set_limit(Amount(threshold.limit(), threshold.unit()));
  const bool computed = threshold.fact() != model::v1::THRESHOLD_METRIC_UNSPECIFIED;
  row.set_verdict("not known");
  if (!computed && !threshold.has_current()) return;
  const double value = computed ? static_cast<double>(input.facts.Metric(threshold.fact()).value) : threshold.current();
  const bool least = threshold.direction() == model::v1::THRESHOLD_DIRECTION_AT_LEAST;
  const auto beyond = [&](double bound) { return least ? value < bound : value > bound; };
  row.set_current(Amount(value, threshold.unit()));
  row.set_verdict(beyond(threshold.limit())       ? "over the limit"
                  : beyond(threshold.tolerance()) ? "over the tolerance"
                                                  : "within");
}

void AddThresholds(const Input& input, pb::ResilienceImprovementResult& result) {
  for (const model::v1::RiskCategory& category : input.model.proto().risk_appetite().categories()) {
    if (!Serves(category)) continue;
    for (const model::v1::Threshold& threshold : category.thresholds())
      AddThreshold(input, category, threshold, *result.add_thresholds());
  }
}

void AddGoals(const Input& input, pb::ResilienceImprovementResult& result) {
  for (const model::v1::StrategicGoal& goal : input.model.proto().risk_appetite().goals()) {
    pb::GoalRow row;
    for (const std::string& id : goal.categories()) {
      const auto* category = input.model.Find<model::v1::RiskCategory>(id);
      if (category != nullptr && Serves(*category)) row.add_categories(category->name());
    }
    if (row.categories().empty()) continue;
    row.set_goal(goal.goal());
    row.set_due(goal.due());
    row.set_owner(RoleTitle(input.model, goal.owner()));
    *result.add_goals() = std::move(row);
  }
}

void AddPolicies(const Input& input, pb::ResilienceImprovementResult& result) {
  for (const model::v1::Policy& policy : input.model.proto().policies()) {
    if (policy.area() != model::v1::POLICY_AREA_BUSINESS_CONTINUITY &&
        policy.area() != model::v1::POLICY_AREA_THIRD_PARTY) {
      continue;
    }
    pb::PolicyRow& row = *result.add_policies();
    row.set_title(policy.title());
    row.set_owner(RoleTitle(input.model, policy.owner()));
    row.set_status(Label(policy.status()));
    if (policy.last_reviewed().empty() || !policy.has_review_interval_months()) continue;
    const absl::CivilDay next = AddMonths(model::ToCivilDay(policy.last_reviewed()), policy.review_interval_months());
    row.set_next_review(absl::StrCat(
        model::FormatDate(next),
        next < input.model.as_of() ? absl::StrCat(", ", InDays(input.model.as_of() - next), " late") : ""));
  }
}

}  // namespace

void AddMetrics(const Input& input, const Recovery& recovery, const Continuity& continuity,
                google::protobuf::RepeatedPtrField<pb::ResilienceMetricRow>& out) {
  for (const kb::ResilienceMetric& metric : knowledge::RecoveryRules().metrics()) {
    pb::ResilienceMetricRow& row = *out.Add();
    row.set_name(metric.name());
    row.set_formula(metric.formula());
    row.set_value(ValueOf(input, recovery, continuity, metric.id()));
    row.set_target(metric.target());
    row.set_decision(metric.decision());
    row.set_owner(OwnerOf(input.model, metric.owners()));
  }
}

void AddStrategy(const Input& input, pb::ResilienceImprovementResult& result) {
  AddThresholds(input, result);
  AddGoals(input, result);
  AddPolicies(input, result);
}

}  // namespace metapowers::commands
