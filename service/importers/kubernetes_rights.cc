// Rights of workloads in the cluster: see kubernetes_cluster.h.
#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/container_host.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_pod.h"

namespace metapowers::importers::kubernetes {
namespace {

constexpr absl::string_view kGroup = "system:serviceaccounts";
// Whoever reaches the API, and whoever has an account of any kind.
constexpr absl::string_view kEverybody[] = {"system:anonymous", "system:unauthenticated", "system:authenticated"};

bool Has(const Field& list, absl::string_view wanted) {
  const std::vector<std::string> all = list.Texts();
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

// A rule that lets all be done with all; not there when no rule does.
Field WildcardOf(const Object& role) {
  for (const Field& rule : role.root["rules"].Items()) {
    if (Has(rule["verbs"], "*") && Has(rule["resources"], "*") && Has(rule["apiGroups"], "*")) return rule;
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
    for (Workload& workload : cluster_.workloads.all()) DescribeToken(workload);
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
    if (!admin && !rule.exists()) return Tell(binding, role);
    // A RoleBinding gives the rights of a role in its namespace alone.
    const bool everywhere = binding.kind == Kind::kClusterRoleBinding;
    const std::string where = everywhere ? "" : absl::StrCat(" in ", binding.space);
    const std::string what = admin ? absl::StrCat("is bound to cluster-admin", where)
                                   : absl::StrCat("may do everything with everything", where, ", by ", role->Title());
    const std::string to = admin ? "cluster-admin" : role->Title();
    for (const Field& subject : binding.root["subjects"].Items()) {
      const std::string who = subject["name"].Raw();
      if (std::find(std::begin(kEverybody), std::end(kEverybody), who) == std::end(kEverybody)) continue;
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, subject.spot(), "",
                              absl::StrCat(binding.Title(), " gives all rights", where, " to ", who));
    }
    for (Workload* workload : BoundBy(binding)) {
      const AccountToken token = Token(*workload);
      SetAbsent("cluster_rbac", binding.spot, *workload->component);
      if (token.mounted && everywhere)
        AddAccess(absl::StrCat(binding.Title(), " to ", to), binding, token, *workload->component);
      cluster_.inventory.Note(
          v1::IMPORT_NOTE_KIND_WARNING, binding.spot, "",
          absl::StrCat(workload->object->Title(), " ", what, " (", binding.Title(), "), and ", Mounts(token)));
    }
  }

  // A patch of what is declared elsewhere says nothing of it.
  void DescribeToken(Workload& workload) const {
    const std::vector<Field> containers = ContainersOf(workload.pod);
    const bool whole = std::any_of(containers.begin(), containers.end(),
                                   [](const Field& container) { return container.Has("image"); });
    if (!whole) return;
    constexpr absl::string_view kField = "container.mounts_account_token";
    Shown<model::v1::Component>& component = *workload.component;
    const AccountToken token = Token(workload);
    component.value.mutable_container()->set_mounts_account_token(token.mounted ? model::v1::TRISTATE_YES
                                                                                : model::v1::TRISTATE_NO);
    token.by_default ? component.Default(kField, token.spot, "Kubernetes") : component.Observed(kField, token.spot);
  }

  AccountToken Token(const Workload& workload) const {
    return TokenOf(*workload.object,
                   cluster_.objects.Find(Kind::kServiceAccount, workload.object->space, workload.account));
  }

  // What of the right depends on the token says whose default that is.
  static void AddAccess(const std::string& right, const Object& binding, const AccountToken& token,
                        Shown<model::v1::Component>& component) {
    AddNodeAccess(model::v1::NODE_ACCESS_KIND_CLUSTER_ADMIN,
                  absl::StrCat(right, ", by the token that its pods mount",
                               token.by_default ? " by default" : absl::StrCat(" (", LocationOf(token.spot), ")")),
                  binding.spot, component);
    if (!token.by_default) return;
    const int last = component.value.container().node_access_size() - 1;
    component.Default(absl::StrCat("container.node_access[", last, "].what"), token.spot, "Kubernetes");
  }

  // E.g. `its pods mount no token of the account (m.yaml:7)`.
  static std::string Mounts(const AccountToken& token) {
    const std::string at = LocationOf(token.spot);
    if (!token.mounted) {
      return absl::StrCat("its pods mount no token of the account (", at,
                          "): other pods of the account may have the right");
    }
    if (!token.by_default) return absl::StrCat("its pods mount the token of the account (", at, ")");
    return absl::StrCat("its pods mount the token of the account, as Kubernetes does by default: ", at,
                        " and the account have no automountServiceAccountToken");
  }

  // What a right is that is not all: `get, list of secrets`. "" for what is in no file.
  static std::string RightsOf(const Object* role) {
    constexpr size_t kMost = 5;
    std::vector<std::string> rights;
    if (role == nullptr) return "";
    for (const Field& rule : role->root["rules"].Items()) {
      std::vector<std::string> on = rule["resources"].Texts();
      if (on.empty()) on = rule["nonResourceURLs"].Texts();
      if (rights.size() == kMost) {
        rights.emplace_back("more");
        break;
      }
      rights.push_back(absl::StrCat(absl::StrJoin(rule["verbs"].Texts(), ", "), " of ", absl::StrJoin(on, ", ")));
    }
    return absl::StrJoin(rights, "; ");
  }

  // Keeps what workloads may do by a binding. The account that pods without one of their own share should have nothing.
  void Tell(const Object& binding, const Object* role) {
    const Field reference = binding.root["roleRef"];
    const std::string rights = RightsOf(role);
    const std::string by = absl::StrCat(reference["kind"].Raw(), " ", reference["name"].Raw());
    const std::string where = binding.space.empty() ? "in the whole cluster" : absl::StrCat("in ", binding.space);
    for (const Workload* workload : BoundBy(binding)) {
      const AccountToken token = Token(*workload);
      const bool shared = token.mounted && workload->account == "default";
      cluster_.inventory.Note(
          shared ? v1::IMPORT_NOTE_KIND_WARNING : v1::IMPORT_NOTE_KIND_KEPT, binding.spot, "",
          absl::StrCat(workload->object->Title(), " has rights ", where, " by ", by,
                       rights.empty() ? "" : absl::StrCat(": ", rights), " (", binding.Title(), "), ",
                       shared ? "which all pods without an account of their own share, and " : "and ", Mounts(token)));
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
