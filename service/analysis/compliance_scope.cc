#include "service/analysis/compliance_scope.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "service/analysis/people_access.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::ThirdParty;

uint64_t Bits(const google::protobuf::RepeatedField<int>& categories) {
  uint64_t bits = 0;
  for (const int category : categories) bits |= uint64_t{1} << category;
  return bits;
}

// The elements, of the flows only these.
std::set<std::pair<int, std::string>> WithFlows(std::set<std::pair<int, std::string>> elements,
                                                const std::set<std::string>& flows) {
  std::erase_if(elements, [&](const auto& element) {
    return element.first == k::THREAT_SUBJECT_FLOW && flows.count(element.second) == 0;
  });
  return elements;
}

std::set<std::string> OpenFlows(const Landscape& landscape) {
  std::set<std::string> flows;
  for (const FlowView& view : landscape.flows()) {
    const bool open = landscape.components()[view.source].outside || landscape.components()[view.target].outside;
    if (open) flows.insert(view.flow->id());
  }
  return flows;
}

// Accounts of consumers are not what PCI DSS 8 is about.
std::set<std::string> FlowsOfPeople(const Landscape& landscape) {
  std::set<std::string> flows;
  for (const PeoplePath& path : FindPeoplePaths(landscape)) {
    if (path.people != People::kCustomer) flows.insert(path.flow->id());
  }
  return flows;
}

}  // namespace

ComplianceScope::ComplianceScope(const Landscape& landscape, const k::Framework& framework)
    : model_(landscape.model()) {
  pci_ = framework.id() == "pci-dss-4.0.1";
  for (const k::Trigger& trigger : framework.triggers()) categories_ |= Bits(trigger.data_categories());
  restricted_ = pci_ || categories_ != 0;
  Add(landscape, false, elements_[RequirementScope::kAll]);
  if (!pci_) return;
  Elements& data = elements_[RequirementScope::kAccountData];
  Add(landscape, true, data);
  elements_[RequirementScope::kOpenNetworks] = WithFlows(data, OpenFlows(landscape));
  elements_[RequirementScope::kPeople] = WithFlows(elements_[RequirementScope::kAll], FlowsOfPeople(landscape));
}

bool ComplianceScope::Holds(const google::protobuf::RepeatedPtrField<std::string>& classes) const {
  return std::any_of(classes.begin(), classes.end(), [&](const std::string& id) {
    const auto* data = model_.Find<model::v1::DataClass>(id);
    return data != nullptr && (Bits(data->categories()) & categories_) != 0;
  });
}

void ComplianceScope::Add(const Landscape& landscape, bool data_alone, Elements& elements) {
  const bool by_pci = pci_ && !data_alone;
  std::set<int> inside;
  for (size_t i = 0; i < landscape.components().size(); ++i) {
    const ComponentView& view = landscape.components()[i];
    const PciScope pci = view.facts->pci_scope;
    const bool in = !restricted_ || (by_pci ? pci == PciScope::kCde || pci == PciScope::kConnected
                                            : (view.handled.categories & categories_) != 0);
    if (!in) continue;
    inside.insert(static_cast<int>(i));
    const model::v1::Component& component = *view.facts->component;
    elements.insert({k::THREAT_SUBJECT_COMPONENT, component.id()});
    if (!data_alone && !IsExternal(component) && !component.out_of_scope()) components_.push_back(component.id());
  }
  for (const FlowView& view : landscape.flows()) {
    const auto cde = [&](int at) { return landscape.components()[at].facts->pci_scope == PciScope::kCde; };
    if (by_pci ? cde(view.source) || cde(view.target) : (view.carried.categories & categories_) != 0) {
      elements.insert({k::THREAT_SUBJECT_FLOW, view.flow->id()});
    }
  }
  for (const model::v1::DataClass& data : model_.proto().data_classes()) {
    if ((Bits(data.categories()) & categories_) != 0) elements.insert({k::THREAT_SUBJECT_DATA_CLASS, data.id()});
  }
  for (const ThirdParty& supplier : model_.proto().third_parties()) {
    const auto& roles = supplier.roles();
    const bool tpsp = std::find(roles.begin(), roles.end(), model::v1::THIRD_PARTY_ROLE_TPSP) != roles.end();
    if ((by_pci && tpsp) || Holds(supplier.data_shared())) {
      elements.insert({k::THREAT_SUBJECT_THIRD_PARTY, supplier.id()});
    }
  }
  AddUsers(landscape, inside, elements);
}

// What serves the components in scope: interfaces, credentials, repositories, keys.
void ComplianceScope::AddUsers(const Landscape& landscape, const std::set<int>& inside, Elements& elements) const {
  const auto in = [&](const std::string& id) { return inside.count(landscape.IndexOf(id)) > 0; };
  for (const model::v1::Api& api : model_.proto().apis()) {
    if (in(api.component())) elements.insert({k::THREAT_SUBJECT_API, api.id()});
  }
  for (const model::v1::Credential& credential : model_.proto().secrets().credentials()) {
    const auto& users = credential.used_by();
    if (std::any_of(users.begin(), users.end(), in)) elements.insert({k::THREAT_SUBJECT_CREDENTIAL, credential.id()});
  }
  std::set<std::string> of_others;
  for (const model::v1::Component& component : model_.proto().components()) {
    const bool ours = in(component.id());
    if (ours) elements.insert({k::THREAT_SUBJECT_REPOSITORY, component.repository()});
    for (const std::string& key : {component.kms_key(), component.backup().key()}) {
      if (ours) {
        elements.insert({k::THREAT_SUBJECT_KEY, key});
      } else {
        of_others.insert(key);
      }
    }
  }
  for (const model::v1::CryptoKey& key : model_.proto().keys()) {
    if (of_others.count(key.id()) == 0) elements.insert({k::THREAT_SUBJECT_KEY, key.id()});
  }
}

RequirementScope ComplianceScope::ScopeOf(absl::string_view requirement) const {
  if (!pci_) return RequirementScope::kAll;
  if (requirement == "4.2.1") return RequirementScope::kOpenNetworks;
  if (requirement == "8.3.1") return RequirementScope::kPeople;
  const bool on_data = absl::StartsWith(requirement, "3.") || absl::StartsWith(requirement, "4.");
  return on_data ? RequirementScope::kAccountData : RequirementScope::kAll;
}

bool ComplianceScope::Has(k::ThreatSubject subject, const std::string& id, RequirementScope scope) const {
  if (!restricted_) return true;
  switch (subject) {
    case k::THREAT_SUBJECT_COMPONENT:
    case k::THREAT_SUBJECT_FLOW:
    case k::THREAT_SUBJECT_DATA_CLASS:
    case k::THREAT_SUBJECT_THIRD_PARTY:
    case k::THREAT_SUBJECT_API:
    case k::THREAT_SUBJECT_CREDENTIAL:
    case k::THREAT_SUBJECT_REPOSITORY:
    case k::THREAT_SUBJECT_KEY:
      return elements_.at(scope).count({subject, id}) > 0;
    default:
      return true;
  }
}

}  // namespace metapowers::analysis
