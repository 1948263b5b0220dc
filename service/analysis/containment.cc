#include "service/analysis/containment.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "absl/algorithm/container.h"
#include "service/analysis/dependencies.h"
#include "service/analysis/outside.h"
#include "service/analysis/single_points.h"
#include "service/analysis/terms.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

namespace {

using model::v1::ContainmentSwitch;

bool IsContained(const Facts& facts, const ComponentFacts& component) {
  return IsOurs(facts, component) && component.component->lifecycle() != model::v1::LIFECYCLE_PLANNED;
}

std::vector<const ContainmentSwitch*> SwitchesOf(const model::v1::SystemModel& proto, const std::string& id) {
  std::vector<const ContainmentSwitch*> switches;
  for (const ContainmentSwitch& each : proto.containment_switches()) {
    const auto& covered = each.components();
    if (std::find(covered.begin(), covered.end(), id) != covered.end()) switches.push_back(&each);
  }
  std::sort(switches.begin(), switches.end(), [](const ContainmentSwitch* a, const ContainmentSwitch* b) {
    const auto key = [](const ContainmentSwitch* each) {
      const int minutes = each->has_effect_minutes() ? each->effect_minutes() : std::numeric_limits<int>::max();
      return std::make_tuple(minutes, each->id());
    };
    return key(a) < key(b);
  });
  return switches;
}

}  // namespace

std::map<std::string, Containment> ContainmentOf(const Facts& facts) {
  const Topology topology(facts.model());
  const Dependencies dependencies(topology);
  const std::vector<model::v1::Tier> main_tiers = MainTiers(facts.model());
  std::map<std::string, Containment> contained;
  for (int i = 0; i < topology.size(); ++i) {
    const ComponentFacts& component = *facts.Find(topology.id(i));
    if (!IsContained(facts, component)) continue;
    Containment& row = contained[topology.id(i)];
    row.component = &component;
    std::set<std::string> functions;
    const auto add_function = [&functions](const model::v1::Component& each) {
      if (!each.business_function().empty()) functions.insert(each.business_function());
    };
    add_function(*component.component);
    std::set<std::string> stops;
    for (const int stopped : dependencies.stopped_by.Reached(i)) {
      stops.insert(topology.id(stopped));
      add_function(topology.component(stopped));
    }
    std::set<std::string> degrades;
    for (const int link : topology.links_of(i)) {
      const Link& each = topology.links()[link];
      if (each.target != i || each.source == i || stops.contains(topology.id(each.source))) continue;
      if (!IsExternal(topology.component(each.source))) degrades.insert(topology.id(each.source));
    }
    row.stops.assign(stops.begin(), stops.end());
    row.degrades.assign(degrades.begin(), degrades.end());
    row.functions.assign(functions.begin(), functions.end());
    row.switches = SwitchesOf(facts.model().proto(), topology.id(i));
    row.expected = absl::c_linear_search(main_tiers, component.component->tier()) ||
                   absl::c_any_of(component.stores, [](const auto* data) { return IsConfidential(*data); });
  }
  return contained;
}

std::vector<std::vector<std::string>> RecoveryPhases(const Facts& facts,
                                                     const std::map<std::string, Containment>& among) {
  std::map<std::string, size_t> phase_of;
  std::vector<std::vector<std::string>> phases;
  for (const std::string& id : facts.restoration_order()) {
    if (!among.contains(id)) continue;
    size_t phase = 0;
    for (const std::string& needed : facts.Find(id)->depends_on) {
      const auto before = phase_of.find(needed);
      if (before != phase_of.end()) phase = std::max(phase, before->second + 1);
    }
    phase_of[id] = phase;
    if (phases.size() <= phase) phases.resize(phase + 1);
    phases[phase].push_back(id);
  }
  for (std::vector<std::string>& phase : phases) std::sort(phase.begin(), phase.end());
  return phases;
}

}  // namespace metapowers::analysis
