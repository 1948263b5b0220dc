// Manifests as a cluster prints them: what controllers made, and settings that are in no file.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

// An object of the namespace shop that `maker`, e.g. `apps/v1 ReplicaSet web-1`, made.
std::string Made(const std::string& kind, const std::string& name, const std::string& maker,
                 const std::string& labels = "app: web") {
  const std::vector<std::string> parts = absl::StrSplit(maker, ' ');
  const std::string pod = "{containers: [{name: c, image: acme/web}]}";
  const std::string spec =
      kind == "Pod" ? pod
                    : absl::StrCat("{replicas: 2, template: {metadata: {labels: {", labels, "}}, spec: ", pod, "}}");
  return absl::StrCat("apiVersion: ",
                      kind == "Pod"   ? "v1"
                      : kind == "Job" ? "batch/v1"
                                      : "apps/v1",
                      "\nkind: ", kind, "\nmetadata:\n  name: ", name, "\n  namespace: shop\n  labels: {", labels,
                      "}\n  ownerReferences: [{apiVersion: ", parts[0], ", kind: ", parts[1], ", name: ", parts[2],
                      ", controller: true}]\nspec: ", spec, "\n---\n");
}

std::string Deployment(const std::string& name) {
  return absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name,
                      ", namespace: shop}\nspec: {template: {metadata: {labels: {app: ", name,
                      "}}, spec: {containers: [{name: c, image: acme/", name, "}]}}}\n---\n");
}

TEST(KubernetesLiveTest, WhatAnotherObjectOfTheFilesMadeIsOne) {
  const ReadFormat in = Manifests(absl::StrCat(Made("Pod", "web-1-a", "apps/v1 ReplicaSet web-1"), Deployment("web"),
                                               Made("ReplicaSet", "web-1", "apps/v1 Deployment web"),
                                               Made("Pod", "web-1-b", "apps/v1 ReplicaSet web-1")));
  EXPECT_EQ(in.Counted("workloads"), 1);
  EXPECT_THAT(in.Skipped(), SizeIs(3));
  EXPECT_THAT(in.Skipped(), Contains(HasSubstr("it is made by 'Deployment web', which stands for it")));
}

// What runs in an image of the project's own, by the name and the settings of its workload.
TEST(KubernetesLiveTest, NamesAndSettingsSayWhatRuns) {
  const auto read = [](const std::string& name, const std::string& variables) {
    return Manifests(absl::StrCat("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: ", name,
                                  "}\nspec: {template: {spec: {containers: [{name: c, image: acme/data, env: [",
                                  variables, "]}]}}}\n"));
  };
  const ReadFormat mongo = read("mongodb", "");
  EXPECT_EQ(mongo.Component("mongodb").value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(mongo.Component("mongodb").bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_THAT(mongo.Warnings(), IsEmpty());
  const std::string trust = "{name: POSTGRES_HOST_AUTH_METHOD, value: trust}";
  EXPECT_THAT(read("postgres", trust).Warnings(),
              ElementsAre(HasSubstr("the database accepts every user without a password (POSTGRES_HOST_AUTH_METHOD)")));
  const ReadFormat open = read("postgres", trust);
  const auto& posture = open.Component("postgres").value.posture();
  ASSERT_EQ(posture.size(), 1);
  EXPECT_EQ(posture[0].control(), "authn_source");
  EXPECT_EQ(posture[0].state(), pb::POSTURE_STATE_ABSENT);
  EXPECT_THAT(read("web", trust).Warnings(), IsEmpty()) << "a client";
  const std::string empty = "{name: ALLOW_EMPTY_PASSWORD, value: 'yes'}";
  EXPECT_THAT(read("redis", empty).Warnings(), SizeIs(1));
  EXPECT_THAT(
      read("redis", empty + ", {name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: s, key: k}}}").Warnings(),
      IsEmpty());
}

// Settings that let callers in: what closes them, and what may close them unseen.
TEST(KubernetesLiveTest, PasswordsThatNoFileShowsAreAskedFor) {
  const auto read = [](const std::string& variables, const std::string& from, const std::string& data) {
    return Manifests(absl::StrCat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cache, namespace: shop}\n",
                                  "spec: {template: {spec: {containers: [{name: c, image: bitnami/redis, env: [",
                                  variables, "], envFrom: [", from, "]}]}}}\n---\napiVersion: v1\nkind: ConfigMap\n",
                                  "metadata: {name: env, namespace: shop}\ndata: {", data, "}\n"));
  };
  const std::string empty = "{name: ALLOW_EMPTY_PASSWORD, value: 'yes'}";
  const std::string map = "{configMapRef: {name: env}}";
  const std::string set = "cache: it may run without a password, and none is set (ALLOW_EMPTY_PASSWORD)";
  const std::string shown = "cache: it may run without a password, and none is shown (ALLOW_EMPTY_PASSWORD): do ";
  for (const char* from : {"{secretRef: {name: s}}", "{configMapRef: {name: absent}}"}) {
    const ReadFormat in = read(empty, from, "");
    EXPECT_THAT(in.Warnings(), IsEmpty()) << from;
    EXPECT_THAT(in.Questions(), Contains(HasSubstr(shown))) << from;
  }
  EXPECT_THAT(read(empty, map, "LEVEL: debug").Warnings(), ElementsAre(HasSubstr(set)));
  EXPECT_THAT(read(empty, map, "REDIS_PASSWORD: $(PW)").Warnings(), Not(Contains(HasSubstr("it may run"))));
  EXPECT_THAT(read("", map, "ALLOW_EMPTY_PASSWORD: 'yes'").Warnings(), ElementsAre(HasSubstr(set)));
  EXPECT_THAT(read("{name: ALLOW_EMPTY_PASSWORD, value: 'no'}", map, "ALLOW_EMPTY_PASSWORD: 'yes'").Warnings(),
              IsEmpty());
  EXPECT_THAT(read(empty + ", {name: REDIS_PASSWORD}", "", "").Warnings(), ElementsAre(HasSubstr(set)))
      << "without a value it is empty";
}

TEST(KubernetesLiveTest, PodsWithoutTheirMakerStandForIt) {
  const ReadFormat in = Manifests(absl::StrCat(
      Made("Pod", "web-1-a", "apps/v1 ReplicaSet web-1"), Made("Pod", "web-1-b", "apps/v1 ReplicaSet web-1"),
      Made("Pod", "db-0", "apps/v1 StatefulSet db", "app: db"),
      "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
      "spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n"));
  EXPECT_EQ(in.Counted("workloads"), 2);
  EXPECT_EQ(in.Counted("exposed_services"), 1);
  EXPECT_EQ(in.Component("web-1-a").value.replicas(), 2);
  EXPECT_EQ(BasisOf(in.Component("web-1-a"), "replicas"), "observed m.yaml:4");
  EXPECT_EQ(in.Component("db-0").value.replicas(), 1);
  EXPECT_THAT(in.Skipped(),
              ElementsAre(HasSubstr("Pod web-1-b: it is made by 'ReplicaSet web-1', which no file has, as Pod "
                                    "shop/web-1-a is, which stands for all of them")));
}

// A ReplicaSet of the absent Deployment web.
std::string Revision(int number, int replicas) {
  return absl::StrCat("apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: web-", number,
                      "\n  namespace: shop\n  annotations: {deployment.kubernetes.io/revision: '", number,
                      "'}\n  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]\n",
                      "spec: {replicas: ", replicas, ", template: {metadata: {labels: {app: web}}, ",
                      "spec: {containers: [{name: c, image: 'acme/web:", number, ".0'}]}}}\n---\n");
}

TEST(KubernetesLiveTest, OfSeveralReplicaSetsTheNewestThatRunsStands) {
  const std::string pod = Made("Pod", "web-2-a", "apps/v1 ReplicaSet web-2");
  const ReadFormat in = Manifests(absl::StrCat(Revision(1, 0), pod, Revision(2, 3), Revision(3, 0)));
  EXPECT_EQ(in.Counted("workloads"), 1);
  EXPECT_EQ(in.Component("web-2").value.replicas(), 3);
  EXPECT_EQ(in.Component("web-2").value.version(), "web 2.0");
  EXPECT_THAT(in.Skipped(),
              UnorderedElementsAre(HasSubstr("ReplicaSet web-1: it is made by 'Deployment web', which no file has, as "
                                             "ReplicaSet shop/web-2 is, which stands for all of them"),
                                   HasSubstr("Pod web-2-a: it is made by 'ReplicaSet web-2', which stands for it"),
                                   HasSubstr("ReplicaSet web-3: it is made by 'Deployment web', which no file has")));
  EXPECT_EQ(Manifests(Revision(10, 1) + Revision(9, 1)).Component("web-10").value.version(), "web 10.0");
  EXPECT_EQ(Manifests(Revision(9, 1) + Revision(10, 1)).Component("web-10").value.version(), "web 10.0");
}

TEST(KubernetesLiveTest, PodsOfWhatIsSkippedStandWhereTheyRunSomethingElse) {
  const auto pod = [](const std::string& image) {
    std::string text = Made("Pod", "web-1-a", "apps/v1 ReplicaSet web-1");
    return text.replace(text.find("acme/web"), 8, absl::StrCat("'", image, "'"));
  };
  const ReadFormat other = Manifests(absl::StrCat(pod("acme/web:1.0"), Revision(1, 1), Revision(2, 3)));
  EXPECT_EQ(other.Counted("workloads"), 2);
  EXPECT_EQ(other.Component("web-1-a").value.version(), "web 1.0");
  const ReadFormat same = Manifests(absl::StrCat(pod("acme/web:2.0"), Revision(1, 1), Revision(2, 3)));
  EXPECT_EQ(same.Counted("workloads"), 1);
  EXPECT_THAT(same.Skipped(), Contains(HasSubstr("Pod web-1-a: it is made by 'ReplicaSet web-1', for which ReplicaSet "
                                                 "shop/web-2 stands")));
}

TEST(KubernetesLiveTest, WhatAnUnknownMakerMadeStands) {
  const ReadFormat in =
      Manifests(absl::StrCat(Made("StatefulSet", "main", "monitoring.example.org/v1 Watcher main", "app: main"),
                             Made("StatefulSet", "alerts", "monitoring.example.org/v1 Watcher main", "app: alerts")));
  EXPECT_EQ(in.Counted("workloads"), 2);
  EXPECT_THAT(in.Skipped(), IsEmpty());
  EXPECT_EQ(in.Component("main").value.replicas(), 2);
}

TEST(KubernetesLiveTest, AServiceOfKnativeStandsForItsDeployments) {
  const ReadFormat in = Manifests(absl::StrCat(
      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: hello, namespace: shop}\n"
      "spec: {template: {spec: {containers: [{image: acme/hello}]}}}\n---\n",
      Made("ReplicaSet", "hello-1", "serving.knative.dev/v1 Revision hello-1", "serving.knative.dev/service: hello")));
  EXPECT_EQ(in.Counted("workloads"), 1);
}

TEST(KubernetesLiveTest, ReplicationControllersAreWorkloads) {
  const ReadFormat in = Manifests(R"(apiVersion: v1
kind: ReplicationController
metadata: {name: guestbook}
spec:
  replicas: 3
  selector: {app: guestbook}
  template:
    metadata: {labels: {app: guestbook}}
    spec: {containers: [{name: web, image: "acme/guestbook:v4"}]}
---
apiVersion: v1
kind: Service
metadata: {name: guestbook}
spec: {type: NodePort, selector: {app: guestbook}, ports: [{port: 80, nodePort: 30080}]}
)");
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_THAT(in.Skipped(), IsEmpty());
  EXPECT_EQ(in.Counted("workloads"), 1);
  EXPECT_EQ(in.Counted("exposed_services"), 1);
  EXPECT_EQ(in.Component("guestbook").value.replicas(), 3);
}

TEST(KubernetesLiveTest, ALoadBalancerWithAPrivateAddressIsAskedFor) {
  const auto read = [](const std::string& more) {
    return Manifests(absl::StrCat(Deployment("web"),
                                  "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
                                  "spec:\n  type: LoadBalancer\n  selector: {app: web}\n  ports: [{port: 80}]\n",
                                  more));
  };
  const ReadFormat in = read("status: {loadBalancer: {ingress: [{ip: 192.168.1.240}]}}\n");
  EXPECT_EQ(in.Component("web").value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(in.Questions(), ElementsAre("Service shop/web has the private address 192.168.1.240: does something on "
                                          "the internet lead to it?"));
  const auto facing = [&](const std::string& more) { return read(more).Component("web").value.internet_facing(); };
  EXPECT_EQ(facing("  loadBalancerIP: 10.1.2.3\n"), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(facing("status: {loadBalancer: {ingress: [{ip: 203.0.113.7}]}}\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("status: {loadBalancer: {}}\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing(""), pb::TRISTATE_YES);
}

TEST(KubernetesLiveTest, NamesOfGatewaysAreNoPrivateAddresses) {
  const auto facing = [](const std::string& more) {
    return Manifests(absl::StrCat(Deployment("web"), R"(apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g, namespace: shop}
spec:
  listeners: [{name: a, port: 80, protocol: HTTP}]
)",
                                  more))
        .Component("web")
        .value.internet_facing();
  };
  EXPECT_EQ(facing("  addresses: [{type: Hostname, value: fc-bank.example.com}]\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("  addresses: [{value: fd.example.com}]\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("  addresses: [{value: 10.1.x.example}]\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("  addresses: [{value: fd.example.com}, {value: 10.1.2.3}]\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("status: {addresses: [{type: Hostname, value: 10.1.2.3}]}\n"), pb::TRISTATE_YES);
  EXPECT_EQ(facing("  addresses: [{value: 10.1.2.3}]\n"), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(facing("status: {addresses: [{type: IPAddress, value: 'FD00::1'}]}\n"), pb::TRISTATE_UNSPECIFIED);
}

// A Deployment of the namespace shop whose account `binding` binds to a ClusterRole of one rule.
ReadFormat Bound(const std::string& binding, const std::string& groups) {
  return Manifests(absl::StrCat(
      Deployment("web"), "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: all}\n",
      "rules: [{apiGroups: [", groups, "], resources: ['*'], verbs: ['*']}]\n---\n",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ", binding, "\nmetadata: {name: b",
      binding == "RoleBinding" ? ", namespace: shop" : "", "}\nroleRef: {kind: ClusterRole, name: all}\n",
      "subjects: [{kind: ServiceAccount, name: default, namespace: shop}]\n"));
}

TEST(KubernetesLiveTest, OnlyABindingOfTheClusterGivesRightsInAllOfIt) {
  const ReadFormat all = Bound("ClusterRoleBinding", "'*'");
  ASSERT_EQ(all.Component("web").value.container().node_access_size(), 1);
  EXPECT_THAT(all.Warnings(), ElementsAre(HasSubstr("web may do everything with everything, by ClusterRole all")));
  const ReadFormat here = Bound("RoleBinding", "'*'");
  EXPECT_EQ(here.Component("web").value.container().node_access_size(), 0);
  EXPECT_THAT(here.Warnings(),
              ElementsAre(HasSubstr("web may do everything with everything in shop, by ClusterRole all")));
  const ReadFormat some = Bound("ClusterRoleBinding", "certs.example.org");
  EXPECT_EQ(some.Component("web").value.container().node_access_size(), 0);
  EXPECT_THAT(some.Warnings(), ElementsAre(HasSubstr("web has rights in the whole cluster by ClusterRole all")));
}

TEST(KubernetesLiveTest, AllRightsForEverybodyAreRaised) {
  EXPECT_THAT(Manifests("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: open}\n"
                        "roleRef: {kind: ClusterRole, name: cluster-admin}\n"
                        "subjects: [{kind: Group, name: 'system:unauthenticated'}, {kind: Group, name: admins}]\n")
                  .Warnings(),
              ElementsAre("ClusterRoleBinding open gives all rights to system:unauthenticated"));
}

TEST(KubernetesLiveTest, SettingsOfLinuxAreNoneOfPodsOnWindows) {
  const auto settings_on = [](const std::string& system) {
    return Manifests(absl::StrCat(
                         "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  nodeSelector: {kubernetes.io/os: ",
                         system, "}\n  containers: [{name: c, image: acme/p}]\n"))
        .Component("p")
        .value.container();
  };
  EXPECT_EQ(settings_on("linux").privilege_escalation(), pb::TRISTATE_YES);
  const pb::ContainerSettings on_windows = settings_on("windows");
  EXPECT_EQ(on_windows.privilege_escalation(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(on_windows.read_only_root(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(on_windows.mounts_account_token(), pb::TRISTATE_YES) << "is of Kubernetes, not of Linux";
}

TEST(KubernetesLiveTest, NamesForWhatIsOutsideAreKept) {
  EXPECT_THAT(Manifests("apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n"
                        "spec: {type: ExternalName, externalName: db.example.org}\n")
                  .Notes(v1::IMPORT_NOTE_KIND_KEPT),
              ElementsAre("m.yaml:3 Service shop/db is a name for db.example.org, which no file shows"));
}

TEST(KubernetesLiveTest, APolicyThatLetsNobodyInIsToldOnceForAnEntry) {
  const ReadFormat in = Manifests(absl::StrCat(Deployment("web"), R"(apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}, {port: 443}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: none, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
)"));
  EXPECT_THAT(in.Warnings(), ElementsAre("a flow leads from the internet to Deployment shop/web, and NetworkPolicy "
                                         "shop/none does not let it in"));
}

TEST(KubernetesLiveTest, SettingsThatNoFileShowsAreAskedFor) {
  const ReadFormat in = Manifests(R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: c
          image: acme/web
          envFrom:
            - {configMapRef: {name: env}}
            - {configMapRef: {name: known}}
            - {secretRef: {name: hidden}}
            - {secretRef: {name: known}}
          env:
            - {name: DB_HOST, valueFrom: {secretKeyRef: {name: db, key: host}}}
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
            - {name: LEVEL, valueFrom: {configMapKeyRef: {name: gone, key: level}}}
            - {name: API_URL, value: "http://$(API_HOST):$(API_PORT)/"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: known, namespace: shop}
data: {A: b}
---
apiVersion: v1
kind: Secret
metadata: {name: known, namespace: shop}
)");
  EXPECT_THAT(in.FlowNames(), IsEmpty());
  EXPECT_THAT(in.Questions(),
              Contains("Deployment shop/web takes settings that the files do not show (all of ConfigMap "
                       "env; all of Secret hidden; DB_HOST of Secret db): whom does it call?"));
}

TEST(KubernetesLiveTest, WhoeverIsGivenOnlyWhatIsPublicOfASecretIsNoUserOfIt) {
  // A Deployment with the Secret in a volume, of which it takes `keys`; without any it takes all.
  const auto given = [](const std::string& name, const std::vector<std::string>& keys) {
    std::string items;
    for (const std::string& key : keys) absl::StrAppend(&items, "{key: ", key, ", path: p}, ");
    if (!keys.empty()) items = absl::StrCat(", items: [", items, "]");
    std::string text = Deployment(name);
    return text.insert(text.find("containers:"),
                       absl::StrCat("volumes: [{name: v, secret: {secretName: jwt-key", items, "}}], "));
  };
  const ReadFormat in = Manifests(
      absl::StrCat(given("front", {"jwtRS256.key.pub"}), given("ledger", {"ca.pem", "Public.pem"}), given("login", {}),
                   given("users", {"jwtRS256.key", "jwtRS256.key.pub"}), given("authority", {"ca.key"})));
  EXPECT_THAT(in.faults, IsEmpty());
  EXPECT_EQ(Refers(in.Credential("jwt-key"), "used_by"), "login users authority");
  EXPECT_THAT(in.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              Contains(HasSubstr("Deployment shop/front is given only what is public of Secret jwt-key")));
}

}  // namespace
}  // namespace metapowers::importers
