#include "service/commands/govern/security_policy.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/applicability.h"
#include "service/commands/clause_book.h"
#include "service/commands/framework_coverage.h"
#include "service/commands/framework_mapping.h"
#include "service/commands/held_roles.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/policy_needs.h"
#include "service/commands/wording.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands::govern {

namespace pb = security::govern::v1;
using model::v1::Policy;
using model::v1::PolicyArea;

namespace {

constexpr absl::string_view kCsf = "csf-2.0";

absl::string_view FrameworkOf(absl::string_view reference) { return reference.substr(0, reference.find(':')); }
absl::string_view RequirementOf(absl::string_view reference) { return reference.substr(reference.find(':') + 1); }

class Builder {
 public:
  explicit Builder(const Input& input) : input_(input), model_(input.model) {}

  pb::SecurityPolicyResult Build() {
    result_.set_system(model_.proto().name());
    result_.set_organization(model_.proto().organization().name());
    result_.set_as_of(model::FormatDate(model_.as_of()));
    AddPolicies();
    AddAreaGaps();
    AddFrameworks();
    AddMappings();
    AddSubcategories();
    AddReviews();
    AddExceptions();
    AddQuestions();
    CountRows();
    return std::move(result_);
  }

 private:
  // Templates need to know whether a list is empty before they print its head.
  void CountRows() {
    result_.set_policy_count(result_.policies_size());
    result_.set_framework_count(result_.frameworks_size());
    result_.set_excluded_count(result_.excluded_frameworks_size());
    result_.set_undecided_count(result_.undecided_frameworks_size());
    result_.set_subcategory_count(result_.subcategories_size());
    result_.set_subcategory_gap_count(result_.subcategory_gaps_size());
    result_.set_exception_count(result_.exceptions_size());
    result_.set_expired_exception_count(result_.expired_exceptions_size());
    result_.set_question_count(result_.questions_size());
    result_.set_overdue_count(result_.overdue_size());
    for (const pb::PolicyRow& policy : result_.policies()) {
      result_.set_waiting_count(result_.waiting_count() + policy.waiting_size());
    }
    CountNeeds(result_);
  }

  // --- Policies and clauses ---

  void AddPolicies() {
    std::map<int, std::string> holder_of_area;
    for (const Policy& policy : model_.proto().policies()) {
      pb::PolicyRow& row = *result_.add_policies();
      FillInventory(policy, row);
      const auto [holder, first] = holder_of_area.try_emplace(policy.area(), policy.id());
      if (!first) {
        row.set_clauses_in(holder->second);
        continue;
      }
      for (const Clause& clause : ClausesOf(input_, policy.area(), &policy)) AddClause(clause, policy, row);
      if (row.in_force()) result_.set_clause_count(result_.clause_count() + row.clauses_size());
    }
  }

  struct Due {
    std::string day;  // empty when it cannot be computed
    int overdue_days = 0;
    std::string from;
    bool first_review = false;
  };

  Due NextReview(const Policy& policy) const {
    Due due;
    due.first_review = policy.last_reviewed().empty();
    due.from = due.first_review ? policy.effective_date() : policy.last_reviewed();
    if (due.from.empty() || !policy.has_review_interval_months()) return due;
    const absl::CivilDay day = AddMonths(model::ToCivilDay(due.from), policy.review_interval_months());
    due.day = model::FormatDate(day);
    due.overdue_days = std::max<int>(0, static_cast<int>(model_.as_of() - day));
    return due;
  }

  void FillInventory(const Policy& policy, pb::PolicyRow& row) {
    row.set_id(policy.id());
    row.set_title(policy.title());
    row.set_area(policy.area());
    row.set_owner(TitleOrVacancy(model_, policy.owner()));
    row.set_approver(TitleOrVacancy(model_, policy.approver()));
    row.set_status(policy.status());
    row.set_effective(policy.effective_date());
    const Due due = NextReview(policy);
    row.set_next_review(due.day);
    row.set_overdue_days(due.overdue_days);
    row.set_in_force(policy.status() == model::v1::POLICY_STATUS_APPROVED);
    if (due.overdue_days > 0) result_.add_overdue(policy.id());
  }

  void AddClause(const Clause& clause, const Policy& policy, pb::PolicyRow& row) {
    if (clause.state == ClauseState::kDeclined) return AddDeclined(clause, row);
    const bool binds = clause.state == ClauseState::kInForce && row.in_force();
    for (const std::string& reference : clause.references) {
      Coverage& coverage = (binds ? met_ : open_)[std::string(FrameworkOf(reference))];
      coverage[std::string(RequirementOf(reference))].insert(clause.id);
    }
    if (clause.state == ClauseState::kInForce) return AddInForce(clause, row);
    pb::WaitingClause& waiting = *row.add_waiting();
    waiting.set_id(clause.id);
    waiting.set_title(clause.title);
    waiting.set_question(clause.question);
    waiting.set_owner(row.owner());
    const auto* owner = model_.Find<model::v1::Role>(policy.owner());
    asked_.try_emplace(clause.missing_field, clause.question, owner == nullptr ? "" : owner->team());
  }

  // What it refers to stays unmet, whatever is approved.
  static void AddDeclined(const Clause& clause, pb::PolicyRow& row) {
    pb::DeclinedClause& declined = *row.add_declined();
    declined.set_id(clause.id);
    declined.set_title(clause.title);
    declined.set_field(clause.missing_field);
    declined.set_controls(Controls(clause.references));
  }

  void AddInForce(const Clause& clause, pb::PolicyRow& row) {
    pb::PolicyClauseRow& out = *row.add_clauses();
    out.set_id(clause.id);
    out.set_title(clause.title);
    out.set_actor(clause.actor);
    out.set_requirement(clause.requirement);
    out.set_because(clause.because);
    out.set_evidence(clause.evidence);
    out.set_cadence(clause.cadence);
    out.mutable_references()->Assign(clause.references.begin(), clause.references.end());
    out.set_controls(Controls(clause.references));
    out.mutable_elements()->Assign(clause.elements.begin(), clause.elements.end());
    out.mutable_not_met()->Assign(clause.not_met.begin(), clause.not_met.end());
    out.mutable_not_known()->Assign(clause.not_known.begin(), clause.not_known.end());
    *out.mutable_too_weak_for() = TooWeakFor(clause);
    out.set_not_met_count(out.not_met_size());
    out.set_not_known_count(out.not_known_size());
    if (row.in_force() && !clause.not_met.empty()) result_.set_unmet_count(result_.unmet_count() + 1);
  }

  // --- Subjects without a policy ---

  void AddAreaGaps() {
    std::set<int> declared;
    for (const Policy& policy : model_.proto().policies()) declared.insert(policy.area());
    for (int area = 1; area < model::v1::PolicyArea_ARRAYSIZE; ++area) {
      if (declared.count(area) > 0) continue;
      const std::vector<Clause> clauses = ClausesOf(input_, static_cast<PolicyArea>(area), nullptr);
      if (clauses.empty()) continue;
      pb::PolicyAreaGap& gap = *result_.add_area_gaps();
      gap.set_area(static_cast<PolicyArea>(area));
      gap.set_clause_count(static_cast<int>(clauses.size()));
      for (const Clause& clause : clauses) *gap.add_clauses() = NeedFor(clause);
      AddOnlyControls(clauses, gap);
    }
    result_.set_decider(ActingFor(model_, {}));
    const auto* role = FallbackRole(model_);
    if (role != nullptr && role->holder().empty()) result_.set_vacant_decider(role->title());
  }

  // Requirements that only clauses of this subject would meet, those of CSF 2.0 left to its own table.
  void AddOnlyControls(const std::vector<Clause>& clauses, pb::PolicyAreaGap& gap) {
    std::vector<std::string> only;
    for (const Clause& clause : clauses) {
      if (clause.state == ClauseState::kDeclined) continue;
      for (const std::string& reference : clause.references) {
        const std::string framework(FrameworkOf(reference)), requirement(RequirementOf(reference));
        open_[framework][requirement].insert(clause.id);
        const bool met = met_[framework].count(requirement) > 0;
        const bool known = std::find(only.begin(), only.end(), reference) != only.end();
        if (!met && framework != kCsf && !known) only.push_back(reference);
      }
    }
    gap.set_controls(Controls(only));
  }

  // --- Frameworks ---

  void AddFrameworks() {
    for (const analysis::FrameworkFact& fact : input_.facts.frameworks()) {
      if (!IsConsidered(fact)) continue;
      const std::vector<std::string> decided_by = analysis::UndecidedBy(model_, fact);
      pb::FrameworkRow& row = fact.applies         ? *result_.add_frameworks()
                              : decided_by.empty() ? *result_.add_excluded_frameworks()
                                                   : *result_.add_undecided_frameworks();
      row.set_id(fact.id);
      row.mutable_decided_by()->Assign(decided_by.begin(), decided_by.end());
      row.set_name(fact.label);
      row.set_reason(fact.reason);
      row.set_declared(!fact.declared ? "not declared" : fact.declared_in_scope ? "in scope" : "out of scope");
      row.set_basis(absl::StrJoin(fact.because, "; "));
      row.set_conflict(fact.conflict);
      row.set_declared_only(fact.applies && !fact.triggered);
      if (fact.declaration == nullptr) continue;
      row.set_level(fact.declaration->level());
      row.set_owner(RoleTitle(model_, fact.declaration->owner()));
      row.set_next_assessment(fact.declaration->next_assessment());
    }
  }

  // CSF 2.0 has a table of its own.
  void AddMappings() {
    for (const pb::FrameworkRow& framework : result_.frameworks()) {
      if (framework.id() == kCsf) continue;
      pb::FrameworkMapping mapping = MappingOf(framework.id(), met_[framework.id()], open_[framework.id()]);
      mapping.set_name(framework.name());
      *result_.add_mappings() = std::move(mapping);
    }
  }

  void AddSubcategories() {
    const knowledge::v1::Framework* csf = knowledge::FindFramework(kCsf);
    if (csf == nullptr) return;
    for (const knowledge::v1::Requirement& requirement : csf->requirements()) {
      if (requirement.id().rfind("GV.", 0) != 0) continue;
      pb::SubcategoryRow row;
      row.set_id(requirement.id());
      row.set_title(requirement.title());
      AddClaims(absl::StrCat(kCsf, ":", requirement.id()), row);
      const auto clauses = met_[std::string(kCsf)].find(requirement.id());
      if (clauses != met_[std::string(kCsf)].end()) {
        for (const std::string& clause : clauses->second) row.add_met_by(absl::StrCat("clause ", clause));
      }
      const bool gap = row.met_by().empty();
      if (gap) AddMissing(row);
      *(gap ? result_.add_subcategory_gaps() : result_.add_subcategories()) = row;
    }
  }

  void AddMissing(pb::SubcategoryRow& row) {
    row.set_owner(TeamName(model_, model_.proto().owner_team()));
    const std::set<std::string>& open = open_[std::string(kCsf)][row.id()];
    row.mutable_not_in_force()->Assign(open.begin(), open.end());
    row.set_not_in_force_count(row.not_in_force_size());
    if (!open.empty()) return;
    const std::vector<std::string> shipped = ShippedClausesFor(absl::StrCat(kCsf, ":", row.id()));
    row.mutable_not_applying()->Assign(shipped.begin(), shipped.end());
    row.set_not_applying_count(row.not_applying_size());
  }

  void AddClaims(const std::string& reference, pb::SubcategoryRow& row) {
    for (const knowledge::v1::SubcategoryClaim& claim : knowledge::PolicyClauses().claims()) {
      if (claim.reference() != reference) continue;
      const bool holds = std::all_of(claim.when().begin(), claim.when().end(),
                                     [&](const auto& match) { return Matches(input_, match) == Truth::kYes; });
      if (holds) {
        row.add_met_by(absl::StrCat(claim.command(), ", ", claim.section()));
      } else {
        row.set_missing(claim.missing());
      }
    }
  }

  // --- Reviews and exceptions ---

  void AddReviews() {
    std::vector<pb::PolicyReviewRow> rows;
    for (const Policy& policy : model_.proto().policies()) {
      const Due due = NextReview(policy);
      pb::PolicyReviewRow& row = rows.emplace_back();
      row.set_due(due.day);
      row.set_policy(policy.id());
      row.set_title(policy.title());
      row.set_counted_from(due.from);
      row.set_first_review(due.first_review);
      if (policy.has_review_interval_months()) row.set_interval(Months(policy.review_interval_months()));
      row.set_owner(TitleOrVacancy(model_, policy.owner()));
      row.set_approver(TitleOrVacancy(model_, policy.approver()));
      row.set_overdue_days(due.overdue_days);
    }
    // Those without a date come last.
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.due().empty(), a.due(), a.policy()) <
             std::make_tuple(b.due().empty(), b.due(), b.policy());
    });
    for (pb::PolicyReviewRow& row : rows) *result_.add_reviews() = std::move(row);
  }

  void AddExceptions() {
    const model::v1::PolicyParameters& parameters = model_.proto().policy_parameters();
    if (!parameters.exception_approver().empty() || parameters.has_exception_max_days() ||
        !parameters.exception_register().empty()) {
      pb::ExceptionProcess& process = *result_.mutable_exception_process();
      process.set_approver(TitleOrVacancy(model_, parameters.exception_approver()));
      process.set_register_(parameters.exception_register());
      if (parameters.has_exception_max_days()) process.set_max_term(InDays(parameters.exception_max_days()));
      process.set_max_days(parameters.exception_max_days());
    }
    std::vector<const model::v1::PolicyException*> sorted;
    for (const auto& exception : parameters.exceptions()) sorted.push_back(&exception);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
      return std::make_pair(a->expires(), a->id()) < std::make_pair(b->expires(), b->id());
    });
    for (const auto* exception : sorted) AddException(*exception, parameters);
  }

  void AddException(const model::v1::PolicyException& exception, const model::v1::PolicyParameters& parameters) {
    const int days = static_cast<int>(model::ToCivilDay(exception.expires()) - model_.as_of());
    pb::ExceptionRow& row = days < 0 ? *result_.add_expired_exceptions() : *result_.add_exceptions();
    row.set_id(exception.id());
    row.set_policy(exception.policy());
    row.set_scope(exception.scope());
    row.set_reason(exception.reason());
    row.set_compensating_control(exception.compensating_control());
    row.set_requested_by(RoleTitle(model_, exception.requested_by()));
    row.set_approved_by(RoleTitle(model_, exception.approved_by()));
    row.set_expires(exception.expires());
    row.set_days_left(days);
    if (parameters.has_exception_max_days() && days > parameters.exception_max_days()) {
      row.add_faults(pb::EXCEPTION_FAULT_LONGER_THAN_ALLOWED);
    }
    if (!parameters.exception_approver().empty() && exception.approved_by() != parameters.exception_approver()) {
      row.add_faults(pb::EXCEPTION_FAULT_NOT_BY_DECLARED_APPROVER);
    }
    if (exception.compensating_control().empty()) row.add_faults(pb::EXCEPTION_FAULT_NO_COMPENSATING_CONTROL);
    row.set_fault_count(row.faults_size());
  }

  // Unset parameters, what decides on laws, then what waiting clauses need besides; by field.
  void AddQuestions() {
    std::map<std::string, v1::Question> by_field;
    for (const v1::Question& question : QuestionsOn(model_, {"PolicyParameters", "Organization.countries"}))
      by_field[question.field()] = question;
    for (const auto& [field, asked] : asked_) {
      v1::Question& question = by_field[field];
      question.set_field(field);
      question.set_text(asked.first);
      question.set_owner(asked.second.empty() ? model_.proto().owner_team() : asked.second);
      question.set_owner_name(TeamName(model_, question.owner()));
    }
    for (const auto& [field, question] : by_field) *result_.add_questions() = question;
  }

  const Input& input_;
  const model::Model& model_;
  pb::SecurityPolicyResult result_;
  std::map<std::string, Coverage> met_;                               // by framework
  std::map<std::string, Coverage> open_;                              // the same of clauses that bind nobody yet
  std::map<std::string, std::pair<std::string, std::string>> asked_;  // field -> question and team
};

}  // namespace

pb::SecurityPolicyResult SecurityPolicy(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::govern
