// The judgements are those of analysis (continuity.h, restoration.h); this puts them into the tables, one function a
// table.
#include "service/commands/recover/business_continuity.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/single_points.h"
#include "service/commands/continuity_gaps.h"
#include "service/commands/control_effects.h"
#include "service/commands/disruptions.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/recovery_tables.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands::recover {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::FunctionContinuity;
using analysis::ProcedureState;
using analysis::RestorationStep;
using model::v1::ContinuityProcedure;
using model::v1::Role;

constexpr int kFirstTestWithinDays = 90;

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        recovery_(input.facts),
        continuity_(input.facts, recovery_) {}

  pb::BusinessContinuityResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddFunctions();
    AddProcedures();
    AddDegraded();
    AddSuppliers();
    AddDisruptions(input_, recovery_, continuity_, *result_.mutable_disruptions());
    AddCommunication();
    AddDuties();
    AddCalendar();
    AddTabletops(model_, result_.disruptions(), *result_.mutable_tabletops());
    ProtectionGaps gaps(input_);
    AddContinuityGaps(continuity_, model_, gaps);
    gaps.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddControlEffects(input_, "business-continuity", *result_.mutable_controls());
    AddAllQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Functions ---

  void AddFunctions() {
    std::vector<const FunctionContinuity*> functions;
    for (const FunctionContinuity& each : continuity_.functions) functions.push_back(&each);
    std::stable_sort(functions.begin(), functions.end(), [](const auto* a, const auto* b) {
      const auto rank = [](const FunctionContinuity* each) {
        const auto* function = each->recovery->function;
        return function == nullptr ? 0 : static_cast<int>(function->criticality());
      };
      return rank(a) > rank(b);
    });
    for (const FunctionContinuity* each : functions) AddFunction(*each);
  }

  void AddFunction(const FunctionContinuity& each) {
    const analysis::FunctionRecovery& recovery = *each.recovery;
    pb::FunctionContinuityRow& row = *result_.add_functions();
    row.set_name(recovery.name);
    AddAll(StepIds(recovery.steps), row.mutable_components());
    for (const analysis::SupplierContinuity& supplier : continuity_.suppliers) {
      if (supplier.functions.count(recovery.name) > 0) row.add_suppliers(supplier.supplier->name());
    }
    for (const ContinuityProcedure* procedure : each.procedures) row.add_procedures(procedure->name());
    row.set_verdict(VerdictLabel(each.outage));
    if (recovery.target != nullptr) {
      const model::v1::RecoveryTarget& target = *recovery.target;
      if (target.has_rto_minutes()) row.set_rto(Minutes(target.rto_minutes()));
      if (target.has_rpo_minutes()) {
        row.set_point(absl::StrCat("RPO ", Minutes(target.rpo_minutes()),
                                   target.rpo_means().empty() ? "" : absl::StrCat(" (", target.rpo_means(), ")")));
      }
    }
    const bool known = recovery.last != nullptr && recovery.last->ready > 0;
    if (known) row.set_ready(Minutes(recovery.last->ready));
    row.set_lower_bound(!recovery.complete);
    if (recovery.function == nullptr) return;
    const model::v1::BusinessFunction& function = *recovery.function;
    row.set_criticality(Label(function.criticality()));
    row.set_owner(RoleTitle(model_, function.owner()));
    if (function.has_max_outage_minutes()) row.set_max_outage(Minutes(function.max_outage_minutes()));
    if (!function.has_loss_per_hour()) return;
    row.set_loss_per_hour(Amount(function.loss_per_hour(), proto_.currency()));
    if (known) row.set_loss(Amount(function.loss_per_hour() * recovery.last->ready / 60, proto_.currency()));
  }

  // --- Strategies ---

  static std::string StateLabelOf(ProcedureState state) {
    if (state == ProcedureState::kUntested) return "untested";
    return state == ProcedureState::kOld ? "last test older than a year" : "tested";
  }

  void AddProcedures() {
    for (const ContinuityProcedure& procedure : proto_.recovery().procedures()) {
      pb::ProcedureTestRow& row = *result_.add_procedures();
      row.set_id(procedure.id());
      row.set_name(procedure.name());
      row.set_function(procedure.business_function());
      row.set_trigger(procedure.trigger());
      row.set_steps(procedure.steps());
      if (procedure.has_capacity_percent()) row.set_capacity(Amount(procedure.capacity_percent(), "%"));
      if (procedure.has_max_hours()) row.set_longest(Hours(procedure.max_hours()));
      row.set_owner(Owner(procedure.owner_team()));
      row.set_last(procedure.last_tested());
      row.set_state(StateLabelOf(analysis::StateOf(model_, procedure)));
    }
  }

  void AddDegraded() {
    const std::vector<model::v1::Tier> main = analysis::MainTiers(model_);
    for (const RestorationStep& step : recovery_.restoration.steps()) {
      const model::v1::Component& component = *step.component;
      if (std::find(main.begin(), main.end(), component.tier()) == main.end()) continue;
      pb::DegradedRow& row = *result_.add_degraded();
      row.set_id(component.id());
      row.set_tier(Label(component.tier()));
      row.set_mode(component.degraded_mode());
      row.set_owner(Owner(component.owner_team()));
    }
    std::sort(result_.mutable_degraded()->begin(), result_.mutable_degraded()->end(),
              [](const auto& a, const auto& b) { return a.id() < b.id(); });
  }

  void AddSuppliers() {
    for (const analysis::SupplierContinuity& each : continuity_.suppliers) {
      pb::SupplierOutageRow& row = *result_.add_suppliers();
      row.set_id(each.supplier->id());
      row.set_name(each.supplier->name());
      row.set_service(each.supplier->service());
      row.set_because(each.because);
      AddFirst(each.stops, 8, row.mutable_stops());
      AddFirst(each.degrades, 8, row.mutable_degrades());
      AddAll(each.functions, row.mutable_functions());
      row.set_procedure(each.supplier->outage_procedure());
      row.set_exit_plan(each.supplier->exit_plan());
      row.set_owner(Owner(each.supplier->owner_team()));
    }
  }

  // --- Communication and roles ---

  void AddCommunication() {
    const model::v1::IncidentResponse& response = proto_.incident_response();
    if (!response.status_page().empty()) {
      result_.set_status_page(response.status_page());
      const std::string tool = response.incident_tool().empty() ? "the incident log" : response.incident_tool();
      result_.set_status_source(response.status_page_automatic() ? absl::StrCat("updated automatically from ", tool)
                                                                 : absl::StrCat("updated by hand from ", tool));
    }
    if (response.has_partner_notice_minutes()) result_.set_partner_notice(Minutes(response.partner_notice_minutes()));
    result_.set_spokesperson(response.spokesperson());
    AddMilestones(input_, kb::RECOVERY_PHASE_RESTORE, recovery_.restoration, *result_.mutable_milestones());
    AddChannels(model_, *result_.mutable_channels());
    for (const model::v1::IncidentContact& contact : response.contacts()) {
      pb::OutsideContactRow& row = *result_.add_contacts();
      row.set_name(contact.name());
      row.set_purpose(contact.purpose());
      row.set_contact(contact.contact());
      row.set_retainer(contact.retainer());
    }
  }

  void AddDuty(const std::string& duty, const Role* role) {
    pb::DutyRow& row = *result_.add_duties();
    row.set_duty(duty);
    if (role == nullptr) return;
    row.set_role(role->title());
    row.set_holder(role->holder());
    row.set_deputy(role->deputy());
    row.set_team(TeamName(model_, role->team()));
  }

  void AddDuties() {
    for (const kb::ContinuityDuty& duty : knowledge::RecoveryRules().duties()) {
      AddDuty(duty.duty(), HolderOf(model_, duty));
    }
    for (const pb::FunctionContinuityRow& row : result_.functions()) {
      for (const model::v1::BusinessFunction& function : proto_.recovery().functions()) {
        if (function.name() != row.name()) continue;
        AddDuty(absl::StrCat("Starts and ends continuity of ", row.name(), ", and accepts its return"),
                model_.Find<Role>(function.owner()));
      }
    }
  }

  // --- Calendar ---

  void AddCalendar() {
    google::protobuf::RepeatedPtrField<v1::ExerciseRow> exercises;
    AddExercises(input_, exercises);
    for (const v1::ExerciseRow& exercise : exercises) {
      pb::ContinuityTestRow& row = *result_.add_calendar();
      row.set_date(exercise.next());
      row.set_test(absl::StrCat(exercise.name(), " (", exercise.kind(), ")"));
      row.set_frequency(exercise.frequency());
      row.set_passes(exercise.passes());
      row.set_owner(exercise.owner());
      row.set_last(exercise.last());
      row.set_state(exercise.state());
    }
    for (const ContinuityProcedure& procedure : proto_.recovery().procedures()) AddProcedureTest(procedure);
    std::stable_sort(result_.mutable_calendar()->begin(), result_.mutable_calendar()->end(),
                     [](const auto& a, const auto& b) { return a.date() < b.date(); });
  }

  void AddProcedureTest(const ContinuityProcedure& procedure) {
    const ProcedureState state = analysis::StateOf(model_, procedure);
    pb::ContinuityTestRow& row = *result_.add_calendar();
    const absl::CivilDay next = state == ProcedureState::kUntested
                                    ? model_.as_of() + kFirstTestWithinDays
                                    : model::ToCivilDay(procedure.last_tested()) + analysis::kProcedureTestDays;
    row.set_date(model::FormatDate(next));
    if (next < model_.as_of()) absl::StrAppend(row.mutable_date(), ", ", InDays(model_.as_of() - next), " late");
    row.set_test(absl::StrCat(procedure.name(), " (continuity procedure)"));
    row.set_frequency(Frequency(analysis::kProcedureTestDays));
    row.set_passes(procedure.has_capacity_percent()
                       ? absl::StrCat("One hour by the procedure reaches ", Amount(procedure.capacity_percent(), "%"),
                                      " of the normal volume")
                       : "One hour by the procedure, and the volume that was reached is recorded");
    row.set_owner(Owner(procedure.owner_team()));
    row.set_last(procedure.last_tested());
    row.set_state(state == ProcedureState::kTested ? "on time" : StateLabelOf(state));
  }

  // --- Questions and figures ---

  void AddAllQuestions() {
    auto& questions = *result_.mutable_questions();
    AddQuestions(model_, {"ThirdParty.criticality"}, questions,
                 {"Component.kind", "Flow.dependency", "Flow.source", "Flow.target", "Component.business_function",
                  "Component.tier"});
    const auto ask = [&](std::string field, std::string text, const std::string& team) {
      *questions.Add() = Ask(model_, std::move(field), std::move(text), team);
    };
    for (const analysis::FunctionRecovery& each : recovery_.restoration.functions()) {
      if (each.function == nullptr) continue;
      const model::v1::BusinessFunction& function = *each.function;
      const std::string path = absl::StrCat("recovery.functions[", function.id(), "]");
      const auto* role = model_.Find<Role>(function.owner());
      const std::string team = role == nullptr ? "" : role->team();
      if (!function.has_max_outage_minutes()) {
        ask(absl::StrCat(path, ".max_outage_minutes"), absl::StrCat("How long may ", function.name(), " be down?"),
            team);
      }
      if (each.target == nullptr) {
        ask("recovery.targets", absl::StrCat("Which RTO and RPO does the function ", function.name(), " have?"), team);
      }
      if (function.criticality() >= model::v1::CRITICALITY_HIGH && !function.has_loss_per_hour()) {
        ask(absl::StrCat(path, ".loss_per_hour"), absl::StrCat("What does an hour without ", function.name(), " cost?"),
            team);
      }
      if (role == nullptr)
        ask(absl::StrCat(path, ".owner"), absl::StrCat("Who answers for ", function.name(), "?"), "");
    }
    for (const ContinuityProcedure& procedure : proto_.recovery().procedures()) {
      const std::string path = absl::StrCat("recovery.procedures[", procedure.id(), "]");
      if (!procedure.has_max_hours()) {
        ask(absl::StrCat(path, ".max_hours"), absl::StrCat("How long can ", procedure.name(), " last?"),
            procedure.owner_team());
      }
      if (!procedure.has_capacity_percent()) {
        ask(absl::StrCat(path, ".capacity_percent"),
            absl::StrCat("Which share of the normal volume does ", procedure.name(), " carry?"),
            procedure.owner_team());
      }
    }
    for (const pb::DegradedRow& row : result_.degraded()) {
      if (!row.mode().empty()) continue;
      ask(absl::StrCat("components[", row.id(), "].degraded_mode"),
          absl::StrCat("What still works while ", row.id(), " is down?"),
          recovery_.restoration.Find(row.id())->component->owner_team());
    }
    if (proto_.recovery().functions().empty()) {
      ask("recovery.functions", absl::StrCat("Which business functions does ", proto_.name(), " serve?"), "");
    }
  }

  void AddTotals() {
    pb::ContinuityTotals& totals = *result_.mutable_totals();
    totals.set_functions(result_.functions_size());
    for (const pb::FunctionContinuityRow& row : result_.functions()) {
      totals.set_with_procedure(totals.with_procedure() + (row.procedures().empty() ? 0 : 1));
    }
    totals.set_procedures(result_.procedures_size());
    for (const pb::ProcedureTestRow& row : result_.procedures()) {
      totals.set_unproven_procedures(totals.unproven_procedures() + (row.state() == "tested" ? 0 : 1));
    }
    totals.set_suppliers(result_.suppliers_size());
    for (const pb::SupplierOutageRow& row : result_.suppliers()) {
      totals.set_suppliers_without_procedure(totals.suppliers_without_procedure() + (row.procedure().empty() ? 1 : 0));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_questions(result_.questions_size());
    pb::ContinuityPhrases& phrases = *result_.mutable_phrases();
    phrases.set_functions(Count(totals.functions(), "business function", "business functions"));
    phrases.set_with_procedure(Count(totals.with_procedure(), "has", "have"));
    if (totals.unproven_procedures() > 0) {
      phrases.set_unproven(Count(totals.unproven_procedures(), "procedure is", "procedures are"));
    }
    phrases.set_suppliers(Count(totals.suppliers(), "critical supplier", "critical suppliers"));
    if (totals.suppliers_without_procedure() > 0) {
      phrases.set_without(Count(totals.suppliers_without_procedure(), "has", "have"));
    }
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const Recovery recovery_;
  const Continuity continuity_;
  pb::BusinessContinuityResult result_;
};

}  // namespace

pb::BusinessContinuityResult BusinessContinuity(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::recover
