#include "service/analysis/incident_classes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "service/analysis/outside.h"
#include "service/knowledge/response.h"

namespace metapowers::analysis {

namespace {

using knowledge::v1::IncidentClass;
using model::v1::ContainmentSwitch;
using model::v1::DataClass;

// Where responders look for a threat.
std::vector<std::string> PlacesOf(const Threat& threat) {
  const Landscape& landscape = *threat.element.landscape;
  switch (threat.element.subject) {
    case knowledge::v1::THREAT_SUBJECT_FLOW: {
      const FlowView& flow = threat.element.flow();
      const ComponentFacts& target = *landscape.components()[flow.target].facts;
      const bool ours = IsOurs(landscape.facts(), target);
      return {landscape.components()[ours ? flow.target : flow.source].facts->component->id()};
    }
    case knowledge::v1::THREAT_SUBJECT_API:
      return {static_cast<const model::v1::Api&>(*threat.element.message).component()};
    case knowledge::v1::THREAT_SUBJECT_CREDENTIAL: {
      const auto& users = static_cast<const model::v1::Credential&>(*threat.element.message).used_by();
      if (!users.empty()) return {users.begin(), users.end()};
      return {threat.element_id()};
    }
    case knowledge::v1::THREAT_SUBJECT_KEY: {
      std::vector<std::string> encrypted;
      for (const int index : landscape.DependentComponents(threat.element)) {
        encrypted.push_back(landscape.components()[index].facts->component->id());
      }
      if (encrypted.empty()) encrypted.push_back(threat.element_id());
      return encrypted;
    }
    default:
      return {threat.element_id()};
  }
}

class Classifier {
 public:
  Classifier(const Threats& threats, const Detections& detections, const SeverityLadder& ladder)
      : detections_(detections), ladder_(ladder), model_(threats.landscape().model()) {
    for (const Threat* threat : threats.Prioritised()) {
      if (const IncidentClass* row = knowledge::IncidentClassOf(threat->rule->id())) open_[row].push_back(threat);
    }
  }

  IncidentClassFact Judge(const IncidentClass& row) const {
    IncidentClassFact fact;
    fact.row = &row;
    const auto open = open_.find(&row);
    if (open == open_.end()) return fact;
    fact.threats = open->second;
    AddPlaces(fact);
    AddLevel(fact);
    const std::vector<int> kinds(row.switches().begin(), row.switches().end());
    if (!fact.elements.empty()) fact.switches = SwitchesFor(model_, kinds, fact.elements);
    AddDetections(fact);
    return fact;
  }

 private:
  void AddPlaces(IncidentClassFact& fact) const {
    std::set<std::string> seen;
    std::set<const DataClass*> held;
    for (const Threat* threat : fact.threats) {
      bool added = false;
      for (const std::string& place : PlacesOf(*threat)) {
        if (!seen.insert(place).second) continue;
        fact.elements.push_back(place);
        const bool runs = model_.Find<model::v1::Component>(place) != nullptr ||
                          model_.Find<model::v1::Infrastructure>(place) != nullptr;
        if (runs) fact.machines.push_back(place);
        added = true;
      }
      const DataClass* data = AtStake(*threat);
      if (added && data != nullptr && held.insert(data).second) fact.data.push_back(data);
    }
  }

  void AddLevel(IncidentClassFact& fact) const {
    fact.level = ladder_.LevelOf(fact.elements.front());
    if (const DataClass* data = AtStake(*fact.threats.front())) {
      fact.level = ladder_.Worse(fact.level, ladder_.LevelOf(*data));
    }
  }

  void AddDetections(IncidentClassFact& fact) const {
    std::map<std::string, const model::v1::Alert*> alerts;
    std::map<std::pair<bool, std::string>, const AppliedDetection*> found;
    for (const Threat* threat : fact.threats) {
      const ThreatSight* sight = detections_.SightOf(*threat);
      if (sight == nullptr) continue;
      for (const AppliedDetection* detection : sight->detections) {
        found.emplace(std::pair(!detection->running, detection->row->id()), detection);
        for (const model::v1::Alert* alert : detection->alerts) alerts.emplace(alert->id(), alert);
      }
    }
    for (const auto& [key, detection] : found) fact.detections.push_back(detection);
    for (const auto& [id, alert] : alerts) fact.alerts.push_back(alert);
  }

  const Detections& detections_;
  const SeverityLadder& ladder_;
  const model::Model& model_;
  std::map<const IncidentClass*, std::vector<const Threat*>> open_;
};

}  // namespace

std::vector<IncidentClassFact> IncidentClasses(const Threats& threats, const Detections& detections,
                                               const SeverityLadder& ladder) {
  const Classifier classifier(threats, detections, ladder);
  std::vector<IncidentClassFact> facts;
  for (const IncidentClass& row : knowledge::ResponsePlans().classes()) facts.push_back(classifier.Judge(row));
  return facts;
}

std::vector<const ContainmentSwitch*> SwitchesFor(const model::Model& model, absl::Span<const int> kinds,
                                                  const std::vector<std::string>& components) {
  const std::set<std::string> wanted(components.begin(), components.end());
  std::vector<std::tuple<int, int, std::string, const ContainmentSwitch*>> found;
  for (const ContainmentSwitch& each : model.proto().containment_switches()) {
    const auto kind = std::find(kinds.begin(), kinds.end(), each.kind());
    if (kind == kinds.end()) continue;
    const int covered =
        static_cast<int>(std::count_if(each.components().begin(), each.components().end(),
                                       [&wanted](const std::string& id) { return wanted.contains(id); }));
    if (covered == 0 && !wanted.empty()) continue;
    found.emplace_back(static_cast<int>(kind - kinds.begin()), -covered, each.id(), &each);
  }
  std::sort(found.begin(), found.end());
  std::vector<const ContainmentSwitch*> switches;
  for (const auto& entry : found) switches.push_back(std::get<3>(entry));
  return switches;
}

}  // namespace metapowers::analysis
