#include "service/analysis/computed_attributes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/accounts.h"
#include "service/analysis/cluster_zones.h"
#include "service/analysis/node_access.h"
#include "service/analysis/payment_pages.h"
#include "service/analysis/people_access.h"
#include "service/analysis/terms.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using Bits = std::optional<uint64_t>;
using Number = std::optional<double>;
using model::v1::DataClass;

// --- Names of values -------------------------------------------------------------------------------

// Of an enum of the model as YAML writes them, `unknown` first; the number of a value is its bit.
template <class E>
std::vector<std::string> EnumNames() {
  return model::ValueNames(*google::protobuf::GetEnumDescriptor<E>());
}

const std::vector<std::string> kBooleans = {"false", "true"};

Bits Of(bool value) { return uint64_t{1} << (value ? 1 : 0); }

// A single enum value; its zero is unknown.
template <class E>
Bits Known(E value) {
  if (value == 0) return std::nullopt;
  return uint64_t{1} << value;
}

// --- Parts that several subjects have ----------------------------------------------------------------

using SummaryOf = std::function<DataSummary(const Element&)>;

// A leg of a summary. No data is known to be none; data of unknown level is unknown.
template <class E>
Bits Leg(const DataSummary& summary, E strongest) {
  return strongest == 0 && summary.classes == 0 ? Bits(0) : Known(strongest);
}

// categories, confidentiality, integrity, data_availability of a summary of data.
void AddData(const SummaryOf& summary, std::vector<SetAttribute>& sets) {
  sets.push_back({"categories", EnumNames<model::v1::DataCategory>(),
                  [summary](const Element& element) { return Bits(summary(element).categories); }});
  sets.push_back({"confidentiality", EnumNames<model::v1::Confidentiality>(), [summary](const Element& element) {
                    const DataSummary data = summary(element);
                    return Leg(data, data.confidentiality);
                  }});
  sets.push_back({"integrity", EnumNames<model::v1::Importance>(), [summary](const Element& element) {
                    const DataSummary data = summary(element);
                    return Leg(data, data.integrity);
                  }});
  sets.push_back({"data_availability", EnumNames<model::v1::Importance>(), [summary](const Element& element) {
                    const DataSummary data = summary(element);
                    return Leg(data, data.availability);
                  }});
}

const std::vector<std::string> kExposures = {"isolated", "inner", "adjacent", "partner", "internet"};

// How far away an end is, against the model's day.
const std::vector<std::string> kEnds = {"past", "soon", "no"};

Bits EndOf(const Element& element, const std::string& date) {
  if (date.empty()) return std::nullopt;
  const int days = static_cast<int>(model::ToCivilDay(date) - element.landscape->model().as_of());
  return uint64_t{1} << (days < 0 ? 0 : days <= 90 ? 1 : 2);
}

// Whether `interval_days` since `last` are over; unknown without both.
Bits Overdue(const Element& element, const std::string& last, bool has_interval, int interval_days) {
  if (last.empty() || !has_interval) return std::nullopt;
  return Of(model::ToCivilDay(last) + interval_days < element.landscape->model().as_of());
}

// --- Components --------------------------------------------------------------------------------------

using OfComponent = std::function<Bits(const ComponentView&)>;

void Add(const char* name, std::vector<std::string> values, OfComponent read, std::vector<SetAttribute>& sets) {
  sets.push_back({name, std::move(values),
                  [read = std::move(read)](const Element& element) { return read(element.component()); }});
}

bool AnyEndpoint(const ComponentView& view, bool (*matches)(const model::v1::Endpoint&)) {
  return std::any_of(view.apis.begin(), view.apis.end(), [&](const model::v1::Api* api) {
    return std::any_of(api->endpoints().begin(), api->endpoints().end(), matches);
  });
}

bool IsOpenWithoutReason(const model::v1::Endpoint& endpoint) {
  return endpoint.authenticated() == model::v1::TRISTATE_NO && endpoint.unauthenticated_reason().empty();
}

Bits MemorySafe(const ComponentView& view) {
  const k::Language* language = knowledge::FindLanguage(view.facts->component->language());
  return language == nullptr ? std::nullopt : Of(language->memory_safe());
}

Bits IsPushingPipeline(const Element& element) {
  const auto& pipelines = element.landscape->model().proto().delivery().pipelines();
  const std::string id = CurrentId(element);
  return Of(std::any_of(pipelines.begin(), pipelines.end(), [&](const model::v1::Pipeline& pipeline) {
    return pipeline.component() == id && pipeline.deploys_by_pull() == model::v1::TRISTATE_NO &&
           pipeline.deploys_to_size() > 0;
  }));
}

// Who calls us from outside says where to call back; a supplier has a fixed address, and people are sent nothing.
Bits CallsBack(const Element& element) {
  const Landscape& landscape = *element.landscape;
  const std::vector<int>& outbound = element.component().outbound;
  return Of(std::any_of(outbound.begin(), outbound.end(), [&](int index) {
    const FlowView& flow = landscape.flows()[index];
    const ComponentView& target = landscape.components()[flow.target];
    const model::v1::Component& caller = *target.facts->component;
    return IsExternal(caller) && caller.third_party().empty() && !caller.used_by_human() && !target.outbound.empty() &&
           !flow.flow->sends().empty() && (flow.families >> k::PROTOCOL_FAMILY_WEB & 1) != 0;
  }));
}

// Whether it runs a secret store that says where its accesses are recorded.
Bits ReadsRecorded(const Element& element) {
  const model::v1::Component& component = *element.component().facts->component;
  const auto& stores = element.landscape->model().proto().secrets().stores();
  return Of(std::any_of(stores.begin(), stores.end(), [&](const model::v1::SecretStore& store) {
    return store.component() == component.id() && !store.audit_log().empty();
  }));
}

Bits OwnCode(const model::v1::Component& component) {
  const bool open = !component.has_custom_code() && model::MayHaveOwnCode(component);
  return open ? std::nullopt : Of(component.custom_code());
}

std::vector<SetAttribute> ComponentSets() {
  std::vector<SetAttribute> sets;
  const auto zone = [](const ComponentView& view) { return view.facts->effective_zone; };
  AddData([](const Element& element) { return element.component().handled; }, sets);
  Add(
      "stored_categories", EnumNames<model::v1::DataCategory>(),
      [](const ComponentView& view) { return Bits(view.stored.categories); }, sets);
  Add(
      "stored_confidentiality", EnumNames<model::v1::Confidentiality>(),
      [](const ComponentView& view) { return Leg(view.stored, view.stored.confidentiality); }, sets);
  Add(
      "exposure", kExposures,
      [](const ComponentView& view) { return Bits(uint64_t{1} << static_cast<int>(view.exposure)); }, sets);
  Add(
      "capability", EnumNames<k::Capability>(), [](const ComponentView& view) { return Bits(view.capabilities); },
      sets);
  Add(
      "node_access", EnumNames<model::v1::NodeAccessKind>(),
      [](const ComponentView& view) { return Bits(NodeAccessOf(*view.facts->component)); }, sets);
  sets.push_back({"on_cluster", kBooleans, [](const Element& element) {
                    const model::v1::Component& component = *element.component().facts->component;
                    return Of(ClusterOf(element.landscape->model(), component) != nullptr);
                  }});
  sets.push_back({"calls_cluster", kBooleans, [](const Element& element) {
                    const model::v1::Component& component = *element.component().facts->component;
                    return Of(CallsTheCluster(element.landscape->model(), component));
                  }});
  sets.push_back({"custom_code", kBooleans,
                  [](const Element& element) { return OwnCode(*element.component().facts->component); },
                  "Component.custom_code"});
  Add(
      "technology_known", kBooleans,
      [](const ComponentView& view) {
        return Of(!view.unknown_technology && !view.facts->component->technology().empty());
      },
      sets);
  Add(
      "criticality", EnumNames<model::v1::Criticality>(),
      [](const ComponentView& view) { return Known(view.facts->presumed_criticality); }, sets);
  Add(
      "pci", {"not_applicable", "out", "connected", "cde"},
      [](const ComponentView& view) { return Bits(uint64_t{1} << static_cast<int>(view.facts->pci_scope)); }, sets);
  Add(
      "zone_type", EnumNames<model::v1::ZoneType>(),
      [zone](const ComponentView& view) { return zone(view) == nullptr ? std::nullopt : Known(zone(view)->type()); },
      sets);
  Add(
      "zone_policy", EnumNames<model::v1::NetworkPolicy>(),
      [zone](const ComponentView& view) {
        return zone(view) == nullptr ? std::nullopt : Known(zone(view)->network_policy());
      },
      sets);
  Add(
      "outside", kBooleans, [](const ComponentView& view) { return Of(view.outside); }, sets);
  Add(
      "operated_by", {"us", "supplier"},
      [](const ComponentView& view) { return Of(!view.facts->component->third_party().empty()); }, sets);
  Add(
      "single_point", kBooleans, [](const ComponentView& view) { return Of(view.single_point); }, sets);
  sets.push_back({"end_of_life", kEnds, [](const Element& element) {
                    return EndOf(element, element.component().facts->component->eol_date());
                  }});
  Add(
      "mixed_zone", kBooleans, [](const ComponentView& view) { return Of(view.mixed_zone); }, sets);
  Add(
      "mixed_runtime", kBooleans, [](const ComponentView& view) { return Of(view.mixed_runtime); }, sets);
  Add("memory_safe", kBooleans, MemorySafe, sets);
  Add(
      "unauthenticated_path", kBooleans, [](const ComponentView& view) { return Of(view.unauthenticated_path); }, sets);
  Add(
      "guarded", kBooleans, [](const ComponentView& view) { return Of(view.guarded); }, sets);
  Add(
      "serves_people", kBooleans, [](const ComponentView& view) { return Of(view.serves_people); }, sets);
  sets.push_back({"keeps_accounts", kBooleans, [](const Element& element) -> Bits {
                    const std::optional<bool> keeps = KeepsAccounts(*element.landscape, element.index);
                    if (!keeps.has_value()) return std::nullopt;
                    return Of(*keeps);
                  }});
  Add(
      "serves_api", kBooleans, [](const ComponentView& view) { return Of(!view.apis.empty()); }, sets);
  sets.push_back({"pushing_pipeline", kBooleans, IsPushingPipeline});
  sets.push_back({"calls_back", kBooleans, CallsBack});
  sets.push_back({"reads_recorded", kBooleans, ReadsRecorded});
  sets.push_back({"payment_page", kBooleans,
                  [](const Element& element) { return Of(IsPaymentPage(*element.landscape, element.component())); }});
  Add(
      "public_endpoint", kBooleans,
      [](const ComponentView& view) { return Of(AnyEndpoint(view, IsOpenWithoutReason)); }, sets);
  Add(
      "object_level", kBooleans,
      [](const ComponentView& view) {
        return Of(AnyEndpoint(view, [](const model::v1::Endpoint& endpoint) { return endpoint.object_level(); }));
      },
      sets);
  Add(
      "state_changing", kBooleans,
      [](const ComponentView& view) {
        return Of(AnyEndpoint(view, [](const model::v1::Endpoint& endpoint) { return endpoint.state_changing(); }));
      },
      sets);
  return sets;
}

std::vector<NumberAttribute> ComponentNumbers() {
  const auto crossings = [](const Element& element, const std::vector<int>& flows) {
    return Number(std::count_if(flows.begin(), flows.end(),
                                [&](int index) { return element.landscape->flows()[index].crosses; }));
  };
  return {
      {"zone_trust",
       [](const Element& element) -> Number {
         const model::v1::Zone* zone = element.component().facts->effective_zone;
         if (zone == nullptr || !zone->has_trust()) return std::nullopt;
         return zone->trust();
       }},
      {"inbound_crossings",
       [crossings](const Element& element) { return crossings(element, element.component().inbound); }},
      {"outbound_crossings",
       [crossings](const Element& element) { return crossings(element, element.component().outbound); }},
      {"inbound_flows", [](const Element& element) { return Number(element.component().inbound.size()); }},
      {"outbound_flows", [](const Element& element) { return Number(element.component().outbound.size()); }},
      {"only_passed_on",
       [](const Element& element) { return Number(UndeclaredData(*element.component().facts).size()); }},
  };
}

// --- Flows -------------------------------------------------------------------------------------------

Bits Encrypted(const FlowView& view) {
  switch (view.flow->transport_security()) {
    case model::v1::TRANSPORT_SECURITY_UNSPECIFIED:
      return view.flow->vpn() ? Of(true) : std::nullopt;
    case model::v1::TRANSPORT_SECURITY_NONE:
      return Of(view.flow->vpn());
    default:
      return Of(true);
  }
}

std::vector<SetAttribute> FlowSets() {
  std::vector<SetAttribute> sets;
  AddData([](const Element& element) { return element.flow().carried; }, sets);
  const auto add = [&](const char* name, std::vector<std::string> values, std::function<Bits(const FlowView&)> read) {
    sets.push_back(
        {name, std::move(values), [read = std::move(read)](const Element& element) { return read(element.flow()); }});
  };
  add("sends_categories", EnumNames<model::v1::DataCategory>(),
      [](const FlowView& view) { return Bits(view.sent.categories); });
  add("exposure", kExposures,
      [](const FlowView& view) { return Bits(uint64_t{1} << static_cast<int>(view.exposure)); });
  add("crosses", kBooleans, [](const FlowView& view) { return Of(view.crosses); });
  add("family", EnumNames<k::ProtocolFamily>(), [](const FlowView& view) -> Bits {
    if (view.families == 0) return std::nullopt;
    return view.families;
  });
  add("cross_border", {"no", "with_mechanism", "without_mechanism"}, [](const FlowView& view) {
    return Bits(view.border == nullptr ? 1 : view.border->lacks_mechanism() ? 4 : 2);
  });
  add("same_runtime", kBooleans, [](const FlowView& view) { return Of(view.same_runtime); });
  add("encrypted", kBooleans, Encrypted);
  sets.push_back({"from_public", kBooleans,
                  [](const Element& element) { return Of(IsFromPublic(*element.landscape, element.flow())); }});
  return sets;
}

// --- Others ------------------------------------------------------------------------------------------

DataSummary Summarise(const Element& element) {
  DataSummary summary;
  for (const DataClass* data : element.landscape->DataOf(element, k::DATA_REACH_UNSPECIFIED)) summary.Add(*data);
  return summary;
}

Bits RecordWithoutSignIn(const Element& element) {
  bool unknown = false;
  for (const model::v1::Endpoint& endpoint : static_cast<const model::v1::Api&>(*element.message).endpoints()) {
    if (!endpoint.object_level()) continue;
    if (endpoint.authenticated() == model::v1::TRISTATE_NO) return Of(true);
    unknown = unknown || endpoint.authenticated() != model::v1::TRISTATE_YES;
  }
  return unknown ? std::nullopt : Of(false);
}

Bits AttestationExpired(const Element& element) {
  const auto& supplier = static_cast<const model::v1::ThirdParty&>(*element.message);
  if (supplier.attestation_expires().empty()) return std::nullopt;
  return Of(model::ToCivilDay(supplier.attestation_expires()) < element.landscape->model().as_of());
}

Bits CredentialOverdue(const Element& element) {
  const auto& credential = static_cast<const model::v1::Credential&>(*element.message);
  const model::v1::SecretsManagement& secrets = element.landscape->model().proto().secrets();
  const bool own = credential.has_rotation_days();
  return Overdue(element, credential.last_rotated(), own || secrets.has_default_rotation_days(),
                 own ? credential.rotation_days() : secrets.default_rotation_days());
}

Bits KeyOverdue(const Element& element) {
  const auto& key = static_cast<const model::v1::CryptoKey&>(*element.message);
  return Overdue(element, key.last_rotated(), key.has_rotation_days(), key.rotation_days());
}

template <class List>
bool Names(const List& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

Bits DataIsSent(const Element& element) {
  const auto& flows = element.landscape->model().proto().flows();
  const std::string id = CurrentId(element);
  return Of(std::any_of(flows.begin(), flows.end(), [&](const model::v1::Flow& flow) {
    return Names(flow.sends(), id) || Names(flow.receives(), id);
  }));
}

Bits DataIsUsed(const Element& element) {
  const auto& components = element.landscape->model().proto().components();
  const std::string id = CurrentId(element);
  const bool held = std::any_of(components.begin(), components.end(), [&](const model::v1::Component& component) {
    return Names(component.stores(), id) || Names(component.processes(), id);
  });
  return held ? Of(true) : DataIsSent(element);
}

// Unknown where the model is silent on secrets: a system without any is rare.
Bits HoldsSecrets(const Element& element) {
  const model::v1::SystemModel& model = element.landscape->model().proto();
  const bool data = std::any_of(model.data_classes().begin(), model.data_classes().end(), [](const DataClass& each) {
    return HasCategory(each, {model::v1::DATA_CATEGORY_SECRETS, model::v1::DATA_CATEGORY_CREDENTIALS});
  });
  return data || !model.secrets().credentials().empty() ? Of(true) : std::nullopt;
}

Bits AnyOwnCode(const Element& element) {
  bool unknown = false;
  for (const ComponentView& view : element.landscape->components()) {
    const model::v1::Component& component = *view.facts->component;
    if (IsExternal(component) || component.out_of_scope()) continue;
    if (component.custom_code()) return Of(true);
    unknown = unknown || !OwnCode(component).has_value();
  }
  return unknown ? std::nullopt : Of(false);
}

std::vector<SetAttribute> OtherSets(k::ThreatSubject subject) {
  std::vector<SetAttribute> sets;
  AddData(Summarise, sets);
  switch (subject) {
    case k::THREAT_SUBJECT_THIRD_PARTY:
      sets.push_back({"attestation_expired", kBooleans, AttestationExpired});
      break;
    case k::THREAT_SUBJECT_API:
      sets.push_back({"record_without_sign_in", kBooleans, RecordWithoutSignIn});
      break;
    case k::THREAT_SUBJECT_CREDENTIAL:
      sets.push_back({"rotation_overdue", kBooleans, CredentialOverdue});
      break;
    case k::THREAT_SUBJECT_KEY:
      sets.push_back({"rotation_overdue", kBooleans, KeyOverdue});
      sets.push_back({"expires_soon", kEnds, [](const Element& element) {
                        return EndOf(element, static_cast<const model::v1::CryptoKey&>(*element.message).expires());
                      }});
      break;
    case k::THREAT_SUBJECT_INFRASTRUCTURE:
      sets.push_back({"end_of_life", kEnds, [](const Element& element) {
                        return EndOf(element,
                                     static_cast<const model::v1::Infrastructure&>(*element.message).eol_date());
                      }});
      break;
    case k::THREAT_SUBJECT_DATA_CLASS:
      sets.clear();  // its own fields say the same
      sets.push_back({"used", kBooleans, DataIsUsed});
      sets.push_back({"sent", kBooleans, DataIsSent});
      break;
    case k::THREAT_SUBJECT_SYSTEM:
      sets.push_back({"capability", EnumNames<k::Capability>(), [](const Element& element) {
                        uint64_t bits = 0;
                        for (const ComponentView& view : element.landscape->components()) bits |= view.capabilities;
                        return Bits(bits);
                      }});
      sets.push_back({"holds_secrets", kBooleans, HoldsSecrets});
      sets.push_back({"own_code", kBooleans, AnyOwnCode, "Component.custom_code"});
      break;
    default:
      break;
  }
  return sets;
}

}  // namespace

std::vector<const DataClass*> UndeclaredData(const ComponentFacts& facts) {
  std::vector<const DataClass*> undeclared;
  for (const DataClass* data : facts.transfers) {
    if (!HasCategory(*data, {model::v1::DATA_CATEGORY_LOGS, model::v1::DATA_CATEGORY_TELEMETRY})) {
      undeclared.push_back(data);
    }
  }
  return undeclared;
}

const std::vector<SetAttribute>& ComputedSets(k::ThreatSubject subject) {
  static const auto* const by_subject = [] {
    auto* const map = new std::map<int, std::vector<SetAttribute>>();
    for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
      const auto each = static_cast<k::ThreatSubject>(i);
      const bool component = each == k::THREAT_SUBJECT_COMPONENT || each == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
      (*map)[i] = component ? ComponentSets() : each == k::THREAT_SUBJECT_FLOW ? FlowSets() : OtherSets(each);
    }
    (*map)[0];
    return map;
  }();
  return by_subject->at(subject);
}

const std::vector<NumberAttribute>& ComputedNumbers(k::ThreatSubject subject) {
  static const auto* const of_components = new std::vector<NumberAttribute>(ComponentNumbers());
  static const auto* const none = new std::vector<NumberAttribute>();
  const bool component = subject == k::THREAT_SUBJECT_COMPONENT || subject == k::THREAT_SUBJECT_EXTERNAL_ENTITY;
  return component ? *of_components : *none;
}

}  // namespace metapowers::analysis
