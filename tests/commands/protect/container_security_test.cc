#include "service/commands/protect/container_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/cluster_manifests.h"
#include "service/model/yaml_tree.h"
#include "tests/analysis/facts_of.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::ContainerSecurityResult;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string Folder(const std::string& example) { return "deploy/examples/" + example; }

ContainerSecurityResult Review(const std::string& yaml, const std::string& folder = "") {
  return ContainerSecurity(Case(yaml, folder).input());
}

ContainerSecurityResult OfExample(const std::string& example) { return Review(Example(example), Folder(example)); }

template <class Rows>
auto* Find(const Rows& rows, const std::string& id, const std::string& key = "") {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
    if constexpr (requires { row.key(); }) {
      if (!key.empty() && row.key() != key) return false;
    }
    return row.id() == id;
  });
  return at == rows.end() ? nullptr : &*at;
}

// The documents of a file.
std::vector<std::unique_ptr<const model::YamlTree>> Parse(const std::string& text) {
  std::vector<std::unique_ptr<const model::YamlTree>> trees;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find("---\n", begin), text.size());
    model::Faults faults;
    trees.push_back(model::YamlTree::Parse(text.substr(begin, end - begin), faults));
    EXPECT_TRUE(faults.empty()) << text;
    EXPECT_NE(trees.back(), nullptr) << text;
    begin = end + 4;
  }
  return trees;
}

std::string At(const model::YamlNode& root, const std::vector<std::string>& path) {
  const model::YamlNode* node = &root;
  for (const std::string& key : path) {
    if (node == nullptr) return "";
    node =
        node->kind == model::YamlNode::Kind::kList ? (node->items.empty() ? nullptr : node->items[0]) : node->Find(key);
  }
  return node == nullptr ? "" : node->text;
}

// What calls its cluster needs the token, and without a cluster there is none.
TEST(ContainerSecurity, TheTokenOfTheServiceAccountIsASetting) {
  constexpr char kKey[] = "automountServiceAccountToken";
  const auto token_of = [](const ContainerSecurityResult& result, const std::string& id) {
    const auto* row = Find(result.runtime(), id);
    return row == nullptr ? std::string() : row->account_token();
  };
  const std::string yaml = Example("api-platform");
  const ContainerSecurityResult meets = Review(yaml);
  EXPECT_EQ(token_of(meets, "partner-portal"), "no");
  EXPECT_EQ(token_of(meets, "gitops-controller"), "needed");
  EXPECT_EQ(Find(meets.findings(), "partner-portal", kKey), nullptr);
  EXPECT_EQ(Find(meets.findings(), "gitops-controller", kKey), nullptr);

  const std::string portal = yaml.substr(0, yaml.find("mounts_account_token: no", yaml.find("- id: partner-portal")));
  const std::string rest = yaml.substr(portal.size() + 24);
  const ContainerSecurityResult fails = Review(portal + "mounts_account_token: yes" + rest);
  const auto* finding = Find(fails.findings(), "partner-portal", kKey);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->threat(), "container-mounts-account-token@partner-portal");
  EXPECT_EQ(token_of(fails, "partner-portal"), "yes (fails)");

  const ContainerSecurityResult silent = Review(portal.substr(0, portal.size() - 2) + rest);
  EXPECT_EQ(token_of(silent, "partner-portal"), "unknown");
  EXPECT_TRUE(std::any_of(silent.questions().begin(), silent.questions().end(), [](const auto& question) {
    return question.field() == "components[partner-portal].container.mounts_account_token";
  }));

  const ContainerSecurityResult hospital = OfExample("patient-platform");
  for (const auto& row : hospital.runtime())
    EXPECT_EQ(row.account_token(), row.cluster().empty() ? "no cluster" : "unknown");
}

TEST(ContainerSecurity, CountsInTextTablesAndTotalsAgree) {
  for (const char* name : kExamples) {
    const ContainerSecurityResult result = OfExample(name);
    EXPECT_EQ(result.totals().components(), result.runtime_size()) << name;
    EXPECT_EQ(result.totals().components(), result.origins_size()) << name;
    EXPECT_EQ(result.totals().components(), result.scans_size()) << name;
    EXPECT_EQ(result.totals().findings(), result.findings_size()) << name;
    int fails = 0;
    for (const auto& row : result.required()) {
      fails += row.fails();
      if (!row.in_model()) continue;
      const auto asked = [&](const auto& runtime) {
        return row.key() != "automountServiceAccountToken" ||
               (runtime.account_token() != "needed" && runtime.account_token() != "no cluster");
      };
      EXPECT_EQ(row.meets() + row.fails() + row.unknown(),
                std::count_if(result.runtime().begin(), result.runtime().end(), asked))
          << row.key();
    }
    for (const auto& row : result.registries()) fails += row.verdict() == "fails" ? 1 : 0;
    EXPECT_EQ(result.totals().findings(), fails) << name;
    int shown = 0;
    for (const auto& row : result.runtime()) shown += row.fails_size();
    for (const auto& row : result.findings()) shown += row.registry() ? 1 : 0;
    EXPECT_EQ(result.totals().findings(), shown) << name;
    int tasks = 0;
    for (const auto& wave : result.waves()) tasks += wave.tasks();
    EXPECT_EQ(result.totals().roadmap(), tasks) << name;
    EXPECT_EQ(result.totals().roadmap(), result.roadmap_size()) << name;
    for (const auto& row : result.findings()) {
      EXPECT_NE(row.owner(), "") << row.id();
      EXPECT_NE(row.due(), "") << row.id();
      EXPECT_NE(row.verification(), "") << row.id();
    }
    for (const auto& row : result.roadmap()) {
      EXPECT_NE(row.owner(), "") << row.work();
      const auto wave = std::find_if(result.waves().begin(), result.waves().end(),
                                     [&](const auto& each) { return each.title() == row.wave(); });
      ASSERT_NE(wave, result.waves().end()) << row.work();
      EXPECT_LE(row.due(), wave->until()) << row.work();
    }
  }
}

TEST(ContainerSecurity, ShowsTheComponentsThatFailToday) {
  const ContainerSecurityResult result = OfExample("api-platform");
  EXPECT_NE(Find(result.findings(), "partner-portal", "securityContext.readOnlyRootFilesystem"), nullptr);
  const auto* dropped = Find(result.findings(), "fraud-service", "securityContext.capabilities.drop");
  ASSERT_NE(dropped, nullptr);
  EXPECT_EQ(dropped->declared(), "not all, or some are added back");
  const auto* limits = Find(result.findings(), "reporting-service", "resources.limits");
  ASSERT_NE(limits, nullptr);
  EXPECT_EQ(limits->threat(), "container-without-limits@reporting-service");
  EXPECT_THAT(limits->verification(),
              HasSubstr("kubectl -n us-core get deploy,statefulset,daemonset,cronjob,job,pod --field-selector "
                        "metadata.name=reporting-service -o jsonpath={..limits}"))
      << "whatever kind of workload it is";
  EXPECT_EQ(Find(result.findings(), "api-gateway"), nullptr);
}

TEST(ContainerSecurity, AChangedSettingMovesItsFindingAlone) {
  const std::string text = Example("api-platform");
  const std::string fixed = Edited(text, {{"drops_capabilities: no", "drops_capabilities: yes"}});
  const ContainerSecurityResult after = Review(fixed, Folder("api-platform"));
  EXPECT_EQ(Find(after.findings(), "fraud-service"), nullptr);
  EXPECT_EQ(after.totals().findings() + 1, OfExample("api-platform").totals().findings());
}

TEST(ContainerSecurity, AnUndeclaredSettingIsAQuestionAndNoFinding) {
  const ContainerSecurityResult result =
      Review(Edited(Example("api-platform"), {{"drops_capabilities: no", "drops_capabilities: unknown"}}));
  EXPECT_EQ(Find(result.findings(), "fraud-service"), nullptr);
  EXPECT_THAT(result.DebugString(), HasSubstr("drops capabilities\\' of fraud-service yes or no?"));
}

TEST(ContainerSecurity, ASystemWithoutContainersSaysSoAndNothingElse) {
  const ContainerSecurityResult result = OfExample("team-notes");
  EXPECT_THAT(result.machines(), ElementsAre("2 components (vm)"));
  EXPECT_EQ(result.totals().components(), 0);
  EXPECT_THAT(result.findings(), IsEmpty());
  EXPECT_THAT(result.roadmap(), IsEmpty());
  EXPECT_THAT(result.manifests(), IsEmpty());
  EXPECT_THAT(result.questions(), IsEmpty());
}

TEST(ContainerSecurity, TheHospitalShowsItsPortalAlone) {
  const ContainerSecurityResult result = OfExample("patient-platform");
  ASSERT_EQ(result.runtime_size(), 2);
  EXPECT_EQ(result.runtime(0).id(), "fhir-gateway");
  EXPECT_EQ(result.runtime(1).id(), "patient-portal");
  ASSERT_EQ(result.zones_size(), 1);
  EXPECT_FALSE(result.zones(0).is_namespace());
  EXPECT_THAT(result.DebugString(), HasSubstr("Which namespaces of the cluster hold the components of the zone"));
  EXPECT_TRUE(result.clusters(0).past());
  EXPECT_NE(Find(result.findings(), "portal-images"), nullptr) << "its tags can move";
  for (const auto& flow : result.zone_flows()) EXPECT_EQ(flow.zone(), "azure-portal-subnet") << flow.flow();
}

TEST(ContainerSecurity, NetworkPoliciesDenyByDefaultAndOpenDeclaredFlows) {
  const Case c(Example("api-platform"));
  for (const analysis::ClusterZone& zone : analysis::ClusterZones(c.input().facts)) {
    if (zone.zone->id() != "us-cde") continue;
    const auto documents = Parse(ToYaml(NetworkPolicies(c.model(), zone)));
    ASSERT_EQ(documents.size(), 4u) << "default and three components";
    EXPECT_EQ(At(documents[3]->root(), {"metadata", "name"}), "default-deny") << "behind all that allow";
    EXPECT_EQ(At(documents[3]->root(), {"metadata", "namespace"}), "us-cde");
    const model::YamlNode& tokens = documents[2]->root();
    EXPECT_EQ(At(tokens, {"metadata", "name"}), "allow-tokenization-service");
    EXPECT_EQ(At(tokens, {"spec", "podSelector", "matchLabels", "app.kubernetes.io/name"}), "tokenization-service");
    EXPECT_EQ(At(tokens, {"spec", "ingress", "0", "ports", "0", "port"}), "8443");
    EXPECT_EQ(tokens.Find("spec")->Find("ingress")->items.size(), 2u);
    return;
  }
  ADD_FAILURE() << "no zone us-cde";
}

TEST(ContainerSecurity, PoliciesThatAreThereAndAllowAllAreToGo) {
  const auto note_of = [](const ContainerSecurityResult& result, const std::string& zone) {
    for (const auto& file : result.manifests()) {
      if (file.title() == "Network policies of " + zone) return file.note();
    }
    ADD_FAILURE() << "no policies of " << zone;
    return std::string();
  };
  const std::string absent = "{control: egress_filtering, state: absent, observed_on: 2026-08-28}";
  const std::string at = "{control: egress_filtering, state: absent, evidence: deploy/np.yaml:12}";
  const ContainerSecurityResult result = Review(Edited(Example("api-platform"), {{absent, at}}));
  EXPECT_THAT(note_of(result, "us-core"),
              HasSubstr("stays in force beside these, so remove each. The model says that traffic of "
                        "notification-service (deploy/np.yaml:12) is not limited."));
  EXPECT_THAT(note_of(result, "us-cde"), HasSubstr("stays in force beside these, so remove each."));
  EXPECT_THAT(note_of(result, "us-cde"), Not(HasSubstr("The model says")));
}

// An operator or deployment controller that cannot reach the interface of its cluster does nothing any more.
TEST(ContainerSecurity, WhatCallsTheClusterMayStillDoSo) {
  const Case c(Example("api-platform"));
  std::set<std::string> callers;
  for (const analysis::ClusterZone& zone : analysis::ClusterZones(c.input().facts)) {
    for (const ConfigNode& policy : NetworkPolicies(c.model(), zone)) {
      const std::string text = ToYaml(policy);
      const auto parsed = Parse(text);
      if (absl::StrContains(text, "port: 6443")) callers.insert(At(parsed[0]->root(), {"metadata", "name"}));
    }
  }
  EXPECT_THAT(callers, UnorderedElementsAre("allow-external-secrets-operator", "allow-gitops-controller"));
}

TEST(ContainerSecurity, EachRuleNamesTheFlowsThatNeedIt) {
  const Case c(Example("api-platform"));
  for (const analysis::ClusterZone& zone : analysis::ClusterZones(c.input().facts)) {
    if (zone.zone->id() != "us-cde") continue;
    const std::string text = ToYaml(NetworkPolicies(c.model(), zone));
    EXPECT_THAT(text, HasSubstr("ports: [{protocol: TCP, port: 443}]  # processor-logs, processor-to-stripe\n"));
    EXPECT_THAT(text, HasSubstr("    - ports: [{protocol: TCP, port: 5432}]  # processor-to-payments-db\n"));
  }
}

TEST(ContainerSecurity, AFlowFromAnotherNamespaceNamesIt) {
  const Case c(Example("api-platform"));
  for (const analysis::ClusterZone& zone : analysis::ClusterZones(c.input().facts)) {
    if (zone.zone->id() != "us-cde") continue;
    const std::string text = ToYaml(NetworkPolicies(c.model(), zone));
    EXPECT_THAT(text, HasSubstr("kubernetes.io/metadata.name: us-edge"));
    EXPECT_THAT(text, HasSubstr("cidr: \"0.0.0.0/0\""));
  }
}

TEST(ContainerSecurity, AFlowWithoutAPortIsLeftOutAndAskedFor) {
  std::string text = Example("api-platform");
  const size_t flow = text.find("id: gateway-to-ledger,");
  ASSERT_NE(flow, std::string::npos);
  const size_t port = text.find("port: 8443,", flow);
  ASSERT_LT(port, flow + 400);
  text.erase(port, 11);
  const ContainerSecurityResult result = Review(text);
  EXPECT_THAT(result.DebugString(), HasSubstr("On which port does the flow gateway-to-ledger reach its target?"));
}

TEST(ContainerSecurity, EveryManifestParses) {
  for (const char* name : kExamples) {
    const ContainerSecurityResult result = OfExample(name);
    for (const auto& file : result.manifests()) {
      for (const auto& document : Parse(file.yaml())) EXPECT_NE(At(document->root(), {"kind"}), "") << file.title();
    }
  }
}

TEST(ContainerSecurity, NamesWithMarksOfYamlStayText) {
  model::v1::Component component;
  component.set_id("a: {b} # \"c\"\n- d");
  model::v1::Zone zone;
  zone.set_id("*x, & [y]");
  zone.set_type(model::v1::ZONE_TYPE_K8S_NAMESPACE);
  const auto deployment = Parse(ToYaml(HardenedDeployment(component, &zone, false)));
  EXPECT_EQ(At(deployment[0]->root(), {"metadata", "name"}), component.id());
  EXPECT_EQ(At(deployment[0]->root(), {"metadata", "namespace"}), zone.id());
  analysis::ClusterZone home;
  home.zone = &zone;
  const auto space = Parse(ToYaml(NamespaceWithLevel(home, true)));
  EXPECT_EQ(At(space[0]->root(), {"metadata", "name"}), zone.id());
}

TEST(ContainerSecurity, MeshRulesAreWrittenForADeclaredProductAlone) {
  const ContainerSecurityResult unnamed = OfExample("api-platform");
  EXPECT_THAT(unnamed.DebugString(), HasSubstr("Which service mesh runs on eks-us-east"));
  EXPECT_THAT(unnamed.DebugString(), Not(HasSubstr("PeerAuthentication")));
  const ContainerSecurityResult named =
      Review(Edited(Example("api-platform"),
                    {{"technology: [go-service, api-gateway]", "technology: [go-service, api-gateway, istio]"}}));
  EXPECT_THAT(named.DebugString(), HasSubstr("PeerAuthentication"));
  EXPECT_THAT(named.DebugString(), HasSubstr("cluster.local/ns/us-edge/sa/api-gateway"));
  for (const auto& file : named.manifests()) Parse(file.yaml());
}

TEST(ContainerSecurity, ContainersOutsideOfAClusterGetNoClusterRules) {
  std::string text = Edited(
      Example("team-notes"),
      {{"  - id: web-app\n", "  - id: web-app\n    container: {base_image: \"python:3.12\", runs_as_non_root: no}\n"}});
  const size_t at = text.find("machine: vm", text.find("  - id: web-app\n"));
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 11, "machine: container");
  const ContainerSecurityResult result = Review(text);
  ASSERT_EQ(result.runtime_size(), 1);
  EXPECT_THAT(result.manifests(), IsEmpty());
  EXPECT_NE(Find(result.findings(), "web-app", "runs as non root"), nullptr);
  EXPECT_THAT(result.DebugString(), Not(HasSubstr("kubectl")));
  EXPECT_THAT(result.DebugString(), Not(HasSubstr("securityContext")));
}

TEST(ContainerSecurity, AReportOnAFileThatBuildsImagesShowsItsFindings) {
  const std::string sarif =
      R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Hadolint", "rules": []}}, "results": [
      {"ruleId": "DL3002", "level": "warning", "message": {"text": "Last USER should not be root"},
       "locations": [{"physicalLocation": {"artifactLocation": {"uri": "api-gateway/Dockerfile"}, "region": {"startLine": 9}}}]}]}]})";
  const Case c(Example("api-platform"), {{"payments-services-code", absl::string_view(sarif)}});
  const ContainerSecurityResult result = ContainerSecurity(c.input());
  ASSERT_EQ(result.dockerfile_findings_size(), 1);
  EXPECT_EQ(result.dockerfile_findings(0).place(), "api-gateway/Dockerfile:9");
  EXPECT_EQ(result.dockerfile_findings(0).subject(), "api-gateway");
  const auto check = std::find_if(result.dockerfile_checks().begin(), result.dockerfile_checks().end(),
                                  [](const auto& row) { return row.id().rfind("DL3002", 0) == 0; });
  ASSERT_NE(check, result.dockerfile_checks().end());
  EXPECT_THAT(check->state(), HasSubstr("fails in api-gateway"));
  for (const auto& task : result.dockerfile_tasks()) EXPECT_NE(task.target(), "payments-services");
}

TEST(ContainerSecurity, OrderInTheFileNeverMatters) {
  const std::string text = Example("api-platform");
  for (const char* list : {"components", "flows", "zones"}) {
    EXPECT_EQ(Review(Reversed(text, list), Folder("api-platform")).SerializeAsString(),
              OfExample("api-platform").SerializeAsString())
        << list;
  }
}

TEST(ContainerSecurity, PodsAreLabelledBeforePoliciesDeny) {
  const ContainerSecurityResult result = OfExample("api-platform");
  int policies = 0;
  for (const auto& file : result.manifests()) {
    if (!absl::StartsWith(file.title(), "Network policies of ")) continue;
    ++policies;
    EXPECT_THAT(file.note(), HasSubstr("Set it on all pods before the policies are applied")) << file.title();
    EXPECT_THAT(file.note(), Not(HasSubstr("Pods carry the label"))) << file.title();
  }
  EXPECT_GT(policies, 0);
}

// The state of the check that components of different zones or scopes run apart, by cluster.
std::string IsolationOn(const std::string& cluster, const ContainerSecurityResult& result) {
  for (const auto& row : result.cluster_checks()) {
    if (row.cluster() == cluster && row.id() == "isolation") return row.state();
  }
  return "no row";
}

TEST(ContainerSecurity, WhereAllIsInOneZoneNothingIsSeparated) {
  analysis::ModelText text;
  text.zones = "- {id: front, name: Front, type: k8s_namespace}\n- {id: back, name: Back, type: k8s_namespace}\n";
  text.flows = "- {id: a, name: A, source: web, target: api, port: 8443}\n";
  text.rest =
      "infrastructure:\n- {id: k8s, name: Cluster, kind: kubernetes_cluster}\n"
      "- {id: other, name: Other, kind: kubernetes_cluster}\n";
  const std::string web =
      "- {id: web, name: Web, kind: process, zone: front, machine: container, runs_on: k8s, processes: [people]}\n";
  const std::string api = "- {id: api, name: Api, kind: process, machine: container, processes: [people], ";
  text.components = absl::StrCat(web, api, "zone: front, runs_on: k8s}\n");
  EXPECT_EQ(IsolationOn("k8s", Review(text.Yaml())), "unknown on 2");
  text.components = absl::StrCat(web, api, "zone: back, runs_on: k8s}\n");
  EXPECT_EQ(IsolationOn("k8s", Review(text.Yaml())), "absent on 2");
  text.components = absl::StrCat(web, api, "zone: back, runs_on: other}\n");
  EXPECT_EQ(IsolationOn("other", Review(text.Yaml())), "implemented on 1") << "web calls it from another zone";
}

}  // namespace
}  // namespace metapowers::commands::protect
