// Ways into a cluster: how many there are, what each rests on, and the token that a workload holds.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/entry_points.h"
#include "service/importers/import.h"
#include "service/model/model.h"
#include "tests/importers/kubernetes_inventory.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Counts = std::map<std::string, int>;

// "flow: exposure" of all ways into what files draft.
std::vector<std::string> WaysInto(const std::vector<SourceFile>& files) {
  auto imported = ImportModel(files, {"shop", "2026-03-01", nullptr});
  EXPECT_OK(imported);
  if (!imported.ok()) return {};
  auto model = model::Model::Parse(imported->model_yaml(), "draft");
  EXPECT_OK(model);
  if (!model.ok()) return {};
  const auto facts = analysis::Facts::Compute(*model);
  std::vector<std::string> ways;
  for (const analysis::EntryPoint& entry : analysis::FindEntryPoints(*facts)) {
    ways.push_back(absl::StrCat(entry.id, ": ", analysis::IsOutside(entry.exposure) ? "outside" : "inside"));
  }
  return ways;
}

std::vector<std::string> PortsOf(const Shown<pb::Component>& component) {
  std::vector<std::string> ports;
  for (const auto& port : component.value.host_ports()) {
    ports.push_back(absl::StrCat(port.has_port() ? absl::StrCat(port.port(), " ") : "", port.evidence(),
                                 port.host().empty() ? "" : " of ", port.host()));
  }
  return ports;
}

// Where a flow stands, whom it lets in, and where its port stands.
std::string EvidenceOf(const Shown<pb::Flow>& flow) {
  return absl::StrCat(LocationOf(flow.spot), " ", flow.value.purpose(), " ", flow.value.port(), " ",
                      BasisOf(flow, "port"));
}

// --- Hosts -------------------------------------------------------------------------------------------------------

TEST(KubernetesHostsTest, TwoHostsOnOnePortAreTwoWaysIn) {
  const ReadFormat in = Manifests({ManifestFixture("hosts.yaml")});
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_EQ(in.inventory.counts, (Counts{{"workloads", 3},
                                         {"services", 3},
                                         {"exposed_services", 3},
                                         {"ingresses", 1},
                                         {"gateways", 2},
                                         {"routes", 2}}));
  EXPECT_THAT(in.FlowNames(),
              UnorderedElementsAre(
                  "internet-users to web at www.shop.example", "internet-users to web at api.shop.example",
                  "internet-users to pay at eu.pay.example", "internet-users to pay at us.pay.example",
                  "internet-users to search at one.mesh.example", "internet-users to search at two.mesh.example"));
  EXPECT_EQ(EvidenceOf(in.Flow("internet-users to web at www.shop.example")),
            "hosts.yaml:12 Lets callers of www.shop.example in. 443 observed hosts.yaml:8");
  EXPECT_EQ(EvidenceOf(in.Flow("internet-users to web at api.shop.example")),
            "hosts.yaml:14 Lets callers of api.shop.example in. 443 observed hosts.yaml:9");
  EXPECT_EQ(EvidenceOf(in.Flow("internet-users to pay at us.pay.example")),
            "hosts.yaml:36 Lets callers of us.pay.example in. 443 observed hosts.yaml:26");
  EXPECT_EQ(EvidenceOf(in.Flow("internet-users to search at two.mesh.example")),
            "hosts.yaml:49 Lets callers of two.mesh.example in. 443 observed hosts.yaml:46");
}

TEST(KubernetesHostsTest, TheDraftHasAsManyWaysIn) {
  const std::string text = FixtureOf("kubernetes/hosts.yaml");
  EXPECT_THAT(WaysInto({{"hosts.yaml", text}}), SizeIs(6));
  EXPECT_THAT(WaysInto({{"hosts.yaml", text}}), Contains("internet-users-to-web-at-www-shop-example: outside"));
}

TEST(KubernetesHostsTest, AFlowNamesTheHostThatCallersAskFor) {
  const ReadFormat in = Manifests({ManifestFixture("hosts.yaml")});
  const auto& flow = in.Flow("internet-users to web at www.shop.example");
  EXPECT_THAT(flow.value.hosts(), ElementsAre("www.shop.example"));
  EXPECT_EQ(BasisOf(flow, "hosts"), "observed hosts.yaml:12");
  std::string capitals = FixtureOf("kubernetes/hosts.yaml");
  capitals.replace(capitals.find("www.shop.example"), 16, "WWW.Shop.example");
  EXPECT_THAT(Manifests(capitals).Flow("internet-users to web at www.shop.example").value.hosts(),
              ElementsAre("www.shop.example"));
}

TEST(KubernetesHostsTest, AHostThatIsNoneYetStaysInTheText) {
  const std::string ingress =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: w}}, "
      "spec: {containers: [{name: web, image: a/web}]}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
      "spec: {selector: {app: w}, ports: [{port: 80}]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
      "metadata: {name: web}\nspec: {rules: [{host: '$(HOST).example', http: {paths: [{backend: {service: {name: web, "
      "port: {number: 80}}}}]}}]}\n";
  const ReadFormat in = Manifests(ingress);
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_THAT(in.Flow("internet-users to web").value.hosts(), IsEmpty());
  EXPECT_THAT(in.Flow("internet-users to web").value.purpose(), HasSubstr("$(host).example"));
  EXPECT_EQ(WaysInto({{"m.yaml", ingress}}).size(), 1u) << "and the draft is valid";
}

TEST(KubernetesHostsTest, WhoseReachIsNotKnownIsAPortForEachHost) {
  std::string text = FixtureOf("kubernetes/hosts.yaml");
  text.insert(text.find("  tls:\n"), "  ingressClassName: nginx-private\n");
  const ReadFormat in = Manifests(text);
  EXPECT_THAT(PortsOf(in.Component("web")),
              ElementsAre("443 m.yaml:13 of www.shop.example", "443 m.yaml:15 of api.shop.example"));
  EXPECT_EQ(in.Component("web").value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(in.FlowNames(), SizeIs(4));
}

TEST(KubernetesHostsTest, ARouteHangsOnTheHostsThatBothName) {
  const auto flows = [](const std::string& listener, const std::string& hosts) {
    return Manifests(
               "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {listeners: [" +
               listener +
               "]}\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
               "spec: {parentRefs: [{name: g}], hostnames: [" +
               hosts + "], rules: [{backendRefs: [{name: web, port: 80}]}]}\n")
        .FlowNames();
  };
  const std::string http = "{name: a, port: 80, protocol: HTTP";
  EXPECT_THAT(flows(http + "}", ""), ElementsAre("internet-users to web"));
  EXPECT_THAT(flows(http + "}", "a.example, b.example"), SizeIs(2));
  EXPECT_THAT(flows(http + ", hostname: a.example}", ""), ElementsAre("internet-users to web"));
  EXPECT_THAT(flows(http + ", hostname: a.example}, {name: b, port: 80, protocol: HTTP, hostname: b.example}", ""),
              ElementsAre("internet-users to web at a.example", "internet-users to web at b.example"));
  EXPECT_THAT(flows(http + ", hostname: '*.a.example'}", "x.a.example, y.b.example"),
              ElementsAre("internet-users to web"));
  EXPECT_THAT(flows(http + ", hostname: a.example}", "b.example"), IsEmpty());
}

TEST(KubernetesHostsTest, AnInterfaceOfOneOfTheHostsIsNoFurtherWayIn) {
  const std::string manifests = FixtureOf("kubernetes/hosts.yaml");
  const auto api = [](const std::string& host) {
    return absl::StrCat("openapi: 3.0.0\ninfo: {title: web}\nservers: [{url: 'https://", host,
                        "/v1'}]\npaths: {/a: {get: {}}}\n");
  };
  const std::string known = api("api.shop.example");
  const std::string other = api("beta.shop.example");
  EXPECT_THAT(WaysInto({{"hosts.yaml", manifests}, {"api.yaml", known}}), SizeIs(6 + 1)) << "and its operation";
  EXPECT_THAT(WaysInto({{"hosts.yaml", manifests}, {"api.yaml", other}}), SizeIs(6 + 2)) << "and a third host";
}

// --- Gateways of a mesh ------------------------------------------------------------------------------------------

TEST(KubernetesMeshGatewayTest, WithoutItsPodsItIsOnlyAssumedToBeOpen) {
  const std::string mesh =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: w}}, "
      "spec: {containers: [{name: web, image: a/web}]}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
      "spec: {selector: {app: w}, ports: [{port: 80}]}\n---\napiVersion: networking.istio.io/v1\nkind: "
      "Gateway\nmetadata: {name: g}\nspec: {selector: {istio: "
      "ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}\n---\n"
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\nspec: {hosts: ['*'], "
      "gateways: [g], http: [{route: [{destination: {host: web}}, {destination: {host: gone}, weight: 1}]}]}\n---\n";
  const ReadFormat alone = Manifests(mesh);
  const auto& web = alone.Component("web");
  EXPECT_EQ(web.value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(web.bases.at("internet_facing").kind, v1::BASIS_ASSUMED);
  EXPECT_THAT(web.bases.at("internet_facing").reason,
              HasSubstr("pods with istio: ingressgateway, which are in no file"));
  EXPECT_EQ(alone.Flow("internet-users to web").bases.at("target").kind, v1::BASIS_ASSUMED);

  const ReadFormat exposed = Manifests(mesh +
                                       "apiVersion: v1\nkind: Service\nmetadata: {name: out}\n"
                                       "spec: {type: LoadBalancer, selector: {app: w}, ports: [{port: 80}]}\n");
  EXPECT_EQ(exposed.Component("web").bases.at("internet_facing").kind, v1::BASIS_OBSERVED) << "what is shown counts";

  const ReadFormat with_pods = Manifests(
      mesh +
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: edge}\nspec: {template: {metadata: {labels: {istio: "
      "ingressgateway}}, spec: {containers: [{name: edge, image: a/edge}]}}}\n");
  EXPECT_THAT(with_pods.FlowNames(), UnorderedElementsAre("edge to web", "edge to gone"));
  EXPECT_EQ(with_pods.Component("web").value.internet_facing(), pb::TRISTATE_NO);
}

// --- What gateways do --------------------------------------------------------------------------------------------

TEST(KubernetesGatewayTest, AListenerThatNothingHangsOnIsAskedAbout) {
  const ReadFormat in = Manifests(
      "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {listeners: [{name: a, "
      "port: "
      "443, protocol: HTTPS}, {name: b, port: 8443, protocol: HTTPS}]}\n---\n"
      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {parentRefs: [{name: g, "
      "sectionName: a}], rules: [{backendRefs: [{name: web, port: 80}]}]}\n---\n"
      "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: mesh}\nspec: {servers: [{port: {number: "
      "9443, "
      "protocol: TLS}, hosts: [a.example]}]}\n");
  EXPECT_THAT(
      in.Notes(v1::IMPORT_NOTE_KIND_QUESTION),
      UnorderedElementsAre(AllOf(HasSubstr("m.yaml:4"), HasSubstr("Gateway default/g listens on port 8443 (HTTPS)")),
                           AllOf(HasSubstr("m.yaml:14"), HasSubstr("Gateway default/mesh listens on port 9443"))));
}

TEST(KubernetesGatewayTest, WhatTakesTlsOffCallsOnByItself) {
  const auto asked = [](const std::string& port, const std::string& annotations) {
    const ReadFormat in = Manifests(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {metadata: {labels: {app: w}}, "
        "spec: {containers: [{name: web, image: a/web}]}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {selector: {app: w}, ports: [" +
        port + "]}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: in, annotations: {" +
        annotations +
        "}}\nspec: {tls: [{hosts: [a.example]}], rules: [{host: a.example, http: {paths: [{backend: {service: {name: "
        "web, "
        "port: {number: 80}}}}]}}]}\n");
    return in.Notes(v1::IMPORT_NOTE_KIND_QUESTION);
  };
  EXPECT_THAT(asked("{port: 80}", ""),
              ElementsAre(HasSubstr("Ingress default/in ends TLS and calls Service default/web by itself")));
  EXPECT_THAT(asked("{port: 80, appProtocol: https}", ""), IsEmpty());
  EXPECT_THAT(asked("{port: 80, name: https}", ""), SizeIs(1)) << "only its name";
  EXPECT_THAT(asked("{port: 80}", "nginx.ingress.kubernetes.io/ssl-passthrough: 'true'"), IsEmpty());
  EXPECT_THAT(asked("{port: 80}", "nginx.ingress.kubernetes.io/backend-protocol: HTTPS"), IsEmpty());
}

// --- Ports of nodes ----------------------------------------------------------------------------------------------

TEST(KubernetesNodePortTest, OneThatIsNotFixedIsChosenByTheCluster) {
  const auto ports = [](const std::string& of_service) {
    return PortsOf(Manifests("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n"
                             "  selector: {app: web}\n  ports: [" +
                             of_service +
                             "]\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: "
                             "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: a/web}]}}}\n")
                       .Component("web"));
  };
  EXPECT_THAT(ports("{port: 80, nodePort: 30080}"), ElementsAre("30080 m.yaml:5"));
  EXPECT_THAT(ports("{port: 80}"), ElementsAre("m.yaml:5, the cluster assigns the node port of port 80 (30000-32767)"));
  EXPECT_THAT(ports("{name: a, port: 80}, {name: b, port: 443}, {name: c, port: 8443, nodePort: 30443}"),
              ElementsAre(HasSubstr("of port 80 ("), HasSubstr("of port 443 ("), "30443 m.yaml:5"));
}

// --- Traefik -----------------------------------------------------------------------------------------------------

TEST(KubernetesTraefikTest, RoutesAreWaysIn) {
  const ReadFormat in = Manifests({ManifestFixture("traefik.yaml")});
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_THAT(in.inventory.skipped, IsEmpty());
  EXPECT_EQ(in.inventory.counts, (Counts{{"workloads", 6}, {"services", 6}, {"exposed_services", 5}, {"routes", 4}}));
  EXPECT_THAT(in.FlowNames(),
              UnorderedElementsAre("internet-users to web at www.shop.example", "internet-users to web at shop.example",
                                   "internet-users to blue", "internet-users to green", "internet-users to plain"));
  const auto& web = in.Flow("internet-users to web at shop.example");
  EXPECT_EQ(web.value.port(), 443);
  EXPECT_EQ(BasisOf(web, "port"), "default traefik.yaml:8") << "of the chart of Traefik";
  EXPECT_EQ(web.value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(web.value.authentication(), pb::FLOW_AUTHENTICATION_EXTERNALISED);
  EXPECT_EQ(web.value.ip_filtered(), pb::TRISTATE_YES);
  EXPECT_EQ(in.Flow("internet-users to blue").value.ip_filtered(), pb::TRISTATE_UNSPECIFIED);
  const auto& plain = in.Flow("internet-users to plain");
  EXPECT_EQ(plain.value.port(), 80);
  EXPECT_EQ(plain.value.protocol(), "http");
  EXPECT_EQ(plain.value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(in.Component("web").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(in.Component("hidden").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(in.Credential("shop-tls").value.kind(), pb::CREDENTIAL_KIND_PRIVATE_KEY);
}

TEST(KubernetesTraefikTest, WhatTheConfigurationOfTraefikSaysIsAsked) {
  const ReadFormat in = Manifests({ManifestFixture("traefik.yaml")});
  EXPECT_EQ(in.Component("queue").value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(PortsOf(in.Component("queue")), ElementsAre("traefik.yaml:38, entry point amqp"));
  EXPECT_THAT(in.Questions(), UnorderedElementsAre(HasSubstr("listens on the entry point 'amqp' of Traefik"),
                                                   HasSubstr("leads to 'api@internal', which Traefik serves itself")));
}

// --- Knative -----------------------------------------------------------------------------------------------------

TEST(KubernetesKnativeTest, AServiceIsAWorkloadWithAWayIn) {
  const ReadFormat in = Manifests({ManifestFixture("knative.yaml")});
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_EQ(in.inventory.counts, (Counts{{"workloads", 4}, {"exposed_services", 3}, {"routes", 1}}));
  EXPECT_THAT(in.Skipped(), ElementsAre(HasSubstr("Revision greeter-1")));
  const auto& greeter = in.Component("greeter");
  EXPECT_EQ(greeter.value.machine(), pb::MACHINE_CONTAINER);
  EXPECT_EQ(greeter.value.replicas(), 2);
  EXPECT_EQ(greeter.value.container().read_only_root(), pb::TRISTATE_YES);
  EXPECT_EQ(greeter.value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(BasisOf(greeter, "internet_facing"), "default knative.yaml:4") << "what Knative does";
  EXPECT_FALSE(in.Component("site").value.has_replicas()) << "none without calls";
  EXPECT_EQ(in.Component("quotes").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(BasisOf(in.Component("quotes"), "internet_facing"), "observed knative.yaml:21");
  EXPECT_EQ(in.Component("report").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_THAT(in.FlowNames(),
              UnorderedElementsAre("greeter to quotes", "internet-users to greeter", "internet-users to site",
                                   "internet-users to site at www.shop.example"));
  EXPECT_EQ(in.Flow("greeter to quotes").value.port(), 80);
  EXPECT_FALSE(in.Flow("internet-users to greeter").value.has_port()) << "of the configuration of Knative";
  EXPECT_EQ(in.Flow("internet-users to site at www.shop.example").value.transport_security(),
            pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(in.Credential("site-tls").value.kind(), pb::CREDENTIAL_KIND_PRIVATE_KEY);
}

// --- Token of the service account --------------------------------------------------------------------------------

// What an import says of a Deployment `web` that a binding gives rights.
ReadFormat WithRights(const std::string& role, const std::string& pod, const std::string& account,
                      const std::string& name = "web") {
  return Manifests(absl::StrCat(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, "
      "image: a/web}], serviceAccountName: ",
      name, pod, "}}}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ", name, "}\n", account,
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\n"
      "rules: [{apiGroups: [''], resources: [secrets], verbs: [get, list]}]\n"
      "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ",
      role == "cluster-admin" ? "ClusterRoleBinding" : "RoleBinding",
      "\nmetadata: {name: b}\nroleRef: {kind: ", role == "cluster-admin" ? "ClusterRole" : "Role", ", name: ", role,
      "}\nsubjects: [{kind: ServiceAccount, name: ", name, ", namespace: default}]\n"));
}

TEST(KubernetesTokenTest, RightsReachAWorkloadByTheTokenThatItMounts) {
  const auto access = [](const ReadFormat& in) {
    std::vector<std::string> ways;
    for (const auto& way : in.Component("web").value.container().node_access()) ways.push_back(way.what());
    return ways;
  };
  const ReadFormat by_default = WithRights("cluster-admin", "", "");
  EXPECT_THAT(access(by_default),
              ElementsAre("ClusterRoleBinding b to cluster-admin, by the token that its pods mount by default"));
  EXPECT_EQ(BasisOf(by_default.Component("web"), "container.node_access[0].what"), "default m.yaml:3");
  EXPECT_EQ(BasisOf(by_default.Component("web"), "container.node_access[0]"), "observed m.yaml:17");
  EXPECT_THAT(by_default.Warnings(),
              ElementsAre(AllOf(HasSubstr("is bound to cluster-admin (ClusterRoleBinding b)"),
                                HasSubstr("as Kubernetes does by default: m.yaml:3 and the account"))));

  const ReadFormat said = WithRights("cluster-admin", "", "automountServiceAccountToken: true\n");
  EXPECT_THAT(access(said), ElementsAre(HasSubstr("its pods mount (m.yaml:9)")));

  for (const auto& [pod, account] : std::map<std::string, std::string>{{", automountServiceAccountToken: false", ""},
                                                                       {"", "automountServiceAccountToken: false\n"}}) {
    const ReadFormat none = WithRights("cluster-admin", pod, account);
    EXPECT_THAT(access(none), IsEmpty());
    EXPECT_THAT(none.Warnings(), ElementsAre(HasSubstr("its pods mount no token of the account (m.yaml:")));
    const auto& posture = none.Component("web").value.posture();
    ASSERT_EQ(posture.size(), 1) << "the binding is there all the same";
    EXPECT_EQ(posture[0].control(), "cluster_rbac");
  }
  EXPECT_THAT(access(WithRights("cluster-admin", ", automountServiceAccountToken: true",
                                "automountServiceAccountToken: false\n")),
              SizeIs(1))
      << "the pod is nearer";
  EXPECT_THAT(access(WithRights("cluster-admin",
                                ", automountServiceAccountToken: false, volumes: [{name: t, projected: {sources: "
                                "[{serviceAccountToken: {path: token}}]}}]",
                                "")),
              SizeIs(1))
      << "mounted by hand";
}

TEST(KubernetesTokenTest, WhetherATokenIsMountedIsASettingOfTheContainer) {
  constexpr char kField[] = "container.mounts_account_token";
  const ReadFormat by_default = WithRights("reader", "", "");
  EXPECT_EQ(by_default.Component("web").value.container().mounts_account_token(), pb::TRISTATE_YES);
  EXPECT_EQ(BasisOf(by_default.Component("web"), kField), "default m.yaml:3");
  const ReadFormat of_account = WithRights("reader", "", "automountServiceAccountToken: false\n");
  EXPECT_EQ(of_account.Component("web").value.container().mounts_account_token(), pb::TRISTATE_NO);
  EXPECT_EQ(BasisOf(of_account.Component("web"), kField), "observed m.yaml:9");
  const ReadFormat of_pod =
      WithRights("reader", ", automountServiceAccountToken: true", "automountServiceAccountToken: false\n");
  EXPECT_EQ(of_pod.Component("web").value.container().mounts_account_token(), pb::TRISTATE_YES);
  const ReadFormat patch = Manifests(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: "
      "web}]}}}\n");
  EXPECT_EQ(patch.Component("web").value.container().mounts_account_token(), pb::TRISTATE_UNSPECIFIED)
      << "of what is declared elsewhere";
}

TEST(KubernetesTokenTest, LesserRightsAreKeptAndThoseOfTheSharedAccountAreAWarning) {
  const ReadFormat own = WithRights("reader", "", "");
  EXPECT_THAT(own.Warnings(), IsEmpty());
  EXPECT_THAT(own.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              Contains(AllOf(HasSubstr("m.yaml:17 Deployment default/web has rights in default by Role reader"),
                             HasSubstr(": get, list of secrets (RoleBinding default/b)"))));
  EXPECT_THAT(own.Component("web").value.posture(), IsEmpty());
  EXPECT_THAT(WithRights("reader", "", "", "default").Warnings(),
              ElementsAre(HasSubstr("which all pods without an account of their own share")));
  EXPECT_THAT(WithRights("reader", ", automountServiceAccountToken: false", "", "default").Warnings(), IsEmpty());
}

}  // namespace
}  // namespace metapowers::importers
