// What the world outside of the cluster reaches: see kubernetes_entries.h.
#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "service/importers/container_host.h"
#include "service/importers/kubernetes_entries.h"
#include "service/importers/kubernetes_pod.h"
#include "service/importers/settings.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr absl::string_view kNodePorts = "30000-32767";  // unless the cluster is set up otherwise

void OpenServices(Cluster& cluster, Entries& entries) {
  for (const Service& service : cluster.services.all()) {
    const Object& object = *service.object;
    if (object.kind != Kind::kService) continue;
    const Field type = object.spec["type"];
    Entry entry;
    entry.title = object.Title();
    entry.spot = type.spot();
    if (service.type == "LoadBalancer") {
      DescribeReach(object, object.spec["loadBalancerClass"], Reach::kInternet, entry);
      const Field ranges = object.spec["loadBalancerSourceRanges"];
      if (entry.reach == Reach::kInternet) DescribeRanges(ranges.Texts(), ranges.spot(), entry);
    } else if (service.type == "NodePort") {
      entry.why = "is open on every node: can the nodes be reached from the internet?";
    } else if (object.spec.Has("externalIPs") && service.type == "ClusterIP") {
      entry.spot = object.spec["externalIPs"].spot();
      entry.why = "is open on the addresses of `externalIPs`: can they be reached from the internet?";
    } else {
      continue;
    }
    for (const ServicePort& port : service.ports) {
      Entry one = entry;
      const bool certificate = HasCertificate(object);
      one.connection.port = service.type == "NodePort" ? port.node : port.port;
      if (one.connection.port == 0) {
        one.port_note = absl::StrCat("the cluster assigns the node port of port ", port.port, " (", kNodePorts, ")");
      }
      one.connection.protocol = certificate && port.protocol == "http" ? "https" : port.protocol;
      one.connection.protocol_spot = port.spot;
      one.connection.spot = type.exists() ? type.spot() : object.spot;
      if (const SchemeMeaning* scheme = FindScheme(one.connection.protocol); scheme != nullptr) {
        one.connection.transport = scheme->transport;
        if (port.is_named) {
          one.connection.transport_assumed = absl::StrCat("the port is called ", Quote(port.name.substr(0, 64)));
        }
      }
      if (certificate) {
        one.connection.transport = pb::TRANSPORT_SECURITY_TLS;
        one.connection.transport_assumed.clear();
      }
      entries.Open(service, &port, std::move(one));
    }
  }
}

// A port of a container that is open on the node itself; not there when there is none.
Field NodePortOf(const Workload& workload) {
  const Field network = workload.pod["hostNetwork"];
  if (network.Flag() == true) return network;
  for (const Field& container : ContainersOf(workload.pod)) {
    for (const Field& port : container["ports"].Items()) {
      if (port.Has("hostPort")) return port["hostPort"];
    }
  }
  return Field();
}

}  // namespace

void Entries::Open(const std::string& space, const std::string& service, const std::string& port, Entry entry) {
  const Service* known = cluster_.services.Find(space, service);
  if (known != nullptr) {
    int number = 0;
    const bool digits = absl::SimpleAtoi(port, &number);
    return Open(*known, digits ? known->PortOf(number) : known->PortNamed(port), std::move(entry));
  }
  if (missing_.emplace(space, service).second) cluster_.inventory.Count("exposed_services");
  if (entry.reach != Reach::kInternet) return Tell(entry, absl::StrCat("Service ", space, "/", service));
  cluster_.flows.ToMissing(nullptr, {service, ScopeOf(space), entry.connection.spot}, entry.connection);
}

void Entries::Open(const Service& service, const ServicePort* port, Entry entry) {
  if (port != nullptr) entry.connection.target_port = port->target;
  // A gateway that takes HTTP may hand on gRPC; what the Service says is nearer.
  if (port != nullptr && port->protocol == "grpc") entry.connection.protocol = "grpc";
  if (service.targets.empty() && missing_.emplace(service.object->space, service.object->name).second) {
    cluster_.inventory.Count("exposed_services");
  }
  for (const Workload* target : service.targets) {
    std::vector<Entry>& all = opened_[target];
    if (all.empty()) cluster_.inventory.Count("exposed_services");
    all.push_back(entry);
    const std::string& host = entry.connection.host;
    if (!host.empty() && !absl::StrContains(host, '*')) hosts_[host].insert(target);
    if (entry.reach == Reach::kInternet) Connect(*target, entry);
  }
  if (entry.reach != Reach::kInternet) Tell(entry, service.object->Title());
  const bool on_tls = port != nullptr && port->protocol == "https" && !port->is_named;
  if (entry.ends_tls && !on_tls) TellEndOfTls(entry, *service.object);
}

// Ingress controllers and gateways are in no file as a rule, so that no flow shows their own call.
void Entries::TellEndOfTls(const Entry& entry, const Object& service) {
  std::string text =
      absl::StrCat(entry.title, " ends TLS and calls ", service.Title(),
                   " by itself: is that call encrypted? Where it matters, declare the ingress or gateway "
                   "as a component and its call as a flow");
  if (!told_.insert(text).second) return;
  cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, entry.connection.spot, "", std::move(text));
}

void Entries::Tell(const Entry& entry, absl::string_view target) {
  std::string text = entry.title == target ? absl::StrCat(target, " ", entry.why)
                                           : absl::StrCat(entry.title, ", which leads to ", target, ", ", entry.why);
  if (!told_.insert(text).second) return;
  const bool open = entry.reach == Reach::kUnknown;
  cluster_.inventory.Note(open ? v1::IMPORT_NOTE_KIND_QUESTION : v1::IMPORT_NOTE_KIND_KEPT, entry.spot, "",
                          std::move(text));
}

void Entries::Connect(const Workload& workload, const Entry& entry) {
  Shown<pb::Flow>& flow = *cluster_.flows.FromInternet(workload, entry.connection).flow;
  if (entry.authentication != pb::FLOW_AUTHENTICATION_UNSPECIFIED) {
    flow.value.set_authentication(entry.authentication);
    flow.Observed("authentication", entry.authentication_spot);
  }
  if (entry.listed) {
    flow.value.set_ip_filtered(pb::TRISTATE_YES);
    flow.Observed("ip_filtered", entry.listed_spot);
  }
}

// Whether something may lead to a workload that we do not understand; a note tells.
bool Entries::MayBeReached(const Workload& workload) {
  if (const Field port = NodePortOf(workload); port.exists()) {
    const bool all = workload.pod["hostNetwork"].Flag() == true;
    AddHostPort(all ? 0 : static_cast<int>(port.Whole().value_or(0)), port.spot(), *workload.component,
                all ? "all that it listens on" : "");
    cluster_.inventory.Note(
        v1::IMPORT_NOTE_KIND_QUESTION, port.spot(), port.path(),
        absl::StrCat(workload.object->Title(), " is open on its node: can the node be reached from the internet?"));
    return true;
  }
  for (const Service* service : cluster_.services.InFrontOf(workload)) {
    const std::string foreign = cluster_.objects.ForeignThatNames(service->object->name);
    if (foreign.empty()) continue;
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, service->object->spot, "",
                            absl::StrCat(foreign, ", which is not understood, names ", service->object->Title(),
                                         ": does it open it to the internet?"));
    return true;
  }
  return false;
}

// Ports of what may be reached, one for each host: an Ingress may have thousands of them.
void Entries::AddPorts(const std::vector<const Entry*>& entries, Shown<pb::Component>& component) {
  std::set<std::tuple<std::string, int, std::string>> known;
  for (const Entry* entry : entries) {
    const Connection& connection = entry->connection;
    if (!known.emplace(connection.host, connection.port, entry->port_note).second) continue;
    if (connection.host.empty()) {
      AddNewHostPort(connection.port, entry->spot, component, entry->port_note);
    } else {
      AddNewHostPortOf(connection.host, connection.port, connection.host_spot, component);
    }
  }
}

void Entries::SettleWorkload(Workload& workload) {
  Shown<pb::Component>& component = *workload.component;
  const auto set = [&](pb::Tristate value, const Entry& entry) {
    component.value.set_internet_facing(value);
    if (!entry.assumed.empty()) {
      component.Assumed("internet_facing", entry.spot, entry.assumed);
    } else if (!entry.platform.empty()) {
      component.Default("internet_facing", entry.spot, entry.platform);
    } else {
      component.Observed("internet_facing", entry.spot);
    }
  };
  const auto opened = opened_.find(&workload);
  const Entry* public_one = nullptr;
  const Entry* private_one = nullptr;
  std::vector<const Entry*> unknown;
  if (opened != opened_.end()) {
    for (const Entry& entry : opened->second) {
      if (entry.reach == Reach::kInternet && entry.assumed.empty()) return set(pb::TRISTATE_YES, entry);
      if (entry.reach == Reach::kInternet) public_one = &entry;
      if (entry.reach == Reach::kUnknown) unknown.push_back(&entry);
      if (entry.reach == Reach::kPrivate) private_one = &entry;
    }
  }
  AddPorts(unknown, component);
  const bool may_be_reached = MayBeReached(workload);
  if (public_one != nullptr) return set(pb::TRISTATE_YES, *public_one);
  if (may_be_reached || !unknown.empty()) return;
  if (private_one != nullptr) return set(pb::TRISTATE_NO, *private_one);
  const std::vector<const Service*>& services = cluster_.services.InFrontOf(workload);
  // Something that is in no file may lead to it.
  if (services.empty()) return;
  const Field type = ScopeSaidBy(*services.front()->object);
  component.value.set_internet_facing(pb::TRISTATE_NO);
  type.exists() ? component.Observed("internet_facing", type.spot())
                : component.Default("internet_facing", services.front()->object->spot, "Kubernetes");
}

void Entries::Settle() {
  for (Workload& workload : cluster_.workloads.all()) SettleWorkload(workload);
  for (const auto& [host, targets] : hosts_) {
    if (targets.size() == 1) (*targets.begin())->component->names.push_back(host);
  }
}

void FindExposure(Cluster& cluster) {
  Entries entries(cluster);
  OpenServices(cluster, entries);
  OpenRoutes(cluster, entries);
  OpenMeshGateways(cluster, entries);
  OpenTraefikRoutes(cluster, entries);
  OpenKnativeServices(cluster, entries);
  entries.Settle();
}

}  // namespace metapowers::importers::kubernetes
