#include "service/commands/cluster_manifests.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::commands {
namespace {

using analysis::ClusterZone;
using analysis::FlowPeer;
using analysis::ZoneFlow;
using model::v1::Component;

ConfigNode PodLabels(const Component& component) {
  return ConfigNode::Map(
      {{"matchLabels", ConfigNode::Map({{knowledge::ContainerRules().pod_label(), component.id()}})}});
}

ConfigNode NamespaceLabels(const std::string& name) {
  return ConfigNode::Map({{"matchLabels", ConfigNode::Map({{knowledge::ContainerRules().namespace_label(), name}})}});
}

ConfigNode Ports(const std::string& protocol, int port) {
  return ConfigNode::List({ConfigNode::Map({{"protocol", protocol}, {"port", port}})});
}

ConfigNode Metadata(const std::string& name, const ClusterZone& zone) {
  ConfigNode metadata = ConfigNode::Map({{"name", name}});
  if (zone.is_namespace()) metadata.Set("namespace", zone.zone->id());
  return metadata;
}

ConfigNode Policy(const std::string& name, const ClusterZone& zone, ConfigNode spec) {
  return ConfigNode::Map({{"apiVersion", "networking.k8s.io/v1"},
                          {"kind", "NetworkPolicy"},
                          {"metadata", Metadata(name, zone)},
                          {"spec", std::move(spec)}});
}

std::string ProtocolOf(const model::v1::Flow& flow) {
  for (const absl::string_view datagram : {"udp", "dns", "syslog", "ntp", "snmp", "quic", "dicom-udp"}) {
    if (absl::EqualsIgnoreCase(flow.protocol(), datagram)) return "UDP";
  }
  return "TCP";
}

// One rule; `end` is "from" or "to".
ConfigNode Rule(const ClusterZone& zone, const ZoneFlow& flow, const char* end, absl::string_view comment) {
  ConfigNode rule = ConfigNode::Map();
  if (flow.peer == FlowPeer::kPod) {
    ConfigNode peer = ConfigNode::Map();
    if (flow.other->zone() != zone.zone->id()) peer.Set("namespaceSelector", NamespaceLabels(flow.other->zone()));
    peer.Set("podSelector", PodLabels(*flow.other));
    rule.Set(end, ConfigNode::List({std::move(peer)}));
  } else if (flow.peer == FlowPeer::kPublic && !flow.into) {
    const auto& ranges = knowledge::ContainerRules().private_ranges();
    rule.Set(end,
             ConfigNode::List({ConfigNode::Map(
                 {{"ipBlock", ConfigNode::Map({{"cidr", "0.0.0.0/0"},
                                               {"except", ConfigNode::Texts({ranges.begin(), ranges.end()})}})}})}));
  }
  rule.Set("ports", Ports(ProtocolOf(*flow.flow), flow.flow->port()).Explain(comment));
  return rule;
}

// The rules of a component in one direction, each with the flows that need it.
ConfigNode Rules(const ClusterZone& zone, const Component& component, const std::vector<ZoneFlow>& flows, bool into) {
  const char* end = into ? "from" : "to";
  std::vector<std::pair<std::string, std::vector<const ZoneFlow*>>> shared;
  for (const ZoneFlow& flow : flows) {
    if (flow.component != &component || flow.into != into || flow.peer == FlowPeer::kUndeclared) continue;
    const std::string text = ToYaml(Rule(zone, flow, end, ""));
    const auto same = std::find_if(shared.begin(), shared.end(), [&](const auto& each) { return each.first == text; });
    if (same != shared.end()) {
      same->second.push_back(&flow);
    } else {
      shared.push_back({text, {&flow}});
    }
  }
  ConfigNode rules = ConfigNode::List();
  for (const auto& [text, needed_by] : shared) {
    const std::string names = absl::StrJoin(
        needed_by, ", ", [](std::string* out, const ZoneFlow* flow) { absl::StrAppend(out, flow->flow->id()); });
    rules.Add(Rule(zone, *needed_by.front(), end, names));
  }
  return rules;
}

// Where the interface of a cluster answers; its addresses differ with who runs it.
constexpr int kClusterPorts[] = {443, 6443};

ConfigNode ClusterRule() {
  ConfigNode ports = ConfigNode::List();
  for (const int port : kClusterPorts) ports.Add(ConfigNode::Map({{"protocol", "TCP"}, {"port", port}}));
  return ConfigNode::Map({{"ports", std::move(ports)}});
}

// What the policy that denies leaves to the component: it isolates both directions, which the others need not say
// again.
ConfigNode ComponentPolicy(const ClusterZone& zone, const Component& component, const std::vector<ZoneFlow>& flows,
                           bool calls_cluster) {
  ConfigNode ingress = Rules(zone, component, flows, true);
  ConfigNode egress = Rules(zone, component, flows, false);
  if (calls_cluster) egress.Add(ClusterRule());
  ConfigNode spec = ConfigNode::Map({{"podSelector", PodLabels(component)}});
  if (!ingress.empty()) spec.Set("ingress", std::move(ingress));
  if (!egress.empty()) spec.Set("egress", std::move(egress));
  return Policy(absl::StrCat("allow-", component.id()), zone, std::move(spec));
}

}  // namespace

std::vector<ConfigNode> NetworkPolicies(const model::Model& model, const ClusterZone& zone) {
  const knowledge::v1::ContainerRules& rules = knowledge::ContainerRules();
  std::vector<ConfigNode> documents;
  const ConfigNode dns = ConfigNode::Map(
      {{"namespaceSelector", NamespaceLabels(rules.dns_namespace())},
       {"podSelector", ConfigNode::Map({{"matchLabels", ConfigNode::Map({{rules.dns_label(), rules.dns_value()}})}})}});
  ConfigNode ports = ConfigNode::List(
      {ConfigNode::Map({{"protocol", "UDP"}, {"port", 53}}), ConfigNode::Map({{"protocol", "TCP"}, {"port", 53}})});
  ConfigNode names = ConfigNode::Map({{"to", ConfigNode::List({dns})}, {"ports", std::move(ports)}});
  const std::vector<ZoneFlow> flows = analysis::FlowsOf(model, zone);
  for (const Component* component : zone.components) {
    const bool any = std::any_of(flows.begin(), flows.end(), [&](const ZoneFlow& flow) {
      return flow.component == component && flow.peer != FlowPeer::kUndeclared;
    });
    const bool calls_cluster = analysis::CallsTheCluster(model, *component);
    if (any || calls_cluster) documents.push_back(ComponentPolicy(zone, *component, flows, calls_cluster));
  }
  // Files are applied from the top: what denies comes after all that allows.
  documents.push_back(Policy("default-deny", zone,
                             ConfigNode::Map({{"podSelector", ConfigNode::Map()},
                                              {"policyTypes", ConfigNode::Texts({"Ingress", "Egress"})},
                                              {"egress", ConfigNode::List({std::move(names)})}}))
                          .Explain(absl::StrCat("All pods of ", zone.zone->id(), " on ", zone.cluster->id(),
                                                ": nothing in, name resolution out")));
  return documents;
}

ConfigNode NamespaceWithLevel(const ClusterZone& zone, bool restricted) {
  const std::string enforced = restricted ? "restricted" : "baseline";
  return ConfigNode::Map(
      {{"apiVersion", "v1"},
       {"kind", "Namespace"},
       {"metadata",
        ConfigNode::Map({{"name", zone.zone->id()},
                         {"labels", ConfigNode::Map({{"pod-security.kubernetes.io/enforce", enforced},
                                                     {"pod-security.kubernetes.io/audit", "restricted"},
                                                     {"pod-security.kubernetes.io/warn", "restricted"}})}})}});
}

ConfigNode HardenedDeployment(const Component& component, const model::v1::Zone* zone, bool calls_cluster) {
  ConfigNode metadata = ConfigNode::Map({{"name", component.id()}});
  if (zone != nullptr && zone->type() == model::v1::ZONE_TYPE_K8S_NAMESPACE) metadata.Set("namespace", zone->id());
  ConfigNode container = ConfigNode::Map(
      {{"name", component.id()},
       {"securityContext",
        ConfigNode::Map({{"readOnlyRootFilesystem", true},
                         {"allowPrivilegeEscalation", false},
                         {"capabilities", ConfigNode::Map({{"drop", ConfigNode::Texts({"ALL"})}})}})},
       {"volumeMounts", ConfigNode::List({ConfigNode::Map({{"name", "scratch"}, {"mountPath", "/tmp"}})})}});
  ConfigNode pod = ConfigNode::Map(
      {{"automountServiceAccountToken", calls_cluster},
       {"securityContext",
        ConfigNode::Map({{"runAsNonRoot", true}, {"seccompProfile", ConfigNode::Map({{"type", "RuntimeDefault"}})}})},
       {"containers", ConfigNode::List({std::move(container)})},
       {"volumes", ConfigNode::List({ConfigNode::Map(
                       {{"name", "scratch"}, {"emptyDir", ConfigNode::Map({{"sizeLimit", "1Gi"}})}})})}});
  return ConfigNode::Map({{"apiVersion", "apps/v1"},
                          {"kind", "Deployment"},
                          {"metadata", std::move(metadata)},
                          {"spec", ConfigNode::Map({{"template", ConfigNode::Map({{"spec", std::move(pod)}})}})}});
}

std::vector<ConfigNode> MeshPolicies(const model::Model& model, const ClusterZone& zone) {
  std::vector<ConfigNode> documents;
  documents.push_back(ConfigNode::Map({{"apiVersion", "security.istio.io/v1"},
                                       {"kind", "PeerAuthentication"},
                                       {"metadata", Metadata("strict-mutual-tls", zone)},
                                       {"spec", ConfigNode::Map({{"mtls", ConfigNode::Map({{"mode", "STRICT"}})}})}}));
  const std::vector<ZoneFlow> flows = analysis::FlowsOf(model, zone);
  for (const Component* component : zone.components) {
    ConfigNode rules = ConfigNode::List();
    for (const ZoneFlow& flow : flows) {
      if (flow.component != component || !flow.into || flow.peer != FlowPeer::kPod) continue;
      const std::string caller = absl::StrCat("cluster.local/ns/", flow.other->zone(), "/sa/", flow.other->id());
      rules.Add(ConfigNode::Map(
          {{"from", ConfigNode::List({ConfigNode::Map(
                        {{"source", ConfigNode::Map({{"principals", ConfigNode::Texts({caller})}})}})})},
           {"to", ConfigNode::List({ConfigNode::Map(
                      {{"operation",
                        ConfigNode::Map({{"ports", ConfigNode::Texts({std::to_string(flow.flow->port())})}})}})})}}));
    }
    if (rules.empty()) continue;
    documents.push_back(ConfigNode::Map(
        {{"apiVersion", "security.istio.io/v1"},
         {"kind", "AuthorizationPolicy"},
         {"metadata", Metadata(absl::StrCat("callers-of-", component->id()), zone)},
         {"spec",
          ConfigNode::Map({{"selector", PodLabels(*component)}, {"action", "ALLOW"}, {"rules", std::move(rules)}})}}));
  }
  return documents;
}

}  // namespace metapowers::commands
