#include "service/analysis/exposure.h"

#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

bool OnInternet(const ComponentFacts& facts) {
  if (facts.effective_zone == nullptr) return !facts.zone_unknown;
  return facts.effective_zone->type() == model::v1::ZONE_TYPE_INTERNET;
}

}  // namespace

void AddExposure(const Topology& topology, const std::vector<ComponentFacts*>& components) {
  for (ComponentFacts* facts : components) {
    const model::v1::Component& component = *facts->component;
    facts->effective_zone = topology.model().Find<model::v1::Zone>(component.zone());
    facts->zone_unknown = facts->effective_zone == nullptr && !IsExternal(component) && component.third_party().empty();
    facts->exposed_to_internet = !IsExternal(component) && component.internet_facing() == model::v1::TRISTATE_YES;
  }
  for (const Link& link : topology.links()) {
    ComponentFacts& target = *components[link.target];
    if (link.flow->vpn() || IsExternal(*target.component) || OnInternet(target)) continue;
    if (OnInternet(*components[link.source])) target.exposed_to_internet = true;
  }
}

std::vector<ZoneCrossing> FindCrossings(const Topology& topology, const std::vector<ComponentFacts*>& components) {
  std::vector<ZoneCrossing> crossings;
  for (const Link& link : topology.links()) {
    const ComponentFacts& source = *components[link.source];
    const ComponentFacts& target = *components[link.target];
    if (source.zone_unknown || target.zone_unknown || source.effective_zone == target.effective_zone) continue;
    crossings.push_back({link.flow, source.effective_zone, target.effective_zone});
  }
  return crossings;
}

}  // namespace metapowers::analysis
