// What the parts of the Kubernetes importer share: one cluster, as all manifests show it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_CLUSTER_H_
#define METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_CLUSTER_H_

#include "absl/types/span.h"
#include "service/importers/importer.h"
#include "service/importers/inventory.h"
#include "service/importers/kubernetes_flows.h"
#include "service/importers/kubernetes_objects.h"
#include "service/importers/kubernetes_services.h"
#include "service/importers/kubernetes_workloads.h"

namespace metapowers::importers::kubernetes {

struct Cluster {
  Cluster(absl::Span<const Document> documents, Inventory& into, FileFaults& faults)
      : inventory(into),
        objects(documents, into, faults),
        workloads(objects, into),
        services(objects, workloads, into),
        flows(into) {}

  Inventory& inventory;
  Objects objects;
  Workloads workloads;
  Services services;
  Flows flows;
};

// Adds flows that settings, arguments and ConfigMaps show, to workloads and to hosts outside.
void FindCalls(Cluster& cluster);
// Sets `internet_facing`, and adds the flows from the internet.
void FindExposure(Cluster& cluster);
// What NetworkPolicies say of zones and of the flows that are there.
void ApplyNetworkPolicies(Cluster& cluster);
// What Istio says of the flows that are there.
void ApplyMesh(Cluster& cluster);
// Adds credentials.
void FindCredentials(Cluster& cluster);
// Tells which workloads have more rights in the cluster than they should.
void FindRights(Cluster& cluster);

}  // namespace metapowers::importers::kubernetes

#endif  // METAPOWERS_SERVICE_IMPORTERS_KUBERNETES_CLUSTER_H_
