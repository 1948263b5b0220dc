// The judgements are analysis' (lessons.h); this puts them into the tables of the section, one function a table.
#include "service/commands/respond/lessons_learned.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/alert_coverage.h"
#include "service/analysis/lessons.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands::respond {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::PastIncidentFact;
using analysis::Threat;
using model::v1::CorrectiveAction;
using model::v1::PastIncident;

// What a cell names before it counts the rest.
constexpr size_t kNamed = 5;

bool SharesOne(const google::protobuf::RepeatedPtrField<std::string>& a,
               const google::protobuf::RepeatedPtrField<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&b](const std::string& each) { return std::find(b.begin(), b.end(), each) != b.end(); });
}

class Lessons {
 public:
  explicit Lessons(const Input& input)
      : model_(input.model),
        proto_(input.model.proto()),
        incidents_(analysis::PastIncidents(input.threats.Get())),
        findings_(input) {}

  pb::LessonsLearnedResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    for (const PastIncidentFact& fact : incidents_) {
      AddIncident(*fact.incident);
      AddTimeline(*fact.incident);
      AddCause(fact);
      AddActions(fact);
      AddPlaybooks(fact);
    }
    SortActions();
    AddMetrics();
    if (incidents_.empty()) {
      AskFor("incident_response.past_incidents",
             absl::StrCat("Which incidents has ", proto_.name(), " had, drills that found something included?"));
    }
    findings_.MoveTo(*result_.mutable_findings(), *result_.mutable_measures());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void AskFor(std::string field, std::string text, absl::string_view team = "") {
    *result_.add_questions() = Ask(model_, std::move(field), std::move(text), team);
  }

  static std::string FieldOf(const PastIncident& incident, absl::string_view name) {
    return absl::StrCat("incident_response.past_incidents[", incident.id(), "].", name);
  }

  // --- Incident Summary and Timeline ---

  void AddIncident(const PastIncident& incident) {
    pb::LessonIncident& row = *result_.add_incidents();
    row.set_id(incident.id());
    row.set_title(incident.title());
    row.set_date(incident.occurred_on());
    row.set_severity(incident.severity());
    AddAll(incident.components(), row.mutable_components());
    row.set_summary(incident.summary());
    if (incident.has_detection_minutes()) row.set_detected(Minutes(incident.detection_minutes()));
    if (incident.has_resolution_minutes()) row.set_resolved(Minutes(incident.resolution_minutes()));
    if (incident.severity().empty()) {
      AskFor(FieldOf(incident, "severity"), absl::StrCat("Which level did ", incident.id(), " have?"));
    }
    if (!incident.has_detection_minutes()) {
      AskFor(FieldOf(incident, "detection_minutes"),
             absl::StrCat("After how many minutes was ", incident.id(), " detected?"));
    }
    if (!incident.has_resolution_minutes()) {
      AskFor(FieldOf(incident, "resolution_minutes"),
             absl::StrCat("After how many minutes was ", incident.id(), " resolved?"));
    }
    for (const std::string& factor : incident.contributing_factors()) {
      pb::LessonFactor& each = *result_.add_factors();
      each.set_incident(incident.id());
      each.set_factor(factor);
    }
  }

  void AddTimeline(const PastIncident& incident) {
    if (incident.timeline().empty()) {
      AskFor(FieldOf(incident, "timeline"), absl::StrCat("What happened when in ", incident.id(), "?"));
      return;
    }
    std::vector<const model::v1::TimelineEntry*> entries;
    for (const model::v1::TimelineEntry& entry : incident.timeline()) entries.push_back(&entry);
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto* a, const auto* b) { return a->minute() < b->minute(); });
    pb::LessonTimeline& row = *result_.add_timelines();
    row.set_id(incident.id());
    row.set_title(incident.title());
    int before = entries.front()->minute();
    for (const model::v1::TimelineEntry* entry : entries) {
      pb::LessonTimelineEntry& each = *row.add_entries();
      each.set_minute(entry->minute());
      each.set_after(entry->minute() - before);
      each.set_event(entry->event());
      before = entry->minute();
    }
  }

  // --- Root Cause Analysis ---

  void AddCause(const PastIncidentFact& fact) {
    pb::LessonCause& row = *result_.add_causes();
    row.set_incident(fact.incident->id());
    row.set_cause(fact.incident->root_cause());
    row.set_threats(static_cast<int32_t>(fact.threats.size()));
    if (!fact.threats.empty()) {
      row.set_worst(fact.threats.front()->key());
      row.set_severity(fact.threats.front()->severity());
    }
    if (fact.incident->root_cause().empty()) {
      findings_.Add("incident-without-cause", fact.incident->id(), "no root cause declared", "");
    }
    if (fact.incident->actions().empty()) {
      findings_.Add("incident-without-action", fact.incident->id(), "no action declared", "");
    }
  }

  // --- Corrective Actions ---

  void AddActions(const PastIncidentFact& fact) {
    for (const CorrectiveAction& action : fact.incident->actions()) {
      pb::LessonAction& row = *result_.add_actions();
      row.set_id(absl::StrCat(fact.incident->id(), "/", action.id()));
      row.set_action(action.action());
      row.set_owner(TeamName(model_, action.owner_team()));
      row.set_due(action.due());
      const int64_t late = model_.as_of() - model::ToCivilDay(action.due());
      row.set_state(action.done() ? "done" : late > 0 ? absl::StrCat("overdue by ", InDays(late)) : "open");
      if (!action.done() && late > 0) {
        findings_.Add("action-overdue", row.id(), absl::StrCat("due ", action.due(), ", ", row.state()),
                      action.owner_team());
      }
      const auto* control = model_.Find<model::v1::Control>(action.control());
      if (control == nullptr) {
        findings_.Add("action-without-control", row.id(), "no control named", action.owner_team());
        continue;
      }
      row.set_control(control->id());
      row.set_control_state(Label(control->state()));
      const std::vector<const Threat*> lowered = analysis::LoweredBy(fact, *control);
      row.set_threats(static_cast<int32_t>(lowered.size()));
      if (!lowered.empty()) row.set_worst(lowered.front()->key());
    }
  }

  // Overdue first, then open ones by due date, then done ones.
  void SortActions() {
    auto& rows = *result_.mutable_actions();
    std::stable_sort(rows.begin(), rows.end(), [](const pb::LessonAction& a, const pb::LessonAction& b) {
      const auto key = [](const pb::LessonAction& row) {
        return std::make_tuple(row.state() == "done", row.due(), row.id());
      };
      return key(a) < key(b);
    });
  }

  // --- Playbook Updates ---

  // The soonest exercise that plays incidents, with its date; empty when none is declared.
  std::string NextExercise() const {
    std::string best;
    std::string date;
    for (const model::v1::Exercise& exercise : proto_.recovery().exercises()) {
      if (exercise.kind() != model::v1::EXERCISE_KIND_TABLETOP && exercise.kind() != model::v1::EXERCISE_KIND_RED_TEAM)
        continue;
      const std::string next = exercise.last_run().empty()
                                   ? proto_.as_of()
                                   : model::FormatDate(std::max(model_.as_of(), model::ToCivilDay(exercise.last_run()) +
                                                                                    exercise.interval_days()));
      if (!best.empty() && next >= date) continue;
      date = next;
      best = absl::StrCat(exercise.id(), " by ", next);
    }
    return best;
  }

  void AddPlaybooks(const PastIncidentFact& fact) {
    for (const kb::IncidentClass* playbook : fact.playbooks) {
      pb::PlaybookUpdate& row = *result_.add_playbook_updates();
      row.set_playbook(playbook->name());
      row.set_incident(fact.incident->id());
      std::vector<std::string> alerts;
      for (const model::v1::Alert& alert : proto_.monitoring().alerts()) {
        if (SharesOne(alert.components(), fact.incident->components())) alerts.push_back(alert.id());
      }
      AddFirst(std::move(alerts), kNamed, row.mutable_alerts());
      std::vector<std::string> switches;
      for (const model::v1::ContainmentSwitch& each : proto_.containment_switches()) {
        if (SharesOne(each.components(), fact.incident->components())) switches.push_back(each.name());
      }
      AddFirst(std::move(switches), kNamed, row.mutable_switches());
      row.set_played(NextExercise());
    }
  }

  // --- Metrics ---

  // The target that the model declares for the metric, else that of the row; nothing without one.
  std::optional<double> TargetOf(const kb::LessonMetric& metric) const {
    for (const model::v1::DetectionObjective& objective : proto_.monitoring().objectives()) {
      if (objective.unit() == metric.unit() && analysis::Mentions(objective.name(), metric.objective_words())) {
        return objective.target();
      }
    }
    if (metric.target() < 0) return std::nullopt;
    return metric.target();
  }

  void AddMetrics() {
    for (const kb::LessonMetric& metric : knowledge::LessonRules().metrics()) {
      pb::LessonMetricRow& row = *result_.add_metrics();
      row.set_name(metric.name());
      row.set_formula(metric.formula());
      row.set_source(metric.source());
      const auto write = [&metric](double value) {
        return metric.unit().empty() ? Number(value) : Amount(value, metric.unit());
      };
      const std::optional<double> value = analysis::MeasureLessons(model_, metric.measure());
      const std::optional<double> target = TargetOf(metric);
      if (value.has_value()) row.set_value(write(*value));
      if (target.has_value())
        row.set_target(absl::StrCat(metric.at_least() ? "at least " : "at most ", write(*target)));
      if (!value.has_value()) {
        row.set_state("not known");
      } else if (target.has_value()) {
        row.set_state((metric.at_least() ? *value >= *target : *value <= *target) ? "met" : "missed");
      }
    }
  }

  void AddTotals() {
    pb::LessonTotals& totals = *result_.mutable_totals();
    totals.set_incidents(result_.incidents_size());
    totals.set_actions(result_.actions_size());
    for (const pb::LessonAction& row : result_.actions()) {
      totals.set_done(totals.done() + (row.state() == "done" ? 1 : 0));
      totals.set_overdue(totals.overdue() + (row.state() == "done" || row.state() == "open" ? 0 : 1));
      totals.set_with_control(totals.with_control() + (row.control().empty() ? 0 : 1));
    }
    pb::LessonPhrases& phrases = *result_.mutable_phrases();
    phrases.set_incidents(Count(totals.incidents(), "incident", "incidents"));
    phrases.set_done(absl::StrCat(totals.done(), " of ", Count(totals.actions(), "action is", "actions are")));
    phrases.set_overdue(Count(totals.overdue(), "action is overdue", "actions are overdue"));
  }

  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const std::vector<PastIncidentFact> incidents_;
  ReadinessFindings findings_;
  pb::LessonsLearnedResult result_;
};

}  // namespace

pb::LessonsLearnedResult LessonsLearned(const Input& input) { return Lessons(input).Build(); }

}  // namespace metapowers::commands::respond
