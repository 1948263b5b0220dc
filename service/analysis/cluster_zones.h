// Which components run in containers, on which Kubernetes clusters, in which zones, and which declared flows pass the
// wall of each zone. Pure.
//
// A zone of a cluster holds the components in containers that run on the cluster and declare the zone; it is a
// namespace when its type says so.
//
// What a network rule can name of the other end of a flow:
//
//   pod         it runs in a container of the same cluster, in the zone itself or in a namespace
//   public      it is a supplier, a partner or an external entity, or stands in a zone of the internet or of SaaS
//   address     anything else: it has addresses that the model does not know
//   undeclared  the flow has no port, so that there is no rule
//
// A component meets the Restricted level of the Pod Security Standards, by what is declared, when it does not run as
// root, gains no privileges and drops all capabilities.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CLUSTER_ZONES_H_
#define METAPOWERS_SERVICE_ANALYSIS_CLUSTER_ZONES_H_

#include <vector>

#include "service/analysis/facts.h"

namespace metapowers::analysis {

// Components that run in containers and are ours to harden, sorted by id.
std::vector<const model::v1::Component*> ContainerComponents(const Facts& facts);

// Kubernetes clusters, sorted by id.
std::vector<const model::v1::Infrastructure*> Clusters(const model::Model& model);

// The cluster that it runs on; nullptr when there is none.
const model::v1::Infrastructure* ClusterOf(const model::Model& model, const model::v1::Component& component);

// The components of one zone that run in containers on one cluster.
struct ClusterZone {
  const model::v1::Infrastructure* cluster = nullptr;
  const model::v1::Zone* zone = nullptr;
  std::vector<const model::v1::Component*> components;  // sorted by id

  bool is_namespace() const { return zone->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE; }
};

// By cluster, then zone. Components without a declared zone are in none.
std::vector<ClusterZone> ClusterZones(const Facts& facts);

enum class FlowPeer { kPod, kPublic, kAddress, kUndeclared };

// One declared flow seen from one end.
struct ZoneFlow {
  const model::v1::Flow* flow = nullptr;
  const model::v1::Component* component = nullptr;  // in the zone
  const model::v1::Component* other = nullptr;
  bool into = false;  // the zone accepts the connection
  FlowPeer peer = FlowPeer::kUndeclared;
};

// In the order of the model's flows; a flow inside the zone stands twice.
std::vector<ZoneFlow> FlowsOf(const model::Model& model, const ClusterZone& zone);

bool MeetsRestricted(const model::v1::Component& component);

// Whether it calls the interface of its cluster all the time, which no flow declares: an operator, or a controller that
// runs a pipeline.
bool CallsTheCluster(const model::Model& model, const model::v1::Component& component);

// Whether some component names the technology, in any case.
bool Uses(const model::Model& model, absl::string_view technology);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CLUSTER_ZONES_H_
