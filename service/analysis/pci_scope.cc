#include "service/analysis/pci_scope.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

using model::v1::DataClass;

template <class Element>
bool Declares(const Element& element, model::v1::ScopeTag tag) {
  return std::find(element.scope_tags().begin(), element.scope_tags().end(), tag) != element.scope_tags().end();
}

// All runtimes that the component shares.
std::vector<std::string> RuntimeGroups(const model::v1::Component& component) {
  std::vector<std::string> groups(component.further_runtime_groups().begin(), component.further_runtime_groups().end());
  if (!component.runtime_group().empty()) groups.insert(groups.begin(), component.runtime_group());
  return groups;
}

bool RunBySupplier(const Topology& topology, const model::v1::Component& component) {
  if (component.third_party().empty()) return false;
  const auto* zone = topology.model().Find<model::v1::Zone>(component.zone());
  return component.provider() == model::v1::PROVIDER_SAAS ||
         (zone != nullptr && zone->type() == model::v1::ZONE_TYPE_SAAS);
}

const DataClass* FirstAccountData(const std::vector<const DataClass*>& classes) {
  const auto found = std::find_if(classes.begin(), classes.end(), [](const DataClass* d) { return IsAccountData(*d); });
  return found == classes.end() ? nullptr : *found;
}

// "cardholder-data (PAN, SAD)"
std::string Describe(const DataClass& data) {
  std::vector<std::string> kinds;
  for (int category : data.categories()) {
    if (category == model::v1::DATA_CATEGORY_PAN || category == model::v1::DATA_CATEGORY_SAD ||
        category == model::v1::DATA_CATEGORY_PIN) {
      kinds.push_back(CategoryName(static_cast<model::v1::DataCategory>(category)));
    }
  }
  std::sort(kinds.begin(), kinds.end());
  return absl::StrCat(data.id(), " (", Enumerate(kinds), ")");
}

// Why the component is part of the CDE by what it does; "" when it is not.
std::string CdeReason(const Topology& topology, int index, const ComponentFacts& facts) {
  if (const DataClass* data = FirstAccountData(facts.stores)) return absl::StrCat("stores ", Describe(*data));
  if (const DataClass* data = FirstAccountData(facts.processes)) return absl::StrCat("processes ", Describe(*data));
  for (int link : topology.links_of(index)) {
    const model::v1::Flow& flow = *topology.links()[link].flow;
    for (const std::string& id : Topology::DataOn(flow)) {
      const DataClass& data = *topology.model().Find<DataClass>(id);
      if (IsAccountData(data)) return absl::StrCat("transmits ", Describe(data), " on flow ", flow.id());
    }
  }
  return "";
}

// The scopes while they are found: first the CDE, then what touches it.
class Scoping {
 public:
  Scoping(const Topology& topology, const std::vector<ComponentFacts*>& components)
      : topology_(topology), components_(components) {}

  void Run() {
    const auto& classes = topology_.model().proto().data_classes();
    bool any = std::any_of(classes.begin(), classes.end(), IsAccountData);
    for (int i = 0; i < topology_.size(); ++i) any |= Declares(topology_.component(i), model::v1::SCOPE_TAG_PCI_CDE);
    if (any) {
      for (int i = 0; i < topology_.size(); ++i) FindCde(i);
      for (int i = topology_.size() - 1; i >= 0; --i) NoteNeighbourhood(i);
      for (int i = 0; i < topology_.size(); ++i) FindConnected(i);
    } else if (TakesCards()) {
      FindPaymentPages();
    } else {
      return NoteAbsence();
    }
    FindSharedMachines();
  }

 private:
  void NoteAbsence() {
    for (ComponentFacts* facts : components_) facts->pci_reason = "no data class holds PAN or SAD";
  }

  bool TakesCards() const {
    const auto& roles = topology_.model().proto().organization().legal_roles();
    return std::any_of(roles.begin(), roles.end(), [](int role) {
      return role == model::v1::LEGAL_ROLE_MERCHANT || role == model::v1::LEGAL_ROLE_PAYMENT_SERVICE_PROVIDER;
    });
  }

  // Card payments are outsourced as a whole: what exchanges data with the one that handles them can affect its
  // payment page, and nothing else is in scope.
  void FindPaymentPages() {
    for (int i = 0; i < topology_.size(); ++i) {
      ComponentFacts& facts = *components_[i];
      if (IsOutside(topology_.component(i), facts)) continue;
      facts.pci_scope = PciScope::kOut;
      facts.pci_reason = "no account data, and no flow with a PCI TPSP";
      for (int position : topology_.links_of(i)) {
        const Link& link = topology_.links()[position];
        const int other = link.source == i ? link.target : link.source;
        if (!IsPaymentSupplier(topology_.component(other).third_party())) continue;
        facts.pci_scope = PciScope::kConnected;
        facts.pci_reason = absl::StrCat("flow ", link.flow->id(), " with ", topology_.id(other), " of PCI TPSP ",
                                        topology_.component(other).third_party());
        break;
      }
    }
  }

  // What runs on the operating system of a component in scope can affect it, whatever zones say.
  void FindSharedMachines() {
    std::map<std::string, const ComponentFacts*> in_scope;  // machine -> its first component in scope
    for (int i = 0; i < topology_.size(); ++i) {
      const std::string& machine = topology_.component(i).runs_on();
      if (components_[i]->pci_scope >= PciScope::kConnected && IsMachine(machine)) {
        in_scope.emplace(machine, components_[i]);
      }
    }
    for (int i = 0; i < topology_.size(); ++i) {
      ComponentFacts& facts = *components_[i];
      const auto neighbour = in_scope.find(topology_.component(i).runs_on());
      if (facts.pci_scope != PciScope::kOut || neighbour == in_scope.end()) continue;
      facts.pci_scope = PciScope::kConnected;
      facts.pci_reason = absl::StrCat("shares machine ", neighbour->first, " with ", neighbour->second->component->id(),
                                      ", which is in scope");
    }
  }

  bool IsPaymentSupplier(const std::string& id) const {
    const auto* supplier = topology_.model().Find<model::v1::ThirdParty>(id);
    return supplier != nullptr && std::find(supplier->roles().begin(), supplier->roles().end(),
                                            model::v1::THIRD_PARTY_ROLE_TPSP) != supplier->roles().end();
  }

  // Whether others answer for the component; gives the reason.
  bool IsOutside(const model::v1::Component& component, ComponentFacts& facts) const {
    if (IsExternal(component)) {
      facts.pci_reason = "external entity";
      return true;
    }
    if (RunBySupplier(topology_, component)) {
      facts.pci_reason = absl::StrCat("run by ", component.third_party(), " in its own network");
      return true;
    }
    return false;
  }

  void FindCde(int index) {
    const model::v1::Component& component = topology_.component(index);
    ComponentFacts& facts = *components_[index];
    if (IsOutside(component, facts)) return;
    facts.pci_scope = PciScope::kOut;
    facts.pci_reason = CdeReason(topology_, index, facts);
    if (facts.pci_reason.empty() && Declares(component, model::v1::SCOPE_TAG_PCI_CDE)) {
      facts.pci_reason = "declared part of the CDE";
    }
    if (!facts.pci_reason.empty()) facts.pci_scope = PciScope::kCde;
  }

  // Called from the last component to the first, so that the smallest id stays.
  void NoteNeighbourhood(int index) {
    if (components_[index]->pci_scope != PciScope::kCde) return;
    const model::v1::Component& component = topology_.component(index);
    if (!component.zone().empty()) cde_in_zone_[component.zone()] = component.id();
    for (const std::string& group : RuntimeGroups(component)) cde_in_group_[group] = component.id();
    if (IsHost(component.runs_on())) cde_on_host_[component.runs_on()] = component.id();
  }

  void FindConnected(int index) {
    ComponentFacts& facts = *components_[index];
    if (facts.pci_scope != PciScope::kOut) return;
    facts.pci_reason = ConnectedReason(index);
    if (facts.pci_reason.empty()) {
      facts.pci_reason = OutReason(topology_.component(index));
    } else {
      facts.pci_scope = PciScope::kConnected;
    }
  }

  std::string ConnectedReason(int index) const {
    const model::v1::Component& component = topology_.component(index);
    for (int position : topology_.links_of(index)) {
      const Link& link = topology_.links()[position];
      const int other = link.source == index ? link.target : link.source;
      if (components_[other]->pci_scope == PciScope::kCde) {
        return absl::StrCat("flow ", link.flow->id(), " with CDE component ", topology_.id(other));
      }
    }
    const auto zone = cde_in_zone_.find(component.zone());
    if (zone != cde_in_zone_.end()) {
      return absl::StrCat("shares zone ", zone->first, " with CDE component ", zone->second);
    }
    for (const std::string& name : RuntimeGroups(component)) {
      const auto group = cde_in_group_.find(name);
      if (group == cde_in_group_.end()) continue;
      return absl::StrCat("shares runtime group ", group->first, " with CDE component ", group->second);
    }
    const auto host = cde_on_host_.find(component.runs_on());
    if (host != cde_on_host_.end() && !DeniesByDefault(component.zone())) {
      return absl::StrCat("shares ", host->first, " with CDE component ", host->second, ", and no zone that denies by ",
                          "default is between them");
    }
    return Declares(component, model::v1::SCOPE_TAG_PCI_CONNECTED) ? "declared connected to the CDE" : "";
  }

  // The control that a claim of segmentation rests on.
  std::string OutReason(const model::v1::Component& component) const {
    const auto host = cde_on_host_.find(component.runs_on());
    if (host != cde_on_host_.end()) {
      return absl::StrCat("no flow with the CDE; default deny of zone ", component.zone(), " separates it on ",
                          host->first);
    }
    if (DeniesByDefault(component.zone())) {
      return absl::StrCat("no flow with the CDE; default deny of zone ", component.zone());
    }
    return "no flow with the CDE, and no zone, host or runtime group in common";
  }

  bool DeniesByDefault(const std::string& id) const {
    const auto* zone = topology_.model().Find<model::v1::Zone>(id);
    return zone != nullptr && zone->network_policy() == model::v1::NETWORK_POLICY_DEFAULT_DENY;
  }

  // Whether components on the element share an operating system; on a physical host, virtual machines may lie between.
  bool IsMachine(const std::string& id) const {
    const auto* element = topology_.model().Find<model::v1::Infrastructure>(id);
    return element != nullptr && element->kind() == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE;
  }

  // Whether components on the element share an operating system or a control plane.
  bool IsHost(const std::string& id) const {
    const auto* element = topology_.model().Find<model::v1::Infrastructure>(id);
    return element != nullptr && (element->kind() == model::v1::INFRASTRUCTURE_KIND_KUBERNETES_CLUSTER ||
                                  element->kind() == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE ||
                                  element->kind() == model::v1::INFRASTRUCTURE_KIND_PHYSICAL_HOST);
  }

  const Topology& topology_;
  const std::vector<ComponentFacts*>& components_;
  std::map<std::string, std::string> cde_in_zone_;   // zone -> its first CDE component
  std::map<std::string, std::string> cde_in_group_;  // runtime group -> its first CDE component
  std::map<std::string, std::string> cde_on_host_;   // cluster, machine or host -> its first CDE component
};

std::string ScopeName(PciScope scope) {
  switch (scope) {
    case PciScope::kCde:
      return "cde";
    case PciScope::kConnected:
      return "connected";
    case PciScope::kOut:
      return "out";
    case PciScope::kNotApplicable:
      break;
  }
  return "not applicable";
}

bool HandlesHealthInformation(const ComponentFacts& facts) {
  for (const auto* list : {&facts.stores, &facts.processes, &facts.transfers}) {
    for (const DataClass* data : *list) {
      if (HasCategory(*data, {model::v1::DATA_CATEGORY_PHI})) return true;
    }
  }
  return false;
}

void AddConflictsOf(const Topology& topology, int index, const ComponentFacts& facts,
                    std::vector<ScopeConflict>& conflicts) {
  const model::v1::Component& component = *facts.component;
  const auto add = [&](model::v1::ScopeTag declared, const std::string& computed, const std::string& reason) {
    conflicts.push_back({component.id(), component.name(), declared, computed, reason});
  };
  const bool handles = !CdeReason(topology, index, facts).empty();
  if (Declares(component, model::v1::SCOPE_TAG_PCI_OUT) && facts.pci_scope >= PciScope::kConnected) {
    add(model::v1::SCOPE_TAG_PCI_OUT, ScopeName(facts.pci_scope), facts.pci_reason);
  }
  if (Declares(component, model::v1::SCOPE_TAG_PCI_CONNECTED) && facts.pci_scope == PciScope::kCde && handles &&
      !Declares(component, model::v1::SCOPE_TAG_PCI_CDE)) {
    add(model::v1::SCOPE_TAG_PCI_CONNECTED, ScopeName(facts.pci_scope), facts.pci_reason);
  }
  if (Declares(component, model::v1::SCOPE_TAG_PCI_CDE) && !handles) {
    add(model::v1::SCOPE_TAG_PCI_CDE, "no account data", "neither stores, processes nor transmits PAN or SAD");
  }
  if (Declares(component, model::v1::SCOPE_TAG_HIPAA) && !HandlesHealthInformation(facts)) {
    add(model::v1::SCOPE_TAG_HIPAA, "no PHI", "neither stores, processes nor transfers PHI");
  }
}

}  // namespace

void AddPciScope(const Topology& topology, const std::vector<ComponentFacts*>& components) {
  Scoping(topology, components).Run();
}

std::vector<ScopeConflict> FindScopeConflicts(const Topology& topology,
                                              const std::vector<ComponentFacts*>& components) {
  std::vector<ScopeConflict> conflicts;
  std::map<std::string, const ComponentFacts*> widest_on;  // infrastructure -> its component of the widest scope
  for (int i = 0; i < topology.size(); ++i) {
    AddConflictsOf(topology, i, *components[i], conflicts);
    const std::string& runs_on = topology.component(i).runs_on();
    if (runs_on.empty()) continue;
    const ComponentFacts*& widest = widest_on[runs_on];
    if (widest == nullptr || components[i]->pci_scope > widest->pci_scope) widest = components[i];
  }
  for (const model::v1::Infrastructure& element : topology.model().proto().infrastructure()) {
    const auto widest = widest_on.find(element.id());
    if (widest == widest_on.end() || widest->second->pci_scope != PciScope::kCde) continue;
    if (!Declares(element, model::v1::SCOPE_TAG_PCI_OUT)) continue;
    conflicts.push_back({element.id(), element.name(), model::v1::SCOPE_TAG_PCI_OUT, ScopeName(PciScope::kCde),
                         absl::StrCat("runs CDE component ", widest->second->component->id())});
  }
  return conflicts;
}

bool CarriesUnknownIntoCde(const Facts& facts, const model::v1::Flow& flow) {
  const ComponentFacts* target = facts.Find(flow.target());
  return flow.sends().empty() && flow.receives().empty() && target != nullptr && target->pci_scope == PciScope::kCde;
}

}  // namespace metapowers::analysis
