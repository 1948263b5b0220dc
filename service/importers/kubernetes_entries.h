// Ways into the cluster: load balancers, ports of nodes, Ingresses and gateways with a route.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_ENTRIES_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_ENTRIES_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_hosts.h"

namespace metapowers::importers::kubernetes {

// From where an entry can be reached.
enum class Reach {
  kPrivate,  // a network that is said to be internal
  kUnknown,
  kInternet,
};

struct Entry {
  Reach reach = Reach::kUnknown;
  Spot spot;              // of what says so
  std::string why;        // of an entry that is not on the internet, for people: what it is
  std::string title;      // of the object that opens it
  std::string platform;   // whose default the reach is; empty: it is said
  std::string assumed;    // why the reach is only assumed; empty: it is said, or a default
  std::string port_note;  // of a port that is not fixed, for people: who chooses it
  Connection connection;  // with the host under which it is reached
  model::v1::FlowAuthentication authentication = model::v1::FLOW_AUTHENTICATION_UNSPECIFIED;
  Spot authentication_spot;
  bool ends_tls = false;  // what opens it takes TLS off and calls on by itself
  bool listed = false;    // only listed addresses may connect
  Spot listed_spot;
};

// What the class and the annotations of a Service, Ingress or gateway say of its reach; `fallback` where they say
// nothing. Sets `reach`, `spot` and `why`.
void DescribeReach(const Object& object, const Field& class_name, Reach fallback, Entry& entry);
// What annotations of an Ingress say of who may come.
void DescribeGuards(const Object& object, Entry& entry);
// What a list of address ranges says: sets `listed`, and a private reach when all are private.
void DescribeRanges(const std::vector<std::string>& ranges, const Spot& spot, Entry& entry);
// Whether annotations give the load balancer a certificate.
bool HasCertificate(const Object& object);

// The web on a port, in clear or with TLS, as `spot` says.
void SetWeb(bool tls, int port, const Spot& spot, Entry& entry);

// An entry for each host.
std::vector<Entry> PerHost(const std::vector<NamedHost>& hosts, const Entry& entry);

// Listeners of gateways, by their place in the files.
using Listeners = std::set<const model::YamlNode*>;
// Asks where a listener leads that no route of the files hangs on.
void AskWhereItLeads(const Object& gateway, const std::string& protocol, const std::string& port, const Spot& spot,
                     Cluster& cluster);

// Collects entries by the workloads that they lead to. Not thread-safe.
class Entries {
 public:
  explicit Entries(Cluster& cluster) : cluster_(cluster) {}

  // Opens a Service. `port` is its own, by number or name, and may be empty.
  void Open(const std::string& space, const std::string& service, const std::string& port, Entry entry);
  void Open(const Service& service, const ServicePort* port, Entry entry);

  // Sets `internet_facing` of all workloads, from what was opened and what was not.
  void Settle();

 private:
  void Tell(const Entry& entry, absl::string_view target);
  void TellEndOfTls(const Entry& entry, const Object& service);
  void Connect(const Workload& workload, const Entry& entry);
  static void AddPorts(const std::vector<const Entry*>& entries, Shown<model::v1::Component>& component);
  void SettleWorkload(Workload& workload);
  bool MayBeReached(const Workload& workload);

  Cluster& cluster_;
  std::map<const Workload*, std::vector<Entry>> opened_;
  std::set<std::pair<std::string, std::string>> missing_;  // namespace and Service
  std::set<std::string> told_;
  std::map<std::string, std::set<const Workload*>> hosts_;
};

// Ingresses and routes of the Gateway API.
void OpenRoutes(Cluster& cluster, Entries& entries);
// Gateways of Istio and the VirtualServices bound to them.
void OpenMeshGateways(Cluster& cluster, Entries& entries);
// Routes of Traefik.
void OpenTraefikRoutes(Cluster& cluster, Entries& entries);
// Services of Knative, and the domains mapped to them.
void OpenKnativeServices(Cluster& cluster, Entries& entries);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_ENTRIES_H_
