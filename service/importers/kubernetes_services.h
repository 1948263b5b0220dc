// Services, those of Knative included: names under which workloads are called, and what of them the world outside of
// the cluster reaches.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SERVICES_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SERVICES_H_

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/importers/inventory.h"
#include "service/importers/kubernetes_objects.h"
#include "service/importers/kubernetes_workloads.h"

namespace metapowers::importers::kubernetes {

struct ServicePort {
  std::string name;
  int port = 0;
  int target = 0;         // port of the container, where it is a number
  int node = 0;           // port of the node; 0 when none is named
  std::string protocol;   // of the application, as the catalogue has it; empty where nothing says so
  Spot spot;              // of what says so
  bool is_named = false;  // only the name of the port says so
};

struct Service {
  const Object* object = nullptr;
  std::string type;   // `ClusterIP` where it names none
  std::string alias;  // host that an ExternalName stands for
  std::vector<ServicePort> ports;
  std::vector<Workload*> targets;  // workloads behind it, in the order of the files

  // nullptr when it has no such port.
  const ServicePort* PortOf(int number) const;
  const ServicePort* PortNamed(absl::string_view name) const;
};

// What a Service says of who may come to it; not there where it leaves that to the platform.
Field ScopeSaidBy(const Object& service);

// The protocol that `appProtocol` or the name of a port (`http`, `grpc-web`, `tcp-redis`) says, as the catalogue has
// it. The first part of a name is what Istio and others take for it.
std::string ProtocolOf(absl::string_view name);

// What a host in a setting stands for, seen from a namespace.
struct Host {
  enum class Kind { kService, kMissing, kOutside };
  Kind kind = Kind::kOutside;
  const Service* service = nullptr;  // of kService
  std::string name;                  // of kMissing, the Service; of kOutside, the host
  std::string space;                 // of kMissing
};

// All Services. Not thread-safe.
class Services {
 public:
  Services(const Objects& objects, Workloads& workloads, Inventory& inventory);

  const std::deque<Service>& all() const { return services_; }
  // nullptr when there is none.
  const Service* Find(absl::string_view space, absl::string_view name) const;
  // Services in front of a workload, in the order of the files.
  const std::vector<const Service*>& InFrontOf(const Workload& workload) const;
  // A Service by any name that the cluster's name service has for it; what an ExternalName stands for.
  Host Resolve(absl::string_view host, absl::string_view space) const;

 private:
  void Register(const Service& service);
  std::optional<Host> ResolveInside(absl::string_view host, absl::string_view space) const;

  const Objects& objects_;
  std::deque<Service> services_;
  std::map<std::string, const Service*> by_name_;  // `namespace/name`
  std::map<const Workload*, std::vector<const Service*>> in_front_;
};

// Gives each component the further names that files use for it: of Services in front of it and of its image, where they
// mean one component only.
void NameComponents(const Services& services, Workloads& workloads);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_SERVICES_H_
