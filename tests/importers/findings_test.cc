// What the threat model finds in imported models rests on what files say, never on what was filled in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/analysis/threats.h"
#include "service/importers/import.h"
#include "service/model/model.h"
#include "tests/importers/input_files.h"
#include "tests/support/status_matchers.h"

namespace metapowers::importers {
namespace {

namespace fs = std::filesystem;
using analysis::Threat;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// A draft with its threats.
struct Found {
  Found(const std::string& name, const std::string& text) : Found(std::vector<SourceFile>{{name, text}}) {}
  explicit Found(const std::vector<SourceFile>& files) {
    auto imported = ImportModel(files, {"shop", "2026-03-01", nullptr});
    if (!imported.ok()) return;
    response = *std::move(imported);
    auto parsed = model::Model::Parse(response.model_yaml(), "draft");
    EXPECT_OK(parsed);
    model = *parsed;
    facts = analysis::Facts::Compute(model);
    threats = analysis::Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
    for (const auto& basis : response.bases()) {
      if (basis.basis() == v1::BASIS_ASSUMED) assumed.insert(basis.field());
    }
  }

  std::map<std::string, std::vector<std::string>> ByRule() const {
    std::map<std::string, std::vector<std::string>> found;
    for (const Threat& threat : threats->all()) found[threat.rule->id()].push_back(threat.element_id());
    return found;
  }

  v1::ImportModelResponse response;
  std::shared_ptr<const model::Model> model;  // nullptr: the files are no model
  std::shared_ptr<const analysis::Facts> facts;
  std::unique_ptr<const analysis::Threats> threats;
  std::set<std::string> assumed;
};

std::string SharedFolder() {
  for (const char* shared : {"../shared/testdata", "../../shared/testdata"}) {
    if (fs::is_directory(shared)) return shared;
  }
  return "";
}

using NamedTexts = std::map<std::string, std::string>;

std::vector<SourceFile> FilesOf(const NamedTexts& texts) {
  std::vector<SourceFile> files;
  for (const auto& [name, text] : texts) files.push_back({name, text});
  return files;
}

// Each file of the public inputs alone, and each folder of them together.
std::map<std::string, NamedTexts> PublicInputs(const std::string& shared) {
  std::map<std::string, NamedTexts> inputs;
  for (const auto& entry : fs::recursive_directory_iterator(shared)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".yaml" && extension != ".json")) continue;
    const std::string name = fs::relative(entry.path(), shared).string();
    const std::string text = TextOfFile(entry.path().string());
    inputs[name][name] = text;
    inputs[name.substr(0, name.find('/'))][name] = text;
  }
  return inputs;
}

// The fields of an element that an attribute of a rule is read from.
std::vector<std::string> FieldsOf(absl::string_view attribute) {
  if (attribute == "capability") return {"technology"};
  if (attribute == "exposure" || attribute == "crosses" || attribute == "zone_type") return {"zone"};
  if (attribute == "family") return {"protocol"};
  if (attribute == "encrypted") return {"transport_security"};
  return {std::string(attribute)};
}

// Paths of assumed attributes that the finding rests on.
std::vector<std::string> AssumedUnder(const Found& found, const Threat& threat) {
  std::vector<std::string> wrong;
  const auto check = [&](const std::string& path) {
    if (found.assumed.contains(path)) wrong.push_back(absl::StrCat(threat.key(), " rests on ", path));
  };
  const bool flow = threat.element.subject == knowledge::v1::THREAT_SUBJECT_FLOW;
  const bool component = threat.element.subject == knowledge::v1::THREAT_SUBJECT_COMPONENT ||
                         threat.element.subject == knowledge::v1::THREAT_SUBJECT_EXTERNAL_ENTITY;
  const std::string own = absl::StrCat(flow ? "flows[" : "components[", threat.element_id(), "].");
  if (!flow && !component) return wrong;
  for (const char* field : {"id", "source", "target"}) check(own + field);
  for (const auto& match : threat.rule->match()) {
    absl::string_view attribute = match.attribute();
    std::string at = own;
    if (flow && absl::ConsumePrefix(&attribute, "source.")) {
      at = absl::StrCat("components[", threat.element.flow().flow->source(), "].");
    } else if (flow && absl::ConsumePrefix(&attribute, "target.")) {
      at = absl::StrCat("components[", threat.element.flow().flow->target(), "].");
    }
    for (const std::string& field : FieldsOf(attribute)) check(at + field);
  }
  return wrong;
}

TEST(FindingsTest, NoFindingOfAPublicInputRestsOnAnAssumption) {
  const std::string shared = SharedFolder();
  if (shared.empty()) GTEST_SKIP() << "NOTE: no shared/testdata near this tree";
  size_t models = 0;
  size_t findings = 0;
  size_t waiting = 0;
  for (const auto& [name, texts] : PublicInputs(shared)) {
    const Found found(FilesOf(texts));
    if (found.model == nullptr) continue;
    ++models;
    findings += found.threats->all().size();
    waiting += found.threats->undecided().size();
    for (const Threat& threat : found.threats->all()) {
      EXPECT_THAT(AssumedUnder(found, threat), testing::IsEmpty()) << name;
    }
  }
  EXPECT_GE(models, 30u);
  EXPECT_GT(findings, 200u);
  EXPECT_GT(waiting, 200u);
}

// With every assumption taken out of the model, all findings are still there.
TEST(FindingsTest, FindingsOutliveTheAssumptions) {
  const std::string shared = SharedFolder();
  if (shared.empty()) GTEST_SKIP() << "NOTE: no shared/testdata near this tree";
  for (const auto& [name, texts] : PublicInputs(shared)) {
    const Found found(FilesOf(texts));
    if (found.model == nullptr || found.model->known() == nullptr) continue;
    const auto facts = analysis::Facts::Compute(found.model->known());
    const auto without = analysis::Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
    for (const Threat& threat : found.threats->all()) {
      EXPECT_NE(without->Find(threat.key()), nullptr) << name << ": " << threat.key();
    }
  }
}

// --- Ways into the node ----------------------------------------------------------------------------------------------

TEST(FindingsTest, WaysIntoTheNodeAreFindingsWithTheirPlace) {
  const Found found("agent.yaml",
                    "apiVersion: apps/v1\n"
                    "kind: DaemonSet\n"
                    "metadata: {name: agent}\n"
                    "spec:\n"
                    "  template:\n"
                    "    spec:\n"
                    "      serviceAccountName: agent\n"
                    "      hostNetwork: true\n"
                    "      hostPID: true\n"
                    "      containers:\n"
                    "        - name: agent\n"
                    "          image: example/agent:1\n"
                    "          securityContext: {privileged: true}\n"
                    "      volumes:\n"
                    "        - {name: logs, hostPath: {path: /var/log}}\n"
                    "        - {name: engine, hostPath: {path: /run/containerd/containerd.sock}}\n"
                    "---\n"
                    "apiVersion: rbac.authorization.k8s.io/v1\n"
                    "kind: ClusterRoleBinding\n"
                    "metadata: {name: agent}\n"
                    "roleRef: {kind: ClusterRole, name: cluster-admin}\n"
                    "subjects: [{kind: ServiceAccount, name: agent, namespace: default}]\n"
                    "---\n"
                    "apiVersion: apps/v1\n"
                    "kind: Deployment\n"
                    "metadata: {name: quiet}\n"
                    "spec: {template: {spec: {containers: [{name: quiet, image: example/quiet:1}]}}}\n");
  ASSERT_NE(found.model, nullptr);
  const auto by_rule = found.ByRule();
  for (const char* rule : {"container-privileged", "container-engine-socket", "container-host-path",
                           "container-host-namespaces", "workload-cluster-admin"}) {
    ASSERT_TRUE(by_rule.contains(rule)) << rule;
    EXPECT_THAT(by_rule.at(rule), ElementsAre("agent")) << rule;
  }
  std::vector<std::string> ways;
  for (const auto& way : found.model->Find<model::v1::Component>("agent")->container().node_access()) {
    ways.push_back(absl::StrCat(model::YamlName(way.kind()), ": ", way.what(), ": ", way.evidence()));
  }
  EXPECT_THAT(
      ways, UnorderedElementsAre("privileged: privileged container 'agent': agent.yaml:13",
                                 "host_network: hostNetwork: agent.yaml:8", "host_processes: hostPID: agent.yaml:9",
                                 "host_path: '/var/log': agent.yaml:15",
                                 "engine_socket: '/run/containerd/containerd.sock': agent.yaml:16",
                                 "cluster_admin: ClusterRoleBinding agent to cluster-admin, by the token that its pods "
                                 "mount by default: agent.yaml:20"));
}

TEST(FindingsTest, AContainerOfComposeReachesItsHost) {
  const Found found("compose.yaml",
                    "services:\n"
                    "  agent:\n"
                    "    image: example/agent\n"
                    "    privileged: true\n"
                    "    pid: host\n"
                    "    volumes:\n"
                    "      - /var/run/docker.sock:/var/run/docker.sock\n"
                    "      - /etc:/host/etc:ro\n"
                    "  quiet: {image: example/quiet, volumes: ['data:/data']}\n");
  ASSERT_NE(found.model, nullptr);
  const auto by_rule = found.ByRule();
  for (const char* rule :
       {"container-privileged", "container-engine-socket", "container-host-path", "container-host-namespaces"}) {
    ASSERT_TRUE(by_rule.contains(rule)) << rule;
    EXPECT_THAT(by_rule.at(rule), ElementsAre("agent")) << rule;
  }
  EXPECT_THAT(found.response.model_yaml(), HasSubstr("evidence: \"compose.yaml:7\""));
}

// --- Bases
// ------------------------------------------------------------------------------------------------------------

TEST(FindingsTest, ADefaultOfThePlatformIsNamedAsOneAndIsGround) {
  const Found found("web.yaml",
                    "apiVersion: apps/v1\n"
                    "kind: Deployment\n"
                    "metadata: {name: web}\n"
                    "spec:\n"
                    "  template:\n"
                    "    spec:\n"
                    "      containers:\n"
                    "        - name: web\n"
                    "          image: example/web:1\n"
                    "          securityContext: {allowPrivilegeEscalation: true}\n");
  ASSERT_NE(found.model, nullptr);
  EXPECT_THAT(found.response.model_yaml(),
              testing::AllOf(HasSubstr("    kind: process  # observed web.yaml:2\n"),
                             HasSubstr("    replicas: 1  # default of Kubernetes, see web.yaml:3\n"),
                             HasSubstr("read_only_root: no  # default of Kubernetes, see web.yaml:8\n"),
                             HasSubstr("privilege_escalation: yes  # observed web.yaml:10\n"),
                             testing::Not(HasSubstr("base_image")), testing::Not(HasSubstr("internet_facing"))));
  const auto by_rule = found.ByRule();
  EXPECT_TRUE(by_rule.contains("container-root-writable"));
  EXPECT_TRUE(by_rule.contains("container-gains-privileges"));
  EXPECT_FALSE(by_rule.contains("base-image-backdoor"));
  EXPECT_FALSE(by_rule.contains("secrets-without-vault"));
}

// --- The public demonstration
// -------------------------------------------------------------------------------------------

TEST(FindingsTest, TheDemoShop) {
  const std::string shared = SharedFolder();
  if (shared.empty()) GTEST_SKIP() << "NOTE: no shared/testdata near this tree";
  const auto inputs = PublicInputs(shared);
  const Found found(FilesOf(inputs.at("k8s")));
  ASSERT_NE(found.model, nullptr);
  std::map<std::string, std::vector<std::string>> by_rule = found.ByRule();
  const std::set<std::string> services = {
      "adservice",     "cartservice",    "checkoutservice",       "currencyservice",       "emailservice",   "frontend",
      "loadgenerator", "paymentservice", "productcatalogservice", "recommendationservice", "shippingservice"};
  EXPECT_THAT(by_rule["container-mounts-account-token"], testing::SizeIs(services.size() + 1)) << "whatever it keeps";
  by_rule.erase("container-mounts-account-token");
  for (const auto& [rule, elements] : by_rule) {
    EXPECT_THAT(elements, testing::Not(testing::Contains("redis-cart")))
        << rule << ": what makes redis-cart a store is the name of its image alone";
  }
  EXPECT_EQ(std::set<std::string>(by_rule["process-rights-exceeded"].begin(), by_rule["process-rights-exceeded"].end()),
            services);
  EXPECT_EQ(by_rule.count("unencrypted-communication"), 0u)
      << "that the way in is in clear is the name of a port alone";
  EXPECT_THAT(by_rule["unguarded-internet-access"], ElementsAre("frontend"));
  EXPECT_THAT(by_rule["container-without-limits"], ElementsAre("loadgenerator"));
}

}  // namespace
}  // namespace metapowers::importers
