#include "service/analysis/automatic_response.h"

#include <map>
#include <set>

#include "absl/algorithm/container.h"
#include "service/analysis/dependencies.h"
#include "service/analysis/graph.h"
#include "service/knowledge/detections.h"

namespace metapowers::analysis {

namespace kb = knowledge::v1;
using model::v1::Component;

namespace {

// Bars of components by their position.
class Bars {
 public:
  explicit Bars(const Landscape& landscape) : landscape_(landscape) {}

  ActionBar Of(int component) const {
    const ActionBar own = BarOf(ComponentAt(component));
    return own.kind == ActionBar::Kind::kNone ? Reached(reach_.Reached(component)) : own;
  }

  // Of an action on callers from outside.
  ActionBar OfOutside(int component) const {
    if (landscape_.components()[component].exposure < Exposure::kPartner) return {ActionBar::Kind::kNobodyOutside};
    const ActionBar own = BarOf(ComponentAt(component));
    return own.kind == ActionBar::Kind::kNone ? Reached(targets_[component]) : own;
  }

 private:
  static Adjacency TargetsOf(const Landscape& landscape) {
    Adjacency targets(landscape.components().size());
    for (size_t i = 0; i < targets.size(); ++i) {
      for (const int flow : landscape.components()[i].outbound) targets[i].push_back(landscape.flows()[flow].target);
    }
    return targets;
  }

  const Component& ComponentAt(int index) const { return *landscape_.components()[index].facts->component; }

  // A device or a component of tier 0 among these; what only lacks a tier is a question of its own.
  ActionBar Reached(const std::vector<int>& targets) const {
    for (const int target : targets) {
      const Component& component = ComponentAt(target);
      if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
      const bool device = component.machine() == model::v1::MACHINE_DEVICE;
      if (device || component.tier() == model::v1::TIER_TIER_0) return {ActionBar::Kind::kReaches, &component};
    }
    return {};
  }

  const Landscape& landscape_;
  const Adjacency targets_{TargetsOf(landscape_)};  // of the flows that each component opens
  const Reachability reach_{targets_};
};

}  // namespace

ActionBar BarOf(const Component& component) {
  if (component.machine() == model::v1::MACHINE_DEVICE) return {ActionBar::Kind::kDevice};
  if (component.tier() == model::v1::TIER_TIER_0) return {ActionBar::Kind::kTierZero};
  return {component.tier() == model::v1::TIER_UNSPECIFIED ? ActionBar::Kind::kTierUnknown : ActionBar::Kind::kNone};
}

std::vector<ActionFact> Actions(const Landscape& landscape, const Detections& detections) {
  const Bars bars(landscape);
  std::map<std::string, int> counts;
  std::map<std::string, std::set<std::string>> elements;  // that the detections of an action are about
  for (const AppliedDetection& detection : detections.all()) {
    const std::string& action = detection.row->action();
    if (action.empty()) continue;
    ++counts[action];
    for (const LogSource* source : detection.sources) elements[action].insert(source->element_id);
  }
  std::vector<ActionFact> facts;
  for (const auto& [id, count] : counts) {
    ActionFact& fact = facts.emplace_back();
    fact.action = knowledge::FindResponseAction(id);
    fact.detections = count;
    for (const std::string& element : elements[id]) {
      const int component = landscape.model().Find<Component>(element) == nullptr ? -1 : landscape.IndexOf(element);
      const ActionBar bar = component < 0                    ? ActionBar()
                            : fact.action->outside_callers() ? bars.OfOutside(component)
                                                             : bars.Of(component);
      const bool machine = fact.action->automatic() && component >= 0 && bar.kind == ActionBar::Kind::kNone;
      (machine ? fact.automatic : fact.ordered).push_back(element);
    }
  }
  return facts;
}

std::vector<BlastFact> Blasts(const Landscape& landscape, const Detections& detections) {
  const model::Model& model = landscape.model();
  std::set<std::string> components;
  for (const AppliedDetection& detection : detections.all()) {
    const kb::ResponseAction* action = knowledge::FindResponseAction(detection.row->action());
    if (action == nullptr || action->automatic()) continue;
    for (const Threat* threat : detection.threats) {
      if (threat->element.subject == kb::THREAT_SUBJECT_COMPONENT) components.insert(threat->element_id());
    }
  }
  const Bars bars(landscape);
  const Topology topology(model);
  const Dependencies dependencies(topology);
  std::vector<BlastFact> facts;
  for (const std::string& id : components) {
    BlastFact& fact = facts.emplace_back();
    fact.component = model.Find<Component>(id);
    fact.bar = bars.Of(landscape.IndexOf(id));
    for (const int stopped : dependencies.stopped_by.Reached(landscape.IndexOf(id))) {
      if (topology.id(stopped) != id) fact.stops.push_back(topology.id(stopped));
    }
    for (const model::v1::ContainmentSwitch& each : model.proto().containment_switches()) {
      if (absl::c_linear_search(each.components(), id)) fact.switches.push_back(&each);
    }
  }
  return facts;
}

}  // namespace metapowers::analysis
