// NetworkPolicies: see kubernetes_cluster.h.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/importers/kubernetes_cluster.h"
#include "service/importers/kubernetes_pod.h"
#include "service/model/import_assumptions.h"

namespace metapowers::importers::kubernetes {

namespace pb = model::v1;

namespace {

constexpr size_t kMaxPairs = 1000;  // of one policy that are looked at for questions
constexpr size_t kMaxNamed = 5;     // of them, in a note

enum Side { kIn, kOut };

// The name of a side in `policyTypes`, where its rules and their peers stand, and what a rule without limits does.
struct SideWords {
  const char* type;
  const char* rules;
  const char* peers;
  const char* open;
};
constexpr SideWords kSides[] = {{"Ingress", "ingress", "from", "everybody in to"},
                                {"Egress", "egress", "to", "everything out of"}};

// What one or several policies say of a side. They add up: one rule without limits undoes all others.
struct Says {
  const Object* limiting = nullptr;  // the first that limits it; nullptr: none does
  std::optional<Spot> open;          // of the first rule without limits
  bool closed() const { return limiting != nullptr && !open.has_value(); }
};

struct Policy {
  const Object* object;
  std::vector<Workload*> selected;
  Says sides[2];
};

// How far a rule lets a flow in.
enum class Lets { kNobody, kListed, kUnclear, kEverybody };

class PolicyReader {
 public:
  explicit PolicyReader(Cluster& cluster) : cluster_(cluster) {}

  void Read() {
    for (const Object* object : cluster_.objects.Of(Kind::kNetworkPolicy)) {
      cluster_.inventory.Count("network_policies");
      Policy& policy = policies_.emplace_back();
      policy.object = object;
      policy.selected = cluster_.workloads.Selected(object->space, object->spec["podSelector"]);
      for (const Side side : {kIn, kOut}) policy.sides[side] = SaysOf(*object, side);
      by_space_[object->space].push_back(&policy);
      for (const Workload* workload : policy.selected) of_[workload].push_back(&policy);
    }
    for (const auto& [space, policies] : by_space_) JudgeSpace(space, policies);
    for (Link& link : cluster_.flows.links()) {
      if (link.target != nullptr) Judge(link);
    }
    AskForUnseen();
  }

 private:
  using Policies = std::vector<const Policy*>;

  static bool Limits(const Object& object, Side side) {
    const Field types = object.spec["policyTypes"];
    // What a policy leaves out: always incoming traffic, outgoing where it has rules for it.
    if (!types.exists()) return side == kIn || object.spec.Has(kSides[side].rules);
    const std::vector<std::string> all = types.Texts();
    return std::find(all.begin(), all.end(), kSides[side].type) != all.end();
  }

  static bool IsAnyAddress(const Field& peer) {
    const Field block = peer["ipBlock"];
    return absl::EndsWith(block["cidr"].Raw(), "/0") && block["except"].Items().empty();
  }

  static Says SaysOf(const Object& object, Side side) {
    Says says;
    if (!Limits(object, side)) return says;
    says.limiting = &object;
    for (const Field& rule : object.spec[kSides[side].rules].Items()) {
      if (!rule["ports"].Items().empty()) continue;
      const std::vector<Field> peers = rule[kSides[side].peers].Items();
      if (!peers.empty() && std::none_of(peers.begin(), peers.end(), IsAnyAddress)) continue;
      says.open = rule.spot();
      break;
    }
    return says;
  }

  static Says SumOf(const Policies& policies, Side side) {
    Says sum;
    for (const Policy* policy : policies) {
      const Says& says = policy->sides[side];
      if (sum.limiting == nullptr) sum.limiting = says.limiting;
      if (!sum.open.has_value()) sum.open = says.open;
    }
    return sum;
  }

  // The first that isolates all pods: nobody may come in, and nothing goes out but what its rules name.
  static const Object* FirstThatDenies(const Policies& policies, Side side) {
    for (const Policy* policy : policies) {
      const Field& spec = policy->object->spec;
      const Field selector = spec["podSelector"];
      if (policy->sides[side].closed() && selector["matchLabels"].Entries().empty() &&
          selector["matchExpressions"].Items().empty() && (side == kOut || spec["ingress"].Items().empty())) {
        return policy->object;
      }
    }
    return nullptr;
  }

  // Tells which policies undo what another denies, and whether there are any.
  bool TellOpen(const Policies& policies, const Object& denying, Side side) {
    bool any = false;
    for (const Policy* policy : policies) {
      const std::optional<Spot>& open = policy->sides[side].open;
      if (!open.has_value()) continue;
      any = true;
      std::set<std::string> names;
      for (const Workload* workload : policy->selected) {
        if (names.size() < kMaxNamed) names.insert(workload->component->name);
      }
      cluster_.inventory.Note(
          v1::IMPORT_NOTE_KIND_WARNING, *open, "",
          absl::StrCat(policy->object->Title(), " lets ", kSides[side].open, " ",
                       names.empty() ? "pods that are in no file"
                                     : model::ShortListOf(names, policy->selected.size() - names.size()),
                       ", which ", denying.Title(), " denies by default"));
    }
    return any;
  }

  void JudgeSpace(const std::string& space, const Policies& policies) {
    const Object* in = FirstThatDenies(policies, kIn);
    const Object* out = FirstThatDenies(policies, kOut);
    const bool open_in = in != nullptr && TellOpen(policies, *in, kIn);
    const bool open_out = out != nullptr && TellOpen(policies, *out, kOut);
    const bool denies = in != nullptr && !open_in && !open_out;
    if (denies) DenyByDefault(*in, out != nullptr);
    for (Workload* workload : cluster_.workloads.In(space)) JudgePod(*workload, in, denies);
  }

  void DenyByDefault(const Object& object, bool both) {
    for (Shown<pb::Zone>& zone : cluster_.inventory.zones) {
      if (zone.name != object.space || zone.scope != "kubernetes") continue;
      zone.value.set_network_policy(pb::NETWORK_POLICY_DEFAULT_DENY);
      zone.Observed("network_policy", object.spot);
      if (both) return;
      cluster_.inventory.Note(v1::IMPORT_NOTE_KIND_KEPT, object.spot, "",
                              absl::StrCat(object.Title(), " denies what comes in by default, not what goes out"));
    }
  }

  // What policies say of a pod besides its zone. `denying` is what denies by default what comes in, nullptr where
  // nothing does; `zone_says` tells whether the zone says so.
  void JudgePod(Workload& workload, const Object* denying, bool zone_says) {
    const auto found = of_.find(&workload);
    if (found == of_.end()) return;
    Shown<pb::Component>& component = *workload.component;
    const Says in = SumOf(found->second, kIn);
    const Says out = SumOf(found->second, kOut);
    if (out.open.has_value()) {
      SetAbsent("egress_filtering", *out.open, component);
    } else if (out.limiting != nullptr) {
      // A policy logs nothing of what it refuses.
      SetPosture("egress_filtering", pb::POSTURE_STATE_PARTIAL, out.limiting->spot, component);
    } else if (denying != nullptr) {
      SetAbsent("egress_filtering", denying->spot, component);
    }
    if (denying == nullptr || (zone_says && out.closed())) return;
    SetPosture("default_deny_network",
               in.closed() && out.closed()   ? pb::POSTURE_STATE_IMPLEMENTED
               : in.closed() || out.closed() ? pb::POSTURE_STATE_PARTIAL
                                             : pb::POSTURE_STATE_ABSENT,
               in.open.has_value()    ? *in.open
               : out.open.has_value() ? *out.open
                                      : denying->spot,
               component);
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

  // Whether a rule is for the port of a flow; not known where one of the two is no number.
  static pb::Tristate HasPort(const Field& rule, const Link& link) {
    const std::vector<Field> ports = rule["ports"].Items();
    if (ports.empty()) return pb::TRISTATE_YES;
    if (link.target_port == 0) return pb::TRISTATE_UNSPECIFIED;
    pb::Tristate has = pb::TRISTATE_NO;
    for (const Field& each : ports) {
      int from = 0;
      // A port by name is one of the container; which, is not looked up.
      if (!absl::SimpleAtoi(each["port"].Raw(), &from)) {
        has = pb::TRISTATE_UNSPECIFIED;
        continue;
      }
      const int64_t to = each.Has("endPort") ? each["endPort"].Whole().value_or(from) : from;
      if (link.target_port >= from && link.target_port <= to) return pb::TRISTATE_YES;
    }
    return has;
  }

  Lets LetsPeer(const Field& peer, const Object& policy, const Link& link) const {
    if (link.source == nullptr) {
      const std::string range = peer["ipBlock"]["cidr"].Raw();
      if (range.empty()) return Lets::kNobody;
      return IsAnyAddress(peer) ? Lets::kEverybody : absl::EndsWith(range, "/0") ? Lets::kUnclear : Lets::kListed;
    }
    if (!IsPeer(peer, policy, *link.source)) return Lets::kNobody;
    // All pods of the cluster are no list, nor everybody.
    const bool all = !peer.Has("podSelector") && peer["namespaceSelector"].Entries().empty();
    return all ? Lets::kUnclear : Lets::kListed;
  }

  Lets LetsIn(const Field& rule, const Object& policy, const Link& link) const {
    const pb::Tristate port = HasPort(rule, link);
    if (port == pb::TRISTATE_NO) return Lets::kNobody;
    const std::vector<Field> peers = rule["from"].Items();
    Lets lets = peers.empty() ? Lets::kEverybody : Lets::kNobody;
    for (const Field& peer : peers) lets = std::max(lets, LetsPeer(peer, policy, link));
    return lets == Lets::kEverybody && port != pb::TRISTATE_YES ? Lets::kUnclear : lets;
  }

  void Judge(Link& link) {
    const auto found = of_.find(link.target);
    if (found == of_.end()) return;
    const Object* limiting = SumOf(found->second, kIn).limiting;
    if (limiting == nullptr) return;
    Lets lets = Lets::kNobody;
    Spot spot;
    for (const Policy* policy : found->second) {
      if (policy->sides[kIn].limiting == nullptr) continue;
      for (const Field& rule : policy->object->spec["ingress"].Items()) {
        const Lets more = LetsIn(rule, *policy->object, link);
        if (more <= lets) continue;
        lets = more;
        spot = more == Lets::kEverybody ? rule.spot() : policy->object->spot;
      }
    }
    Shown<pb::Flow>& flow = *link.flow;
    if (lets != Lets::kNobody) {
      if (lets == Lets::kUnclear || flow.value.ip_filtered() != pb::TRISTATE_UNSPECIFIED) return;
      flow.value.set_ip_filtered(lets == Lets::kListed ? pb::TRISTATE_YES : pb::TRISTATE_NO);
      flow.Observed("ip_filtered", spot);
      return;
    }
    const std::string source = link.source == nullptr ? "the internet" : link.source->object->Title();
    std::string text = absl::StrCat("a flow leads from ", source, " to ", link.target->object->Title(), ", and ",
                                    limiting->Title(), " does not let it in");
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
      if (policy.sides[kIn].limiting == nullptr) continue;
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
  std::map<std::string, Policies> by_space_;
  std::map<const Workload*, Policies> of_;
};

}  // namespace

void ApplyNetworkPolicies(Cluster& cluster) { PolicyReader(cluster).Read(); }

}  // namespace metapowers::importers::kubernetes
