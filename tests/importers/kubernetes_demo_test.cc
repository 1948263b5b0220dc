// The manifests of a public demonstration, where they are at hand. The numbers were counted in the files by hand.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/importers/kubernetes_inventory.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Counts = std::map<std::string, int>;

const char* const kPolicies[] = {"adservice",
                                 "cartservice",
                                 "checkoutservice",
                                 "currencyservice",
                                 "deny-all",
                                 "emailservice",
                                 "frontend",
                                 "loadgenerator",
                                 "paymentservice",
                                 "productcatalogservice",
                                 "recommendationservice",
                                 "redis",
                                 "shippingservice"};

class KubernetesDemoTest : public ::testing::Test {
 protected:
  // Empty where the demonstration is not at hand.
  static NamedTexts Demo(const std::vector<std::string>& names) {
    NamedTexts files;
    for (const std::string& name : names) {
      std::string text = PublicInput(absl::StrCat("k8s/microservices-demo/", name));
      if (text.empty()) return {};
      files.push_back({name, std::move(text)});
    }
    return files;
  }
  static std::vector<std::string> All() {
    std::vector<std::string> names = {"istio-manifests.yaml", "kubernetes-manifests.yaml",
                                      "network-policies/kustomization.yaml"};
    for (const char* policy : kPolicies)
      names.push_back(absl::StrCat("network-policies/network-policy-", policy, ".yaml"));
    return names;
  }
};

#define DEMO_OR_SKIP(var, ...)              \
  const NamedTexts var = Demo(__VA_ARGS__); \
  if (var.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/k8s/microservices-demo near this tree"

TEST_F(KubernetesDemoTest, ManifestsAlone) {
  DEMO_OR_SKIP(files, {"kubernetes-manifests.yaml"});
  const ReadFormat demo = Manifests(files);
  EXPECT_THAT(demo.faults, IsEmpty());
  EXPECT_THAT(demo.inventory.skipped, IsEmpty());
  EXPECT_EQ(demo.claimed, 35u);
  EXPECT_EQ(demo.inventory.counts,
            (Counts{{"workloads", 12}, {"services", 12}, {"exposed_services", 1}, {"service_accounts", 11}}));
  std::map<pb::ComponentKind, int> kinds;
  for (const auto& component : demo.inventory.components) ++kinds[component.value.kind()];
  EXPECT_EQ(kinds[pb::COMPONENT_KIND_PROCESS], 11);
  EXPECT_EQ(kinds[pb::COMPONENT_KIND_DATASTORE], 1);
  EXPECT_EQ(kinds[pb::COMPONENT_KIND_EXTERNAL_ENTITY], 1) << "the internet's users";
  EXPECT_THAT(demo.inventory.zones, SizeIs(2)) << "default and the internet";
  EXPECT_THAT(demo.Warnings(), IsEmpty());
  EXPECT_THAT(demo.Questions(), IsEmpty());
}

TEST_F(KubernetesDemoTest, OnlyTheFrontendIsOnTheInternet) {
  DEMO_OR_SKIP(files, {"kubernetes-manifests.yaml"});
  const ReadFormat demo = Manifests(files);
  for (const auto& component : demo.inventory.components) {
    if (component.value.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
    if (component.name == "loadgenerator") {
      EXPECT_EQ(component.value.internet_facing(), pb::TRISTATE_UNSPECIFIED) << "no Service names it";
      continue;
    }
    EXPECT_EQ(component.value.internet_facing(), component.name == "frontend" ? pb::TRISTATE_YES : pb::TRISTATE_NO)
        << component.name;
    EXPECT_THAT(BasisOf(component, "internet_facing"), HasSubstr("observed kubernetes-manifests.yaml:"));
  }
  // `type: LoadBalancer` of frontend-external, and `type: ClusterIP` of cartservice.
  EXPECT_EQ(BasisOf(demo.Component("frontend"), "internet_facing"), "observed kubernetes-manifests.yaml:136");
  const auto& flow = demo.Flow("internet-users to frontend");
  EXPECT_EQ(flow.value.port(), 80);
  EXPECT_EQ(flow.value.protocol(), "http");
  EXPECT_EQ(flow.value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_EQ(flow.bases.at("transport_security").kind, v1::BASIS_ASSUMED) << "only the name of the port is http";
  EXPECT_EQ(flow.value.authentication(), pb::FLOW_AUTHENTICATION_UNSPECIFIED);
}

TEST_F(KubernetesDemoTest, FlowsAreThoseOfTheEnvironment) {
  DEMO_OR_SKIP(files, {"kubernetes-manifests.yaml"});
  const ReadFormat demo = Manifests(files);
  EXPECT_THAT(demo.FlowNames(),
              UnorderedElementsAre("internet-users to frontend", "frontend to productcatalogservice",
                                   "frontend to currencyservice", "frontend to cartservice",
                                   "frontend to recommendationservice", "frontend to shippingservice",
                                   "frontend to checkoutservice", "frontend to adservice", "cartservice to redis-cart",
                                   "loadgenerator to frontend", "recommendationservice to productcatalogservice",
                                   "checkoutservice to productcatalogservice", "checkoutservice to shippingservice",
                                   "checkoutservice to paymentservice", "checkoutservice to emailservice",
                                   "checkoutservice to currencyservice", "checkoutservice to cartservice",
                                   // No file declares it: whoever composes the model tells.
                                   "frontend to shoppingassistantservice"));
  const auto& cart = demo.Flow("cartservice to redis-cart");
  EXPECT_EQ(cart.value.port(), 6379);
  EXPECT_EQ(cart.value.protocol(), "redis") << "the port of the Service is called tcp-redis";
  EXPECT_EQ(cart.value.transport_security(), pb::TRANSPORT_SECURITY_UNSPECIFIED);
  EXPECT_EQ(demo.Flow("checkoutservice to emailservice").value.protocol(), "grpc");
}

TEST_F(KubernetesDemoTest, SettingsOfContainers) {
  DEMO_OR_SKIP(files, {"kubernetes-manifests.yaml"});
  const ReadFormat demo = Manifests(files);
  for (const auto& component : demo.inventory.components) {
    if (component.value.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
    const pb::ContainerSettings& settings = component.value.container();
    EXPECT_EQ(settings.runs_as_non_root(), pb::TRISTATE_YES) << component.name;
    EXPECT_EQ(settings.read_only_root(), pb::TRISTATE_YES) << component.name;
    EXPECT_EQ(settings.privilege_escalation(), pb::TRISTATE_NO) << component.name;
    EXPECT_EQ(settings.drops_capabilities(), pb::TRISTATE_YES) << component.name;
    // The container that waits for the frontend has no limits.
    const bool limited = component.name != "loadgenerator";
    EXPECT_EQ(settings.resource_limits(), limited ? pb::TRISTATE_YES : pb::TRISTATE_NO) << component.name;
    EXPECT_EQ(component.value.replicas(), 1) << component.name;
  }
  const auto& redis = demo.Component("redis-cart");
  EXPECT_THAT(redis.value.technology(), ElementsAre("redis"));
  EXPECT_EQ(BasisOf(redis, "kind").substr(0, 8), "assumed ");
  // `kind: Deployment` of adservice.
  EXPECT_THAT(BasisOf(demo.Component("adservice"), "kind"), HasSubstr("observed kubernetes-manifests.yaml:"));
  EXPECT_EQ(BasisOf(demo.Component("adservice"), "replicas").substr(0, 8), "default ");
  EXPECT_EQ(redis.value.version(), "") << "alpine is no version";
  EXPECT_EQ(demo.Component("adservice").value.version(), "adservice v0.10.6");
}

TEST_F(KubernetesDemoTest, MeshAlone) {
  DEMO_OR_SKIP(files, {"istio-manifests.yaml"});
  const ReadFormat demo = Manifests(files);
  EXPECT_THAT(demo.faults, IsEmpty());
  EXPECT_THAT(demo.inventory.skipped, IsEmpty());
  EXPECT_EQ(demo.inventory.counts, (Counts{{"gateways", 1}, {"routes", 2}, {"exposed_services", 1}}));
  EXPECT_THAT(demo.FlowNames(), ElementsAre("internet-users to frontend"));
  EXPECT_THAT(demo.Questions(), SizeIs(3)) << "hosts of two ServiceEntries that nobody names";
}

TEST_F(KubernetesDemoTest, PoliciesAlone) {
  for (const char* policy : kPolicies) {
    DEMO_OR_SKIP(files, {absl::StrCat("network-policies/network-policy-", policy, ".yaml")});
    const ReadFormat demo = Manifests(files);
    EXPECT_THAT(demo.faults, IsEmpty()) << policy;
    EXPECT_THAT(demo.inventory.skipped, IsEmpty()) << policy;
    EXPECT_EQ(demo.inventory.counts, (Counts{{"network_policies", 1}})) << policy;
    ASSERT_THAT(demo.inventory.zones, SizeIs(1)) << policy;
    EXPECT_EQ(demo.inventory.zones.front().value.network_policy(),
              std::string(policy) == "deny-all" ? pb::NETWORK_POLICY_DEFAULT_DENY : pb::NETWORK_POLICY_UNSPECIFIED)
        << policy;
  }
  DEMO_OR_SKIP(recipe, {"network-policies/kustomization.yaml"});
  const ReadFormat demo = Manifests(recipe);
  EXPECT_THAT(demo.Skipped(), ElementsAre(HasSubstr("kustomize build")));
  EXPECT_THAT(demo.inventory.counts, IsEmpty());
}

TEST_F(KubernetesDemoTest, Everything) {
  DEMO_OR_SKIP(files, All());
  const ReadFormat demo = Manifests(files);
  EXPECT_THAT(demo.faults, IsEmpty());
  EXPECT_THAT(demo.Skipped(), ElementsAre(HasSubstr("kustomization")));
  EXPECT_EQ(demo.inventory.counts, (Counts{{"workloads", 12},
                                           {"services", 12},
                                           {"exposed_services", 1},
                                           {"service_accounts", 11},
                                           {"gateways", 1},
                                           {"routes", 2},
                                           {"network_policies", 13}}));
  EXPECT_THAT(demo.FlowNames(), SizeIs(18)) << "the load balancer and the gateway are one way in: port 80 in clear";
  EXPECT_EQ(demo.Component("frontend").value.internet_facing(), pb::TRISTATE_YES);
  EXPECT_EQ(demo.Component("cartservice").value.internet_facing(), pb::TRISTATE_NO);
  for (const auto& zone : demo.inventory.zones) {
    if (zone.name != "default") continue;
    EXPECT_EQ(zone.value.network_policy(), pb::NETWORK_POLICY_UNSPECIFIED) << "each pod has a rule that opens it";
  }
  EXPECT_EQ(demo.Flow("frontend to cartservice").value.ip_filtered(), pb::TRISTATE_YES);
  EXPECT_EQ(demo.Flow("internet-users to frontend").value.ip_filtered(), pb::TRISTATE_NO) << "all may come";
  EXPECT_EQ(demo.Flow("loadgenerator to frontend").value.ip_filtered(), pb::TRISTATE_NO);
  // The policies let in what the settings show; all but the one that denies let everything out.
  EXPECT_THAT(demo.Warnings(), SizeIs(13));
  EXPECT_THAT(demo.Warnings(), Contains("NetworkPolicy default/redis-cart lets everything out of redis-cart, which "
                                        "NetworkPolicy default/deny-all denies by default"));
  EXPECT_THAT(demo.Warnings(), Contains("NetworkPolicy default/frontend lets everybody in to frontend, which "
                                        "NetworkPolicy default/deny-all denies by default"));
  for (const auto& component : demo.inventory.components) {
    if (component.value.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY) continue;
    ASSERT_THAT(component.value.posture(), SizeIs(2)) << component.name;
    EXPECT_EQ(component.value.posture(0).control(), "egress_filtering");
    EXPECT_EQ(component.value.posture(0).state(), pb::POSTURE_STATE_ABSENT) << component.name;
    EXPECT_EQ(component.value.posture(1).control(), "default_deny_network");
    EXPECT_EQ(component.value.posture(1).state(),
              component.name == "frontend" ? pb::POSTURE_STATE_ABSENT : pb::POSTURE_STATE_PARTIAL)
        << component.name;
  }
  EXPECT_THAT(demo.Questions(), SizeIs(3)) << "and nothing more; the mesh may call three hosts";
}

}  // namespace
}  // namespace metapowers::importers
