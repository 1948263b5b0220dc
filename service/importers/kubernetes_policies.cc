// NetworkPolicies: see kubernetes_cluster.h.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/kubernetes_cluster.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxPairs = 1000;  // of one policy that are looked at for questions
constexpr size_t kMaxNamed = 5;     // of them, in a note

struct Policy {
  const Object* object;
  std::vector<Workload*> selected;
};

class PolicyReader {
 public:
  explicit PolicyReader(Cluster& cluster) : cluster_(cluster) {}

  void Read() {
    for (const Object* object : cluster_.objects.Of(Kind::kNetworkPolicy)) {
      cluster_.inventory.Count("network_policies");
      if (!Limits(*object, "Ingress")) continue;
      Policy& policy = policies_.emplace_back();
      policy.object = object;
      policy.selected = cluster_.workloads.Selected(object->space, object->spec["podSelector"]);
      for (const Workload* workload : policy.selected) limiting_[workload].push_back(&policy);
      if (DeniesAll(*object)) DenyByDefault(*object);
    }
    for (Link& link : cluster_.flows.links()) {
      if (link.target != nullptr) Judge(link);
    }
    AskForUnseen();
  }

 private:
  static bool Limits(const Object& object, absl::string_view direction) {
    const Field types = object.spec["policyTypes"];
    // What a policy leaves out: always incoming traffic, outgoing where it has rules for it.
    if (!types.exists()) return direction == "Ingress" || object.spec.Has("egress");
    const std::vector<std::string> all = types.Texts();
    return std::find(all.begin(), all.end(), direction) != all.end();
  }

  static bool DeniesAll(const Object& object) {
    const Field selector = object.spec["podSelector"];
    return selector["matchLabels"].Entries().empty() && selector["matchExpressions"].Items().empty() &&
           object.spec["ingress"].Items().empty();
  }

  void DenyByDefault(const Object& object) {
    for (Shown<pb::Zone>& zone : cluster_.inventory.zones) {
      if (zone.name != object.space || zone.scope != "kubernetes") continue;
      if (zone.value.network_policy() != pb::NETWORK_POLICY_UNSPECIFIED) return;
      zone.value.set_network_policy(pb::NETWORK_POLICY_DEFAULT_DENY);
      zone.Observed("network_policy", object.spot);
      if (Limits(object, "Egress")) return;
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, object.spot, "",
                              absl::StrCat(object.Title(), " denies what comes in by default, not what goes out"));
    }
  }

  // Labels of a namespace; each has its own name as one.
  Labels LabelsOf(const std::string& space) const {
    const Object* object = cluster_.objects.Find(Kind::kNamespace, "", space);
    Labels labels = object == nullptr ? Labels() : object->metadata()["labels"].TextMap();
    labels["kubernetes.io/metadata.name"] = space;
    return labels;
  }

  bool IsPeer(const Field& peer, const Object& policy, const Workload& source) const {
    if (peer.Has("ipBlock")) return false;
    // `{}` selects all, and is there.
    const Field spaces = peer["namespaceSelector"];
    if (spaces.exists() ? !Matches(spaces, LabelsOf(source.object->space)) : source.object->space != policy.space) {
      return false;
    }
    return Matches(peer["podSelector"], source.labels);
  }

  static bool HasPort(const Field& rule, const Link& link) {
    const std::vector<Field> ports = rule["ports"].Items();
    if (ports.empty() || link.target_port == 0) return true;
    return std::any_of(ports.begin(), ports.end(), [&](const Field& each) {
      int from = 0;
      // A port by name is one of the container; which, is not looked up.
      if (!absl::SimpleAtoi(each["port"].Raw(), &from)) return true;
      const int64_t to = each.Has("endPort") ? each["endPort"].Whole().value_or(from) : from;
      return link.target_port >= from && link.target_port <= to;
    });
  }

  // Whether a rule lets somebody in, and whether it lets everybody in.
  std::pair<bool, bool> LetsIn(const Field& rule, const Object& policy, const Link& link) const {
    if (!HasPort(rule, link)) return {false, false};
    const std::vector<Field> peers = rule["from"].Items();
    if (peers.empty()) return {true, true};
    for (const Field& peer : peers) {
      const std::string range = peer["ipBlock"]["cidr"].Raw();
      if (link.source == nullptr) {
        if (!range.empty()) return {true, absl::EndsWith(range, "/0")};
      } else if (IsPeer(peer, policy, *link.source)) {
        const bool all = !peer.Has("podSelector") && peer["namespaceSelector"].Entries().empty();
        return {true, all};
      }
    }
    return {false, false};
  }

  void Judge(Link& link) {
    const auto limiting = limiting_.find(link.target);
    if (limiting == limiting_.end()) return;
    const Object* lets = nullptr;
    for (const Policy* policy : limiting->second) {
      for (const Field& rule : policy->object->spec["ingress"].Items()) {
        const auto [in, everybody] = LetsIn(rule, *policy->object, link);
        if (everybody) return;
        if (in && lets == nullptr) lets = policy->object;
      }
    }
    Shown<pb::Flow>& flow = *link.flow;
    if (lets != nullptr) {
      if (flow.value.ip_filtered() != pb::TRISTATE_UNSPECIFIED) return;
      flow.value.set_ip_filtered(pb::TRISTATE_YES);
      flow.Observed("ip_filtered", lets->spot);
      return;
    }
    const std::string source = link.source == nullptr ? "the internet" : link.source->object->Title();
    std::string text = absl::StrCat("a flow leads from ", source, " to ", link.target->object->Title(), ", and ",
                                    limiting->second.front()->object->Title(), " does not let it in");
    // Two ports of one entry are one cause.
    if (!told_.insert(absl::StrCat(LocationOf(flow.spot), text)).second) return;
    cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_WARNING, flow.spot, "", std::move(text));
  }

  using Pairs = std::set<std::pair<const Workload*, const Workload*>>;

  // Who may call whom by a policy and is not seen to, of the first pairs.
  std::vector<std::string> UnseenOf(const Policy& policy, const Pairs& seen) const {
    std::vector<std::string> unseen;
    size_t pairs = 0;
    for (const Field& rule : policy.object->spec["ingress"].Items()) {
      for (const Field& peer : rule["from"].Items()) {
        if (peer["podSelector"].Entries().empty() || peer.Has("namespaceSelector")) continue;
        for (const Workload* source : cluster_.workloads.Selected(policy.object->space, peer["podSelector"])) {
          for (const Workload* target : policy.selected) {
            if (++pairs > kMaxPairs) return unseen;
            if (source == target || seen.count({source, target}) > 0) continue;
            unseen.push_back(absl::StrCat(source->component->name, " to ", target->component->name));
          }
        }
      }
    }
    return unseen;
  }

  void AskForUnseen() {
    Pairs seen;
    for (const Link& link : cluster_.flows.links()) seen.emplace(link.source, link.target);
    for (const Policy& policy : policies_) {
      std::vector<std::string> unseen = UnseenOf(policy, seen);
      if (unseen.empty()) continue;
      const size_t more = unseen.size() > kMaxNamed ? unseen.size() - kMaxNamed : 0;
      unseen.resize(unseen.size() - more);
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_QUESTION, policy.object->spot, "",
                              absl::StrCat(policy.object->Title(), " allows ", absl::StrJoin(unseen, ", "),
                                           more > 0 ? absl::StrCat(" and ", more, " more") : "",
                                           ", and no setting shows that it is used: is it?"));
    }
  }

  Cluster& cluster_;
  std::set<std::string> told_;
  std::deque<Policy> policies_;
  std::map<const Workload*, std::vector<const Policy*>> limiting_;
};

}  // namespace

void ApplyNetworkPolicies(Cluster& cluster) { PolicyReader(cluster).Read(); }

}  // namespace metapowers::importers::kubernetes
