// What manifests of our own become, one topic after the other.
#include "service/importers/kubernetes.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/importers/kubernetes_inventory.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Counts = std::map<std::string, int>;

// A Deployment of one container; `pod` and `container` are fields of them in flow style, each with a comma before it.
std::string Deployment(const std::string& name, const std::string& container = "", const std::string& pod = "") {
  return absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name,
                      "}\nspec: {template: {metadata: {labels: {app: ", name, "}}, spec: {containers: [{name: ", name,
                      ", image: example/", name, container, "}]", pod, "}}}\n---\n");
}
std::string Service(const std::string& name, const std::string& spec = "", const std::string& annotations = "") {
  return absl::StrCat("apiVersion: v1\nkind: Service\nmetadata: {name: ", name, ", annotations: {", annotations,
                      "}}\nspec: {selector: {app: ", name, "}, ports: [{name: http, port: 80}]", spec, "}\n---\n");
}

class KubernetesShopTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { shop_ = new ReadFormat(Manifests({ManifestFixture("shop.yaml")})); }
  static void TearDownTestSuite() {
    delete shop_;
    shop_ = nullptr;
  }
  ReadFormat& shop() { return *shop_; }
  static ReadFormat* shop_;
};
ReadFormat* KubernetesShopTest::shop_ = nullptr;

TEST_F(KubernetesShopTest, Counts) {
  EXPECT_THAT(shop().faults, IsEmpty());
  EXPECT_THAT(shop().inventory.skipped, IsEmpty());
  EXPECT_EQ(shop().inventory.counts, (Counts{{"workloads", 3},
                                             {"services", 4},
                                             {"exposed_services", 1},
                                             {"ingresses", 1},
                                             {"secrets", 2},
                                             {"config_maps", 2},
                                             {"namespaces", 2}}));
  EXPECT_EQ(shop().inventory.name, "corner-shop");
}

TEST_F(KubernetesShopTest, ComponentsOfTwoNamespacesAreTwo) {
  auto& of_shop = shop().Component("orders", "kubernetes:shop");
  auto& of_billing = shop().Component("orders", "kubernetes:billing");
  ASSERT_NE(&of_shop, &of_billing);
  EXPECT_EQ(Refers(of_shop, "zone"), "shop");
  EXPECT_EQ(Refers(of_billing, "zone"), "billing");
  EXPECT_THAT(of_shop.names, Contains("orders.shop.svc.cluster.local"));
  EXPECT_THAT(of_shop.names, Contains("shop/orders"));
  EXPECT_THAT(of_shop.names, Contains("shop.example.com"));
  EXPECT_THAT(of_billing.names, Contains("billing/orders"));
  EXPECT_EQ(of_shop.value.description(), "Runs the containers logger, orders.");
}

TEST_F(KubernetesShopTest, ReplicasImagesAndStores) {
  EXPECT_EQ(shop().Component("orders", "kubernetes:shop").value.replicas(), 3);
  EXPECT_EQ(shop().Component("orders", "kubernetes:billing").value.replicas(), 2) << "of the autoscaler";
  auto& store = shop().Component("orders-db");
  EXPECT_EQ(store.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_THAT(store.value.technology(), ElementsAre("postgresql"));
  EXPECT_EQ(store.value.version(), "postgres 15.4");
  EXPECT_EQ(store.value.replicas(), 1);
  EXPECT_EQ(store.value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED);
  EXPECT_EQ(store.value.machine(), pb::MACHINE_CONTAINER);
  EXPECT_EQ(Refers(store, "runs_on"), "kubernetes-cluster");
}

TEST_F(KubernetesShopTest, Flows) {
  EXPECT_THAT(shop().FlowNames(),
              UnorderedElementsAre("orders to orders-db", "orders to orders", "orders to api.payments-example.com",
                                   "orders to login.sso-example.org", "orders to cache.abc.cloud-example.com",
                                   "internet-users to orders"));
  const auto& db = shop().Flow("orders to orders-db");
  EXPECT_EQ(db.value.protocol(), "postgresql");
  EXPECT_EQ(db.value.port(), 5432);
  EXPECT_EQ(db.value.transport_security(), pb::TRANSPORT_SECURITY_TLS) << "sslmode=require";
  const auto& billing = shop().Flow("orders to orders");
  EXPECT_EQ(billing.references[0].second.scope, "kubernetes:shop");
  EXPECT_EQ(billing.references[1].second.scope, "kubernetes:billing");
  EXPECT_EQ(billing.value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(shop().Component("api.payments-example.com").value.kind(), pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  EXPECT_EQ(shop().Flow("orders to cache.abc.cloud-example.com").value.port(), 6379) << "of the ExternalName";
}

TEST_F(KubernetesShopTest, TheIngressServesTlsAndAsksForPasswords) {
  const auto& flow = shop().Flow("internet-users to orders");
  EXPECT_EQ(flow.references[1].second.scope, "kubernetes:shop");
  EXPECT_EQ(flow.value.port(), 443);
  EXPECT_EQ(flow.value.protocol(), "https");
  EXPECT_EQ(flow.value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(flow.value.authentication(), pb::FLOW_AUTHENTICATION_CREDENTIALS);
  EXPECT_EQ(shop().Component("orders", "kubernetes:shop").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(shop().Component("orders", "kubernetes:billing").value.internet_facing(), pb::TRISTATE_NO);
}

TEST_F(KubernetesShopTest, CredentialsAreNamed) {
  std::vector<std::string> names;
  for (const auto& credential : shop().inventory.credentials) names.push_back(credential.name);
  EXPECT_THAT(names, UnorderedElementsAre("orders-db", "orders-cert", "orders-api", "orders-env", "pull", "shop-tls",
                                          "orders DATABASE_URL", "orders SMTP_PASSWORD", "orders-all STRIPE_API_KEY"));
  EXPECT_EQ(shop().Credential("orders-db").value.kind(), pb::CREDENTIAL_KIND_PASSWORD);
  EXPECT_EQ(Refers(shop().Credential("orders-db"), "used_by"), "orders-db");
  EXPECT_EQ(shop().Credential("orders-cert").value.kind(), pb::CREDENTIAL_KIND_PRIVATE_KEY);
  EXPECT_EQ(Refers(shop().Credential("orders-cert"), "used_by"), "orders");
  EXPECT_EQ(BasisOf(shop().Credential("orders-cert"), "kind").substr(0, 9), "observed ");
  EXPECT_EQ(Refers(shop().Credential("pull"), "used_by"), "") << "the node uses it";
  EXPECT_EQ(Refers(shop().Credential("orders-api"), "store"), "kubernetes-secrets");
  EXPECT_EQ(Refers(shop().Credential("orders-db"), "store"), "") << "its value is in the file";
  EXPECT_EQ(Refers(shop().Credential("orders SMTP_PASSWORD"), "store"), "");
  EXPECT_THAT(shop().Warnings(), Contains(AllOf(HasSubstr("Deployment shop/orders"), HasSubstr("SMTP_PASSWORD"))));
  EXPECT_THAT(shop().Warnings(), Contains(AllOf(HasSubstr("ConfigMap shop/orders-all"), HasSubstr("STRIPE_API_KEY"))));
  EXPECT_THAT(shop().Warnings(), Contains(HasSubstr("Secret shop/orders-db has its values in this file")));
  const auto& posture = shop().Component("orders", "kubernetes:shop").value.posture();
  ASSERT_EQ(posture.size(), 1);
  EXPECT_EQ(posture[0].control(), "secrets_external");
  EXPECT_EQ(posture[0].state(), pb::POSTURE_STATE_ABSENT);
}

TEST_F(KubernetesShopTest, NoValueOfASecretLeaves) {
  const std::string everything = shop().Everything();
  for (const char* secret : {"hunter2", "correct-horse", "c2VjcmV0", "PRIVATE KEY", "sk_live", "abcdefghij"}) {
    EXPECT_THAT(everything, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(everything, HasSubstr("SMTP_PASSWORD")) << "names do";
}

TEST_F(KubernetesShopTest, SettingsOfAllContainersCount) {
  const pb::ContainerSettings& settings = shop().Component("orders", "kubernetes:shop").value.container();
  EXPECT_EQ(settings.runs_as_non_root(), pb::TRISTATE_YES) << "of the pod";
  EXPECT_EQ(settings.read_only_root(), pb::TRISTATE_NO) << "one of two says it";
  EXPECT_EQ(settings.privilege_escalation(), pb::TRISTATE_NO);
  EXPECT_EQ(settings.drops_capabilities(), pb::TRISTATE_YES);
  EXPECT_EQ(settings.resource_limits(), pb::TRISTATE_YES);
  const pb::ContainerSettings& bare = shop().Component("orders", "kubernetes:billing").value.container();
  EXPECT_EQ(bare.runs_as_non_root(), pb::TRISTATE_UNSPECIFIED) << "the image decides";
  EXPECT_EQ(bare.read_only_root(), pb::TRISTATE_NO) << "the API's default";
  EXPECT_EQ(bare.privilege_escalation(), pb::TRISTATE_YES);
  EXPECT_EQ(bare.resource_limits(), pb::TRISTATE_NO);
}

TEST_F(KubernetesShopTest, ClusterAdmin) {
  EXPECT_THAT(shop().Warnings(), Contains(HasSubstr("Deployment billing/orders is bound to cluster-admin "
                                                    "(ClusterRoleBinding biller), and its pods mount the token")));
  const auto& posture = shop().Component("orders", "kubernetes:billing").value.posture();
  ASSERT_EQ(posture.size(), 1);
  EXPECT_EQ(posture[0].control(), "cluster_rbac");
}

// --- Reach -------------------------------------------------------------------------------------------------------

pb::Tristate FacingOf(const std::string& text) { return Manifests(text).Component("web").value.internet_facing(); }

TEST(KubernetesReachTest, Services) {
  const std::string web = Deployment("web");
  EXPECT_EQ(FacingOf(web), pb::TRISTATE_UNSPECIFIED) << "no Service at all in these files";
  EXPECT_EQ(FacingOf(web + Service("web")), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf(web + Service("web", ", clusterIP: None")), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf(web + Service("web", ", type: LoadBalancer")), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf(web + Service("web", ", type: NodePort")), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf(web + Service("web", ", externalIPs: [203.0.113.7]")), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf(Deployment("web", ", ports: [{containerPort: 80, hostPort: 80}]") + Service("web")),
            pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf(Deployment("web", "", ", hostNetwork: true")), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(BasisOf(Manifests(web + Service("web")).Component("web"), "internet_facing").substr(0, 8), "default ");
}

TEST(KubernetesReachTest, WhatANodeOpensIsAPortOfTheHost) {
  const auto ports = [](const std::string& text) {
    const ReadFormat in = Manifests(text);
    std::vector<std::string> open;
    for (const auto& port : in.Component("web").value.host_ports()) {
      open.push_back(absl::StrCat(port.has_port() ? absl::StrCat(port.port()) : "any", " ", port.evidence()));
    }
    return open;
  };
  const std::string web = Deployment("web");
  EXPECT_THAT(ports(web + Service("web")), IsEmpty());
  EXPECT_THAT(ports(web + Service("web", ", type: LoadBalancer")), IsEmpty()) << "a flow from the internet tells";
  EXPECT_THAT(ports(web + Service("web", ", type: NodePort")), SizeIs(1));
  EXPECT_THAT(ports(web + Service("web", ", externalIPs: [203.0.113.7]")), ElementsAre(HasSubstr("80 ")));
  EXPECT_THAT(ports(Deployment("web", ", ports: [{containerPort: 80, hostPort: 8080}]") + Service("web")),
              ElementsAre(HasSubstr("8080 ")));
  EXPECT_THAT(ports(Deployment("web", "", ", hostNetwork: true")), ElementsAre(HasSubstr("any ")));
}

TEST(KubernetesReachTest, InternalLoadBalancersAreNoEntryFromTheInternet) {
  for (const char* annotation : {"networking.gke.io/load-balancer-type: Internal",
                                 "service.beta.kubernetes.io/aws-load-balancer-internal: \"true\"",
                                 "service.beta.kubernetes.io/azure-load-balancer-internal: \"true\""}) {
    const ReadFormat in = Manifests(Deployment("web") + Service("web", ", type: LoadBalancer", annotation));
    EXPECT_EQ(in.Component("web").value.internet_facing(), pb::TRISTATE_NO) << annotation;
    EXPECT_THAT(in.FlowNames(), IsEmpty()) << annotation;
    EXPECT_EQ(in.Counted("exposed_services"), 1) << "it is open to outside of the cluster";
  }
  EXPECT_EQ(FacingOf(Deployment("web") + Service("web", ", type: LoadBalancer",
                                                 "service.beta.kubernetes.io/aws-load-balancer-type: external")),
            pb::TRISTATE_UNSPECIFIED)
      << "internal, unless something else says otherwise";
}

TEST(KubernetesReachTest, ListsOfAddresses) {
  const ReadFormat listed = Manifests(
      Deployment("web") + Service("web", ", type: LoadBalancer, loadBalancerSourceRanges: [198.51.100.0/24]"));
  EXPECT_EQ(listed.Component("web").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(listed.Flow("internet-users to web").value.ip_filtered(), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf(Deployment("web") +
                     Service("web", ", type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 192.168.1.0/24]")),
            pb::TRISTATE_NO);
  const ReadFormat open =
      Manifests(Deployment("web") + Service("web", ", type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0]"));
  EXPECT_EQ(open.Flow("internet-users to web").value.ip_filtered(), pb::TRISTATE_UNSPECIFIED);
}

TEST(KubernetesReachTest, WhatIsNotUnderstoodAndNamesAServiceLeavesItOpen) {
  const ReadFormat in = Manifests(Deployment("web") + Service("web") + Deployment("other") + Service("other") +
                                  "apiVersion: projectcontour.io/v1\nkind: HTTPProxy\nmetadata: {name: r}\n"
                                  "spec: {routes: [{services: [{name: web, port: 80}]}]}\n");
  EXPECT_EQ(in.Component("web").value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(in.Component("other").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_THAT(in.Questions(), ElementsAre(HasSubstr("HTTPProxy")));
  EXPECT_THAT(in.Skipped(), ElementsAre(HasSubstr("HTTPProxy r")));
}

TEST(KubernetesReachTest, RoutesOfOpenShift) {
  const std::string two = Deployment("web") + Service("web") + Deployment("api") + Service("api");
  const auto route = [](const std::string& spec) {
    return "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec: {" + spec + "}\n";
  };
  const ReadFormat clear = Manifests(two + route("host: shop.example.com, to: {kind: Service, name: web}"));
  EXPECT_THAT(clear.faults, IsEmpty());
  EXPECT_EQ(clear.Component("web").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(clear.Component("api").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(clear.Flow("internet-users to web").value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  const ReadFormat tls = Manifests(two + route("to: {name: web}, alternateBackends: [{kind: Service, name: api}], "
                                               "tls: {termination: edge}"));
  EXPECT_EQ(tls.Flow("internet-users to web").value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(tls.Component("api").value.internet_facing(), pb::TRISTATE_YES);
}

TEST(KubernetesWorkloadTest, WhatRollsOutPodsAsADeploymentDoesIsOne) {
  const std::string pod =
      "  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: a/web:2}]}\n";
  for (const char* head : {"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n",
                           "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\n"}) {
    const ReadFormat in = Manifests(head + std::string("metadata: {name: web}\nspec:\n  replicas: 3\n") + pod);
    EXPECT_THAT(in.faults, IsEmpty()) << head;
    EXPECT_EQ(in.Component("web").value.replicas(), 3) << head;
  }
  const ReadFormat in = Manifests(Deployment("web") +
                                  "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\n"
                                  "spec: {workloadRef: {kind: Deployment, name: web}}\n");
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_EQ(in.Counted("workloads"), 1);
  EXPECT_THAT(in.Skipped(), ElementsAre(HasSubstr("Rollout web: it rolls out what its `workloadRef` names")));
}

TEST(KubernetesWorkloadTest, ThePortOfAContainerTellsAStoreOfUnknownImage) {
  const ReadFormat in = Manifests(Deployment("orders-db", ", ports: [{containerPort: 9216}, {containerPort: 27017}]") +
                                  Deployment("orders", ", ports: [{containerPort: 8080}]"));
  const auto& store = ReadFormat::Find(in.inventory.components, "orders-db");
  EXPECT_EQ(store.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_THAT(store.value.technology(), ElementsAre("mongodb"));
  EXPECT_EQ(store.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(in.Component("orders").value.kind(), pb::COMPONENT_KIND_PROCESS);
}

TEST(KubernetesFlowsTest, WhatSeveralAreGivenAsAWholeIsOnlyAssumedToBeUsed) {
  const std::string all = ", envFrom: [{configMapRef: {name: addresses}}]";
  const std::string map =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: addresses}\n"
      "data: {ORDERS_ADDR: 'orders:80', USERS_ADDR: 'users:80'}\n---\n";
  const std::string services = Deployment("orders") + Service("orders") + Deployment("users") + Service("users") + map;
  const ReadFormat one = Manifests(services + Deployment("web", all));
  EXPECT_EQ(one.Flow("web to orders").bases.count("target"), 0u);
  const ReadFormat two = Manifests(services + Deployment("admin", all + ", env: [{name: U, value: 'http://users'}]") +
                                   Deployment("web", all));
  EXPECT_EQ(two.Flow("web to orders").bases.at("target").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(two.Flow("web to orders").bases.at("target").reason,
            "several workloads are given all of ConfigMap default/addresses, which does not say which of them uses "
            "this address");
  EXPECT_EQ(two.Flow("admin to orders").bases.at("target").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(two.Flow("admin to users").bases.count("target"), 0u) << "one of its own names it too";
}

TEST(KubernetesReachTest, Ingresses) {
  const std::string web = Deployment("web") + Service("web");
  const std::string old =
      "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: i}\n"
      "spec: {rules: [{http: {paths: [{backend: {serviceName: web, servicePort: http}}]}}]}\n";
  const ReadFormat clear = Manifests(web + old);
  EXPECT_EQ(clear.Flow("internet-users to web").value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(clear.Flow("internet-users to web").value.port(), 80);
  const auto with_class = [&](const std::string& name) {
    return web +
           "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {ingressClassName: " + name +
           ", defaultBackend: {service: {name: web, port: {number: 80}}}}\n";
  };
  EXPECT_EQ(FacingOf(with_class("nginx")), pb::TRISTATE_YES);
  EXPECT_EQ(FacingOf(with_class("gce-internal")), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf(with_class("nginx-private")), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf(with_class("alb")), pb::TRISTATE_UNSPECIFIED);
}

TEST(KubernetesReachTest, RoutesOfTheGatewayApi) {
  const std::string web = Deployment("web") + Service("web");
  const auto gateway = [](const std::string& listeners, const std::string& class_name = "istio") {
    return "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {gatewayClassName: " +
           class_name + ", listeners: [" + listeners + "]}\n---\n";
  };
  const auto route = [](const std::string& kind, const std::string& parent) {
    return "apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind + "\nmetadata: {name: r}\nspec: {parentRefs: [" +
           parent + "], rules: [{backendRefs: [{name: web, port: 80}]}]}\n";
  };
  const std::string https = "{name: s, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}";
  const ReadFormat tls = Manifests(web + gateway(https) + route("HTTPRoute", "{name: g}"));
  EXPECT_EQ(tls.Flow("internet-users to web").value.port(), 8443);
  EXPECT_EQ(tls.Flow("internet-users to web").value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(tls.Credential("cert").value.kind(), pb::CREDENTIAL_KIND_PRIVATE_KEY);
  const ReadFormat grpc =
      Manifests(web + gateway("{name: c, port: 80, protocol: HTTP}") + route("GRPCRoute", "{name: g}"));
  EXPECT_EQ(grpc.Flow("internet-users to web").value.protocol(), "grpc");
  const ReadFormat pass =
      Manifests(web + gateway("{name: t, port: 443, protocol: TLS}") + route("TLSRoute", "{name: g}"));
  EXPECT_EQ(pass.Flow("internet-users to web").value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  const ReadFormat both =
      Manifests(web + gateway(https + ", {name: c, port: 80, protocol: HTTP}") + route("HTTPRoute", "{name: g}"));
  EXPECT_THAT(both.FlowNames(),
              UnorderedElementsAre("internet-users to web on port 80", "internet-users to web on port 8443"));
  const std::string two = gateway(https + ", {name: c, port: 80, protocol: HTTP}");
  EXPECT_THAT(Manifests(web + two + route("HTTPRoute", "{name: g, sectionName: s}")).FlowNames(), SizeIs(1));
  EXPECT_EQ(FacingOf(web + gateway(https) + route("TCPRoute", "{name: g}")), pb::TRISTATE_NO) << "does not attach";
  EXPECT_EQ(FacingOf(web + gateway(https, "gke-l7-rilb") + route("HTTPRoute", "{name: g}")), pb::TRISTATE_NO);
  EXPECT_EQ(FacingOf(web + route("HTTPRoute", "{name: gone}")), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(FacingOf(web + route("HTTPRoute", "{name: web, kind: Service, group: \"\"}")), pb::TRISTATE_NO);
}

// --- Mesh and policies -------------------------------------------------------------------------------------------

TEST(KubernetesMeshTest, GatewaysMutualTlsAndCallers) {
  const ReadFormat mesh = Manifests({ManifestFixture("mesh.yaml")});
  EXPECT_THAT(mesh.faults, IsEmpty());
  EXPECT_THAT(mesh.FlowNames(), UnorderedElementsAre("web to api", "web to legacy", "internet-users to web"));
  const auto& inside = mesh.Flow("web to api");
  EXPECT_EQ(inside.value.transport_security(), pb::TRANSPORT_SECURITY_MESH_MTLS);
  EXPECT_EQ(inside.value.authentication(), pb::FLOW_AUTHENTICATION_CLIENT_CERT);
  EXPECT_EQ(inside.value.authorization(), pb::FLOW_AUTHORIZATION_TECHNICAL_USER);
  EXPECT_EQ(mesh.Flow("web to legacy").value.transport_security(), pb::TRANSPORT_SECURITY_NONE) << "not in the mesh";
  const auto& entry = mesh.Flow("internet-users to web");
  EXPECT_EQ(entry.value.port(), 443) << "port 80 sends on";
  EXPECT_EQ(entry.value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(entry.value.authentication(), pb::FLOW_AUTHENTICATION_TOKEN);
  EXPECT_EQ(mesh.Credential("public-cert").value.kind(), pb::CREDENTIAL_KIND_PRIVATE_KEY);
  EXPECT_EQ(mesh.Component("api").value.internet_facing(), pb::TRISTATE_NO);
  EXPECT_EQ(mesh.Counted("routes"), 2);
}

TEST(KubernetesMeshTest, OnlyTheMeshKnowsCallers) {
  const auto read = [](const std::string& web, const std::string& api) {
    const auto workload = [](const std::string& name, const std::string& injected, const std::string& container) {
      const std::string label = injected.empty() ? "" : ", sidecar.istio.io/inject: \"" + injected + "\"";
      return absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name,
                          "}\nspec: {template: {metadata: {labels: {app: ", name, label,
                          "}}, spec: {serviceAccountName: ", name, ", containers: [{name: ", name, ", image: example/",
                          name, container, "}]}}}\n---\n");
    };
    return Manifests(workload("web", web, ", env: [{name: API, value: \"http://api:80\"}]") + workload("api", api, "") +
                     Service("api") +
                     "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: api}\nspec: "
                     "{selector: {matchLabels: {app: api}}, rules: [{from: [{source: {principals: "
                     "[cluster.local/ns/default/sa/web]}}]}]}\n");
  };
  const auto authentication = [&](const std::string& web, const std::string& api) {
    return read(web, api).Flow("web to api").value.authentication();
  };
  EXPECT_EQ(authentication("true", "true"), pb::FLOW_AUTHENTICATION_CLIENT_CERT);
  EXPECT_EQ(authentication("true", "false"), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  EXPECT_EQ(authentication("false", "true"), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  EXPECT_EQ(authentication("", ""), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
  EXPECT_THAT(read("false", "true").Warnings(), Contains(HasSubstr("does not let it in")));
  EXPECT_THAT(read("", "true").Warnings(), Not(Contains(HasSubstr("does not let it in"))));
  EXPECT_THAT(read("true", "false").Warnings(), Not(Contains(HasSubstr("does not let it in"))));
}

std::string Policy(const std::string& selector, const std::string& rules) {
  return absl::StrCat(
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {", selector,
      "}, policyTypes: [Ingress], ingress: [", rules, "]}\n---\n");
}

TEST(KubernetesPolicyTest, FilterFlowsThatAreThere) {
  const std::string two = Deployment("web", ", env: [{name: API, value: \"http://api:80\"}]") + Deployment("api") +
                          Service("api", ", type: LoadBalancer") + Deployment("job");
  const std::string api = "matchLabels: {app: api}";
  const ReadFormat lets =
      Manifests(two + Policy(api, "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}"));
  EXPECT_EQ(lets.Flow("web to api").value.ip_filtered(), pb::TRISTATE_YES);
  EXPECT_EQ(BasisOf(lets.Flow("web to api"), "ip_filtered").substr(0, 9), "observed ");
  EXPECT_THAT(lets.Warnings(), ElementsAre(HasSubstr("leads from the internet to Deployment default/api")));
  const ReadFormat port =
      Manifests(two + Policy(api, "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 9090}]}"));
  EXPECT_THAT(port.Warnings(), SizeIs(2)) << "another port";
  const ReadFormat all = Manifests(two + Policy(api, "{}"));
  EXPECT_EQ(all.Flow("web to api").value.ip_filtered(), pb::TRISTATE_NO);
  EXPECT_EQ(BasisOf(all.Flow("web to api"), "ip_filtered").substr(0, 9), "observed ");
  EXPECT_EQ(all.Flow("internet-users to api").value.ip_filtered(), pb::TRISTATE_NO);
  EXPECT_THAT(all.Warnings(), IsEmpty());
  const ReadFormat cluster = Manifests(two + Policy(api, "{from: [{namespaceSelector: {}}]}"));
  EXPECT_EQ(cluster.Flow("web to api").value.ip_filtered(), pb::TRISTATE_UNSPECIFIED) << "neither few nor everybody";
  const ReadFormat named = Manifests(two + Policy(api, "{ports: [{port: web}]}"));
  EXPECT_EQ(named.Flow("web to api").value.ip_filtered(), pb::TRISTATE_UNSPECIFIED) << "which port that is, is unknown";
  const ReadFormat more =
      Manifests(two + Policy(api,
                             "{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [job]}]}},"
                             " {ipBlock: {cidr: 0.0.0.0/0}}]}"));
  EXPECT_THAT(more.FlowNames(), SizeIs(2)) << "to be allowed is no use";
  EXPECT_THAT(more.Questions(), ElementsAre(HasSubstr("allows job to api")));
}

TEST(KubernetesPolicyTest, DenyByDefault) {
  const auto policy_of = [](const std::string& text) {
    return Manifests(Deployment("web") + text).inventory.zones.front().value.network_policy();
  };
  EXPECT_EQ(policy_of(""), pb::NETWORK_POLICY_UNSPECIFIED);
  EXPECT_EQ(policy_of(Policy("", "")), pb::NETWORK_POLICY_DEFAULT_DENY);
  EXPECT_EQ(policy_of(Policy("", "{}")), pb::NETWORK_POLICY_UNSPECIFIED);
  EXPECT_EQ(policy_of(Policy("matchLabels: {app: web}", "")), pb::NETWORK_POLICY_UNSPECIFIED);
}

// A policy of one line, so that its rules stand where its name does.
std::string PolicyOf(const std::string& name, const std::string& app, const std::string& spec) {
  return absl::StrCat("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ", name,
                      "}, spec: {podSelector: {", app.empty() ? "" : absl::StrCat("matchLabels: {app: ", app, "}"),
                      "}, ", spec, "}}\n---\n");
}

// "control STATE evidence" of all that is declared of a component.
std::vector<std::string> PosturesOf(const ReadFormat& in, const std::string& component) {
  std::vector<std::string> out;
  for (const pb::ControlPosture& posture : in.Component(component).value.posture()) {
    out.push_back(absl::StrCat(posture.control(), " ", pb::PostureState_Name(posture.state()).substr(14), " ",
                               posture.evidence()));
  }
  return out;
}

TEST(KubernetesPolicyTest, PoliciesAddUp) {
  const std::string deny = PolicyOf("deny", "", "policyTypes: [Ingress, Egress]");  // of line 1
  const std::string limited = PolicyOf("db", "db", "egress: [{to: [{podSelector: {}}]}]");
  const std::string pods = Deployment("web") + Deployment("db");
  const ReadFormat shut = Manifests(deny + limited + pods);
  EXPECT_EQ(shut.Zone("default").value.network_policy(), pb::NETWORK_POLICY_DEFAULT_DENY);
  EXPECT_THAT(shut.Warnings(), IsEmpty());
  EXPECT_THAT(PosturesOf(shut, "web"), ElementsAre("egress_filtering PARTIAL m.yaml:1"));

  const ReadFormat out =
      Manifests(deny + limited + PolicyOf("web", "web", "policyTypes: [Egress], egress: [{}]") + pods);
  EXPECT_EQ(out.Zone("default").value.network_policy(), pb::NETWORK_POLICY_UNSPECIFIED);
  EXPECT_THAT(out.Notes(v1::IMPORT_NOTE_KIND_WARNING),
              ElementsAre("m.yaml:5 NetworkPolicy default/web lets everything out of web, which NetworkPolicy "
                          "default/deny denies by default"));
  EXPECT_THAT(PosturesOf(out, "web"),
              ElementsAre("egress_filtering ABSENT m.yaml:5", "default_deny_network PARTIAL m.yaml:5"));
  EXPECT_THAT(PosturesOf(out, "db"),
              ElementsAre("egress_filtering PARTIAL m.yaml:1", "default_deny_network IMPLEMENTED m.yaml:1"));
  EXPECT_EQ(BasisOf(out.Component("web"), "posture"), "observed m.yaml:5");

  const ReadFormat both = Manifests(deny + limited + PolicyOf("web", "web", "ingress: [{}], egress: [{}]") + pods);
  EXPECT_THAT(both.Notes(v1::IMPORT_NOTE_KIND_WARNING),
              ElementsAre("m.yaml:5 NetworkPolicy default/web lets everybody in to web, which NetworkPolicy "
                          "default/deny denies by default",
                          HasSubstr("m.yaml:5 NetworkPolicy default/web lets everything out of web")));
  EXPECT_THAT(PosturesOf(both, "web"),
              ElementsAre("egress_filtering ABSENT m.yaml:5", "default_deny_network ABSENT m.yaml:5"));
  const ReadFormat address =
      Manifests(deny + PolicyOf("web", "web", "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]") + pods);
  EXPECT_THAT(address.Warnings(), ElementsAre(HasSubstr("lets everybody in to web")));
  const ReadFormat port = Manifests(deny + PolicyOf("web", "web", "ingress: [{ports: [{port: 80}]}]") + pods);
  EXPECT_EQ(port.Zone("default").value.network_policy(), pb::NETWORK_POLICY_DEFAULT_DENY) << "one port alone";
}

TEST(KubernetesPolicyTest, WhatOnlyComingInIsDeniedLetsEverythingOut) {
  const std::string deny = PolicyOf("deny", "", "policyTypes: [Ingress]");
  const ReadFormat in = Manifests(deny + PolicyOf("db", "db", "policyTypes: [Egress]") +
                                  PolicyOf("job", "job", "policyTypes: [Egress], egress: [{}]") + Deployment("web") +
                                  Deployment("db") + Deployment("job"));
  EXPECT_EQ(in.Zone("default").value.network_policy(), pb::NETWORK_POLICY_DEFAULT_DENY);
  EXPECT_THAT(in.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              Contains("m.yaml:1 NetworkPolicy default/deny denies what comes in by default, not what goes out"));
  EXPECT_THAT(PosturesOf(in, "web"),
              ElementsAre("egress_filtering ABSENT m.yaml:1", "default_deny_network PARTIAL m.yaml:1"));
  EXPECT_THAT(PosturesOf(in, "db"), ElementsAre("egress_filtering PARTIAL m.yaml:3"));
  EXPECT_THAT(PosturesOf(in, "job"),
              ElementsAre("egress_filtering ABSENT m.yaml:5", "default_deny_network PARTIAL m.yaml:5"));
  // Two policies, one for each direction.
  EXPECT_THAT(PosturesOf(Manifests(deny + PolicyOf("out", "", "policyTypes: [Egress]") + Deployment("web")), "web"),
              ElementsAre("egress_filtering PARTIAL m.yaml:3"));
  // No policy denies by default: the egress of a pod speaks for itself alone.
  EXPECT_THAT(PosturesOf(Manifests(PolicyOf("web", "web", "egress: [{}]") + Deployment("web")), "web"),
              ElementsAre("egress_filtering ABSENT m.yaml:1"));
  EXPECT_THAT(PosturesOf(Manifests(PolicyOf("web", "web", "ingress: [{}]") + Deployment("web")), "web"), IsEmpty());
}

}  // namespace
}  // namespace metapowers::importers
