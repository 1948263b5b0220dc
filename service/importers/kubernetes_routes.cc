// Ingresses and routes of the Gateway API: see kubernetes_entries.h.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/importers/kubernetes_entries.h"
#include "service/importers/kubernetes_hosts.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

constexpr int kHttp = 80;
constexpr int kHttps = 443;

// An entry for each host.
std::vector<Entry> PerHost(const std::vector<NamedHost>& hosts, const Entry& entry) {
  std::vector<Entry> entries(hosts.size(), entry);
  for (size_t i = 0; i < hosts.size(); ++i) {
    entries[i].connection.host = hosts[i].name;
    entries[i].connection.host_spot = hosts[i].spot;
  }
  return entries;
}

// --- Ingress -----------------------------------------------------------------------------------------------------

class IngressReader {
 public:
  IngressReader(const Object& object, Entries& entries) : object_(object), entries_(entries) {}

  void Read() {
    const Field annotations = object_.metadata()["annotations"];
    Field class_name = object_.spec["ingressClassName"];
    if (!class_name.exists()) class_name = annotations["kubernetes.io/ingress.class"];
    common_.title = object_.Title();
    common_.spot = object_.spot;
    DescribeReach(object_, class_name, Reach::kInternet, common_);
    DescribeGuards(object_, common_);
    for (const char* key : {"defaultBackend", "backend"}) Open(object_.spec[key], {});
    for (const Field& rule : object_.spec["rules"].Items()) {
      for (const Field& path : rule["http"]["paths"].Items()) Open(path["backend"], HostOf(rule["host"]));
    }
  }

 private:
  // What of `tls` is for a host: its name there, or the entry where that names none; not there when it is served in
  // clear.
  Field TlsOf(const std::string& host) const {
    for (const Field& tls : object_.spec["tls"].Items()) {
      const std::vector<Field> hosts = tls["hosts"].Items();
      if (hosts.empty()) return tls;
      for (const Field& one : hosts) {
        if (!host.empty() && Covers(HostOf(one).name, host)) return one;
      }
    }
    return Field();
  }

  void Open(const Field& backend, const NamedHost& host) {
    const Field now = backend["service"];
    const std::string service = now.exists() ? now["name"].Raw() : backend["serviceName"].Raw();
    if (service.empty()) return;
    const Field port = now["port"];
    std::string number = now.exists() ? port["number"].Raw() : backend["servicePort"].Raw();
    if (number.empty()) number = port["name"].Raw();
    const Field tls = TlsOf(host.name);
    const bool certificate = tls.exists() || HasCertificate(object_);
    Entry entry = common_;
    entry.connection.host = host.name;
    entry.connection.host_spot = host.spot;
    SetWeb(certificate, certificate ? kHttps : kHttp, tls.exists() ? tls.spot() : backend.spot(), entry);
    entries_.Open(object_.space, service, number, std::move(entry));
  }

  const Object& object_;
  Entries& entries_;
  Entry common_;
};

// --- OpenShift ---------------------------------------------------------------------------------------------------

void OpenRoute(const Object& route, Entries& entries) {
  Entry common;
  common.title = route.Title();
  common.spot = route.spot;
  const NamedHost host = HostOf(route.spec["host"]);
  common.connection.host = host.name;
  common.connection.host_spot = host.spot;
  DescribeReach(route, Field(), Reach::kInternet, common);
  const Field tls = route.spec["tls"];
  SetWeb(tls.exists(), tls.exists() ? kHttps : kHttp, tls.exists() ? tls.spot() : route.spot, common);
  // Its port is that of the pods; the Service may have several that lead there.
  std::vector<Field> backends = route.spec["alternateBackends"].Items();
  backends.insert(backends.begin(), route.spec["to"]);
  for (const Field& backend : backends) {
    const std::string service = backend["name"].Raw();
    if (!service.empty()) entries.Open(route.space, service, "", common);
  }
}

// --- Gateway API -------------------------------------------------------------------------------------------------

// Protocols of listeners that a route of each kind attaches to.
bool Attaches(Kind route, absl::string_view protocol) {
  switch (route) {
    case Kind::kTlsRoute:
      return protocol == "TLS";
    case Kind::kTcpRoute:
      return protocol == "TCP" || protocol == "TLS";
    case Kind::kUdpRoute:
      return protocol == "UDP";
    default:
      return protocol == "HTTP" || protocol == "HTTPS";
  }
}

class RouteReader {
 public:
  RouteReader(const Object& route, Cluster& cluster, Entries& entries)
      : route_(route), cluster_(cluster), entries_(entries) {}

  void Read() {
    for (const Field& parent : route_.spec["parentRefs"].Items()) {
      const std::string kind = parent["kind"].Raw();
      // Another kind of parent, such as a Service, routes inside of the mesh.
      if (!kind.empty() && kind != "Gateway") continue;
      std::string space = parent["namespace"].Raw();
      if (space.empty()) space = route_.space;
      const Object* gateway = cluster_.objects.Find(Kind::kGateway, space, parent["name"].Raw());
      if (gateway != nullptr) {
        Attach(parent, *gateway);
      } else {
        Entry entry;
        entry.title = route_.Title();
        entry.spot = parent.spot();
        entry.why = absl::StrCat("hangs on Gateway ", Quote(absl::StrCat(space, "/", parent["name"].Raw())),
                                 ", which is in no file: is that open to the internet?");
        entry.connection.spot = parent.spot();
        OpenBackends(PerHost(Meet({}, HostsOf(route_.spec["hostnames"]), parent.spot()), entry));
      }
    }
  }

 private:
  bool Chosen(const Field& parent, const Field& listener) const {
    const std::string section = parent["sectionName"].Raw();
    if (!section.empty() && section != listener["name"].Raw()) return false;
    if (parent.Has("port") && parent["port"].Raw() != listener["port"].Raw()) return false;
    return Attaches(route_.kind, listener["protocol"].Raw());
  }

  void Attach(const Field& parent, const Object& gateway) {
    const Field class_name = gateway.spec["gatewayClassName"];
    // A waypoint of the mesh is reached by the mesh only.
    if (absl::EndsWith(class_name.Raw(), "waypoint")) return;
    for (const Field& listener : gateway.spec["listeners"].Items()) {
      if (!Chosen(parent, listener)) continue;
      Entry entry;
      entry.title = route_.Title();
      entry.spot = gateway.spot;
      DescribeReach(gateway, class_name, Reach::kInternet, entry);
      const std::string protocol = listener["protocol"].Raw();
      const int port = static_cast<int>(std::clamp<int64_t>(listener["port"].Whole().value_or(0), 0, 65535));
      if (protocol == "HTTP" || protocol == "HTTPS") {
        SetWeb(protocol == "HTTPS", port, listener["protocol"].spot(), entry);
        if (route_.kind == Kind::kGrpcRoute) entry.connection.protocol = "grpc";
      } else {
        entry.connection.port = port;
        entry.connection.spot = listener["protocol"].spot();
        if (protocol == "TLS") entry.connection.transport = pb::TRANSPORT_SECURITY_TLS;
      }
      std::vector<NamedHost> own;
      if (listener.Has("hostname")) own.push_back(HostOf(listener["hostname"]));
      OpenBackends(PerHost(Meet(own, HostsOf(route_.spec["hostnames"]), listener.spot()), entry));
    }
  }

  void OpenBackends(const std::vector<Entry>& entries) {
    for (const Field& rule : route_.spec["rules"].Items()) {
      for (const Field& backend : rule["backendRefs"].Items()) {
        const std::string kind = backend["kind"].Raw();
        if (!kind.empty() && kind != "Service") continue;
        std::string space = backend["namespace"].Raw();
        if (space.empty()) space = route_.space;
        for (const Entry& entry : entries) entries_.Open(space, backend["name"].Raw(), backend["port"].Raw(), entry);
      }
    }
  }

  const Object& route_;
  Cluster& cluster_;
  Entries& entries_;
};

// --- Gateways of Istio -------------------------------------------------------------------------------------------

class MeshGatewayReader {
 public:
  MeshGatewayReader(Cluster& cluster, Entries& entries) : cluster_(cluster), entries_(entries) {}

  void Read(const Object& service) {
    for (const Field& named : service.spec["gateways"].Items()) {
      const std::string name = named.Raw();
      if (name == "mesh") continue;
      const size_t slash = name.find('/');
      const std::string space = slash == std::string::npos ? service.space : name.substr(0, slash);
      const std::string own = slash == std::string::npos ? name : name.substr(slash + 1);
      const Object* gateway = cluster_.objects.Find(Kind::kIstioGateway, space, own);
      if (gateway == nullptr) {
        Entry entry;
        entry.title = service.Title();
        entry.spot = named.spot();
        entry.why =
            absl::StrCat("hangs on Gateway ", Quote(name), ", which is in no file: is that open to the internet?");
        entry.connection.spot = named.spot();
        OpenRoutes(service, nullptr, PerHost(Meet({}, HostsOf(service.spec["hosts"]), named.spot()), entry));
        continue;
      }
      for (const Field& server : gateway->spec["servers"].Items()) Bind(service, *gateway, server);
    }
  }

 private:
  void Bind(const Object& service, const Object& gateway, const Field& server) {
    const Field tls = server["tls"];
    const std::vector<NamedHost> hosts =
        Meet(HostsOf(server["hosts"]), HostsOf(service.spec["hosts"]), server["port"].spot());
    // What only sends callers on to TLS leads nowhere.
    if (hosts.empty() || tls["httpsRedirect"].Flag() == true) return;
    const Labels selector = gateway.spec["selector"].TextMap();
    const auto egress = selector.find("istio");
    if (egress != selector.end() && egress->second == "egressgateway") return;
    Entry entry;
    entry.title = service.Title();
    entry.spot = gateway.spot;
    DescribeReach(gateway, Field(), Reach::kInternet, entry);
    const std::string protocol = absl::AsciiStrToUpper(server["port"]["protocol"].Raw());
    const int port = static_cast<int>(std::clamp<int64_t>(server["port"]["number"].Whole().value_or(0), 0, 65535));
    entry.connection.port = port;
    entry.connection.spot = tls.exists() ? tls.spot() : server["port"].spot();
    const std::string mode = tls["mode"].Raw();
    if (protocol == "HTTP" || protocol == "HTTP2" || protocol == "GRPC" || protocol == "HTTPS") {
      SetWeb(protocol == "HTTPS", port, entry.connection.spot, entry);
      if (protocol == "GRPC") entry.connection.protocol = "grpc";
    } else if (protocol == "TLS") {
      entry.connection.transport = pb::TRANSPORT_SECURITY_TLS;
    }
    if (mode == "MUTUAL" || mode == "ISTIO_MUTUAL") {
      entry.connection.transport = pb::TRANSPORT_SECURITY_MTLS;
      entry.authentication = pb::FLOW_AUTHENTICATION_CLIENT_CERT;
      entry.authentication_spot = tls["mode"].spot();
    }
    OpenRoutes(service, &selector, PerHost(hosts, entry));
  }

  // Where pods of the gateway are in the files, they call; what reaches them is told by their own Services.
  void OpenRoutes(const Object& service, const Labels* selector, const std::vector<Entry>& entries) {
    std::vector<Workload*> pods;
    if (selector != nullptr) {
      for (const auto& [space, object] : cluster_.objects.spaces()) {
        for (Workload* pod : cluster_.workloads.WithLabels(space, *selector)) pods.push_back(pod);
      }
    }
    std::set<std::pair<std::string, std::string>> opened;  // host and port: a route often repeats them
    for (const char* kind : {"http", "tls", "tcp"}) {
      for (const Field& rule : service.spec[kind].Items()) {
        for (const Field& route : rule["route"].Items()) {
          const Field destination = route["destination"];
          const std::string port = destination["port"]["number"].Raw();
          if (!opened.emplace(destination["host"].Raw(), port).second) continue;
          Open(service, destination, port, pods, entries);
        }
      }
    }
  }

  void Open(const Object& service, const Field& destination, const std::string& port,
            const std::vector<Workload*>& pods, const std::vector<Entry>& entries) {
    const Host host = cluster_.services.Resolve(absl::AsciiStrToLower(destination["host"].Raw()), service.space);
    if (host.kind == Host::Kind::kOutside) return;
    const std::string& space = host.service != nullptr ? host.service->object->space : host.space;
    const std::string& name = host.service != nullptr ? host.service->object->name : host.name;
    if (pods.empty() || host.service == nullptr) {
      for (const Entry& entry : entries) entries_.Open(space, name, port, entry);
      return;
    }
    Connection inside;
    inside.spot = destination.spot();
    const ServicePort* known =
        host.service->PortOf(static_cast<int>(destination["port"]["number"].Whole().value_or(0)));
    if (known == nullptr && host.service->ports.size() == 1) known = &host.service->ports.front();
    if (known != nullptr) {
      inside.port = known->port;
      inside.target_port = known->target;
      inside.protocol = known->protocol;
      inside.protocol_spot = known->spot;
    }
    for (const Workload* pod : pods) {
      for (const Workload* target : host.service->targets) {
        if (pod != target) cluster_.flows.Between(*pod, *target, inside);
      }
    }
  }

  Cluster& cluster_;
  Entries& entries_;
};

}  // namespace

void OpenRoutes(Cluster& cluster, Entries& entries) {
  for (const Object* ingress : cluster.objects.Of(Kind::kIngress)) {
    cluster.inventory.Count("ingresses");
    IngressReader(*ingress, entries).Read();
  }
  for (const Object* route : cluster.objects.Of(Kind::kOpenShiftRoute)) {
    cluster.inventory.Count("routes");
    OpenRoute(*route, entries);
  }
  for ([[maybe_unused]] const Object* gateway : cluster.objects.Of(Kind::kGateway)) cluster.inventory.Count("gateways");
  for (const Kind kind : {Kind::kHttpRoute, Kind::kGrpcRoute, Kind::kTlsRoute, Kind::kTcpRoute, Kind::kUdpRoute}) {
    for (const Object* route : cluster.objects.Of(kind)) {
      cluster.inventory.Count("routes");
      RouteReader(*route, cluster, entries).Read();
    }
  }
}

void OpenMeshGateways(Cluster& cluster, Entries& entries) {
  for ([[maybe_unused]] const Object* gateway : cluster.objects.Of(Kind::kIstioGateway)) {
    cluster.inventory.Count("gateways");
  }
  for (const Object* service : cluster.objects.Of(Kind::kVirtualService)) {
    cluster.inventory.Count("routes");
    MeshGatewayReader(cluster, entries).Read(*service);
  }
}

}  // namespace metapowers::importers::kubernetes
