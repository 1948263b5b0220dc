// Flows of the cluster: one for each source, target and port, and for callers from outside one for each host too.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_FLOWS_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_FLOWS_H_

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "service/importers/inventory.h"
#include "service/importers/kubernetes_objects.h"
#include "service/importers/kubernetes_services.h"
#include "service/importers/kubernetes_workloads.h"

namespace metapowers::importers::kubernetes {

// A flow and the workloads at its ends.
struct Link {
  const Workload* source = nullptr;  // nullptr: the internet
  const Workload* target = nullptr;  // nullptr: outside, or in no file
  int target_port = 0;               // of the container; 0: not known
  Shown<model::v1::Flow>* flow = nullptr;
};

// How a connection is made, as one place says.
struct Connection {
  int port = 0;               // 0: not known
  std::string port_platform;  // whose default the port is; empty: it is said
  int target_port = 0;
  std::string host;  // or pattern of hosts that callers from outside come to; empty: any
  Spot host_spot;    // of what names it
  std::string protocol;
  Spot protocol_spot;  // its file is empty where that is the connection's own place
  model::v1::TransportSecurity transport = model::v1::TRANSPORT_SECURITY_UNSPECIFIED;
  std::string
      transport_assumed;  // why `transport` is only assumed, by what stands at `protocol_spot`; empty: it is said
  Spot spot;
  std::string assumed;  // why it is only assumed that there is one; empty: the place shows it
};

// Adds flows to the inventory. Not thread-safe.
class Flows {
 public:
  explicit Flows(Inventory& inventory) : inventory_(inventory) {}

  std::deque<Link>& links() { return links_; }

  // Each adds the flow, or gives the one that is there.
  Link& Between(const Workload& source, const Workload& target, const Connection& connection);
  Link& FromInternet(const Workload& target, const Connection& connection);
  Link& ToOutside(const Workload& source, const std::string& host, const Connection& connection);
  // To, or from the internet to, what is in none of the manifests.
  Link& ToMissing(const Workload* source, const Reference& target, const Connection& connection);

  // Names all flows, once they are there: by their ends, and by their port where two ends have several.
  void SettleNames();

 private:
  using Ports = std::map<std::pair<std::string, int>, Link*>;  // by host and port
  struct End {
    const Workload* workload = nullptr;
    Reference reference;
    std::string name;
  };
  End Internet(const Spot& spot);
  static End EndOf(const Workload& workload, const Spot& spot);
  Link& Add(const End& source, const End& target, const Connection& connection);

  Inventory& inventory_;
  std::deque<Link> links_;
  std::map<std::pair<std::string, std::string>, Ports> known_;   // by source and target
  std::map<std::string, Shown<model::v1::Component>*> outside_;  // by host
  Reference internet_;                                           // empty: not asked for yet
};

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_FLOWS_H_
