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
  bool HasIdentitySystem(int component) {
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

  // Whether the credentials on the flow go on from its target to what keeps them.
  bool HandsOn(const FlowView& view) const {
    bool leads = false;
    for (const std::string& data : view.flow->sends()) {
      if (!AreCredentials(data)) continue;
      if (Keeps(view.target, data)) return false;
      std::set<int> visited;
      leads = leads || LeadsToKeeper(view.target, data, visited);
    }
    return leads;
  }

  // How people whose credentials the source of the flow hands on to its target come in.
  Entry TakesOver(const FlowView& view) {
    Entry entry = Entry::kElsewhere;
    for (const std::string& data : view.flow->sends()) {
      if (!AreCredentials(data) || !Keeps(view.target, data)) continue;
      std::set<int> visited;
      entry = std::max(entry, FromPeople(view.source, data, visited));
    }
    return entry;
  }

 private:
  bool AreCredentials(const std::string& data) const {
    const auto* found = landscape_.model().Find<model::v1::DataClass>(data);
    return found != nullptr && Has(found->categories(), model::v1::DATA_CATEGORY_CREDENTIALS);
  }

  bool Keeps(int component, const std::string& data) const {
    const ComponentView& view = landscape_.components()[component];
    return Stores(view, data) || std::any_of(view.outbound.begin(), view.outbound.end(), [&](int index) {
             const FlowView& flow = landscape_.flows()[index];
             const bool carries = Has(flow.flow->sends(), data) || Has(flow.flow->receives(), data);
             return carries && Stores(landscape_.components()[flow.target], data);
           });
  }

  bool LeadsToKeeper(int component, const std::string& data, std::set<int>& visited) const {
    if (!visited.insert(component).second) return false;
    if (Keeps(component, data)) return true;
    const std::vector<int>& outbound = landscape_.components()[component].outbound;
    return std::any_of(outbound.begin(), outbound.end(), [&](int index) {
      const FlowView& flow = landscape_.flows()[index];
      return Has(flow.flow->sends(), data) && LeadsToKeeper(flow.target, data, visited);
    });
  }

  // How people come in whose credentials of this class the component has and does not keep.
  Entry FromPeople(int component, const std::string& data, std::set<int>& visited) {
    Entry entry = Entry::kElsewhere;
    if (!visited.insert(component).second || Keeps(component, data) || HasIdentitySystem(component)) return entry;
    for (const int index : landscape_.components()[component].inbound) {
      const FlowView& flow = landscape_.flows()[index];
      if (!Has(flow.flow->sends(), data)) continue;
      std::set<int> forwarders;
      if (BringsPeople(flow)) entry = std::max(entry, Of(flow, forwarders));
      entry = std::max(entry, FromPeople(flow.source, data, visited));
    }
    return entry;
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
  std::map<int, bool> identity_;  // by component
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
