#include "service/analysis/risk_scenarios.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "service/analysis/data_behind.h"
#include "service/analysis/involved_ids.h"

namespace metapowers::analysis {

namespace {

using model::v1::BusinessFunction;
using model::v1::DataClass;

bool HarmsAvailability(const Threat& threat) {
  const auto& legs = threat.rule->impact().legs();
  return std::find(legs.begin(), legs.end(), knowledge::v1::IMPACT_LEG_AVAILABILITY) != legs.end();
}

class Teller {
 public:
  Teller(const Threats& threats, const AttackPaths& paths)
      : facts_(threats.landscape().facts()), proto_(facts_.model().proto()) {
    for (const AttackPath& path : paths.paths) {  // easiest first
      for (const AttackStep& step : path.steps) {
        if (step.threat != nullptr) routes_.emplace(step.threat, &path);
      }
    }
  }

  void Tell(RiskScenario& scenario) const {
    std::set<std::string> stopped;
    std::set<const DataClass*> data;
    for (const Risk* risk : scenario.risks) {
      data.insert(risk->threat->data.begin(), risk->threat->data.end());
      if (HarmsAvailability(*risk->threat)) AddStopped(*risk->threat, stopped);
      const auto route = routes_.find(risk->threat);
      if (route != routes_.end() && scenario.route == nullptr) scenario.route = route->second;
    }
    scenario.data.assign(data.begin(), data.end());
    std::sort(scenario.data.begin(), scenario.data.end(), [](const DataClass* a, const DataClass* b) {
      return std::make_tuple(-StakeOf(*a), a->id()) < std::make_tuple(-StakeOf(*b), b->id());
    });
    for (const BusinessFunction& function : proto_.recovery().functions()) {
      const bool stops = std::any_of(stopped.begin(), stopped.end(), [&](const std::string& id) {
        return facts_.Find(id)->component->business_function() == function.name();
      });
      if (stops) scenario.functions.push_back(&function);
    }
  }

 private:
  void AddStopped(const Threat& threat, std::set<std::string>& stopped) const {
    for (const SinglePoint& point : facts_.single_points()) {
      if (point.id == threat.element_id()) stopped.insert(point.stops.begin(), point.stops.end());
    }
    std::vector<std::string> waiting;
    for (const absl::string_view id : InvolvedIds(threat.element)) waiting.emplace_back(id);
    while (!waiting.empty()) {
      const std::string id = waiting.back();
      waiting.pop_back();
      const ComponentFacts* component = facts_.Find(id);
      if (component == nullptr || !stopped.insert(id).second) continue;
      waiting.insert(waiting.end(), component->dependents.begin(), component->dependents.end());
    }
  }

  const Facts& facts_;
  const model::v1::SystemModel& proto_;
  std::map<const Threat*, const AttackPath*> routes_;
};

}  // namespace

std::vector<RiskScenario> RiskScenarios(const RiskRegister& risks, const Threats& threats, const AttackPaths& paths,
                                        size_t most) {
  std::vector<RiskScenario> scenarios;
  std::map<std::string, size_t> positions;
  for (const Risk& risk : risks.risks) {
    if (risk.threat == nullptr || risk.treatment != RiskTreatment::kMitigate) continue;
    if (risk.severity() < model::v1::SEVERITY_MEDIUM) continue;
    const auto [at, added] = positions.emplace(RiskSubject(risk), scenarios.size());
    if (added) scenarios.emplace_back();
    scenarios[at->second].risks.push_back(&risk);
  }
  if (scenarios.size() > most) scenarios.resize(most);
  const Teller teller(threats, paths);
  for (RiskScenario& scenario : scenarios) teller.Tell(scenario);
  return scenarios;
}

}  // namespace metapowers::analysis
