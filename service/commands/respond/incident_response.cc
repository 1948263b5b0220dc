// The judgements stand in analysis (severity_ladder.h, incident_classes.h) and beside this folder (response_people.h,
// response_means.h, incident_playbooks.h); this puts them into the tables of the section, one function a table.
#include "service/commands/respond/incident_response.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/incident_classes.h"
#include "service/commands/applicable_references.h"
#include "service/commands/decision_trees.h"
#include "service/commands/held_roles.h"
#include "service/commands/incident_playbooks.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_means.h"
#include "service/commands/response_people.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands::respond {
namespace {

namespace pb = security::respond::v1;
using analysis::IncidentClassFact;
using model::v1::Role;

// Scenarios that have to be prepared for by name.
constexpr size_t kScenarios = 10;
// What a row names before it counts the rest.
constexpr size_t kNamed = 6;

class Plan {
 public:
  explicit Plan(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        response_(proto_.incident_response()),
        threats_(input.threats.Get()),
        ladder_(input.facts),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        detections_(analysis::Detections::Of(threats_, sources_)),
        classes_(analysis::IncidentClasses(threats_, *detections_, ladder_)),
        seats_(ResponseSeats(input)),
        findings_(input) {}

  pb::IncidentResponseResult Build() {
    result_.set_system(proto_.name());
    result_.set_topic(proto_.id());
    result_.set_as_of(proto_.as_of());
    ReferenceFilter binding(input_);
    AddAll(BindingReferences(binding, knowledge::ResponsePlans().references()), result_.mutable_references());
    AddLevels();
    AddPlaces();
    AddPlaybooks(input_, classes_, result_, questions());
    AddResponseScenarios(input_, kScenarios, result_);
    AddResponseExercises(input_, result_, findings_);
    AddFunctions();
    AddRotations();
    AddContacts();
    AddNotices();
    AddMeans();
    AddClocks();
    AddChain();
    AddTrees();
    AddModelQuestions();
    findings_.MoveTo(*result_.mutable_findings(), *result_.mutable_measures());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  Questions& questions() { return *result_.mutable_questions(); }

  void AskFor(std::string field, std::string text, absl::string_view team = "") {
    *questions().Add() = Ask(model_, std::move(field), std::move(text), team);
  }

  // --- Severity Classification ---

  std::string DataLabel(const std::string& id) const {
    const auto* data = model_.Find<model::v1::DataClass>(id);
    if (data == nullptr) return id;
    if (!data->has_record_count() || data->record_count() == 0) return data->name();
    return absl::StrCat(data->name(), " (", Thousands(data->record_count()), " records)");
  }

  void AddLevels() {
    if (ladder_.levels().empty()) {
      AskFor("incident_response.severities", absl::StrCat("Which levels of incidents does ", proto_.name(),
                                                          " have, and what happens on each, how fast?"));
    }
    for (const model::v1::SeverityLevel* level : ladder_.levels()) {
      pb::SeverityLevelRow& row = *result_.add_levels();
      row.set_id(level->id());
      row.set_name(level->name());
      row.set_criterion(level->criterion());
      for (const std::string& id : level->data_classes()) row.add_data(DataLabel(id));
      AddAll(level->components(), row.mutable_components());
      for (const model::v1::SeverityAction* action : analysis::ActionsByClock(*level)) {
        row.add_actions(absl::StrCat(action->action(), " within ", Minutes(action->within_minutes())));
      }
      if (level->actions().empty()) {
        AskFor(absl::StrCat("incident_response.severities[", level->id(), "].actions"),
               absl::StrCat("What must happen on ", level->id(), ", by whom and within which time?"));
      }
    }
  }

  void AddPlaces() {
    for (const analysis::LadderPlace& place : ladder_.places()) {
      const std::string& id = place.component->component->id();
      if (place.level == nullptr) {
        result_.add_unplaced(id);
        continue;
      }
      auto& rows = *result_.mutable_places();
      const auto same = std::find_if(rows.begin(), rows.end(), [&place](const pb::SeverityPlaceRow& row) {
        return row.level() == place.level->id() && row.because() == place.because;
      });
      pb::SeverityPlaceRow& row = same == rows.end() ? *rows.Add() : *same;
      row.set_level(place.level->id());
      row.set_because(place.because);
      row.add_components(id);
    }
    if (ladder_.levels().empty()) return;
    for (const model::v1::DataClass* data : ladder_.unplaced_data()) {
      AskFor("incident_response.severities", absl::StrCat("Which level has a disclosure of ", data->name(), "?"),
             data->owner());
    }
    for (const model::v1::Component* component : ladder_.unplaced_components()) {
      AskFor("incident_response.severities", absl::StrCat("Which level has a compromise of ", component->id(), "?"),
             component->owner_team());
    }
  }

  // --- Response Team ---

  void AddFunctions() {
    for (const ResponseSeat& seat : seats_) {
      pb::ResponseFunctionRow& row = *result_.add_functions();
      row.set_function(seat.function->name());
      if (seat.role == nullptr) continue;
      row.set_role(seat.role->title());
      row.set_holder(seat.role->holder());
      row.set_deputy(seat.role->deputy());
      if (seat.holder_team != nullptr) row.set_team(seat.holder_team->name());
      if (seat.deputy_team != nullptr) row.set_deputy_team(seat.deputy_team->name());
      const auto* team =
          seat.holder_team != nullptr ? seat.holder_team : model_.Find<model::v1::Team>(seat.role->team());
      if (team != nullptr) row.set_contact(team->contact());
    }
    AddPeopleFindings(input_, seats_, findings_, questions());
  }

  void AddRotations() {
    for (const model::v1::OnCall& rotation : proto_.monitoring().on_call()) {
      pb::ResponseRotation& row = *result_.add_rotations();
      row.set_id(rotation.id());
      row.set_team(TeamName(model_, rotation.team()));
      row.set_people(rotation.engineers());
      row.set_hours(rotation.hours());
      if (rotation.response_minutes() > 0) row.set_responds(Minutes(rotation.response_minutes()));
      row.set_tool(rotation.tool());
      row.set_escalates_to(TitleOrVacancy(model_, rotation.escalates_to()));
      if (rotation.escalate_after_minutes() > 0) row.set_after(Minutes(rotation.escalate_after_minutes()));
    }
    AddRotationFindings(input_, findings_, questions());
  }

  void AddContacts() {
    for (const model::v1::IncidentContact& contact : response_.contacts()) {
      pb::ResponseContact& row = *result_.add_contacts();
      row.set_name(contact.name());
      row.set_purpose(contact.purpose());
      row.set_retainer(contact.retainer());
      row.set_contact(contact.contact());
    }
  }

  // --- Communication Protocols ---

  void AddNotice(const std::string& whom, const std::string& when, const std::string& by, const std::string& via) {
    pb::InternalNotice& row = *result_.add_notices();
    row.set_whom(whom);
    row.set_when(when);
    row.set_by(by);
    row.set_via(via);
  }

  std::string SeatTitle(absl::string_view function) const {
    for (const ResponseSeat& seat : seats_) {
      if (seat.function->id() == function && seat.role != nullptr) return TitleOrVacancy(model_, seat.role->id());
    }
    return "";
  }

  // Whether the text names a role, its people, or the people of a team.
  bool NamesSomebody(const std::string& text) const {
    const auto is = [&text](const auto&... names) { return ((text == names) || ...); };
    return std::any_of(proto_.roles().begin(), proto_.roles().end(),
                       [&](const Role& role) { return is(role.id(), role.title(), role.holder(), role.deputy()); }) ||
           std::any_of(proto_.teams().begin(), proto_.teams().end(),
                       [&](const model::v1::Team& team) { return is(team.lead(), team.deputy()); });
  }

  void AddNotices() {
    const std::string command = SeatTitle("command");
    const std::string words = SeatTitle("communication");
    const std::vector<std::string> channels = OutOfBandChannels(model_);
    if (proto_.policy_parameters().has_breach_report_minutes()) {
      AddNotice(command,
                absl::StrCat("within ", Minutes(proto_.policy_parameters().breach_report_minutes()), " of noticing"),
                "everybody who notices", channels.empty() ? "" : channels.front());
    }
    AddNotice("responders", "at declaration", command, response_.war_room());
    if (response_.has_partner_notice_minutes()) {
      AddNotice("partners", absl::StrCat("within ", Minutes(response_.partner_notice_minutes()), " of declaration"),
                words, response_.status_page());
    }
    if (response_.has_customer_notice_hours()) {
      AddNotice("customers", absl::StrCat("within ", Hours(response_.customer_notice_hours()), " of confirmation"),
                words, "template of the section Incident Communication");
    } else {
      AskFor("incident_response.customer_notice_hours", "Within how many hours of confirmation are customers told?");
    }
    if (!response_.status_page().empty()) {
      AddNotice("public",
                response_.status_page_automatic() ? "by itself, from the record of the incident" : "at declaration",
                response_.status_page_automatic() ? response_.incident_tool() : words, response_.status_page());
    }
    const std::string& speaker = response_.spokesperson();
    if (!speaker.empty()) AddNotice("press", "on request, by this person alone", speaker, "");
    if (speaker.empty()) {
      AskFor("incident_response.spokesperson", "Who speaks to the press in an incident?");
    } else if (!NamesSomebody(speaker)) {
      AskFor("incident_response.spokesperson",
             absl::StrCat("Which declared role or team does ", speaker, " belong to?"));
    }
  }

  void AddMeans() {
    for (const model::v1::Channel& channel : response_.channels()) {
      pb::ResponseChannel& row = *result_.add_channels();
      row.set_name(channel.name());
      row.set_purpose(channel.purpose());
      row.set_out_of_band(IsOutOfBand(channel));
      row.set_needs(NeedsOf(model_, channel));
    }
    const std::vector<ResponseMeans> means = FindResponseMeans(input_);
    for (const ResponseMeans& each : means) {
      pb::ResponseMeansRow& row = *result_.add_means();
      row.set_subject(each.subject);
      row.set_kind(each.row->name());
      row.set_used_for(each.row->used_for());
      row.set_fails_with(each.fails_with);
      row.set_path(each.path);
    }
    AddMeansFindings(input_, means, findings_, questions());
  }

  // --- Escalation Paths ---

  void AddClock(const std::string& trigger, const std::string& action, const std::string& role, int minutes,
                const std::string& source) {
    pb::EscalationClock& row = *result_.add_clocks();
    row.set_trigger(trigger);
    row.set_action(action);
    row.set_role(RoleWithPeople(model_.Find<Role>(role)));
    row.set_within(minutes == 0 ? "immediately" : Minutes(minutes));
    row.set_source(source);
  }

  void AddClocks() {
    for (const model::v1::SeverityLevel* level : ladder_.levels()) {
      for (const model::v1::SeverityAction* action : analysis::ActionsByClock(*level)) {
        AddClock(absl::StrCat(level->id(), " ", level->name()), action->action(), action->role(),
                 action->within_minutes(), "ladder");
        if (!action->role().empty()) continue;
        AskFor(absl::StrCat("incident_response.severities[", level->id(), "].actions"),
               absl::StrCat("Which role does '", action->action(), "' on ", level->id(), "?"));
      }
    }
    for (const model::v1::Escalation& escalation : proto_.policy_parameters().escalations()) {
      AddClock(escalation.trigger(), "inform", escalation.role(), escalation.within_minutes(), "policy");
    }
  }

  void AddStep(const std::string& from, const Role& to, const std::string& when) {
    pb::EscalationStep& row = *result_.add_chain();
    row.set_from(from);
    row.set_to(RoleWithPeople(&to));
    row.set_when(when);
  }

  void AddChain() {
    std::set<std::string> done;
    for (const model::v1::OnCall& rotation : proto_.monitoring().on_call()) {
      const Role* role = model_.Find<Role>(rotation.escalates_to());
      if (role == nullptr) continue;
      AddStep(absl::StrCat("rotation ", rotation.id()), *role,
              rotation.escalate_after_minutes() > 0
                  ? absl::StrCat("no answer for ", Minutes(rotation.escalate_after_minutes()))
                  : "no answer; time not declared");
      while (done.insert(role->id()).second) {
        const Role* above = model_.Find<Role>(role->reports_to());
        if (above == nullptr) break;
        AddStep(role->title(), *above, "neither holder nor deputy answers, or the decision is above the role");
        role = above;
      }
    }
  }

  // --- Decision Trees ---

  void AddTrees() {
    if (!ladder_.levels().empty()) *result_.add_trees() = SeverityTree(input_);
    *result_.add_trees() = PlannedTree(input_, knowledge::PlanTreeOf("containment"));
    for (const IncidentClassFact& fact : classes_) {
      if (fact.row->tree().empty() || !WhyNoPlaybook(input_, fact).empty()) continue;
      *result_.add_trees() = PlannedTree(input_, knowledge::PlanTreeOf(fact.row->tree()));
    }
  }

  // --- Questions and figures ---

  void AddModelQuestions() {
    for (metapowers::v1::Question& question :
         QuestionsOn(model_, {"PolicyParameters.breach_report_minutes", "ContainmentSwitch"})) {
      *questions().Add() = std::move(question);
    }
    if (response_.war_room().empty() && response_.channels().empty()) {
      AskFor("incident_response.channels", "Over which channels do responders talk?");
    }
  }

  void AddTotals() {
    pb::ResponseTotals& totals = *result_.mutable_totals();
    totals.set_levels(result_.levels_size());
    totals.set_playbooks(result_.playbooks_size());
    for (const pb::Playbook& row : result_.playbooks()) totals.set_threats(totals.threats() + row.threats());
    totals.set_open(static_cast<int32_t>(threats_.Prioritised().size()));
    totals.set_findings(result_.findings_size());
    totals.set_functions(result_.functions_size());
    for (const pb::ResponseFunctionRow& row : result_.functions()) {
      totals.set_staffed(totals.staffed() + (row.holder().empty() || row.deputy().empty() ? 0 : 1));
    }
    pb::ResponsePhrases& phrases = *result_.mutable_phrases();
    phrases.set_levels(Count(totals.levels(), "level", "levels"));
    phrases.set_playbooks(Count(totals.playbooks(), "playbook", "playbooks"));
    phrases.set_threats(absl::StrCat(totals.threats(), " of ", Count(totals.open(), "open threat", "open threats")));
    phrases.set_findings(Count(totals.findings(), "finding", "findings"));
    phrases.set_staffed(absl::StrCat(totals.staffed(), " of ", Count(totals.functions(), "function", "functions")));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const model::v1::IncidentResponse& response_;
  const analysis::Threats& threats_;
  const analysis::SeverityLadder ladder_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::vector<IncidentClassFact> classes_;
  const std::vector<ResponseSeat> seats_;
  ReadinessFindings findings_;
  pb::IncidentResponseResult result_;
};

}  // namespace

pb::IncidentResponseResult IncidentResponse(const Input& input) { return Plan(input).Build(); }

}  // namespace metapowers::commands::respond
