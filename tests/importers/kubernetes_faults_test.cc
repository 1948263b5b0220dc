// Manifests that are broken, unknown, hostile or large.
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

std::string Workload(const std::string& kind, const std::string& name, const std::string& image) {
  return absl::StrCat("apiVersion: apps/v1\nkind: ", kind, "\nmetadata: {name: ", name,
                      "}\nspec: {template: {spec: {containers: [{name: c, image: ", image, "}]}}}\n---\n");
}

TEST(KubernetesClaimsTest, ByWhatOnlyManifestsHave) {
  EXPECT_EQ(Manifests("apiVersion: v1\nkind: Pod\n").claimed, 1u);
  EXPECT_EQ(Manifests("resources: [a.yaml]\nnamePrefix: x-\n").claimed, 1u) << "a kustomization says no more";
  EXPECT_EQ(Manifests("services: {web: {image: nginx}}\n").claimed, 0u);
  EXPECT_EQ(Manifests("openapi: 3.0.0\npaths: {}\n").claimed, 0u);
  EXPECT_EQ(Manifests("resources: [{name: x}]\n").claimed, 0u);
  EXPECT_EQ(Manifests("apiVersion: v2\nname: chart\nversion: 1.0.0\n").claimed, 0u) << "a chart of Helm";
  EXPECT_EQ(Manifests("- a\n- b\n").claimed, 0u);
}

TEST(KubernetesFaultsTest, WrongTypesAreToldOnceWithTheirPlaces) {
  const ReadFormat in = Manifests(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
      "spec:\n  replicas: many\n  template:\n    spec:\n      containers: {name: web}\n");
  EXPECT_THAT(in.faults, UnorderedElementsAre(AllOf(HasSubstr("m.yaml:5:13"), HasSubstr("must be a whole number")),
                                              AllOf(HasSubstr("m.yaml:8:19"), HasSubstr("must be a list"))));
  EXPECT_THAT(Manifests("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: [1]\n").faults,
              ElementsAre(HasSubstr("must be a mapping")));
  EXPECT_THAT(Manifests("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: s}\n").faults,
              ElementsAre(HasSubstr("has no pod to run")));
  EXPECT_THAT(Manifests("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 70000}]}\n").faults,
              ElementsAre(HasSubstr("is no port")));
}

TEST(KubernetesFaultsTest, FaultsInSecretsDoNotQuoteThem) {
  const ReadFormat in =
      Manifests("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: [aHVudGVyMg==]\nstringData: hunter2\n");
  EXPECT_THAT(in.faults, SizeIs(2));
  EXPECT_THAT(in.Everything(), AllOf(Not(HasSubstr("aHVudGVyMg")), Not(HasSubstr("hunter2"))));
}

TEST(KubernetesSkipTest, WhatIsNotUnderstoodIsNamed) {
  const ReadFormat in = Manifests(
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: certs.example.org}\n---\n"
      "apiVersion: example.org/v1\nkind: Cert\nmetadata: {name: c}\n---\n"
      "apiVersion: apps/v9\nkind: Deployment\nmetadata: {name: late}\n---\n"
      "apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: b}}\n---\n"
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n---\n"
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{ .Release.Name }}'}\n---\n"
      "apiVersion: v1\nkind: Secret\nmetadata: {name: sh.helm.release.v1.x}\ntype: helm.sh/release.v1\n");
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_THAT(in.Skipped(),
              UnorderedElementsAre(AllOf(HasSubstr("CustomResourceDefinition"), HasSubstr("certs.example.org")),
                                   AllOf(HasSubstr(" Cert c: "), HasSubstr("not understood")),
                                   AllOf(HasSubstr("Deployment late"), HasSubstr("apps/v9"), HasSubstr("v1, v1beta2")),
                                   AllOf(HasSubstr("Pod"), HasSubstr("no name")), HasSubstr("kustomize build"),
                                   HasSubstr("helm template"), HasSubstr("record of Helm")));
  EXPECT_THAT(in.inventory.components, IsEmpty());
}

TEST(KubernetesSkipTest, WhatIsThereTwiceStandsOnce) {
  const ReadFormat in = Manifests({{"base.yaml", Workload("Deployment", "web", "a/web:1.0")},
                                   {"copy.yaml", Workload("Deployment", "web", "a/web:2.0")}});
  EXPECT_EQ(in.Counted("workloads"), 1);
  EXPECT_EQ(in.Component("web").value.version(), "web 1.0");
  EXPECT_THAT(in.Skipped(), ElementsAre(AllOf(HasSubstr("copy.yaml"), HasSubstr("base.yaml:3"))));
  const ReadFormat patched =
      Manifests({{"a-patch.yaml",
                  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: "
                  "{containers: [{name: c, env: []}]}}}\n"},
                 {"base.yaml", Workload("Deployment", "web", "a/web:1.0")}});
  EXPECT_EQ(patched.Component("web").value.version(), "web 1.0") << "a patch is no workload";
  EXPECT_THAT(patched.Skipped(), ElementsAre(HasSubstr("a-patch.yaml")));
}

TEST(KubernetesNamesTest, NamesThatCollideStayApart) {
  const ReadFormat in = Manifests(Workload("Deployment", "web", "a/x") + Workload("StatefulSet", "web", "a/y") +
                                  Workload("DaemonSet", "Web", "a/z") + Workload("Deployment", "we-b", "a/z"));
  std::set<std::string> names;
  for (const auto& component : in.inventory.components) names.insert(component.name);
  EXPECT_THAT(names, ElementsAre("Web", "we-b", "web", "web-statefulset"));
}

TEST(KubernetesNamesTest, AServiceOfSeveralWorkloadsNamesNone) {
  const auto version = [](const std::string& name) {
    return absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name,
                        "}\nspec: {template: {metadata: {labels: {app: r}}, spec: {containers: [{name: c, image: a/",
                        name, "}]}}}\n---\n");
  };
  const ReadFormat in = Manifests(
      version("r-v1") + version("r-v2") +
      "apiVersion: v1\nkind: Service\nmetadata: {name: r}\nspec: {selector: {app: r}, ports: [{port: 80}]}\n---\n"
      "apiVersion: v1\nkind: Pod\nmetadata: {name: caller}\nspec: {containers: [{name: c, image: a/c, "
      "env: [{name: R_HOST, value: r}]}]}\n");
  EXPECT_THAT(in.Component("r-v1").names, Not(Contains("r")));
  EXPECT_THAT(in.FlowNames(), UnorderedElementsAre("caller to r-v1", "caller to r-v2"));
}

TEST(KubernetesListTest, ListsAndJson) {
  const ReadFormat in = Manifests(
      "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n"
      "{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"s\"}},\n"
      "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}]}");
  EXPECT_EQ(in.Counted("services"), 1);
  EXPECT_THAT(in.faults, ElementsAre(HasSubstr("a list in a list")));
  EXPECT_EQ(Manifests("apiVersion: v1\r\nkind: ServiceList\r\nitems:\r\n- apiVersion: v1\r\n  kind: Service\r\n"
                      "  metadata: {name: s}\r\n")
                .Counted("services"),
            1);
}

TEST(KubernetesHostsTest, WhatOnlyLooksLikeAHost) {
  const ReadFormat in = Manifests(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a/c, env: ["
      "{name: LISTEN, value: \"0.0.0.0:8080\"}, {name: RATIO, value: \"3:4\"}, {name: TIME, value: \"12:30\"}, "
      "{name: SELF_URL, value: \"http://localhost:80\"}, {name: SERVER_CLASS, value: com.example.Main}, "
      "{name: UNSET_URL, value: \"http://$(NOBODY):80\"}, {name: DB_PASSWORD, value: \"db:5432\"}, "
      "{name: IMAGE, value: \"nginx:1\"}, {name: BASIC_AUTH, value: \"admin:7777\"}], "
      "args: [--config=/etc/c.yaml, \"echo see https://docs.example.com for more\"]}]}\n");
  EXPECT_THAT(in.FlowNames(), IsEmpty());
  EXPECT_THAT(in.Everything(), AllOf(Not(HasSubstr("5432")), Not(HasSubstr("7777"))));
}

TEST(KubernetesHostsTest, VariablesArgumentsAndFiles) {
  const std::string services =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: db, labels: {app: db}}\nspec: {containers: [{name: c, image: "
      "a/d}]}\n"
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {selector: {app: db}, ports: [{port: "
      "5432}]}\n---\n";
  const auto flows = [&](const std::string& container, const std::string& pod = "") {
    return Manifests(
               services + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\ndata: {app.conf: \"a\\nurl=" +
               "http://db.default:5432/x see https://docs.example.com\"}\n---\n" +
               "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {template: {spec: {containers: [{name: "
               "c, image: a/j" +
               container + "}]" + pod + "}}}\n")
        .FlowNames();
  };
  EXPECT_THAT(flows(", env: [{name: HOST, value: db}, {name: DB, value: \"$(HOST):5432\"}]"), ElementsAre("j to db"));
  EXPECT_THAT(flows(", args: [\"--database=postgres://db:5432\"]"), ElementsAre("j to db"));
  EXPECT_THAT(flows(", args: [--database-host, db]"), ElementsAre("j to db"));
  EXPECT_THAT(flows(", command: [sh, -c, \"until nc -z db 5432 || curl http://db:5432; do sleep 1; done\"]"),
              ElementsAre("j to db"));
  EXPECT_THAT(flows("", ", volumes: [{name: v, configMap: {name: f}}]"), ElementsAre("j to db"));
  EXPECT_THAT(flows(", env: [{name: X, value: \"http://db.svc-less.other.svc:80\"}]"), ElementsAre("j to svc-less"));
}

TEST(KubernetesSecretsTest, HostileFormsDoNotLeak) {
  const ReadFormat in = Manifests(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a/c, env: ["
      "{name: A, value: \"amqp://user:pa,1234@mq:5672\"}, {name: B, value: \"root:s3cr:77@tcp(db:3306)/x\"}, "
      "{name: C, value: \"Server=db;Port=1;Password=zz:99\"}, {name: D, value: \"mysql://u:8765/4@db:1\"}], "
      "args: [--password=topsecret-a, --token, topsecret-b, \"curl -u admin:topsecret-c http://x:1\"]}]}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {app.properties: "
      "\"db.password=topsecret-d\\nname: shop\\n\", JWT_SECRET: topsecret-e}\n");
  const std::string everything = in.Everything();
  for (const char* secret : {"pa,", "1234", "s3cr", "77", "zz", "99", "8765", "topsecret"}) {
    EXPECT_THAT(everything, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(in.Credential("p password").value.kind(), pb::CREDENTIAL_KIND_PASSWORD);
  EXPECT_EQ(in.Credential("m app.properties db.password").value.kind(), pb::CREDENTIAL_KIND_PASSWORD);
  EXPECT_EQ(Refers(in.Credential("m JWT_SECRET"), "used_by"), "") << "nobody is given it";
}

TEST(KubernetesSecretsTest, AWordWithOneDashIsNoName) {
  const ReadFormat in = Manifests(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a/c, "
      "command: [mysql, -uroot, -ptopsecret, shop], args: [-xtopsecret=hunter2, --api-token=hunter2]}]}\n");
  EXPECT_THAT(in.Everything(), AllOf(Not(HasSubstr("topsecret")), Not(HasSubstr("hunter2"))));
  EXPECT_EQ(Refers(in.Credential("p secret argument of its command"), "used_by"), "p");
  EXPECT_EQ(in.Credential("p api-token").value.kind(), pb::CREDENTIAL_KIND_TOKEN);
}

TEST(KubernetesPodTest, WhatOpensTheNode) {
  const ReadFormat in = Manifests(
      "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec: {template: {spec: {hostPID: true, "
      "containers: [{name: c, image: a/agent, securityContext: {privileged: true, runAsUser: 0, "
      "runAsNonRoot: true}}], volumes: [{name: s, hostPath: {path: /var/run/docker.sock}}]}}}\n");
  const auto& agent = in.Component("agent").value;
  EXPECT_EQ(agent.container().runs_as_non_root(), pb::TRISTATE_NO);
  EXPECT_EQ(agent.container().privilege_escalation(), pb::TRISTATE_YES);
  EXPECT_EQ(agent.container().drops_capabilities(), pb::TRISTATE_NO);
  EXPECT_FALSE(agent.has_replicas()) << "as many as there are nodes";
  std::set<std::string> absent;
  for (const auto& posture : agent.posture()) absent.insert(posture.control());
  EXPECT_THAT(absent, ElementsAre("container_hardening", "runtime_isolation"));
  EXPECT_THAT(in.Warnings(), UnorderedElementsAre(HasSubstr("all rights"), HasSubstr("processes of its node"),
                                                  HasSubstr("'/var/run/docker.sock'")));
}

TEST(KubernetesPodTest, LimitsOfANamespaceCount) {
  const ReadFormat in = Manifests(
      Workload("Deployment", "web", "a/web") +
      "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, default: {cpu: 1, "
      "memory: 1Gi}}]}\n");
  EXPECT_EQ(in.Component("web").value.container().resource_limits(), pb::TRISTATE_YES);
}

TEST(KubernetesOrderTest, TheOrderOfFilesDoesNotMatter) {
  const NamedTexts::value_type shop = ManifestFixture("shop.yaml");
  const NamedTexts::value_type mesh = ManifestFixture("mesh.yaml");
  const ReadFormat one = Manifests({shop, mesh});
  const ReadFormat other = Manifests({mesh, shop});
  EXPECT_EQ(one.inventory.counts, other.inventory.counts);
  EXPECT_THAT(other.FlowNames(), ::testing::UnorderedElementsAreArray(one.FlowNames()));
  EXPECT_THAT(other.Warnings(), ::testing::UnorderedElementsAreArray(one.Warnings()));
}

TEST(KubernetesOrderTest, ManyWorkloadsWithOneLabel) {
  constexpr int kMany = 2000;
  std::string text;
  for (int i = 0; i < kMany; ++i) {
    absl::StrAppend(&text, "apiVersion: v1\nkind: Pod\nmetadata: {name: p", i, ", labels: {all: one, app: p", i,
                    "}}\nspec: {containers: [{name: c, image: a/p, env: [{name: N, value: \"http://p", (i + 1) % kMany,
                    ":80\"}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: p", i,
                    "}\nspec: {selector: {all: one, app: p", i, "}, ports: [{port: 80}]}\n---\n");
  }
  const ReadFormat in = Manifests(text);
  EXPECT_EQ(in.Counted("workloads"), kMany);
  EXPECT_THAT(in.inventory.flows, SizeIs(kMany));
}

TEST(KubernetesOrderTest, CallsOfAllToAllEnd) {
  constexpr int kMany = 150;  // 22'350 flows
  std::string text =
      "apiVersion: v1\nkind: Service\nmetadata: {name: all}\nspec: {selector: {all: one}, ports: [{port: 80}]}\n---\n";
  for (int i = 0; i < kMany; ++i) {
    absl::StrAppend(&text, "apiVersion: v1\nkind: Pod\nmetadata: {name: p", i,
                    ", labels: {all: one}}\nspec: {containers: [{name: c, image: a/p, env: [{name: N, value: "
                    "\"http://all:80\"}]}]}\n---\n");
  }
  const ReadFormat in = Manifests(text);
  EXPECT_THAT(in.inventory.flows, SizeIs(20'000));
  EXPECT_THAT(in.Skipped(), ElementsAre(HasSubstr("calls beyond the first 20000")));
}

}  // namespace
}  // namespace metapowers::importers
