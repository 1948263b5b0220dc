#include "service/commands/cluster_tables.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/cluster_zones.h"
#include "service/analysis/container_settings.h"
#include "service/analysis/control_posture.h"
#include "service/commands/applicable_references.h"
#include "service/commands/cluster_manifests.h"
#include "service/commands/config_snippets.h"
#include "service/commands/naming.h"
#include "service/commands/posture_wording.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::protect::v1;
using analysis::ClusterZone;
using analysis::ControlPosture;
using analysis::FlowPeer;
using analysis::ZoneFlow;
using model::v1::Component;

class ClusterTables {
 public:
  ClusterTables(const Input& input, ContainerWork& work, pb::ContainerSecurityResult& result)
      : input_(input),
        model_(input.model),
        landscape_(input.threats.Get().landscape()),
        rules_(knowledge::ContainerRules()),
        components_(analysis::ContainerComponents(input.facts)),
        istio_(analysis::Uses(input.model, "istio")),
        work_(work),
        result_(result) {}

  void Run() {
    AddClusters();
    for (const ClusterZone& zone : analysis::ClusterZones(input_.facts)) AddZone(zone);
    AddHardening();
  }

 private:
  // --- Clusters ---

  void AddClusters() {
    for (const model::v1::Infrastructure* cluster : analysis::Clusters(model_)) {
      pb::ClusterRow& row = *result_.add_clusters();
      row.set_id(cluster->id());
      row.set_version(cluster->version());
      row.set_environment(Label(cluster->environment()));
      row.set_owner(TeamName(model_, cluster->owner_team()));
      SetSupport(*cluster, row);
      std::set<std::string> zones;
      for (const Component* component : components_) {
        if (component->runs_on() != cluster->id()) continue;
        row.add_components(component->id());
        if (!component->zone().empty()) zones.insert(component->zone());
      }
      AddAll(zones, row.mutable_zones());
      row.set_idle(row.components().empty());
      std::vector<std::string> pipelines;
      for (const model::v1::Pipeline& pipeline : model_.proto().delivery().pipelines()) {
        if (absl::c_linear_search(pipeline.deploys_to(), cluster->id())) {
          pipelines.push_back(absl::StrCat(pipeline.id(), " (", pipeline.platform(),
                                           pipeline.deploys_by_pull() == model::v1::TRISTATE_YES ? ", by pull" : "",
                                           ")"));
        }
      }
      row.set_deploys(absl::StrJoin(pipelines, ", "));
      AddClusterChecks(*cluster, row.idle());
    }
  }

  void SetSupport(const model::v1::Infrastructure& cluster, pb::ClusterRow& row) {
    if (cluster.eol_date().empty()) return;
    const int days = static_cast<int>(model::ToCivilDay(cluster.eol_date()) - model_.as_of());
    row.set_past(days < 0);
    row.set_support(days < 0 ? absl::StrCat(cluster.eol_date(), ", ended ", InDays(-days), " ago")
                             : absl::StrCat(cluster.eol_date(), ", in ", InDays(days)));
    if (days > analysis::ContainerTermDays(model::v1::SEVERITY_LOW)) return;
    work_.Add(kb::CONTAINER_TASK_KIND_CLUSTER_VERSION, cluster.id(),
              days < 0 ? DateAfter(model_, analysis::ContainerTermDays(model::v1::SEVERITY_HIGH)) : cluster.eol_date(),
              TeamName(model_, cluster.owner_team()), {cluster.id()});
  }

  void AddClusterChecks(const model::v1::Infrastructure& cluster, bool idle) {
    for (const kb::ContainerCheck& check : rules_.cluster_checks()) {
      pb::ClusterCheckRow& row = *result_.add_cluster_checks();
      row.set_cluster(cluster.id());
      row.set_id(check.id());
      row.set_requirement(check.requirement());
      row.set_verification(check.verification());
      AddAll(BindingReferences(binding_, check.references()), row.mutable_references());
      row.set_owner(TeamName(model_, cluster.owner_team()));
      const ControlPosture own = PostureOnCluster(cluster, check.control());
      if (own.state != model::v1::POSTURE_STATE_UNSPECIFIED || idle) {
        row.set_state(Label(own.state));
        row.set_source(own.source);
        continue;
      }
      // What the components of the cluster say of it.
      std::map<model::v1::PostureState, int> states;
      for (const Component* component : components_) {
        if (component->runs_on() == cluster.id())
          ++states[PostureOn(landscape_, component->id(), check.control()).state];
      }
      row.set_state(PostureCounts(states));
      row.set_source("its components");
    }
  }

  ControlPosture PostureOnCluster(const model::v1::Infrastructure& cluster, const std::string& control) const {
    for (const analysis::Element& element : landscape_.ElementsOf(kb::THREAT_SUBJECT_INFRASTRUCTURE)) {
      if (analysis::CurrentId(element) == cluster.id()) return analysis::PostureOf(element, control);
    }
    return {};
  }

  void AddZone(const ClusterZone& zone) {
    pb::ZoneNetworkRow& row = *result_.add_zones();
    row.set_id(zone.zone->id());
    row.set_cluster(zone.cluster->id());
    row.set_is_namespace(zone.is_namespace());
    row.set_policy(Label(zone.zone->network_policy()));
    AddAll(Ids(zone.components), row.mutable_components());
    row.set_owner(TeamName(model_, zone.cluster->owner_team()));
    const model::v1::NetworkPolicy policy = zone.zone->network_policy();
    row.set_verdict(policy == model::v1::NETWORK_POLICY_DEFAULT_DENY ? "denies by default"
                    : policy == model::v1::NETWORK_POLICY_ALLOW      ? "allows by default"
                                                                     : "not known");
    for (const Component* component : zone.components) {
      if (!analysis::MeetsRestricted(*component)) row.add_below(component->id());
    }
    row.set_pod_security(row.below().empty() ? "restricted" : "baseline");
    bool mesh = false;
    for (const ZoneFlow& flow : analysis::FlowsOf(model_, zone)) {
      AddZoneFlow(zone, flow);
      (flow.into ? row.set_ingress(row.ingress() + 1) : row.set_egress(row.egress() + 1));
      mesh = mesh || flow.flow->transport_security() == model::v1::TRANSPORT_SECURITY_MESH_MTLS;
    }
    if (policy == model::v1::NETWORK_POLICY_ALLOW) AddOpenZone(zone, row);
    if (!zone.is_namespace()) {
      work_.Ask(kb::CONTAINER_ASK_NAMESPACE, zone.zone->id(), "", zone.cluster->owner_team());
    }
    AddManifests(zone, row, mesh);
  }

  void AddZoneFlow(const ClusterZone& zone, const ZoneFlow& flow) {
    pb::ZoneFlowRow& row = *result_.add_zone_flows();
    row.set_zone(zone.zone->id());
    row.set_direction(flow.into ? "in" : "out");
    row.set_flow(flow.flow->id());
    row.set_peer(flow.other->id());
    if (flow.peer != FlowPeer::kUndeclared) {
      row.set_port(flow.flow->protocol().empty() ? absl::StrCat(flow.flow->port())
                                                 : absl::StrCat(flow.flow->port(), " (", flow.flow->protocol(), ")"));
    }
    switch (flow.peer) {
      case FlowPeer::kPod:
        row.set_peer_kind("pods of that component alone");
        break;
      case FlowPeer::kPublic:
        row.set_peer_kind(flow.into ? "any address, by port" : "public addresses, by port");
        break;
      case FlowPeer::kAddress:
        row.set_peer_kind("any address, by port, until its range is known");
        work_.Ask(kb::CONTAINER_ASK_ADDRESS, flow.other->id(), "", TeamOf(model_, *flow.other));
        break;
      case FlowPeer::kUndeclared:
        row.set_peer_kind("left out: no port is declared");
        work_.Ask(kb::CONTAINER_ASK_PORT, flow.flow->id(), "", TeamOf(model_, *flow.component));
        break;
    }
  }

  void AddOpenZone(const ClusterZone& zone, const pb::ZoneNetworkRow& row) {
    // A planned control may set the date.
    const ControlPosture posture = PostureOnCluster(*zone.cluster, "default_deny_network");
    const int days = analysis::ContainerTermDays(model::v1::SEVERITY_HIGH);
    work_.Add(kb::CONTAINER_TASK_KIND_NETWORK_POLICY, zone.zone->id(),
              posture.due.empty() ? DateAfter(model_, days) : posture.due, row.owner(), Ids(zone.components));
  }

  void AddManifests(const ClusterZone& zone, const pb::ZoneNetworkRow& row, bool mesh) {
    const std::string space =
        zone.is_namespace()
            ? ""
            : "The model does not name the namespaces of this zone: apply the file in each with -n, after the "
              "question below is answered. ";
    AddManifest(
        absl::StrCat("Network policies of ", zone.zone->id()), zone.cluster->id(),
        absl::StrCat(
            space, "The policies select pods by the label ", rules_.pod_label(),
            ", whose value is the id of the component. Set it on all pods before the policies are applied, whatever "
            "other labels they carry: a policy that allows selects no pod without it, and default-deny, which "
            "stands last, cuts off each of them. Ports are those of the flows; a policy judges the port of the pod, so "
            "write the targetPort where a Service leads to another one. Policies add up: a rule of another policy "
            "that lets everybody in or everything out stays in force beside these, so remove each.",
            OpenPods(zone), UndeclaredCalls(zone, mesh)),
        NetworkPolicies(model_, zone));
    if (zone.is_namespace()) {
      AddManifest(absl::StrCat("Pod security level of ", zone.zone->id()), zone.cluster->id(),
                  row.below().empty() ? ""
                                      : absl::StrCat("The level rises to restricted when ",
                                                     List({row.below().begin(), row.below().end()}),
                                                     row.below_size() == 1 ? " meets it." : " meet it."),
                  {NamespaceWithLevel(zone, row.below().empty())});
    }
    if (!mesh) return;
    if (istio_ && zone.is_namespace()) {
      AddManifest(
          absl::StrCat("Mesh rules of ", zone.zone->id()), zone.cluster->id(),
          absl::StrCat("Before they are applied, each component gets a service account of its own id, or its calls are "
                       "refused, and its pods the label ",
                       rules_.pod_label(), ", or no rule selects them."),
          MeshPolicies(model_, zone));
    } else if (asked_mesh_.insert(zone.cluster->id()).second && !istio_) {
      work_.Ask(kb::CONTAINER_ASK_MESH, zone.cluster->id(), "", zone.cluster->owner_team());
    }
  }

  // Where the model says that such rules are.
  static std::string OpenPods(const ClusterZone& zone) {
    std::vector<std::string> open;
    for (const Component* component : zone.components) {
      bool is_open = false;
      std::set<std::string> places;
      for (const model::v1::ControlPosture& posture : component->posture()) {
        const bool absent = posture.state() == model::v1::POSTURE_STATE_ABSENT;
        const bool partial = posture.state() == model::v1::POSTURE_STATE_PARTIAL;
        if (!(posture.control() == "egress_filtering" && absent) &&
            !(posture.control() == "default_deny_network" && (absent || partial))) {
          continue;
        }
        is_open = true;
        if (!posture.evidence().empty()) places.insert(posture.evidence());
      }
      if (!is_open) continue;
      open.push_back(places.empty() ? component->id()
                                    : absl::StrCat(component->id(), " (", absl::StrJoin(places, ", "), ")"));
    }
    return open.empty() ? "" : absl::StrCat(" The model says that traffic of ", List(open), " is not limited.");
  }

  // What the rules open, or cannot open, besides the declared flows.
  std::string UndeclaredCalls(const ClusterZone& zone, bool mesh) const {
    std::vector<std::string> callers;
    for (const Component* component : zone.components) {
      if (analysis::CallsTheCluster(model_, *component)) callers.push_back(component->id());
    }
    return absl::StrCat(
        callers.empty() ? ""
                        : absl::StrCat(" ", List(callers), callers.size() == 1 ? " calls" : " call",
                                       " the interface of the cluster, whose ports stay open."),
        mesh ? " Before they deny, add the ports on which proxies of the mesh reach its control plane." : "");
  }

  void AddManifest(std::string title, const std::string& cluster, std::string note,
                   const std::vector<ConfigNode>& documents) {
    metapowers::v1::ConfigSnippet& snippet = *result_.add_manifests();
    snippet = YamlConfig(std::move(title), documents);
    snippet.add_elements(cluster);
    snippet.set_note(std::move(note));
  }

  // The patch of each component on a cluster that fails a setting of its manifest.
  void AddHardening() {
    for (const pb::RuntimeRow& row : result_.runtime()) {
      const auto& component = *model_.Find<Component>(row.id());
      const bool manifest =
          absl::c_any_of(row.fails(), [](const std::string& key) { return absl::StartsWith(key, "securityContext."); });
      if (!manifest || row.cluster().empty()) continue;
      AddManifest(absl::StrCat("Settings of ", row.id()), row.cluster(),
                  "Merge it into the Deployment, or its template into that of the workload of another kind; the "
                  "container has the id of the component, and what it writes goes to /tmp: a "
                  "pod that fills the size limit is evicted, so that the owner sets it above what one day writes.",
                  {HardenedDeployment(component, model_.Find<model::v1::Zone>(component.zone()),
                                      analysis::CallsTheCluster(model_, component))});
    }
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const analysis::Landscape& landscape_;
  const kb::ContainerRules& rules_;
  const std::vector<const Component*> components_;
  const bool istio_;  // the product whose rules are shipped
  ContainerWork& work_;
  std::set<std::string> asked_mesh_;  // clusters
  pb::ContainerSecurityResult& result_;
};

}  // namespace

void AddClusterTables(const Input& input, ContainerWork& work, pb::ContainerSecurityResult& result) {
  ClusterTables(input, work, result).Run();
}

}  // namespace metapowers::commands
