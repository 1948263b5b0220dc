#include "service/importers/cyclonedx_services.h"

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/known_images.h"
#include "service/importers/settings.h"

namespace metapowers::importers::cyclonedx {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxData = 200;  // classes of one service

// What classifications of data say by their names.
struct Classification {
  absl::string_view name;  // in lower case
  pb::Confidentiality confidentiality;
  pb::DataCategory category;
};
constexpr Classification kClassifications[] = {
    {"confidential", pb::CONFIDENTIALITY_CONFIDENTIAL, pb::DATA_CATEGORY_UNSPECIFIED},
    {"internal", pb::CONFIDENTIALITY_INTERNAL, pb::DATA_CATEGORY_UNSPECIFIED},
    {"pan", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PAN},
    {"phi", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PHI},
    {"pifi", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_FINANCIAL},
    {"pii", pb::CONFIDENTIALITY_UNSPECIFIED, pb::DATA_CATEGORY_PII},
    {"public", pb::CONFIDENTIALITY_PUBLIC, pb::DATA_CATEGORY_UNSPECIFIED},
    {"restricted", pb::CONFIDENTIALITY_RESTRICTED, pb::DATA_CATEGORY_UNSPECIFIED},
};

struct Service {
  std::string name;
  Field field;
  std::string reference;  // `bom-ref`; may be empty
  const Service* around = nullptr;
  std::vector<std::pair<std::string, Field>> in;   // classes of data that it takes
  std::vector<std::pair<std::string, Field>> out;  // and that it gives
};

bool IsTrue(const Field& field) { return field.is_scalar() && absl::EqualsIgnoreCase(field.Text(), "true"); }

// Path of a URL; never a part of user name and password.
std::string PathOf(absl::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const size_t slashes = url.find("//");
  size_t begin = slashes == absl::string_view::npos ? 0 : slashes + 2;
  if (const size_t at = url.rfind('@'); at != absl::string_view::npos) begin = at;
  const size_t path = url.find('/', begin);
  return path == absl::string_view::npos ? "/" : std::string(url.substr(path));
}

class ServiceImporter {
 public:
  ServiceImporter(const Field& root, const std::string& subject, const std::string& subject_ref, Inventory& inventory)
      : root_(root), subject_(subject), subject_ref_(subject_ref), inventory_(inventory) {}

  void Import() {
    Collect(root_["services"], nullptr);
    for (const Service& service : services_) by_ref_.emplace(service.reference, &service);
    for (Service& service : services_) {
      ReadData(service);
      AddComponent(service);
      AddEndpoints(service);
    }
    for (const Field& dependency : root_["dependencies"].Items()) {
      if (dependency.is_map()) AddFlows(dependency);
    }
  }

 private:
  void Collect(const Field& list, const Service* around) {
    for (const Field& item : list.Items()) {
      const std::string name = item.is_map() ? item["name"].Line() : "";
      if (name.empty()) {
        item.Fault("must be a mapping with the `name` of a service");
        continue;
      }
      Service& service = services_.emplace_back(Service{name, item, item["bom-ref"].Line(), around, {}, {}});
      // Two services of one name are two; the reference tells them apart.
      if (!names_.insert(name).second) service.name = absl::StrCat(name, " ", service.reference);
      Collect(item["services"], &service);
    }
  }

  void ReadData(Service& service) {
    for (const Field& data : service.field["data"].Items()) {
      const std::string classification = data.is_map() ? data["classification"].Line() : "";
      if (classification.empty()) {
        data.Fault("must be a mapping with the `classification` of the data");
        continue;
      }
      if (service.in.size() + service.out.size() >= kMaxData) {
        inventory_.Skip(
            data.spot(), absl::StrCat("further data of ", service.name),
            absl::StrCat(kMaxData, " classes of data of one service are read; describe fewer, larger classes"));
        break;
      }
      const std::string flow = data["flow"].Text();
      const bool both = flow == "bi-directional";
      if (both || flow == "inbound") service.in.emplace_back(classification, data);
      if (both || flow == "outbound") service.out.emplace_back(classification, data);
      if (flow == "unknown") {
        inventory_.Note(v1::IMPORT_NOTE_KIND_QUESTION, data.spot(), data.path(),
                        absl::StrCat("which way does the data ", classification, " of ", service.name, " go?"));
      }
      service_data_[&service].emplace(classification, data.spot());
      AddDataClass(classification, data);
    }
  }

  void AddDataClass(const std::string& name, const Field& data) {
    if (!classes_.insert(name).second) return;
    Shown<pb::DataClass> shown;
    shown.name = name;
    shown.spot = data["classification"].spot();
    shown.value.set_name(name);
    if (data["description"].is_scalar()) shown.value.set_description(data["description"].Line());
    for (const Classification& each : kClassifications) {
      if (absl::AsciiStrToLower(name) != each.name) continue;
      if (each.confidentiality != pb::CONFIDENTIALITY_UNSPECIFIED)
        shown.value.set_confidentiality(each.confidentiality);
      if (each.category == pb::DATA_CATEGORY_UNSPECIFIED) continue;
      shown.value.add_categories(each.category);
      shown.Assumed("categories", shown.spot, "drawn from the name of the classification");
    }
    inventory_.Count("data_assets");
    inventory_.data_classes.push_back(std::move(shown));
  }

  void AddComponent(const Service& service) {
    const Field& field = service.field;
    Shown<pb::Component> shown;
    shown.name = service.name;
    shown.spot = field.spot();
    shown.value.set_name(service.name);
    if (!service.reference.empty()) shown.names.push_back(service.reference);
    for (const Field& endpoint : field["endpoints"].Items()) {
      const std::string host = endpoint.is_scalar() ? ParseAddress(endpoint.Text()).host : "";
      if (!host.empty()) shown.names.push_back(host);
    }
    if (field["description"].is_scalar()) shown.value.set_description(field["description"].Line());
    if (field["version"].is_scalar()) shown.value.set_version(field["version"].Line());
    const KnownImage* known = FindKnownImage(absl::AsciiStrToLower(field["name"].Line()));
    shown.value.set_kind(known == nullptr ? pb::COMPONENT_KIND_PROCESS : known->kind);
    if (known == nullptr) {
      shown.Assumed("kind", shown.spot, "the file lists it under `services`");
    } else {
      shown.value.add_technology(std::string(known->technology));
      for (const char* each : {"technology", "kind"}) {
        shown.Assumed(each, shown.spot, absl::StrCat("it has the name of ", known->technology));
      }
    }
    for (const auto& [name, spot] : service_data_[&service]) shown.Refers("processes", {name, "", spot});
    if (const std::string zone = AddZone(service); !zone.empty()) shown.Refers("zone", {zone, "", shown.spot});
    if (const std::string provider = field["provider"]["name"].Line(); !provider.empty()) {
      inventory_.Note(v1::IMPORT_NOTE_KIND_KEPT, field["provider"].spot(), field["provider"].path(),
                      absl::StrCat(service.name, " is provided by ", provider));
    }
    inventory_.Count("services");
    inventory_.components.push_back(std::move(shown));
  }

  // The trust zone that a service names, else one of its own where a boundary is crossed to reach it; others are where
  // the service around them is. "" when nothing says.
  std::string AddZone(const Service& service) {
    const Field named = service.field["trustZone"];
    const Field boundary = service.field["x-trust-boundary"];
    if (named.is_scalar()) {
      AddZone(named.Line(), named, "");
      return zones_[&service] = named.Line();
    }
    if (IsTrue(boundary)) {
      const std::string name = absl::StrCat("Zone of ", service.name);
      AddZone(name, boundary,
              "using the service crosses a trust boundary, and the file has no name for what is behind it");
      return zones_[&service] = name;
    }
    return zones_[&service] = service.around == nullptr ? "" : zones_[service.around];
  }

  void AddZone(const std::string& name, const Field& field, const std::string& why_name) {
    if (!zone_names_.insert(name).second) return;
    Shown<pb::Zone> zone;
    zone.name = name;
    zone.spot = field.spot();
    zone.value.set_name(name);
    if (!why_name.empty()) zone.Assumed("name", field.spot(), why_name);
    zone.value.set_type(pb::ZONE_TYPE_EXECUTION_ENV);
    zone.Assumed("type", field.spot(), "the file does not say what kind of zone it is");
    inventory_.Count("trust_boundaries");
    inventory_.zones.push_back(std::move(zone));
  }

  void AddEndpoints(const Service& service) {
    const Field endpoints = service.field["endpoints"];
    const Field authenticated = service.field["authenticated"];
    const std::vector<Field> items = endpoints.Items();
    if (items.empty()) return;
    Shown<pb::Api> api;
    api.name = service.name;
    api.spot = endpoints.spot();
    api.value.set_name(service.name);
    api.Refers("component", {service.name, "", endpoints.spot()});
    for (const Field& item : items) {
      pb::Endpoint& endpoint = *api.value.add_endpoints();
      endpoint.set_path(PathOf(item.Text()));
      inventory_.Count("endpoints");
      if (!authenticated.is_scalar()) continue;
      endpoint.set_authenticated(IsTrue(authenticated) ? pb::TRISTATE_YES : pb::TRISTATE_NO);
      if (!IsTrue(authenticated)) inventory_.Count("unauthenticated_operations");
    }
    inventory_.apis.push_back(std::move(api));
  }

  // Name of what a reference is of; "" when that is no service.
  std::string NameOf(const std::string& reference) const {
    if (!reference.empty() && reference == subject_ref_) return subject_;
    const auto found = by_ref_.find(reference);
    return found == by_ref_.end() || reference.empty() ? "" : found->second->name;
  }

  void AddFlows(const Field& dependency) {
    const std::string source = NameOf(dependency["ref"].Text());
    for (const Field& item : dependency["dependsOn"].Items()) {
      const auto target = by_ref_.find(item.Text());
      if (source.empty() || target == by_ref_.end() || target->first.empty() || target->second->name == source)
        continue;
      const Service& service = *target->second;
      Shown<pb::Flow> flow;
      flow.name = absl::StrCat(source, " to ", service.name);
      if (!flows_.insert(flow.name).second) continue;
      flow.spot = item.spot();
      flow.value.set_name(flow.name);
      flow.value.set_purpose("A declared dependency.");
      flow.Refers("source", {source, "", item.spot()}).Refers("target", {service.name, "", item.spot()});
      for (const auto& [name, field] : service.in) flow.Refers("sends", {name, "", field.spot()});
      for (const auto& [name, field] : service.out) flow.Refers("receives", {name, "", field.spot()});
      SetTransport(service, flow);
      inventory_.Count("flows");
      inventory_.flows.push_back(std::move(flow));
    }
  }

  // What all endpoints of the target agree on.
  static void SetTransport(const Service& service, Shown<pb::Flow>& flow) {
    std::set<std::string> protocols;
    std::set<pb::TransportSecurity> transports;
    std::set<int> ports;
    const Field endpoints = service.field["endpoints"];
    for (const Field& endpoint : endpoints.Items()) {
      const Address address = endpoint.is_scalar() ? ParseAddress(endpoint.Text()) : Address();
      protocols.insert(address.protocol);
      transports.insert(address.transport);
      ports.insert(address.port);
    }
    if (protocols.size() == 1 && !protocols.begin()->empty()) {
      flow.value.set_protocol(*protocols.begin());
      flow.Observed("protocol", endpoints.spot());
    }
    if (transports.size() == 1 && *transports.begin() != pb::TRANSPORT_SECURITY_UNSPECIFIED) {
      flow.value.set_transport_security(*transports.begin());
      flow.Observed("transport_security", endpoints.spot());
    }
    if (ports.size() == 1 && *ports.begin() != 0) {
      flow.value.set_port(*ports.begin());
      flow.Observed("port", endpoints.spot());
    }
  }

  const Field& root_;
  const std::string& subject_;
  const std::string& subject_ref_;
  Inventory& inventory_;
  std::deque<Service> services_;  // stable addresses
  std::set<std::string> names_;
  std::map<std::string, const Service*> by_ref_;
  std::map<const Service*, std::map<std::string, Spot>> service_data_;
  std::map<const Service*, std::string> zones_;
  std::set<std::string> zone_names_;
  std::set<std::string> classes_;
  std::set<std::string> flows_;
};

}  // namespace

void AddServices(const Field& root, const std::string& subject, const std::string& subject_ref, Inventory& inventory) {
  ServiceImporter(root, subject, subject_ref, inventory).Import();
}

}  // namespace metapowers::importers::cyclonedx
