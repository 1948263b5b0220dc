#include "service/importers/kubernetes_services.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/importers/known_images.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers::kubernetes {

using model::Quote;

namespace {

// Names of ports and what the catalogue calls that. Of names that say only `tcp` or `tls` the rest is looked at.
constexpr std::pair<absl::string_view, absl::string_view> kProtocols[] = {
    {"http", "http"},
    {"http2", "http"},
    {"h2c", "http"},
    {"https", "https"},
    {"grpc", "grpc"},
    {"grpcs", "grpc"},
    {"ws", "ws"},
    {"wss", "wss"},
    {"mongo", "mongodb"},
    {"mongodb", "mongodb"},
    {"mysql", "mysql"},
    {"mariadb", "mysql"},
    {"redis", "redis"},
    {"postgres", "postgresql"},
    {"postgresql", "postgresql"},
    {"amqp", "amqp"},
    {"amqps", "amqps"},
    {"kafka", "kafka"},
    {"nats", "nats"},
    {"mqtt", "mqtt"},
    {"memcached", "memcached"},
    {"memcache", "memcached"},
    {"cassandra", "cassandra"},
    {"cql", "cassandra"},
    {"ldap", "ldap"},
    {"ldaps", "ldaps"},
    {"smtp", "smtp"},
    {"dns", "dns"},
    {"ssh", "ssh"},
    {"sftp", "sftp"},
    {"ftp", "ftp"},
    {"otlp", "otlp"},
    {"thrift", "thrift"},
    {"bolt", "bolt"},
};

int PortNumber(const Field& value) {
  constexpr int64_t kMostPorts = 65535;
  const auto number = value.Whole();
  if (!number.has_value()) return 0;
  if (*number >= 1 && *number <= kMostPorts) return static_cast<int>(*number);
  value.Fault("is no port");
  return 0;
}

ServicePort ReadPort(const Field& value) {
  ServicePort port;
  port.name = value["name"].Raw();
  port.port = PortNumber(value["port"]);
  port.node = PortNumber(value["nodePort"]);
  const Field target = value["targetPort"];
  const std::string number = target.Raw();
  const bool digits = !number.empty() && std::all_of(number.begin(), number.end(), absl::ascii_isdigit);
  port.target = digits ? PortNumber(target) : target.exists() ? 0 : port.port;
  constexpr absl::string_view kName = "name";
  for (const absl::string_view key : {absl::string_view("appProtocol"), kName}) {
    port.protocol = ProtocolOf(value[key].Raw());
    port.spot = value[key].spot();
    port.is_named = key == kName;
    if (!port.protocol.empty()) break;
  }
  return port;
}

// The port that Knative gives a Service, and that of the one container which serves it.
ServicePort PortOfKnative(const Object& object) {
  constexpr int kUsual = 8080;
  ServicePort port;
  port.port = 80;
  port.target = kUsual;
  port.protocol = "http";
  port.spot = object.spot;
  for (const Field& container : ContainersOf(PodOf(object))) {
    const std::vector<Field> ports = container["ports"].Items();
    if (ports.empty()) continue;
    if (const int own = PortNumber(ports.front()["containerPort"]); own != 0) port.target = own;
    break;
  }
  return port;
}

void Check(const Service& service, Inventory& inventory) {
  const Object& object = *service.object;
  if (!service.targets.empty()) return;
  if (service.type == "ExternalName") {
    return inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, object.spot, "",
                          absl::StrCat(object.Title(), " is a name for ", service.alias, ", which no file shows"));
  }
  const bool selects = !object.spec["selector"].TextMap().empty();
  inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, object.spot, "",
                 absl::StrCat(object.Title(), selects ? " selects no workload of these files"
                                                      : " has no selector: what answers it is in no file"));
}

}  // namespace

Field ScopeSaidBy(const Object& service) {
  if (service.kind != Kind::kKnativeService) return service.spec["type"];
  for (const char* key : {"networking.knative.dev/visibility", "serving.knative.dev/visibility"}) {
    const Field said = service.metadata()["labels"][key];
    if (said.Raw() == "cluster-local") return said;
  }
  return Field();
}

std::string ProtocolOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "kubernetes.io/");
  std::vector<std::string> parts = absl::StrSplit(absl::AsciiStrToLower(name), '-');
  if (parts.size() > 1 && (parts[0] == "tcp" || parts[0] == "tls" || parts[0] == "udp")) parts.erase(parts.begin());
  for (const auto& [word, protocol] : kProtocols) {
    if (parts.front() == word) return std::string(protocol);
  }
  return "";
}

const ServicePort* Service::PortOf(int number) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const ServicePort& p) { return p.port == number; });
  return found == ports.end() ? nullptr : &*found;
}

const ServicePort* Service::PortNamed(absl::string_view name) const {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const ServicePort& p) { return p.name == name; });
  return found == ports.end() ? nullptr : &*found;
}

Services::Services(const Objects& objects, Workloads& workloads, Inventory& inventory) : objects_(objects) {
  for (const Object* object : objects.Of(Kind::kService)) {
    inventory.Count("services");
    Service& service = services_.emplace_back();
    service.object = object;
    service.type = object->spec["type"].Raw();
    if (service.type.empty()) service.type = "ClusterIP";
    if (service.type == "ExternalName") service.alias = absl::AsciiStrToLower(object->spec["externalName"].Raw());
    for (const Field& port : object->spec["ports"].Items()) service.ports.push_back(ReadPort(port));
    if (service.type != "ExternalName") {
      service.targets = workloads.WithLabels(object->space, object->spec["selector"].TextMap());
    }
    Check(service, inventory);
    Register(service);
  }
  std::map<const Object*, Workload*> runs;
  for (Workload& workload : workloads.all()) runs[workload.object] = &workload;
  for (const Object* object : objects.Of(Kind::kKnativeService)) {
    Service& service = services_.emplace_back();
    service.object = object;
    service.type = "Knative";
    service.ports = {PortOfKnative(*object)};
    service.targets = {runs.at(object)};
    Register(service);
  }
}

void Services::Register(const Service& service) {
  by_name_.try_emplace(absl::StrCat(service.object->space, "/", service.object->name), &service);
  for (const Workload* target : service.targets) in_front_[target].push_back(&service);
}

const Service* Services::Find(absl::string_view space, absl::string_view name) const {
  const auto found = by_name_.find(absl::StrCat(space, "/", name));
  return found == by_name_.end() ? nullptr : found->second;
}

const std::vector<const Service*>& Services::InFrontOf(const Workload& workload) const {
  static const std::vector<const Service*> kNone;
  const auto found = in_front_.find(&workload);
  return found == in_front_.end() ? kNone : found->second;
}

// `service`, `service.namespace`, `service.namespace.svc…`, each with the name of a pod in front.
std::optional<Host> Services::ResolveInside(absl::string_view host, absl::string_view space) const {
  const auto answer = [&](absl::string_view name, absl::string_view in) {
    const Service* service = Find(in, name);
    return service != nullptr ? Host{Host::Kind::kService, service, "", ""}
                              : Host{Host::Kind::kMissing, nullptr, std::string(name), std::string(in)};
  };
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  if (labels.size() == 1) return answer(labels[0], space);
  for (size_t i = 2; i < labels.size(); ++i) {
    if (labels[i] == "svc") return answer(labels[i - 2], labels[i - 1]);
  }
  if (labels.size() == 2) {
    if (objects_.HasSpace(labels[1])) return answer(labels[0], labels[1]);
    if (Find(space, labels[1]) != nullptr) return answer(labels[1], space);
  }
  if (labels.size() == 3 && Find(labels[2], labels[1]) != nullptr) return answer(labels[1], labels[2]);
  return std::nullopt;
}

Host Services::Resolve(absl::string_view host, absl::string_view space) const {
  constexpr int kMostAliases = 8;
  std::string name(absl::StripSuffix(host, "."));
  std::string from(space);
  for (int i = 0; i < kMostAliases; ++i) {
    std::optional<Host> inside = ResolveInside(name, from);
    if (!inside.has_value()) break;
    if (inside->kind != Host::Kind::kService || inside->service->alias.empty()) return *inside;
    name = std::string(absl::StripSuffix(inside->service->alias, "."));
    from = inside->service->object->space;
  }
  return {Host::Kind::kOutside, nullptr, name, ""};
}

void NameComponents(const Services& services, Workloads& workloads) {
  std::map<std::string, std::set<const Workload*>> meant;  // name with its namespace, or name of an image
  std::map<const Workload*, std::vector<std::pair<std::string, std::string>>> names;  // key in `meant`, name
  const auto offer = [&](const Workload& workload, const std::string& key, const std::string& name) {
    meant[key].insert(&workload);
    names[&workload].emplace_back(key, name);
  };
  for (Workload& workload : workloads.all()) {
    const std::string& space = workload.object->space;
    meant[absl::StrCat(space, "/", workload.component->name)].insert(&workload);
    const std::string image = MainContainerOf(*workload.object)["image"].Raw();
    if (image.empty() || FindKnownImage(image) != nullptr) continue;
    const ImageName parsed = ParseImageName(image);
    offer(workload, absl::StrCat(space, "/", parsed.Last()), parsed.Last());
    if (parsed.repository != parsed.Last())
      offer(workload, absl::StrCat("image:", parsed.repository), parsed.repository);
  }
  for (const Service& service : services.all()) {
    const Object& object = *service.object;
    for (const Workload* target : service.targets) {
      offer(*target, absl::StrCat(object.space, "/", object.name), object.name);
      const std::string full = absl::StrCat(object.name, ".", object.space, ".svc.cluster.local");
      offer(*target, full, full);
    }
  }
  for (Workload& workload : workloads.all()) {
    for (const auto& [key, name] : names[&workload]) {
      std::vector<std::string>& own = workload.component->names;
      const bool known = name == workload.component->name || std::find(own.begin(), own.end(), name) != own.end();
      if (!known && !name.empty() && meant[key].size() == 1) own.push_back(name);
    }
  }
}

}  // namespace metapowers::importers::kubernetes
