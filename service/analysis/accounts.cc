#include "service/analysis/accounts.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/forwarding.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

constexpr uint64_t kIdentity = uint64_t{1} << k::CAPABILITY_IDENTITY_PROVIDER | uint64_t{1}
                                                                                    << k::CAPABILITY_IDENTITY_STORE;

bool BringsPeople(const FlowView& view) {
  return view.flow->authorization() == model::v1::FLOW_AUTHORIZATION_END_USER_PROPAGATED &&
         view.flow->usage() != model::v1::USAGE_DEVOPS;
}

template <class List, class Value>
bool Has(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Stores(const ComponentView& view, const std::string& data) {
  const auto& stores = view.facts->stores;
  return std::any_of(stores.begin(), stores.end(), [&](const auto* each) { return each->id() == data; });
}

// How people come in over a flow; the stronger one is greater.
enum class Entry { kElsewhere, kUnknown, kHere };

// Looks at each component once, however many flows lead to it.
class Search {
 public:
  explicit Search(const Landscape& landscape) : landscape_(landscape) {}

  // Whether it, or what it has a flow from or to, is an identity system.
  bool HasIdentitySystem(int component) const {
    const auto [known, is_new] = identity_.try_emplace(component, false);
    if (is_new) known->second = FindIdentitySystem(landscape_.components()[component]);
    return known->second;
  }

  // `visited`: forwarders on the way, which may forward to each other.
  Entry Of(const FlowView& view, std::set<int>& visited) {
    const ComponentView& caller = landscape_.components()[view.source];
    if (HasIdentitySystem(view.source)) return Entry::kElsewhere;
    const bool outside = IsExternal(*caller.facts->component);
    const bool brought = std::any_of(caller.inbound.begin(), caller.inbound.end(),
                                     [&](int index) { return BringsPeople(landscape_.flows()[index]); });
    if (brought && (outside || !Forwards(caller))) return Entry::kElsewhere;
    if (brought && !AnyComesFromOutside(caller, view.source, visited)) return Entry::kElsewhere;
    switch (view.flow->authentication()) {
      case model::v1::FLOW_AUTHENTICATION_CREDENTIALS:
      case model::v1::FLOW_AUTHENTICATION_SESSION:
      case model::v1::FLOW_AUTHENTICATION_TOKEN:
        return Entry::kHere;
      case model::v1::FLOW_AUTHENTICATION_UNSPECIFIED:
        return Entry::kUnknown;
      default:
        return Entry::kElsewhere;
    }
  }

  // Whether the target of the flow keeps none of the credentials on it and hands them on to what keeps them.
  bool HandsOn(const FlowView& view) const {
    const auto& sends = view.flow->sends();
    return std::any_of(sends.begin(), sends.end(), [&](const std::string& data) {
      return AreCredentials(data) && MayOnlyPass(view.target, data) && HasKeeperBehind(view.target, data);
    });
  }

  // How people come in whose credentials the source of the flow hands on to its target, which keeps them.
  Entry TakesOver(const FlowView& view) {
    Entry entry = Entry::kElsewhere;
    for (const std::string& data : view.flow->sends()) {
      if (!AreCredentials(data) || !Keeps(view.target, data) || !MayOnlyPass(view.source, data)) continue;
      for (const int index : landscape_.components()[view.source].inbound) {
        const FlowView& first = landscape_.flows()[index];
        std::set<int> visited;
        if (BringsPeople(first) && Has(first.flow->sends(), data)) entry = std::max(entry, Of(first, visited));
      }
    }
    return entry;
  }

 private:
  bool AreCredentials(const std::string& data) const {
    const auto* found = landscape_.model().Find<model::v1::DataClass>(data);
    return found != nullptr && Has(found->categories(), model::v1::DATA_CATEGORY_CREDENTIALS);
  }

  // The store of ours that a flow leads to; nullptr when it leads elsewhere.
  const ComponentView* StoreBehind(const FlowView& flow) const {
    const ComponentView& target = landscape_.components()[flow.target];
    return target.facts->component->kind() == model::v1::COMPONENT_KIND_DATASTORE ? &target : nullptr;
  }

  bool Keeps(int component, const std::string& data) const {
    const ComponentView& view = landscape_.components()[component];
    if (IsExternal(*view.facts->component)) return false;
    return Stores(view, data) || std::any_of(view.outbound.begin(), view.outbound.end(), [&](int index) {
             const FlowView& flow = landscape_.flows()[index];
             const ComponentView* store = StoreBehind(flow);
             const bool carries = Has(flow.flow->sends(), data) || Has(flow.flow->receives(), data);
             return store != nullptr && carries && Stores(*store, data);
           });
  }

  // That a flow to a store does not say what it carries leaves open whether it keeps them.
  bool MayOnlyPass(int component, const std::string& data) const {
    const ComponentView& view = landscape_.components()[component];
    const bool open = std::any_of(view.outbound.begin(), view.outbound.end(), [&](int index) {
      const FlowView& flow = landscape_.flows()[index];
      return StoreBehind(flow) != nullptr && flow.flow->sends().empty() && flow.flow->receives().empty();
    });
    return !open && !HasIdentitySystem(component) && !Keeps(component, data);
  }

  bool HasKeeperBehind(int component, const std::string& data) const {
    const std::vector<int>& outbound = landscape_.components()[component].outbound;
    return std::any_of(outbound.begin(), outbound.end(), [&](int index) {
      const FlowView& flow = landscape_.flows()[index];
      return StoreBehind(flow) == nullptr && Has(flow.flow->sends(), data) && Keeps(flow.target, data);
    });
  }

  bool FindIdentitySystem(const ComponentView& view) const {
    const auto is = [this](int index) { return (landscape_.components()[index].capabilities & kIdentity) != 0; };
    const std::vector<FlowView>& flows = landscape_.flows();
    return (view.capabilities & kIdentity) != 0 ||
           std::any_of(view.inbound.begin(), view.inbound.end(), [&](int flow) { return is(flows[flow].source); }) ||
           std::any_of(view.outbound.begin(), view.outbound.end(), [&](int flow) { return is(flows[flow].target); });
  }

  // Whether people reach the forwarder without a sign-in by an identity system.
  bool AnyComesFromOutside(const ComponentView& forwarder, int index, std::set<int>& visited) {
    if (!visited.insert(index).second) return false;
    return std::any_of(forwarder.inbound.begin(), forwarder.inbound.end(), [&](int flow) {
      const FlowView& view = landscape_.flows()[flow];
      if (!BringsPeople(view)) return false;
      const ComponentView& caller = landscape_.components()[view.source];
      if (HasIdentitySystem(view.source)) return false;
      if (IsExternal(*caller.facts->component)) return true;
      return Forwards(caller) && AnyComesFromOutside(caller, view.source, visited);
    });
  }

  const Landscape& landscape_;
  mutable std::map<int, bool> identity_;  // by component
};

}  // namespace

std::optional<bool> KeepsAccounts(const Landscape& landscape, int component) {
  const ComponentView& view = landscape.components()[component];
  Search search(landscape);
  if (Forwards(view) || search.HasIdentitySystem(component)) return false;
  bool unknown = false;
  for (const int index : view.inbound) {
    const FlowView& flow = landscape.flows()[index];
    Entry entry = search.TakesOver(flow);
    std::set<int> visited;
    if (BringsPeople(flow) && !search.HandsOn(flow)) entry = std::max(entry, search.Of(flow, visited));
    if (entry == Entry::kHere) return true;
    unknown |= entry == Entry::kUnknown;
  }
  if (unknown) return std::nullopt;
  return false;
}

}  // namespace metapowers::analysis
