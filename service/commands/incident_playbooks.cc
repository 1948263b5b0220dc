#include "service/commands/incident_playbooks.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/attack_paths.h"
#include "service/analysis/risk_register.h"
#include "service/analysis/risk_scenarios.h"
#include "service/commands/applicable_references.h"
#include "service/commands/compliance_assessment.h"
#include "service/commands/held_roles.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/plan_text.h"
#include "service/commands/risk_wording.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/response.h"

namespace metapowers::commands {

namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::IncidentClassFact;

// What a row names before it counts the rest.
constexpr size_t kNamed = 5;
constexpr size_t kSigns = 3;

// Puts steps into rows, numbered.
class StepWriter {
 public:
  StepWriter(const Input& input, Questions& questions) : input_(input), questions_(questions) {
    for (const auto& question : questions) asked_.insert(question.text());
  }

  void Write(const google::protobuf::RepeatedPtrField<kb::ResponseStep>& steps, const PlanValues& values,
             google::protobuf::RepeatedPtrField<pb::PlaybookStep>& rows) {
    for (const kb::ResponseStep& step : steps) {
      bool asks = false;
      std::optional<std::string> text = StepText(input_, step, values, &asks);
      if (asks && !step.question().empty() && asked_.insert(step.question()).second) {
        *questions_.Add() = Ask(input_.model, "incident_response", step.question(), "");
      }
      if (!text.has_value()) continue;
      pb::PlaybookStep& row = *rows.Add();
      row.set_number(rows.size());
      row.set_phase(Label(step.phase()));
      row.set_action(*std::move(text));
      row.set_role(ActorOf(input_.model, step.roles()));
    }
  }

 private:
  const Input& input_;
  Questions& questions_;
  std::set<std::string> asked_;
};

// Ids of the alerts or, where there are none, of the detections.
void AddSigns(const IncidentClassFact& fact, pb::Playbook& row) {
  std::vector<std::string> alerts;
  for (const model::v1::Alert* alert : fact.alerts) alerts.push_back(alert->id());
  std::vector<std::string> detections;
  for (const analysis::AppliedDetection* detection : fact.detections) detections.push_back(detection->row->id());
  AddFirst(std::move(alerts), kNamed, row.mutable_alerts());
  AddFirst(std::move(detections), kSigns, row.mutable_detections());
}

}  // namespace

std::string WhyNoPlaybook(const Input& input, const IncidentClassFact& fact) {
  const std::string& requirement = fact.row->requirement();
  if (!requirement.empty()) {
    return ReferenceFilter(input).Binds(requirement)
               ? ""
               : absl::StrCat(knowledge::ReferenceLabel(requirement), " does not bind the system");
  }
  if (!fact.threats.empty()) return "";
  return absl::StrCat("none of its ", Count(fact.row->rules_size(), "threat", "threats"), " is open");
}

void AddPlaybooks(const Input& input, const std::vector<IncidentClassFact>& classes, pb::IncidentResponseResult& result,
                  Questions& questions) {
  ReferenceFilter binding(input);
  StepWriter steps(input, questions);
  steps.Write(knowledge::ResponsePlans().common_steps(), {}, *result.mutable_common_steps());
  for (const IncidentClassFact& fact : classes) {
    if (const std::string reason = WhyNoPlaybook(input, fact); !reason.empty()) {
      pb::PlaybookLeftOut& row = *result.add_left_out();
      row.set_name(fact.row->name());
      row.set_reason(reason);
      continue;
    }
    const PlanValues values = ValuesOf(input, fact);
    pb::Playbook& row = *result.add_playbooks();
    row.set_id(fact.row->id());
    row.set_name(fact.row->name());
    row.set_starts(fact.row->starts());
    if (fact.level != nullptr) row.set_level(absl::StrCat(fact.level->id(), " ", fact.level->name()));
    row.set_threats(static_cast<int32_t>(fact.threats.size()));
    if (!fact.threats.empty()) {
      row.set_worst(fact.threats.front()->key());
      row.set_severity(fact.threats.front()->severity());
    }
    AddFirst(fact.elements, kNamed, row.mutable_elements());
    AddFirst(DataNames(fact.data), kNamed, row.mutable_data());
    AddSigns(fact, row);
    steps.Write(fact.row->steps(), values, *row.mutable_steps());
    row.set_closed(FillPlanText(input, fact.row->closed(), values).value_or(""));
    AddAll(BindingReferences(binding, fact.row->references()), row.mutable_references());
  }
}

void AddResponseScenarios(const Input& input, size_t most, pb::IncidentResponseResult& result) {
  const analysis::Threats& threats = input.threats.Get();
  const analysis::Compliance compliance = AssessCompliance(input, threats.landscape());
  const analysis::RiskRegister risks = analysis::BuildRiskRegister(threats, compliance, input.threats.decisions());
  const analysis::AttackPaths paths = analysis::FindAttackPaths(threats);
  for (const analysis::RiskScenario& scenario : analysis::RiskScenarios(risks, threats, paths, most)) {
    pb::ResponseScenario& row = *result.add_scenarios();
    row.set_rank(result.scenarios_size());
    row.set_title(RiskTitle(scenario.worst()));
    row.set_severity(scenario.worst().severity());
    std::vector<std::string> keys;
    for (const analysis::Risk* risk : scenario.risks) keys.push_back(risk->key);
    AddFirst(std::move(keys), 2, row.mutable_keys());
    AddFirst(DataNames(scenario.data), 3, row.mutable_data());
    const kb::IncidentClass* found = knowledge::IncidentClassOf(scenario.worst().threat->rule->id());
    if (found != nullptr) row.set_playbook(found->name());
  }
}

void AddResponseExercises(const Input& input, pb::IncidentResponseResult& result, ReadinessFindings& findings) {
  const model::v1::SystemModel& proto = input.model.proto();
  bool played = false;
  int dealt = 0;
  for (const model::v1::Exercise& exercise : proto.recovery().exercises()) {
    const bool plays =
        exercise.kind() == model::v1::EXERCISE_KIND_TABLETOP || exercise.kind() == model::v1::EXERCISE_KIND_RED_TEAM;
    if (!plays && exercise.kind() != model::v1::EXERCISE_KIND_NOTIFICATION) continue;
    pb::ResponseExercise& row = *result.add_exercises();
    row.set_id(exercise.id());
    row.set_kind(Label(exercise.kind()));
    row.set_interval(InDays(exercise.interval_days()));
    row.set_owner(TitleOrVacancy(input.model, exercise.owner()));
    row.set_passes(exercise.pass_criterion());
    if (plays && !result.scenarios().empty()) {
      row.set_scenario(result.scenarios(dealt++ % result.scenarios_size()).title());
    }
    if (exercise.last_run().empty()) continue;
    played |= plays;
    const absl::CivilDay next = model::ToCivilDay(exercise.last_run()) + exercise.interval_days();
    row.set_last(exercise.last_run());
    row.set_next(model::FormatDate(next));
    row.set_overdue(next < input.model.as_of());
    if (!row.overdue()) continue;
    const auto* owner = input.model.Find<model::v1::Role>(exercise.owner());
    findings.Add("exercise-overdue", exercise.id(), absl::StrCat("last ", row.last(), ", due ", row.next()),
                 owner == nullptr ? "" : owner->team());
  }
  if (!played) findings.Add("plan-not-exercised", proto.id(), "no tabletop or red team exercise has been run", "");
}

}  // namespace metapowers::commands
