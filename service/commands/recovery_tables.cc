#include "service/commands/recovery_tables.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/attributes.h"
#include "service/analysis/exercises.h"
#include "service/commands/applicable_references.h"
#include "service/commands/held_roles.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
using google::protobuf::RepeatedPtrField;

// Elements named in a row; the rest is counted.
constexpr size_t kNamed = 12;

// A milestone at so many minutes after declaration.
struct Timed {
  int minutes = 0;
  v1::MilestoneRow row;
};

v1::MilestoneRow MilestoneOf(const model::Model& model, const kb::RecoveryMilestone& milestone) {
  v1::MilestoneRow row;
  row.set_text(milestone.text());
  row.set_owner(OwnerOf(model, milestone.owners()));
  row.set_audience(milestone.audience());
  row.set_evidence(milestone.evidence());
  return row;
}

// When the milestone is due; nothing where the model does not say.
std::optional<int> ClockOf(const model::v1::SystemModel& system, kb::MilestoneClock clock) {
  const model::v1::IncidentResponse& response = system.incident_response();
  const model::v1::FailoverStrategy& failover = system.recovery().failover();
  switch (clock) {
    case kb::MILESTONE_CLOCK_DECLARATION:
      return 0;
    case kb::MILESTONE_CLOCK_PARTNERS:
      if (response.has_partner_notice_minutes()) return response.partner_notice_minutes();
      return std::nullopt;
    case kb::MILESTONE_CLOCK_CUSTOMERS:
      if (response.has_customer_notice_hours()) return 60 * response.customer_notice_hours();
      return std::nullopt;
    case kb::MILESTONE_CLOCK_SWITCH:
      if (failover.kind() > model::v1::FAILOVER_KIND_NONE && failover.has_switch_minutes()) {
        return failover.switch_minutes();
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

void AddFunctionMilestones(const model::Model& model, const kb::RecoveryMilestone& milestone,
                           const analysis::Restoration& restoration, std::vector<Timed>& timed) {
  for (const analysis::FunctionRecovery& each : restoration.functions()) {
    const bool target = each.target != nullptr && each.target->has_rto_minutes();
    const bool bound = each.function != nullptr && each.function->has_max_outage_minutes();
    if (!target && !bound) continue;
    Timed& entry = timed.emplace_back();
    entry.minutes = target ? each.target->rto_minutes() : each.function->max_outage_minutes();
    entry.row = MilestoneOf(model, milestone);
    entry.row.set_text(absl::StrCat(absl::StrReplaceAll(milestone.text(), {{"{function}", each.name}}),
                                    target ? "" : " (its longest outage, since no RTO is declared)"));
    if (each.function == nullptr || each.function->owner().empty()) continue;
    entry.row.set_audience(absl::StrCat(RoleTitle(model, each.function->owner()), ", then users"));
  }
}

std::vector<analysis::Condition> Compiled(const RepeatedPtrField<kb::AttributeMatch>& where) {
  std::vector<analysis::Condition> conditions;
  for (const kb::AttributeMatch& match : where) {
    conditions.push_back(*analysis::Condition::Compile(kb::THREAT_SUBJECT_COMPONENT, match));
  }
  return conditions;
}

std::vector<std::string> SubjectsOf(const Input& input, const analysis::Restoration& restoration,
                                    const kb::ReopeningCheck& check) {
  const model::v1::SystemModel& system = input.model.proto();
  std::vector<std::string> subjects;
  const auto add_ids = [&subjects](const auto& elements) {
    for (const auto& element : elements) subjects.push_back(element.id());
  };
  switch (check.subject()) {
    case kb::CHECK_SUBJECT_SYSTEM:
      return {system.name()};
    case kb::CHECK_SUBJECT_CREDENTIALS:
      add_ids(system.secrets().credentials());
      return subjects;
    case kb::CHECK_SUBJECT_ALERTS:
      add_ids(system.monitoring().alerts());
      return subjects;
    case kb::CHECK_SUBJECT_PROCEDURES:
      add_ids(system.recovery().procedures());
      return subjects;
    default:
      break;
  }
  const std::vector<analysis::Condition> conditions = Compiled(check.where());
  for (const analysis::Element& element : input.threats.Get().landscape().ElementsOf(kb::THREAT_SUBJECT_COMPONENT)) {
    const std::string& id = analysis::CurrentId(element);
    if (restoration.Find(id) == nullptr) continue;
    const bool holds = std::all_of(conditions.begin(), conditions.end(), [&](const analysis::Condition& condition) {
      return condition.Judge(element) == analysis::Truth::kYes;
    });
    if (holds) subjects.push_back(id);
  }
  return subjects;
}

const char* StateLabelOf(analysis::ExerciseState state) {
  switch (state) {
    case analysis::ExerciseState::kOnTime:
      return "on time";
    case analysis::ExerciseState::kLate:
      return "late";
    case analysis::ExerciseState::kNeverRun:
      return "never run: the plan is untested";
    case analysis::ExerciseState::kNotDeclared:
      return "not declared: the plan is untested";
  }
  return "";
}

}  // namespace

void AddMilestones(const Input& input, kb::RecoveryPhase phase, const analysis::Restoration& restoration,
                   RepeatedPtrField<v1::MilestoneRow>& out) {
  std::vector<Timed> timed;
  for (const kb::RecoveryMilestone& milestone : knowledge::RecoveryRules().milestones()) {
    if (milestone.phase() != phase) continue;
    if (milestone.clock() == kb::MILESTONE_CLOCK_UNSPECIFIED) {
      *out.Add() = MilestoneOf(input.model, milestone);
    } else if (milestone.clock() == kb::MILESTONE_CLOCK_FUNCTION) {
      AddFunctionMilestones(input.model, milestone, restoration, timed);
    } else if (const std::optional<int> minutes = ClockOf(input.model.proto(), milestone.clock())) {
      timed.push_back({*minutes, MilestoneOf(input.model, milestone)});
    }
  }
  std::stable_sort(timed.begin(), timed.end(), [](const Timed& a, const Timed& b) { return a.minutes < b.minutes; });
  for (Timed& each : timed) {
    each.row.set_due(each.minutes == 0 ? "at declaration" : absl::StrCat("within ", Minutes(each.minutes)));
    *out.Add() = std::move(each.row);
  }
}

void AddChannels(const model::Model& model, RepeatedPtrField<v1::ChannelRow>& out) {
  for (const bool out_of_band : {true, false}) {
    for (const model::v1::Channel& channel : model.proto().incident_response().channels()) {
      if (channel.out_of_band() != out_of_band) continue;
      v1::ChannelRow& row = *out.Add();
      row.set_name(channel.name());
      row.set_purpose(channel.purpose());
      row.set_out_of_band(out_of_band);
      AddAll(channel.depends_on(), row.mutable_depends_on());
      AddAll(channel.depends_on_third_parties(), row.mutable_depends_on());
    }
  }
}

void AddChecks(const Input& input, const analysis::Restoration& restoration, RepeatedPtrField<v1::CheckRow>& out) {
  ReferenceFilter binding(input);
  for (const kb::ReopeningCheck& check : knowledge::RecoveryRules().checks()) {
    std::vector<std::string> subjects = SubjectsOf(input, restoration, check);
    if (subjects.empty()) continue;
    v1::CheckRow& row = *out.Add();
    row.set_text(check.text());
    AddFirst(std::move(subjects), kNamed, row.mutable_subjects());
    row.set_passes(check.passes());
    row.set_owner(OwnerOf(input.model, check.owners()));
    AddAll(BindingReferences(binding, check.references()), row.mutable_references());
  }
}

void AddExercises(const Input& input, RepeatedPtrField<v1::ExerciseRow>& out) {
  ReferenceFilter binding(input);
  for (const analysis::ExerciseFact& fact : analysis::Exercises(input.model)) {
    v1::ExerciseRow& row = *out.Add();
    row.set_state(StateLabelOf(fact.state));
    row.set_next(model::FormatDate(fact.next));
    if (fact.state == analysis::ExerciseState::kLate) {
      absl::StrAppend(row.mutable_next(), ", ", InDays(input.model.as_of() - fact.next), " late");
    }
    if (fact.rule != nullptr) AddAll(BindingReferences(binding, fact.rule->references()), row.mutable_references());
    if (fact.exercise != nullptr) {
      row.set_name(fact.exercise->name());
      row.set_kind(Label(fact.exercise->kind()));
      row.set_frequency(Frequency(fact.exercise->interval_days()));
      row.set_last(fact.exercise->last_run());
      row.set_passes(fact.exercise->pass_criterion());
      row.set_owner(TitleOrVacancy(input.model, fact.exercise->owner()));
    } else {
      row.set_name(fact.rule->name());
      row.set_kind(Label(fact.rule->kind()));
      row.set_frequency(absl::StrCat(Frequency(fact.rule->interval_days()), ", proposed"));
      row.set_passes(fact.rule->passes());
      row.set_owner(OwnerOf(input.model, fact.rule->owners()));
    }
  }
}

bool IsUnproven(const v1::ExerciseRow& row) { return row.state() != "on time"; }

}  // namespace metapowers::commands
