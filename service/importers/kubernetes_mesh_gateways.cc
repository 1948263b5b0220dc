// Gateways of Istio: see kubernetes_entries.h.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/kubernetes_entries.h"
#include "service/importers/kubernetes_hosts.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;
using model::Quote;

namespace {

class MeshGatewayReader {
 public:
  // Adds the servers that a service hangs on to `used`.
  MeshGatewayReader(Cluster& cluster, Entries& entries, Listeners& used)
      : cluster_(cluster), entries_(entries), used_(used) {}

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
        OpenRoutes(service, {}, PerHost(Meet({}, HostsOf(service.spec["hosts"]), named.spot()), entry));
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
    if (hosts.empty()) return;
    used_.insert(&server.node());
    // What only sends callers on to TLS leads nowhere.
    if (tls["httpsRedirect"].Flag() == true) return;
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
    entry.ends_tls = mode == "SIMPLE" || absl::EndsWith(mode, "MUTUAL");
    if (mode == "MUTUAL" || mode == "ISTIO_MUTUAL") {
      entry.connection.transport = pb::TRANSPORT_SECURITY_MTLS;
      entry.authentication = pb::FLOW_AUTHENTICATION_CLIENT_CERT;
      entry.authentication_spot = tls["mode"].spot();
    }
    std::vector<Workload*> pods;
    for (const auto& [space, object] : cluster_.objects.spaces()) {
      for (Workload* pod : cluster_.workloads.WithLabels(space, selector)) pods.push_back(pod);
    }
    // A Gateway says which pods listen. How these are reached, their own Service would say.
    if (pods.empty() && entry.reach == Reach::kInternet) {
      entry.assumed = absl::StrCat(gateway.Title(), " has ", PodsOf(selector),
                                   ", which are in no file, and gateways of Istio are open to the internet unless set "
                                   "up otherwise");
      entry.connection.assumed = entry.assumed;
    }
    OpenRoutes(service, pods, PerHost(hosts, entry));
  }

  static std::string PodsOf(const Labels& selector) {
    if (selector.empty()) return "any pods";
    return absl::StrCat("the pods with ", absl::StrJoin(selector, ", ", absl::PairFormatter(": ")));
  }

  // Where pods of the gateway are in the files, they call; what reaches them is told by their own Services.
  void OpenRoutes(const Object& service, const std::vector<Workload*>& pods, const std::vector<Entry>& entries) {
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
    if (pods.empty()) {
      for (const Entry& entry : entries) entries_.Open(space, name, port, entry);
      return;
    }
    Connection inside;
    inside.spot = destination.spot();
    if (host.service == nullptr) {
      for (const Workload* pod : pods) cluster_.flows.ToMissing(pod, {name, ScopeOf(space), inside.spot}, inside);
      return;
    }
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
  Listeners& used_;
};

}  // namespace

void OpenMeshGateways(Cluster& cluster, Entries& entries) {
  Listeners used;
  for (const Object* service : cluster.objects.Of(Kind::kVirtualService)) {
    cluster.inventory.Count("routes");
    MeshGatewayReader(cluster, entries, used).Read(*service);
  }
  for (const Object* gateway : cluster.objects.Of(Kind::kIstioGateway)) {
    cluster.inventory.Count("gateways");
    for (const Field& server : gateway->spec["servers"].Items()) {
      if (used.count(&server.node()) > 0 || server["tls"]["httpsRedirect"].Flag() == true) continue;
      const Field port = server["port"];
      AskWhereItLeads(*gateway, port["protocol"].Raw(), port["number"].Raw(), server.spot(), cluster);
    }
  }
}

}  // namespace metapowers::importers::kubernetes
