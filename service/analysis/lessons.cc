#include "service/analysis/lessons.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "service/analysis/involved_ids.h"
#include "service/knowledge/response.h"

namespace metapowers::analysis {

namespace {

namespace kb = knowledge::v1;
using model::v1::Control;
using model::v1::CorrectiveAction;
using model::v1::PastIncident;

std::optional<double> Median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

bool Lowers(const Threat& threat, const Control& control) {
  return std::any_of(threat.controls.begin(), threat.controls.end(), [&control](const ControlOnThreat& each) {
    const auto& keys = control.implements();
    return std::find(keys.begin(), keys.end(), each.control->id()) != keys.end();
  });
}

void AddPlaybooks(const model::Model& model, PastIncidentFact& fact) {
  std::set<const kb::IncidentClass*> found;
  for (const CorrectiveAction& action : fact.incident->actions()) {
    const auto* control = model.Find<Control>(action.control());
    if (control == nullptr) continue;
    for (const Threat* threat : LoweredBy(fact, *control)) {
      found.insert(knowledge::IncidentClassOf(threat->rule->id()));
    }
  }
  if (found.empty() && !fact.threats.empty()) {
    found.insert(knowledge::IncidentClassOf(fact.threats.front()->rule->id()));
  }
  for (const kb::IncidentClass& row : knowledge::ResponsePlans().classes()) {
    if (found.contains(&row)) fact.playbooks.push_back(&row);
  }
}

// Share of the actions that `holds`, in percent.
template <class Holds>
std::optional<double> ShareOfActions(const model::v1::SystemModel& proto, const Holds& holds) {
  int all = 0;
  int kept = 0;
  for (const PastIncident& incident : proto.incident_response().past_incidents()) {
    for (const CorrectiveAction& action : incident.actions()) {
      ++all;
      kept += holds(action) ? 1 : 0;
    }
  }
  if (all == 0) return std::nullopt;
  return std::round(100.0 * kept / all);
}

}  // namespace

std::vector<PastIncidentFact> PastIncidents(const Threats& threats) {
  const model::Model& model = threats.landscape().model();
  std::vector<PastIncidentFact> facts;
  for (const PastIncident& incident : model.proto().incident_response().past_incidents()) {
    PastIncidentFact& fact = facts.emplace_back();
    fact.incident = &incident;
    const std::set<std::string, std::less<>> components(incident.components().begin(), incident.components().end());
    for (const Threat* threat : threats.Prioritised()) {
      const std::vector<absl::string_view> involved = InvolvedIds(threat->element);
      const bool touches = threat->element.subject != kb::THREAT_SUBJECT_SYSTEM &&
                           std::any_of(involved.begin(), involved.end(),
                                       [&components](absl::string_view id) { return components.contains(id); });
      if (touches) fact.threats.push_back(threat);
    }
    AddPlaybooks(model, fact);
  }
  std::stable_sort(facts.begin(), facts.end(), [](const PastIncidentFact& a, const PastIncidentFact& b) {
    return a.incident->occurred_on() > b.incident->occurred_on();
  });
  return facts;
}

std::vector<const Threat*> LoweredBy(const PastIncidentFact& fact, const Control& control) {
  std::vector<const Threat*> lowered;
  for (const Threat* threat : fact.threats) {
    if (Lowers(*threat, control)) lowered.push_back(threat);
  }
  return lowered;
}

std::optional<double> MeasureLessons(const model::Model& model, kb::LessonMeasure measure) {
  const model::v1::SystemModel& proto = model.proto();
  const auto& incidents = proto.incident_response().past_incidents();
  std::vector<double> values;
  int overdue = 0;
  switch (measure) {
    case kb::LESSON_MEASURE_INCIDENTS:
      return incidents.size();
    case kb::LESSON_MEASURE_DETECTION_MINUTES:
      for (const PastIncident& incident : incidents) {
        if (incident.has_detection_minutes()) values.push_back(incident.detection_minutes());
      }
      return Median(std::move(values));
    case kb::LESSON_MEASURE_RESOLUTION_MINUTES:
      for (const PastIncident& incident : incidents) {
        if (incident.has_resolution_minutes()) values.push_back(incident.resolution_minutes());
      }
      return Median(std::move(values));
    case kb::LESSON_MEASURE_ACTIONS_DONE_PERCENT:
      return ShareOfActions(proto, [](const CorrectiveAction& action) { return action.done(); });
    case kb::LESSON_MEASURE_ACTIONS_WITH_CONTROL_PERCENT:
      return ShareOfActions(proto, [](const CorrectiveAction& action) { return !action.control().empty(); });
    case kb::LESSON_MEASURE_ACTIONS_OVERDUE:
      for (const PastIncident& incident : incidents) {
        for (const CorrectiveAction& action : incident.actions()) {
          overdue += !action.done() && model::ToCivilDay(action.due()) < model.as_of() ? 1 : 0;
        }
      }
      return overdue;
    default:
      return std::nullopt;
  }
}

}  // namespace metapowers::analysis
