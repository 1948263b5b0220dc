// Manifests that close a namespace and open it again for the declared flows, for clusters that the model declares.
// Pure; thread-safe.
//
// A rule names pods of the same cluster by zone and component, suppliers and the internet by all public addresses, and
// everything else by port alone, since the model knows no addresses. A flow without a port is left out.
#ifndef METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_
#define METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_

#include <string>
#include <vector>

#include "service/base/config_text.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// The components of one zone that run in containers on one cluster.
struct ClusterZone {
  const model::v1::Infrastructure* cluster = nullptr;
  const model::v1::Zone* zone = nullptr;
  std::vector<const model::v1::Component*> components;  // sorted by id

  bool is_namespace() const { return zone->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE; }
};

// By cluster, then zone. Components without a declared zone are in none.
std::vector<ClusterZone> ClusterZones(const Input& input);

// Kubernetes clusters that components in containers run on, and others that are declared; sorted by id.
std::vector<const model::v1::Infrastructure*> Clusters(const model::Model& model);

// Components that run in containers and are ours to harden, sorted by id.
std::vector<const model::v1::Component*> ContainerComponents(const analysis::Facts& facts);

enum class FlowPeer {
  kPod,        // of the same cluster
  kPublic,     // a supplier, partner or the internet
  kAddress,    // has addresses that the model does not know
  kUndeclared  // the flow has no port
};

// One declared flow seen from one end.
struct ZoneFlow {
  const model::v1::Flow* flow = nullptr;
  const model::v1::Component* component = nullptr;  // in the zone
  const model::v1::Component* other = nullptr;
  bool into = false;  // the zone accepts the connection
  FlowPeer peer = FlowPeer::kUndeclared;
};

// In the order of the model's flows; a flow inside the zone stands twice.
std::vector<ZoneFlow> FlowsOf(const Input& input, const ClusterZone& zone);

// Default deny, name resolution, and a policy for each component with flows.
std::vector<ConfigNode> NetworkPolicies(const Input& input, const ClusterZone& zone);

// The namespace with the level of the Pod Security Standards that it enforces.
ConfigNode NamespaceWithLevel(const ClusterZone& zone, bool restricted);

// What a Deployment of the component needs to meet the shipped settings.
ConfigNode HardenedDeployment(const model::v1::Component& component, const model::v1::Zone* zone);

// Strict mutual TLS for the namespace, and for each component the callers that a flow declares. For Istio alone.
std::vector<ConfigNode> MeshPolicies(const Input& input, const ClusterZone& zone);

// Whether the component meets, by what is declared, what the Restricted level asks for.
bool MeetsRestricted(const model::v1::Component& component);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_
