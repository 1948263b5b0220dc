// Rights of workloads in the cluster: see kubernetes_cluster.h.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/importers/container_host.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers::kubernetes {
namespace {

constexpr absl::string_view kGroup = "system:serviceaccounts";

bool Has(const Field& list, absl::string_view wanted) {
  const std::vector<std::string> all = list.Texts();
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

// A rule that lets all be done with all; not there when no rule does.
Field WildcardOf(const Object& role) {
  for (const Field& rule : role.root["rules"].Items()) {
    if (Has(rule["verbs"], "*") && Has(rule["resources"], "*")) return rule;
  }
  return Field();
}

class RightsReader {
 public:
  explicit RightsReader(Cluster& cluster) : cluster_(cluster) {
    for (Workload& workload : cluster.workloads.all()) {
      accounts_[{workload.object->space, workload.account}].push_back(&workload);
    }
  }

  void Read() {
    for (const Kind kind : {Kind::kClusterRoleBinding, Kind::kRoleBinding}) {
      for (const Object* binding : cluster_.objects.Of(kind)) Judge(*binding);
    }
  }

 private:
  void Judge(const Object& binding) {
    const Field reference = binding.root["roleRef"];
    const std::string name = reference["name"].Raw();
    const bool of_cluster = reference["kind"].Raw() == "ClusterRole";
    const Object* role =
        cluster_.objects.Find(of_cluster ? Kind::kClusterRole : Kind::kRole, of_cluster ? "" : binding.space, name);
    const Field rule = role == nullptr ? Field() : WildcardOf(*role);
    const bool admin = of_cluster && name == "cluster-admin";
    if (!admin && !rule.exists()) return;
    const std::string what =
        admin ? "is bound to cluster-admin" : absl::StrCat("may do everything with everything, by ", role->Title());
    for (Workload* workload : BoundBy(binding)) {
      SetAbsent("cluster_rbac", binding.spot, *workload->component);
      AddNodeAccess(model::v1::NODE_ACCESS_KIND_CLUSTER_ADMIN,
                    admin ? absl::StrCat(binding.Title(), " to cluster-admin")
                          : absl::StrCat(binding.Title(), " to ", role->Title()),
                    binding.spot, *workload->component);
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, binding.spot, "",
                              absl::StrCat(workload->object->Title(), " ", what, " (", binding.Title(), ")"));
    }
  }

  std::vector<Workload*> BoundBy(const Object& binding) const {
    std::vector<Workload*> bound;
    for (const Field& subject : binding.root["subjects"].Items()) {
      const std::string name = subject["name"].Raw();
      if (subject["kind"].Raw() == "Group") {
        for (const auto& [account, workloads] : accounts_) {
          if (name != kGroup && name != absl::StrCat(kGroup, ":", account.first)) continue;
          bound.insert(bound.end(), workloads.begin(), workloads.end());
        }
        continue;
      }
      if (subject["kind"].Raw() != "ServiceAccount") continue;
      std::string space = subject["namespace"].Raw();
      if (space.empty()) space = binding.space.empty() ? "default" : binding.space;
      const auto found = accounts_.find({space, name});
      if (found != accounts_.end()) bound.insert(bound.end(), found->second.begin(), found->second.end());
    }
    return bound;
  }

  Cluster& cluster_;
  std::map<std::pair<std::string, std::string>, std::vector<Workload*>> accounts_;  // namespace, service account
};

}  // namespace

void FindRights(Cluster& cluster) { RightsReader(cluster).Read(); }

}  // namespace metapowers::importers::kubernetes
