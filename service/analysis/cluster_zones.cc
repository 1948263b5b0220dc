#include "service/analysis/cluster_zones.h"

#include <map>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "service/analysis/asset_gaps.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

using model::v1::Component;
using model::v1::Infrastructure;
using model::v1::Tristate;
using model::v1::Zone;

bool IsCluster(const Infrastructure& element) {
  return element.kind() == model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER;
}

bool IsPublic(const model::Model& model, const Component& component) {
  if (component.kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY || !component.third_party().empty()) return true;
  const auto* zone = model.Find<Zone>(component.zone());
  return zone != nullptr &&
         (zone->type() == model::v1::ZONE_TYPE_INTERNET || zone->type() == model::v1::ZONE_TYPE_SAAS);
}

FlowPeer PeerOf(const model::Model& model, const ClusterZone& zone, const model::v1::Flow& flow,
                const Component& other) {
  if (flow.port() == 0) return FlowPeer::kUndeclared;
  const bool pod = other.machine() == model::v1::MACHINE_CONTAINER && other.runs_on() == zone.cluster->id();
  const auto* home = model.Find<Zone>(other.zone());
  const bool placed = home != nullptr && (home == zone.zone || home->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE);
  if (pod && placed) return FlowPeer::kPod;
  return IsPublic(model, other) ? FlowPeer::kPublic : FlowPeer::kAddress;
}

}  // namespace

std::vector<const Component*> ContainerComponents(const Facts& facts) {
  std::vector<const Component*> components;
  for (const std::string& id : ScannableComponents(facts)) {
    const Component* component = facts.Find(id)->component;
    if (component->machine() == model::v1::MACHINE_CONTAINER) components.push_back(component);
  }
  return components;
}

std::vector<const Infrastructure*> Clusters(const model::Model& model) {
  std::vector<const Infrastructure*> clusters;
  for (const Infrastructure& element : model.proto().infrastructure()) {
    if (IsCluster(element)) clusters.push_back(&element);
  }
  return clusters;
}

const Infrastructure* ClusterOf(const model::Model& model, const Component& component) {
  const auto* host = model.Find<Infrastructure>(component.runs_on());
  return host != nullptr && IsCluster(*host) ? host : nullptr;
}

std::vector<ClusterZone> ClusterZones(const Facts& facts) {
  std::map<std::pair<std::string, std::string>, ClusterZone> zones;
  for (const Component* component : ContainerComponents(facts)) {
    const Infrastructure* cluster = ClusterOf(facts.model(), *component);
    const auto* zone = facts.model().Find<Zone>(component->zone());
    if (cluster == nullptr || zone == nullptr) continue;
    ClusterZone& entry = zones[{cluster->id(), zone->id()}];
    entry.cluster = cluster;
    entry.zone = zone;
    entry.components.push_back(component);
  }
  std::vector<ClusterZone> sorted;
  for (auto& [key, zone] : zones) sorted.push_back(std::move(zone));
  return sorted;
}

std::vector<ZoneFlow> FlowsOf(const model::Model& model, const ClusterZone& zone) {
  std::vector<ZoneFlow> flows;
  for (const model::v1::Flow& flow : model.proto().flows()) {
    const auto* source = model.Find<Component>(flow.source());
    const auto* target = model.Find<Component>(flow.target());
    if (source == nullptr || target == nullptr || source == target) continue;
    if (absl::c_linear_search(zone.components, target)) {
      flows.push_back({&flow, target, source, true, PeerOf(model, zone, flow, *source)});
    }
    if (absl::c_linear_search(zone.components, source)) {
      flows.push_back({&flow, source, target, false, PeerOf(model, zone, flow, *target)});
    }
  }
  return flows;
}

bool MeetsRestricted(const Component& component) {
  const model::v1::ContainerSettings& settings = component.container();
  return settings.runs_as_non_root() == Tristate::TRISTATE_YES &&
         settings.privilege_escalation() == Tristate::TRISTATE_NO &&
         settings.drops_capabilities() == Tristate::TRISTATE_YES;
}

bool CallsTheCluster(const model::Model& model, const Component& component) {
  const bool is_operator = absl::c_any_of(component.technology(), [](const std::string& name) {
    const auto* known = knowledge::FindTechnology(name);
    return known != nullptr && known->name() == "kubernetes-operator";
  });
  return is_operator || absl::c_any_of(model.proto().delivery().pipelines(), [&](const model::v1::Pipeline& pipeline) {
           return pipeline.component() == component.id();
         });
}

bool Uses(const model::Model& model, absl::string_view technology) {
  return absl::c_any_of(model.proto().components(), [&](const Component& component) {
    return absl::c_any_of(component.technology(),
                          [&](const std::string& name) { return absl::EqualsIgnoreCase(name, technology); });
  });
}

}  // namespace metapowers::analysis
