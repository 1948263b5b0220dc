#include "service/commands/govern/risk_appetite.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/thresholds.h"
#include "service/commands/held_roles.h"
#include "service/commands/open_questions.h"
#include "service/commands/wording.h"
#include "service/model/model.h"

namespace metapowers::commands::govern {

namespace pb = security::govern::v1;
using analysis::ThresholdState;
using model::v1::AcceptanceAuthority;
using model::v1::RiskCategory;
using model::v1::Role;
using model::v1::Threshold;

namespace {

constexpr size_t kNamedThreats = 3;

bool AtLeast(const Threshold& threshold) { return threshold.direction() == model::v1::THRESHOLD_DIRECTION_AT_LEAST; }

pb::ThresholdVerdict VerdictOn(ThresholdState state) {
  switch (state) {
    case ThresholdState::kNotMeasured:
      return pb::THRESHOLD_VERDICT_NOT_MEASURED;
    case ThresholdState::kWithinTolerance:
      return pb::THRESHOLD_VERDICT_WITHIN_TOLERANCE;
    case ThresholdState::kOverTolerance:
      return pb::THRESHOLD_VERDICT_OVER_TOLERANCE;
    case ThresholdState::kOverLimit:
      return pb::THRESHOLD_VERDICT_OVER_LIMIT;
  }
  return pb::THRESHOLD_VERDICT_UNSPECIFIED;
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input), model_(input.model), appetite_(input.model.proto().risk_appetite()) {}

  pb::RiskAppetiteResult Build() {
    result_.set_system(model_.proto().name());
    result_.set_organization(model_.proto().organization().name());
    result_.set_as_of(model::FormatDate(model_.as_of()));
    AddStatement();
    AddCategories();
    AddAuthorities();
    AddGoals();
    for (const v1::Question& question :
         QuestionsOn(model_, {"RiskAppetite", "RiskCategory", "Threshold", "AcceptanceAuthority", "StrategicGoal"})) {
      *result_.add_questions() = question;
    }
    CountRows();
    return std::move(result_);
  }

 private:
  // Templates need to know whether a list is empty before they print its head.
  void CountRows() {
    result_.set_category_count(result_.categories_size());
    result_.set_threshold_count(result_.thresholds_size());
    result_.set_over_limit_count(result_.over_limit_size());
    result_.set_over_tolerance_count(result_.over_tolerance_size());
    result_.set_authority_count(result_.authorities_size());
    result_.set_uncovered_level_count(result_.levels_without_authority_size());
    result_.set_goal_count(result_.goals_size());
    result_.set_unlinked_category_count(result_.categories_without_goal_size());
    result_.set_question_count(result_.questions_size());
  }

  void AddStatement() {
    result_.set_statement(appetite_.statement());
    result_.set_owner(RoleTitle(model_, appetite_.owner()));
    result_.set_approved_on(appetite_.approved_on());
    if (!appetite_.approved_on().empty() && appetite_.has_review_interval_months()) {
      const absl::CivilDay next =
          AddMonths(model::ToCivilDay(appetite_.approved_on()), appetite_.review_interval_months());
      result_.set_next_review(model::FormatDate(next));
      result_.set_review_overdue_days(std::max<int>(0, static_cast<int>(model_.as_of() - next)));
    }
    const model::v1::PolicyParameters& parameters = model_.proto().policy_parameters();
    if (parameters.has_risk_review_days()) result_.set_register_review(InDays(parameters.risk_review_days()));
    const Role* keeper =
        FindRole(model_, {model::v1::ROLE_KIND_SECURITY_LEAD, model::v1::ROLE_KIND_CHIEF_INFORMATION_SECURITY_OFFICER,
                          model::v1::ROLE_KIND_SYSTEM_OWNER});
    if (keeper != nullptr) result_.set_register_keeper(TitleOrVacancy(model_, keeper->id()));
  }

  // --- Categories and thresholds ---

  void AddCategories() {
    std::vector<const RiskCategory*> sorted;
    for (const RiskCategory& category : appetite_.categories()) sorted.push_back(&category);
    std::stable_sort(sorted.begin(), sorted.end(), [](const RiskCategory* a, const RiskCategory* b) {
      return a->appetite() < b->appetite();  // the model is sorted by id
    });
    for (const RiskCategory* category : sorted) {
      pb::RiskCategoryRow& row = *result_.add_categories();
      row.set_id(category->id());
      row.set_name(category->name());
      row.set_appetite(category->appetite());
      row.set_rationale(category->rationale());
      row.set_owner(RoleTitle(model_, category->owner()));
      row.set_kind(category->kind());
      std::vector<std::string> limits;
      for (const Threshold& threshold : category->thresholds()) {
        limits.push_back(absl::StrCat(threshold.metric(), AtLeast(threshold) ? " at least " : " at most ",
                                      Amount(threshold.tolerance(), threshold.unit()), ", limit ",
                                      Amount(threshold.limit(), threshold.unit())));
        AddThreshold(*category, threshold);
      }
      row.set_limits(absl::StrJoin(limits, "; "));
    }
  }

  void AddThreshold(const RiskCategory& category, const Threshold& threshold) {
    pb::ThresholdRow& row = *result_.add_thresholds();
    row.set_category(category.id());
    row.set_metric(threshold.metric());
    row.set_direction(threshold.direction());
    row.set_tolerance(Amount(threshold.tolerance(), threshold.unit()));
    row.set_limit(Amount(threshold.limit(), threshold.unit()));
    row.set_owner(RoleTitle(model_, category.owner()));
    row.set_source(threshold.source());
    row.set_contradictory(analysis::IsBeyond(threshold, threshold.tolerance(), threshold.limit()));
    const analysis::ThresholdFact fact = analysis::JudgeThreshold(input_.facts, threshold);
    row.set_verdict(VerdictOn(fact.state));
    if (!fact.value.has_value()) {
      result_.set_unmeasured_count(result_.unmeasured_count() + 1);
      return;
    }
    row.set_computed(fact.computed);
    row.mutable_ids()->Assign(fact.ids.begin(), fact.ids.end());
    row.set_id_count(row.ids_size());
    if (!fact.computed) row.set_measured_on(threshold.measured_on());
    row.set_current(Amount(*fact.value, threshold.unit()));
    if (row.verdict() == pb::THRESHOLD_VERDICT_WITHIN_TOLERANCE) return;
    const bool over_limit = row.verdict() == pb::THRESHOLD_VERDICT_OVER_LIMIT;
    (over_limit ? result_.add_over_limit() : result_.add_over_tolerance())->assign(threshold.metric());
    exceeded_[category.id()].push_back(
        absl::StrCat(threshold.metric(), ": ", row.current(), " against ", over_limit ? row.limit() : row.tolerance()));
  }

  // --- Acceptance ---

  void AddAuthorities() {
    std::vector<const AcceptanceAuthority*> sorted;
    for (const AcceptanceAuthority& authority : appetite_.acceptance()) sorted.push_back(&authority);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto* a, const auto* b) { return a->level() > b->level(); });
    int longest = 0;
    for (const AcceptanceAuthority* authority : sorted) {
      AddAuthority(*authority);
      longest = std::max(longest, authority->max_days());
    }
    if (longest > 0) result_.set_longest_term(InDays(longest));
    for (int level = model::v1::SEVERITY_CRITICAL; level >= model::v1::SEVERITY_LOW; --level) {
      const bool covered =
          std::any_of(sorted.begin(), sorted.end(), [&](const auto* a) { return a->level() == level; });
      if (!covered) AddUncovered(static_cast<model::v1::Severity>(level));
    }
  }

  void AddUncovered(model::v1::Severity level) {
    std::vector<std::string> open;
    for (const analysis::Threat& threat : input_.threats.Get().all()) {
      if (threat.open() && threat.severity() == level) open.push_back(threat.key());
    }
    pb::UncoveredLevel& row = *result_.add_levels_without_authority();
    row.set_level(level);
    row.set_open_count(static_cast<int>(open.size()));
    row.set_open(List(open, kNamedThreats));
  }

  void AddAuthority(const AcceptanceAuthority& authority) {
    pb::AuthorityRow& row = *result_.add_authorities();
    row.set_level(authority.level());
    row.set_role(RoleTitle(model_, authority.role()));
    row.set_max_term(InDays(authority.max_days()));
    row.set_latest_expiry(model::FormatDate(model_.as_of() + authority.max_days()));
    row.set_second_approver(RoleTitle(model_, authority.second_approver()));
    const Role* role = model_.Find<Role>(authority.role());
    const Role* second = model_.Find<Role>(authority.second_approver());
    if (role != nullptr) {
      row.set_holder(role->holder());
      row.set_deputy(role->deputy());
    }
    if (row.holder().empty()) row.add_faults(pb::AUTHORITY_FAULT_ROLE_VACANT);
    if (row.deputy().empty()) row.add_faults(pb::AUTHORITY_FAULT_NO_DEPUTY);
    if (authority.second_approver_required() && second == nullptr) {
      row.add_faults(pb::AUTHORITY_FAULT_NO_SECOND_APPROVER);
    }
    if (second != nullptr && second->holder().empty()) row.add_faults(pb::AUTHORITY_FAULT_SECOND_APPROVER_VACANT);
    if (second != nullptr && !row.holder().empty() && second->holder() == row.holder()) {
      row.add_faults(pb::AUTHORITY_FAULT_SAME_PERSON_TWICE);
    }
    for (const AcceptanceAuthority& other : appetite_.acceptance()) {
      if (other.level() < authority.level() && other.max_days() < authority.max_days()) {
        row.add_faults(pb::AUTHORITY_FAULT_TERM_LONGER_THAN_A_LOWER_LEVEL);
        break;
      }
    }
    row.set_fault_count(row.faults_size());
  }

  // --- Goals ---

  void AddGoals() {
    std::map<std::string, bool> named;
    for (const RiskCategory& category : appetite_.categories()) named[category.id()] = false;
    for (const model::v1::StrategicGoal& goal : appetite_.goals()) {
      pb::GoalRow& row = *result_.add_goals();
      row.set_id(goal.id());
      row.set_goal(goal.goal());
      row.set_due(goal.due());
      row.set_owner(RoleTitle(model_, goal.owner()));
      if (!goal.due().empty()) {
        row.set_overdue_days(std::max<int>(0, static_cast<int>(model_.as_of() - model::ToCivilDay(goal.due()))));
      }
      std::vector<std::string> exceeded;
      for (const std::string& id : goal.categories()) {
        named[id] = true;
        const RiskCategory* category = model_.Find<RiskCategory>(id);
        if (category == nullptr) continue;
        row.add_categories(absl::StrCat(category->name(), " (", model::YamlName(category->appetite()), ")"));
        exceeded.insert(exceeded.end(), exceeded_[id].begin(), exceeded_[id].end());
      }
      row.set_exceeded(absl::StrJoin(exceeded, "; "));
      row.set_exceeded_count(static_cast<int>(exceeded.size()));
    }
    for (const auto& [id, mentioned] : named) {
      if (!mentioned) result_.add_categories_without_goal(id);
    }
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::RiskAppetite& appetite_;
  pb::RiskAppetiteResult result_;
  std::map<std::string, std::vector<std::string>> exceeded_;  // category -> "metric: value against limit"
};

}  // namespace

pb::RiskAppetiteResult RiskAppetite(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::govern
