#include "service/importers/cyclonedx_services.h"

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/importers/cyclonedx_data.h"
#include "service/importers/known_images.h"
#include "service/importers/settings.h"

namespace metapowers::importers::cyclonedx {

namespace pb = model::v1;

namespace {

struct Service {
  std::string name;
  Field field;
  std::string reference;  // `bom-ref`; may be empty
  const Service* around = nullptr;
  std::vector<ServiceData> data;
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
    for (const Service& service : services_) Index(service);
    DataReader reader(inventory_, [this](const std::string& reference) { return PeerOf(reference); });
    for (Service& service : services_) {
      service.data = reader.Read(service.name, service.field["data"]);
      AddComponent(service);
      AddEndpoints(service);
    }
    for (const Field& dependency : root_["dependencies"].Items()) {
      if (dependency.is_map()) AddFlows(dependency);
    }
    for (const Service& service : services_) AddFlowsOfData(service);
  }

 private:
  void Collect(const Field& list, const Service* around) {
    for (const Field& item : list.Items()) {
      const std::string name = item.is_map() ? item["name"].Line() : "";
      if (name.empty()) {
        item.Fault("must be a mapping with the `name` of a service");
        continue;
      }
      Service& service = services_.emplace_back(Service{name, item, item["bom-ref"].Line(), around, {}});
      // Two services of one name are two; the reference tells them apart.
      if (!names_.insert(name).second) service.name = absl::StrCat(name, " ", service.reference);
      Collect(item["services"], &service);
    }
  }

  void Index(const Service& service) {
    by_name_.emplace(service.name, &service);
    if (!service.reference.empty()) by_ref_.emplace(service.reference, &service);
    for (const auto& [endpoint, field] : service.field["endpoints"].Lines()) {
      if (const std::string host = ParseAddress(endpoint).host; !host.empty()) by_host_[host].insert(&service);
    }
  }

  // Where data comes from or goes to: a reference of this file, alone or as `urn:cdx:SERIAL/VERSION#REFERENCE`, or a
  // URL of one service only.
  std::string PeerOf(absl::string_view reference) const {
    if (absl::ConsumePrefix(&reference, "urn:cdx:")) {
      const size_t hash = reference.find('#');
      const std::string serial = root_["serialNumber"].Text();
      if (hash == absl::string_view::npos ||
          reference.substr(0, reference.find('/')) != absl::StripPrefix(serial, "urn:uuid:")) {
        return "";
      }
      reference.remove_prefix(hash + 1);
    }
    if (std::string name = NameOf(std::string(reference)); !name.empty()) return name;
    const auto found = by_host_.find(ParseAddress(reference).host);
    return found == by_host_.end() || found->second.size() != 1 ? "" : (*found->second.begin())->name;
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
    std::map<std::string, Spot> processed;
    for (const ServiceData& data : service.data) processed.emplace(data.classification, data.field.spot());
    for (const auto& [name, spot] : processed) shown.Refers("processes", {name, "", spot});
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
      if (source.empty() || target == by_ref_.end() || target->second->name == source) continue;
      AddFlow(source, *target->second, item.spot(), "A declared dependency.");
    }
  }

  // Data that goes between two services of which the file does not say that one depends on the other.
  void AddFlowsOfData(const Service& service) {
    for (const ServiceData& data : service.data) {
      std::string purpose = data.field["name"].Line();
      purpose = purpose.empty() ? "A declared flow of data." : absl::StrCat(purpose, ".");
      for (const std::string& from : data.sources) {
        if (data.in && from != service.name) AddFlowOfData(from, service, data.field["source"].spot(), purpose);
      }
      for (const std::string& to : data.destinations) {
        const auto target = by_name_.find(to);
        if (!data.out || to == service.name || target == by_name_.end()) continue;
        AddFlowOfData(service.name, *target->second, data.field["destination"].spot(), purpose);
      }
    }
  }

  void AddFlowOfData(const std::string& source, const Service& target, const Spot& spot, const std::string& purpose) {
    if (flows_.count({source, target.name}) != 0 || flows_.count({target.name, source}) != 0) return;
    Shown<pb::Flow>& flow = AddFlow(source, target, spot, purpose);
    for (const char* end : {"source", "target"}) {
      flow.Assumed(end, spot, "the file says that data goes this way, and not who opens the connection");
    }
  }

  // The flow from an element to a service, which is told once.
  Shown<pb::Flow>& AddFlow(const std::string& source, const Service& target, const Spot& spot,
                           const std::string& purpose) {
    const auto [known, is_new] = flows_.emplace(std::pair{source, target.name}, nullptr);
    if (!is_new) return *known->second;
    Shown<pb::Flow>& flow = inventory_.flows.emplace_back();
    known->second = &flow;
    flow.name = absl::StrCat(source, " to ", target.name);
    flow.spot = spot;
    flow.value.set_name(flow.name);
    flow.value.set_purpose(purpose);
    flow.Refers("source", {source, "", spot}).Refers("target", {target.name, "", spot});
    AddData(source, target, flow);
    SetTransport(target, flow);
    inventory_.Count("flows");
    return flow;
  }

  // What both ends say of the data between them; what one says without naming the other holds for the one that is used.
  void AddData(const std::string& source, const Service& target, Shown<pb::Flow>& flow) const {
    std::set<std::pair<absl::string_view, std::string>> told;
    const auto refer = [&](const char* field, const ServiceData& data) {
      if (told.emplace(field, data.classification).second)
        flow.Refers(field, {data.classification, "", data.field.spot()});
    };
    for (const ServiceData& data : target.data) {
      if (data.ComesFrom(source)) refer("sends", data);
    }
    for (const ServiceData& data : target.data) {
      if (data.GoesTo(source)) refer("receives", data);
    }
    const auto user = by_name_.find(source);
    if (user == by_name_.end()) return;
    for (const ServiceData& data : user->second->data) {
      if (data.has_destinations && data.GoesTo(target.name)) refer("sends", data);
      if (data.has_sources && data.ComesFrom(target.name)) refer("receives", data);
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
  std::map<std::string, const Service*> by_name_;
  std::map<std::string, const Service*> by_ref_;
  std::map<std::string, std::set<const Service*>> by_host_;
  std::map<const Service*, std::string> zones_;
  std::set<std::string> zone_names_;
  std::map<std::pair<std::string, std::string>, Shown<pb::Flow>*> flows_;  // by source and target
};

}  // namespace

void AddServices(const Field& root, const std::string& subject, const std::string& subject_ref, Inventory& inventory) {
  ServiceImporter(root, subject, subject_ref, inventory).Import();
}

}  // namespace metapowers::importers::cyclonedx
