#include "service/importers/kubernetes.h"

#include <set>
#include <string>

#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers {
namespace {

// The system, where all workloads say that they are part of one.
void NameSystem(kubernetes::Cluster& cluster) {
  std::set<std::string> names;
  for (const kubernetes::Workload& workload : cluster.workloads.all()) {
    const auto part = workload.labels.find("app.kubernetes.io/part-of");
    names.insert(part == workload.labels.end() ? "" : part->second);
  }
  if (cluster.inventory.name.empty() && names.size() == 1) cluster.inventory.name = *names.begin();
}

void CountOthers(kubernetes::Cluster& cluster) {
  const auto count = [&](kubernetes::Kind kind, absl::string_view what) {
    const size_t number = cluster.objects.Of(kind).size();
    if (number > 0) cluster.inventory.Count(what, static_cast<int>(number));
  };
  count(kubernetes::Kind::kServiceAccount, "service_accounts");
  count(kubernetes::Kind::kNamespace, "namespaces");
}

void Import(absl::Span<const Document> documents, Inventory& inventory, FileFaults& faults) {
  kubernetes::Cluster cluster(documents, inventory, faults);
  kubernetes::NameComponents(cluster.services, cluster.workloads);
  kubernetes::FindCalls(cluster);
  kubernetes::FindExposure(cluster);
  // What all ends of flows are is known now.
  cluster.flows.SettleNames();
  kubernetes::ApplyNetworkPolicies(cluster);
  kubernetes::ApplyMesh(cluster);
  kubernetes::FindCredentials(cluster);
  kubernetes::FindRights(cluster);
  NameSystem(cluster);
  CountOthers(cluster);
}

}  // namespace

const Format kKubernetes = {"kubernetes", kubernetes::IsManifest, Import};

}  // namespace metapowers::importers
