#include "service/analysis/single_points.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/places.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

using model::v1::Component;
using model::v1::Infrastructure;

bool InUse(const Component& component) {
  return !IsExternal(component) && component.lifecycle() != model::v1::LIFECYCLE_PLANNED &&
         component.lifecycle() != model::v1::LIFECYCLE_RETIRING &&
         component.environment() != model::v1::ENVIRONMENT_STAGING &&
         component.environment() != model::v1::ENVIRONMENT_DEVELOPMENT;
}

// Why the loss of one instance stops the component; empty when it does not or nothing tells.
std::string OneInstanceReason(const Component& component) {
  switch (component.redundant()) {
    case model::v1::TRISTATE_YES:
      return "";
    case model::v1::TRISTATE_NO:
      return component.replicas() > 1 ? absl::StrCat("not redundant with ", component.replicas(), " replicas")
                                      : "not redundant";
    default:
      return component.has_replicas() && component.replicas() == 1 && !component.multi_region() ? "1 replica" : "";
  }
}

// Kinds that one failure takes down as a whole.
bool IsOneUnit(const Infrastructure& element) {
  switch (element.kind()) {
    case model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER:
    case model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE:
    case model::v1::INFRASTRUCTURE_KIND_PHYSICAL_HOST:
    case model::v1::INFRASTRUCTURE_KIND_DATA_CENTRE:
    case model::v1::INFRASTRUCTURE_KIND_NETWORK_DEVICE:
      return element.regions_size() <= 1 && element.environment() != model::v1::ENVIRONMENT_STAGING &&
             element.environment() != model::v1::ENVIRONMENT_DEVELOPMENT;
    default:
      return false;
  }
}

// Up to four names, else their number: a reason stays one line.
std::string NameOrCount(const std::vector<std::string>& ids) {
  return ids.size() <= 4 ? Enumerate(ids) : absl::StrCat(ids.size(), " components");
}

class Search {
 public:
  Search(const Topology& topology, const Dependencies& dependencies)
      : topology_(topology),
        dependencies_(dependencies),
        main_tiers_(MainTiers(topology.model())),
        only_way_to_(topology.size()) {
    FindOnlyWays();
  }

  std::vector<SinglePoint> Run() {
    for (int i = 0; i < topology_.size(); ++i) LookAtComponent(i);
    for (const model::v1::ThirdParty& supplier : system().third_parties()) LookAtSupplier(supplier);
    for (const Infrastructure& element : system().infrastructure()) LookAtInfrastructure(element);
    std::sort(found_.begin(), found_.end(), [](const SinglePoint& a, const SinglePoint& b) {
      return std::tie(a.id, a.kind) < std::tie(b.id, b.kind);
    });
    return std::move(found_);
  }

 private:
  const model::v1::SystemModel& system() const { return topology_.model().proto(); }

  bool Counts(int index) const {
    const Component& component = topology_.component(index);
    return InUse(component) && std::find(main_tiers_.begin(), main_tiers_.end(), component.tier()) != main_tiers_.end();
  }

  // For each component that one instance stops the services of a main tier that no other way from outside leads to.
  void FindOnlyWays() {
    const int outside = topology_.size();
    Adjacency flows(topology_.size() + 1);
    for (const Link& link : topology_.links()) {
      if (link.flow->usage() == model::v1::USAGE_DEVOPS || link.source == link.target) continue;
      flows[link.source].push_back(link.target);
      if (IsExternal(topology_.component(link.source))) flows[outside].push_back(link.source);
    }
    const std::vector<int> dominator = ImmediateDominators(flows, outside);
    for (int i = 0; i < topology_.size(); ++i) {
      if (!Counts(i) || topology_.component(i).kind() != model::v1::COMPONENT_KIND_PROCESS) continue;
      for (int above = dominator[i]; above >= 0 && above != outside; above = dominator[above]) {
        if (!OneInstanceReason(topology_.component(above)).empty()) only_way_to_[above].push_back(i);
      }
    }
  }

  // Adds to `stops` the component and what hard-depends on it, as far as they are of a main tier.
  void AddStopped(int index, std::set<int>& stops) const {
    if (Counts(index)) stops.insert(index);
    for (int dependent : dependencies_.stopped_by.Reached(index)) {
      if (Counts(dependent)) stops.insert(dependent);
    }
  }

  std::vector<std::string> Ids(const std::set<int>& indexes) const {
    std::vector<std::string> ids;
    for (int index : indexes) ids.push_back(topology_.id(index));
    return ids;
  }

  void LookAtComponent(int index) {
    const Component& component = topology_.component(index);
    if (!InUse(component)) return;
    std::set<int> stops;
    AddStopped(index, stops);
    std::vector<std::string> reasons;
    if (std::string one_instance = OneInstanceReason(component); !one_instance.empty()) {
      reasons.push_back(std::move(one_instance));
      std::vector<std::string> behind;
      for (int service : only_way_to_[index]) {
        if (stops.insert(service).second) behind.push_back(topology_.id(service));
      }
      if (!behind.empty()) reasons.push_back(absl::StrCat("only way from outside to ", NameOrCount(behind)));
    }
    const std::string one_region = OneRegionReason(component);
    if (!one_region.empty()) reasons.push_back(one_region);
    if (reasons.empty() || stops.empty()) return;
    found_.push_back(
        {SinglePoint::Kind::kComponent, component.id(), component.name(), absl::StrJoin(reasons, "; "), Ids(stops)});
  }

  std::string OneRegionReason(const Component& component) const {
    const model::v1::FailoverKind kind = system().recovery().failover().kind();
    if (kind != model::v1::FAILOVER_KIND_ACTIVE_PASSIVE && kind != model::v1::FAILOVER_KIND_ACTIVE_ACTIVE) return "";
    if (component.multi_region() || !component.third_party().empty()) return "";
    const std::vector<std::string> regions = RegionsOf(topology_.model(), component);
    if (regions.size() != 1) return "";
    const std::string failover = absl::StrCat(Words(kind), " failover");
    if (!Covers(system().recovery().failover(), regions.front())) {
      return absl::StrCat("1 region (", regions.front(), ") that the declared ", failover, " leaves out");
    }
    return absl::StrCat("1 region (", regions.front(), ") although recovery declares ", failover);
  }

  // Whether failover is between this region and others; one that names no region is between all.
  static bool Covers(const model::v1::FailoverStrategy& failover, const std::string& region) {
    if (failover.primary().empty() && failover.standby().empty()) return true;
    return failover.primary() == region ||
           std::find(failover.standby().begin(), failover.standby().end(), region) != failover.standby().end();
  }

  void LookAtSupplier(const model::v1::ThirdParty& supplier) {
    std::set<int> stops;
    std::vector<std::string> through;
    for (int i = 0; i < topology_.size(); ++i) {
      const Component& component = topology_.component(i);
      if (component.third_party() != supplier.id() || component.lifecycle() == model::v1::LIFECYCLE_PLANNED) continue;
      const size_t before = stops.size();
      AddStopped(i, stops);
      if (stops.size() > before) through.push_back(component.id());
    }
    if (stops.empty()) return;
    found_.push_back({SinglePoint::Kind::kThirdParty, supplier.id(), supplier.name(),
                      absl::StrCat("operates ", NameOrCount(through), "; no second supplier is declared"), Ids(stops)});
  }

  void LookAtInfrastructure(const Infrastructure& element) {
    if (!IsOneUnit(element) || HasStandby(element)) return;
    std::set<int> stops;
    std::vector<std::string> hosted;
    for (int i = 0; i < topology_.size(); ++i) {
      const Component& component = topology_.component(i);
      if (component.runs_on() != element.id() || !InUse(component)) continue;
      if (component.multi_region() || component.regions_size() > 1) continue;
      const size_t before = stops.size();
      AddStopped(i, stops);
      if (stops.size() > before || Counts(i)) hosted.push_back(component.id());
    }
    if (stops.empty()) return;
    found_.push_back({SinglePoint::Kind::kInfrastructure, element.id(), element.name(),
                      absl::StrCat("runs every instance of ", NameOrCount(hosted)), Ids(stops)});
  }

  // Whether failover moves what runs on `element` to another element of its kind.
  bool HasStandby(const Infrastructure& element) const {
    const model::v1::FailoverStrategy& failover = system().recovery().failover();
    if (failover.kind() == model::v1::FAILOVER_KIND_UNSPECIFIED || failover.kind() == model::v1::FAILOVER_KIND_NONE ||
        failover.kind() == model::v1::FAILOVER_KIND_REBUILD) {
      return false;
    }
    return std::any_of(
        system().infrastructure().begin(), system().infrastructure().end(), [&](const Infrastructure& other) {
          return other.id() != element.id() && other.kind() == element.kind() &&
                 (other.environment() == model::v1::ENVIRONMENT_DISASTER_RECOVERY || InRegionOf(other, failover));
        });
  }

  static bool InRegionOf(const Infrastructure& element, const model::v1::FailoverStrategy& failover) {
    return std::any_of(element.regions().begin(), element.regions().end(), [&](const std::string& region) {
      return std::find(failover.standby().begin(), failover.standby().end(), region) != failover.standby().end();
    });
  }

  const Topology& topology_;
  const Dependencies& dependencies_;
  const std::vector<model::v1::Tier> main_tiers_;
  Adjacency only_way_to_;
  std::vector<SinglePoint> found_;
};

}  // namespace

std::vector<model::v1::Tier> MainTiers(const model::Model& model) {
  auto highest = model::v1::TIER_UNSPECIFIED;
  for (const Component& component : model.proto().components()) {
    if (!InUse(component) || component.tier() == model::v1::TIER_UNSPECIFIED) continue;
    if (highest == model::v1::TIER_UNSPECIFIED || component.tier() < highest) highest = component.tier();
  }
  if (highest > model::v1::TIER_TIER_1) return {highest};
  return {model::v1::TIER_TIER_0, model::v1::TIER_TIER_1};
}

std::vector<SinglePoint> FindSinglePoints(const Topology& topology, const Dependencies& dependencies) {
  return Search(topology, dependencies).Run();
}

}  // namespace metapowers::analysis
