// Manifests that close a namespace and open it again for the declared flows, for clusters that the model declares.
// Pure; thread-safe.
//
// A rule names pods of the same cluster by zone and component, suppliers and the internet by all public addresses, and
// everything else by port alone, since the model knows no addresses. A flow without a port is left out.
#ifndef METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_
#define METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_

#include <vector>

#include "service/analysis/cluster_zones.h"
#include "service/base/config_text.h"

namespace metapowers::commands {

// A policy for each component that has flows or calls the cluster, and behind them default deny but for name
// resolution.
std::vector<ConfigNode> NetworkPolicies(const model::Model& model, const analysis::ClusterZone& zone);

// The namespace with the level of the Pod Security Standards that it enforces.
ConfigNode NamespaceWithLevel(const analysis::ClusterZone& zone, bool restricted);

// What a Deployment of the component needs to meet the shipped settings. One that calls the cluster keeps its token.
ConfigNode HardenedDeployment(const model::v1::Component& component, const model::v1::Zone* zone, bool calls_cluster);

// Strict mutual TLS for the namespace, and for each component the callers that a flow declares. For Istio alone.
std::vector<ConfigNode> MeshPolicies(const model::Model& model, const analysis::ClusterZone& zone);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CLUSTER_MANIFESTS_H_
