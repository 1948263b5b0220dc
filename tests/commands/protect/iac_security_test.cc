#include "service/commands/protect/iac_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/commands/command_fixture.h"
#include "tests/commands/snippet_checks.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::IacSecurityResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

IacSecurityResult ReviewedExample(const std::string& name) {
  return IacSecurity(Case(Example(name), "deploy/examples/" + name).input());
}

void ExpectAllParse(const IacSecurityResult& result) {
  for (const auto& file : result.configs()) ExpectParses(file);
  for (const auto& file : result.policy_files()) ExpectParses(file);
  for (const auto& file : result.jobs()) ExpectParses(file);
}

TEST(IacSecurity, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const IacSecurityResult result = ReviewedExample(name);
    EXPECT_EQ(result.totals().sources(), result.sources_size());
    EXPECT_EQ(result.totals().findings(), result.findings_size());
    EXPECT_EQ(result.totals().settings(), result.settings_size());
    EXPECT_EQ(result.remedies_size(), result.findings_size() + result.settings_size());
    EXPECT_EQ(result.totals().unmanaged(), result.unmanaged_size());
    EXPECT_EQ(result.totals().policies(), result.policies_size());
    EXPECT_EQ(result.totals().questions(), result.questions_size());
    int severe = 0;
    for (const auto& row : result.remedies()) {
      severe += row.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0;
      EXPECT_FALSE(row.fix().empty() || row.verification().empty() || row.owner().empty()) << row.finding();
    }
    EXPECT_EQ(result.totals().severe(), severe);
    ExpectAllParse(result);
  }
}

TEST(IacSecurity, ReportsAndDeclaredSettingsBothCount) {
  const IacSecurityResult result = ReviewedExample("api-platform");
  std::set<std::string> rules;
  for (const auto& row : result.findings()) rules.insert(row.rule());
  EXPECT_EQ(rules, (std::set<std::string>{"CKV_AWS_18", "CKV_AWS_260"}));
  std::set<std::string> settings;
  for (const auto& row : result.settings()) {
    settings.insert(row.id() + " " + row.element());
    EXPECT_FALSE(row.because().empty());
  }
  EXPECT_THAT(settings, Contains("zone-allows-by-default eu-core"));
  EXPECT_THAT(settings, Contains("changes-unchecked terraform-edge"));
  EXPECT_THAT(settings, Not(Contains("zone-allows-by-default internet"))) << "the internet is not ours to close";
}

TEST(IacSecurity, DenyingByDefaultTakesTheFindingAway) {
  const IacSecurityResult result =
      IacSecurity(Case(Edited(Example("api-platform"), {{"parent: eu-vpc, trust: 75, network_policy: allow",
                                                         "parent: eu-vpc, trust: 75, network_policy: default_deny"}}))
                      .input());
  for (const auto& row : result.settings()) EXPECT_NE(row.id() + " " + row.element(), "zone-allows-by-default eu-core");
}

TEST(IacSecurity, ConfigurationFollowsToolProviderAndPlatform) {
  const IacSecurityResult api = ReviewedExample("api-platform");
  std::set<std::string> languages;
  for (const auto& file : api.policy_files()) {
    if (!file.rego().empty()) languages.insert("rego");
    if (!file.yaml().empty()) languages.insert("yaml");
    if (!file.json().empty()) languages.insert("json");
  }
  EXPECT_EQ(languages, (std::set<std::string>{"rego", "yaml"})) << "no policy of Azure";
  const IacSecurityResult patient = ReviewedExample("patient-platform");
  for (const auto& file : patient.policy_files()) EXPECT_FALSE(file.json().empty()) << file.file();
  std::set<std::string> names;
  for (const auto& file : patient.configs()) names.insert(file.file());
  EXPECT_THAT(names, Contains("bicepconfig.json"));
  ASSERT_EQ(patient.jobs_size(), 1);
  EXPECT_THAT(patient.jobs(0).yaml(), HasSubstr("bicep-azure-apply"));
}

TEST(IacSecurity, APolicyHoldsForAllSourcesOfARepository) {
  const IacSecurityResult result = IacSecurity(
      Case(
          Edited(Example("api-platform"),
                 {{"- {id: cluster-manifests, tool: Kubernetes manifests, repository: platform-manifests, manages: "
                   "[eks-us-east, eks-us-west, eks-eu-central]",
                   "- {id: eu-manifests, tool: Kubernetes manifests, repository: platform-manifests, manages: "
                   "[eks-eu-central]}\n"
                   "    - {id: cluster-manifests, tool: Kubernetes manifests, repository: platform-manifests, manages: "
                   "[eks-us-east, eks-us-west]"}}))
          .input());
  int found = 0;
  for (const auto& file : result.policy_files()) {
    if (file.rego().find("namespaces := ") == std::string::npos) continue;
    ++found;
    EXPECT_THAT(file.rego(), HasSubstr("[\"eu-core\", \"us-cde\", \"us-core\", \"us-edge\"]"));
  }
  EXPECT_EQ(found, 1);
}

TEST(IacSecurity, PoliciesNameAControlAndThreatsThatItLowers) {
  for (const char* name : kExamples) {
    const auto result = ReviewedExample(name);
    for (const auto& row : result.policies()) {
      EXPECT_FALSE(row.control().empty()) << row.id();
      EXPECT_FALSE(row.verification().empty()) << row.id();
      EXPECT_GE(row.open(), row.threats_size()) << row.id();
    }
  }
}

TEST(IacSecurity, WithoutCodeNothingOfAPlatformIsPrinted) {
  const IacSecurityResult result = ReviewedExample("team-notes");
  EXPECT_THAT(result.sources(), IsEmpty());
  EXPECT_THAT(result.configs(), IsEmpty());
  EXPECT_THAT(result.policy_files(), IsEmpty());
  EXPECT_THAT(result.jobs(), IsEmpty());
  EXPECT_THAT(result.gates(), IsEmpty());
  std::set<std::string> fields;
  for (const auto& question : result.questions()) fields.insert(question.field());
  EXPECT_THAT(fields, Contains("delivery[team-notes].iac"));
  EXPECT_THAT(result.ShortDebugString(), Not(HasSubstr("Kubernetes")));
}

TEST(IacSecurity, HostileNamesChangeNoFile) {
  const std::string hostile = "Pay\\\" } ] : # ${a} %{b} \\\\ @source@";
  const IacSecurityResult result =
      IacSecurity(Case(Edited(Example("api-platform"),
                              {{"name: Northlane Payments API Platform\n", "name: \"" + hostile + "\"\n"}}),
                       "deploy/examples/api-platform")
                      .input());
  for (const auto& file : result.policy_files()) {
    if (!file.yaml().empty()) {
      model::Faults faults;
      EXPECT_NE(model::YamlTree::Parse(file.yaml(), faults), nullptr);
      EXPECT_OK(faults.ToStatus(file.file()));
    }
  }
}

TEST(IacSecurity, AnUnknownToolIsAQuestion) {
  const IacSecurityResult result = IacSecurity(
      Case(Edited(Example("patient-platform"), {{"tool: Bicep, repository", "tool: Homegrown, repository"}})).input());
  ASSERT_EQ(result.sources_without_scanner_size(), 1);
  EXPECT_THAT(result.configs(), IsEmpty());
  std::set<std::string> fields;
  for (const auto& question : result.questions()) fields.insert(question.field());
  EXPECT_THAT(fields, Contains("delivery.iac[bicep-azure].tool"));
}

TEST(IacSecurity, AReleaseOfApplicationsAppliesNoDescriptionOfAccounts) {
  const IacSecurityResult result = ReviewedExample("patient-platform");
  for (const auto& row : result.pipelines()) EXPECT_NE(row.pipeline(), "portal-release");
  bool applies = false;
  for (const auto& row : result.pipelines()) applies |= row.pipeline() == "azure-changes";
  EXPECT_TRUE(applies);
  // Manifests describe nothing but clusters, so that what deploys to them applies them.
  const IacSecurityResult platform = ReviewedExample("api-platform");
  bool deploys = false;
  for (const auto& row : platform.pipelines()) deploys |= row.pipeline() == "deploy-us";
  EXPECT_TRUE(deploys);
}

}  // namespace
}  // namespace metapowers::commands::protect
