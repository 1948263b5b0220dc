#include "service/analysis/culture.h"

#include <algorithm>

#include "service/analysis/alert_coverage.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

CultureFacts::CultureFacts(const Threats& all) {
  for (const Threat& threat : all.all()) {
    TeamThreats& team = threats[*threat.team];
    const bool severe_before = threat.scores.inherent.severity >= model::v1::SEVERITY_HIGH;
    const bool severe_now = threat.open() && threat.severity() >= model::v1::SEVERITY_HIGH;
    severe_once += severe_before ? 1 : 0;
    severe_closed += severe_before && !severe_now ? 1 : 0;
    if (threat.open()) {
      ++team.open;
      team.severe += severe_now ? 1 : 0;
      ++team.rules[threat.rule->title()];
    } else if (threat.status == ThreatStatus::kControlled) {
      ++team.closed;
    }
  }
  for (const model::v1::Component& component : all.landscape().model().proto().components()) {
    if (IsExternal(component) || component.owner_team().empty()) continue;
    ++components[component.owner_team()];
    if (component.custom_code()) builders.insert(component.owner_team());
  }
}

bool Takes(const model::v1::TrainingModule& module, const std::string& team) {
  const auto& audience = module.audience();
  return audience.empty() || std::find(audience.begin(), audience.end(), team) != audience.end();
}

bool Answers(const model::v1::TrainingModule& module, const knowledge::v1::TrainingTopic& topic) {
  return Mentions(module.title(), topic.words());
}

std::vector<OverdueLesson> OverdueLessons(const model::Model& model) {
  std::vector<OverdueLesson> lessons;
  for (const model::v1::PastIncident& incident : model.proto().incident_response().past_incidents()) {
    for (const model::v1::CorrectiveAction& action : incident.actions()) {
      const int days = static_cast<int>(model.as_of() - model::ToCivilDay(action.due()));
      if (!action.done() && days > 0) lessons.push_back({&incident, &action, days});
    }
  }
  return lessons;
}

}  // namespace metapowers::analysis
