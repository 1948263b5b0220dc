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
    entry.ends_tls = certificate && !CallsOnByTls();
    entries_.Open(object_.space, service, number, std::move(entry));
  }

  // As annotations of the controllers of NGINX and HAProxy say.
  bool CallsOnByTls() const {
    const Field annotations = object_.metadata()["annotations"];
    const std::string protocol =
        absl::AsciiStrToUpper(annotations["nginx.ingress.kubernetes.io/backend-protocol"].Raw());
    if (protocol == "HTTPS" || protocol == "GRPCS") return true;
    const auto is_on = [&](absl::string_view key) { return absl::AsciiStrToLower(annotations[key].Raw()) == "true"; };
    return is_on("nginx.ingress.kubernetes.io/ssl-passthrough") || is_on("haproxy.org/ssl-passthrough") ||
           is_on("haproxy.org/server-ssl");
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
  common.ends_tls = tls["termination"].Raw() == "edge";
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
  // Adds the listeners that the route hangs on to `used`.
  RouteReader(const Object& route, Cluster& cluster, Entries& entries, Listeners& used)
      : route_(route), cluster_(cluster), entries_(entries), used_(used) {}

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
      used_.insert(&listener.node());
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
      entry.ends_tls = (protocol == "HTTPS" || protocol == "TLS") && listener["tls"]["mode"].Raw() != "Passthrough";
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
  Listeners& used_;
};

}  // namespace

std::vector<Entry> PerHost(const std::vector<NamedHost>& hosts, const Entry& entry) {
  std::vector<Entry> entries(hosts.size(), entry);
  for (size_t i = 0; i < hosts.size(); ++i) {
    entries[i].connection.host = hosts[i].name;
    entries[i].connection.host_spot = hosts[i].spot;
  }
  return entries;
}

void AskWhereItLeads(const Object& gateway, const std::string& protocol, const std::string& port, const Spot& spot,
                     Cluster& cluster) {
  cluster.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, spot, "",
                         absl::StrCat(gateway.Title(), " listens on port ", port, " (", protocol,
                                      "), and no route in the files leads on from there: what does it lead to?"));
}

void OpenRoutes(Cluster& cluster, Entries& entries) {
  for (const Object* ingress : cluster.objects.Of(Kind::kIngress)) {
    cluster.inventory.Count("ingresses");
    IngressReader(*ingress, entries).Read();
  }
  for (const Object* route : cluster.objects.Of(Kind::kOpenShiftRoute)) {
    cluster.inventory.Count("routes");
    OpenRoute(*route, entries);
  }
  Listeners used;
  for (const Kind kind : {Kind::kHttpRoute, Kind::kGrpcRoute, Kind::kTlsRoute, Kind::kTcpRoute, Kind::kUdpRoute}) {
    for (const Object* route : cluster.objects.Of(kind)) {
      cluster.inventory.Count("routes");
      RouteReader(*route, cluster, entries, used).Read();
    }
  }
  for (const Object* gateway : cluster.objects.Of(Kind::kGateway)) {
    cluster.inventory.Count("gateways");
    if (absl::EndsWith(gateway->spec["gatewayClassName"].Raw(), "waypoint")) continue;
    for (const Field& listener : gateway->spec["listeners"].Items()) {
      if (used.count(&listener.node()) > 0) continue;
      AskWhereItLeads(*gateway, listener["protocol"].Raw(), listener["port"].Raw(), listener.spot(), cluster);
    }
  }
}

}  // namespace metapowers::importers::kubernetes
