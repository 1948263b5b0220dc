#include "service/commands/protect/secrets_management.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/algorithm/container.h"
#include "service/commands/protection_gaps.h"
#include "service/render/template.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/snippet_checks.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::SecretsManagementResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SecretsManagementResult Manage(const std::string& yaml) { return SecretsManagement(Case(yaml).input()); }

// The text of the section.
std::string Rendered(const SecretsManagementResult& result) {
  const Command& command = *FindCommand("protect/secrets_management");
  const auto wording = render::Template::Parse(command.template_text, command.stem);
  EXPECT_OK(wording.status());
  const auto text = wording->Render(result);
  EXPECT_OK(text.status());
  return *text;
}

const metapowers::v1::ProtectionGap* FindGap(const SecretsManagementResult& result, const std::string& rule,
                                             const std::string& subject) {
  for (const auto& gap : result.gaps()) {
    if (gap.rule() == rule && absl::c_linear_search(gap.subjects(), subject)) return &gap;
  }
  return nullptr;
}

TEST(SecretsManagement, TotalsAreTheRowsCounted) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case c(Example(example));
    const SecretsManagementResult result = SecretsManagement(c.input());
    const int declared = c.model().proto().secrets().credentials_size();
    EXPECT_EQ(result.secrets_size(), declared);
    EXPECT_EQ(result.totals().credentials(), declared);
    EXPECT_EQ(result.blast_radius_size(), declared);
    EXPECT_EQ(result.revocation_size(), declared);
    int by_kind = 0;
    for (const auto& row : result.rotation()) by_kind += row.credentials_size();
    EXPECT_EQ(by_kind, declared);
    const auto late = std::count_if(result.secrets().begin(), result.secrets().end(), [](const auto& row) {
      return row.next_rotation().find("late") != std::string::npos;
    });
    EXPECT_EQ(result.totals().overdue(), late);
    EXPECT_EQ(result.totals().undeclared(), result.undeclared_size());
    int in_waves = 0;
    for (const auto& wave : result.waves()) {
      int subjects = 0;
      for (const auto& row : wave.rows()) subjects += row.subjects_size();
      EXPECT_EQ(wave.gaps(), subjects);
      in_waves += wave.gaps();
    }
    EXPECT_EQ(in_waves, CountGaps(result.gaps()));
  }
}

TEST(SecretsManagement, ACredentialPastItsIntervalSaysHowManyDays) {
  const auto result = Manage(Example("api-platform"));
  const auto* gap = FindGap(result, "credential-overdue", "datadog-api-key");
  ASSERT_NE(gap, nullptr);
  EXPECT_EQ(gap->fact(), "due 2026-09-08, 54 days late");
  EXPECT_EQ(FindGap(result, "credential-overdue", "stripe-api-key"), nullptr);
}

TEST(SecretsManagement, WithoutADateOrIntervalThereIsAQuestionAndNoGap) {
  const auto result = Manage(Example("api-platform"));
  EXPECT_EQ(FindGap(result, "credential-overdue", "reporting-db-account"), nullptr);
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(), [](const auto& each) {
    return each.text().find("reporting-db-account last rotated") != std::string::npos;
  }));
}

TEST(SecretsManagement, AFlowWithASecretNeedsItsCredential) {
  const auto result = Manage(Example("api-platform"));
  std::set<std::string> flows;
  for (const auto& row : result.undeclared()) flows.insert(row.flow());
  EXPECT_EQ(flows.count("ledger-to-db"), 0u);            // declared for this flow
  EXPECT_EQ(flows.count("notification-to-events"), 0u);  // declared for its user and target
  EXPECT_EQ(flows.count("portal-to-cache"), 1u);
  const auto declared = Manage(
      Edited(Example("api-platform"),
             {{"    # The data team keeps this one by hand; its place is to be found out.\n",
               "    - {id: cache-password, name: Cache password, kind: password, store: hashicorp-vault, used_by: "
               "[partner-portal], flow: portal-to-cache, owner_team: accounts}\n"}}));
  EXPECT_EQ(declared.undeclared_size(), result.undeclared_size() - 1);
}

TEST(SecretsManagement, RevocationStartsWithTheWidestReach) {
  const auto result = Manage(Example("api-platform"));
  ASSERT_GT(result.revocation_size(), 1);
  EXPECT_THAT(result.revocation(0).reason(), HasSubstr("CDE"));
  for (int i = 0; i < result.revocation_size(); ++i) {
    EXPECT_EQ(result.revocation(i).order(), i + 1);
    EXPECT_EQ(result.revocation(i).credential(), result.blast_radius(i).credential());
  }
}

TEST(SecretsManagement, ConfigurationParsesAndFollowsThePlatform) {
  for (const char* example : kExamples) {
    const auto result = Manage(Example(example));
    for (const auto& snippet : result.store_snippets()) ExpectParses(snippet);
    for (const auto& snippet : result.pipeline_snippets()) ExpectParses(snippet);
  }
  const auto platform = Manage(Example("api-platform"));
  const auto is_external = [](const auto& snippet) {
    return snippet.yaml().find("kind: ExternalSecret") != std::string::npos;
  };
  EXPECT_TRUE(std::any_of(platform.store_snippets().begin(), platform.store_snippets().end(), is_external));
  // Neither the hospital's password safe nor the server's file takes policies of Vault.
  EXPECT_THAT(Manage(Example("patient-platform")).store_snippets(), IsEmpty());
  EXPECT_THAT(Manage(Example("team-notes")).store_snippets(), IsEmpty());
}

TEST(SecretsManagement, WithoutTheOperatorThereIsNoManifestOfIt) {
  const auto result = Manage(Edited(
      Example("api-platform"), {{"  injection: Kubernetes External Secrets Operator with memory-backed files\n", ""}}));
  for (const auto& snippet : result.store_snippets()) EXPECT_TRUE(snippet.yaml().empty()) << snippet.title();
  EXPECT_THAT(result.store_snippets(), Not(IsEmpty()));
}

TEST(SecretsManagement, AStoreWithoutBreakGlassOrRecordIsAGap) {
  const auto result =
      Manage(Edited(Example("team-notes"), {{"secrets_external, state: absent", "secrets_external, state: partial"}}));
  EXPECT_NE(FindGap(result, "break-glass-missing", "server-env-file"), nullptr);
  EXPECT_NE(FindGap(result, "audit-log-missing", "server-env-file"), nullptr);
  EXPECT_EQ(FindGap(Manage(Example("api-platform")), "break-glass-missing", "hashicorp-vault"), nullptr);
}

// One task: the secrets leave the file, and nobody builds a record of reads around it first.
TEST(SecretsManagement, APlaceThatItsUsersLeaveGetsNoUpkeep) {
  const auto result = Manage(Example("team-notes"));
  EXPECT_NE(FindGap(result, "secrets-beside-code", "web-app"), nullptr);
  EXPECT_EQ(FindGap(result, "break-glass-missing", "server-env-file"), nullptr);
  EXPECT_EQ(FindGap(result, "audit-log-missing", "server-env-file"), nullptr);
}

TEST(SecretsManagement, TheSecurityTeamAnswersWhereNoneIsNamed) {
  const auto result = Manage(Example("patient-platform"));
  for (const auto& leak : result.leaks()) {
    if (leak.place() == "forbidden place") {
      EXPECT_EQ(leak.owner(), "Information security") << leak.element();
    }
  }
}

TEST(SecretsManagement, ACertificateIsDueWithItsRenewalAndNotWithItsEnd) {
  const auto result = Manage(Example("patient-platform"));
  for (const auto& key : result.keys()) {
    if (key.id() == "portal-certificate") {
      EXPECT_EQ(key.next_rotation(), "2026-10-25, 7 days late");
    }
  }
}

TEST(SecretsManagement, ARepositoryWithoutScanIsAGapAndAnUnknownOneAQuestion) {
  const std::string text = Example("team-notes");
  EXPECT_NE(
      FindGap(Manage(Edited(text, {{"secret_scanning: yes", "secret_scanning: no"}})), "scanning-off", "team-notes"),
      nullptr);
  const auto unknown = Manage(Edited(text, {{"secret_scanning: yes", "secret_scanning: unknown"}}));
  EXPECT_EQ(FindGap(unknown, "scanning-off", "team-notes"), nullptr);
  EXPECT_TRUE(std::any_of(unknown.questions().begin(), unknown.questions().end(), [](const auto& each) {
    return each.text() == "Is every push to team-notes scanned for secrets?";
  }));
}

TEST(SecretsManagement, OrderInTheFileNeverMatters) {
  for (const char* list : {"components", "flows", "keys"}) {
    EXPECT_EQ(Manage(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Manage(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(SecretsManagement, APipelineIsBoundToTheCodeThatItApplies) {
  const auto result = Manage(Example("api-platform"));
  const auto role = std::find_if(
      result.pipeline_snippets().begin(), result.pipeline_snippets().end(),
      [](const auto& snippet) { return snippet.title().find("apply-infrastructure: role of") != std::string::npos; });
  ASSERT_NE(role, result.pipeline_snippets().end());
  EXPECT_THAT(role->json(), HasSubstr("OWNER/infrastructure"));
  EXPECT_THAT(role->json(), Not(HasSubstr("OWNER/payments-services")));
}

TEST(SecretsManagement, APipelineWhoseFileMayStandAnywhereIsAskedForAndGetsNoRole) {
  const auto result = Manage(Example("api-platform"));
  std::map<std::string, std::string> files;
  for (const auto& row : result.pipelines()) files[row.id()] = row.file_in();
  EXPECT_EQ(files["apply-infrastructure"], "infrastructure");
  EXPECT_EQ(files["deploy-eu"], "platform-manifests");
  EXPECT_EQ(files["build-and-publish"], "not known");
  EXPECT_EQ(Manage(Example("team-notes")).pipelines(0).file_in(), "team-notes") << "the only one";
  const auto about = [](const SecretsManagementResult& from, const std::string& id) {
    return absl::c_any_of(from.questions(), [&](const auto& each) {
      return each.text().find("holds the file of " + id + "?") != std::string::npos;
    });
  };
  EXPECT_TRUE(about(result, "build-and-publish"));
  EXPECT_FALSE(about(result, "apply-infrastructure"));
  for (const auto& snippet : result.pipeline_snippets()) {
    EXPECT_THAT(snippet.title(), Not(HasSubstr("build-and-publish:")));
  }
}

TEST(SecretsManagement, AScopeThatAllCredentialsShareIsSaidOnce) {
  EXPECT_NE(Manage(Example("team-notes")).blast_radius_pci(), "");
  EXPECT_EQ(Manage(Example("api-platform")).blast_radius_pci(), "");
}

// One weakness has one severity and one day, whatever tells of it.
TEST(SecretsManagement, SecretsBesideTheCodeAreAsBadAsTheThreatsOnThem) {
  const Case c(Example("team-notes"));
  const SecretsManagementResult result = SecretsManagement(c.input());
  const auto* gap = FindGap(result, "secrets-beside-code", "web-app");
  ASSERT_NE(gap, nullptr);
  EXPECT_THAT(gap->threats(), Contains("credential-stolen@db-password"));
  EXPECT_THAT(gap->threats(), Not(Contains("credential-stolen@ssh-keys"))) << "web-app does not use them";
  const analysis::Threat* threat = c.input().threats.Get().Find("credential-stolen@db-password");
  ASSERT_NE(threat, nullptr);
  EXPECT_EQ(gap->severity(), threat->severity());
  EXPECT_EQ(gap->due(), *threat->due);
}

TEST(SecretsManagement, SecretsBesideTheCodeAreAGap) {
  EXPECT_NE(FindGap(Manage(Example("team-notes")), "secrets-beside-code", "web-app"), nullptr);
  EXPECT_EQ(FindGap(Manage(Edited(Example("team-notes"),
                                  {{"secrets_external, state: absent", "secrets_external, state: implemented"}})),
                    "secrets-beside-code", "web-app"),
            nullptr);
}

TEST(SecretsManagement, ManifestsKeepNoStateAndRegistriesHaveTheTeamOfTheClusters) {
  const auto platform = Manage(Example("api-platform"));
  for (const auto& row : platform.leaks()) {
    EXPECT_FALSE(row.place() == "infrastructure state" && row.element() == "cluster-manifests");
  }
  const auto hospital = Manage(Example("patient-platform"));
  for (const auto& row : hospital.leaks()) {
    if (row.element() != "portal-images") continue;
    EXPECT_EQ(row.owner(), "Digital front door");
  }
}

TEST(SecretsManagement, CredentialsOfUnknownKindAreStillDeclared) {
  SecretsManagementResult result = Manage(Example("team-notes"));
  result.clear_rotation();
  result.mutable_has()->set_rotation(false);
  EXPECT_THAT(Rendered(result), HasSubstr("the kind of no declared credential is known"));
  EXPECT_THAT(Rendered(result), Not(HasSubstr("No credential is declared")));
  result.clear_secrets();
  result.mutable_has()->set_secrets(false);
  EXPECT_THAT(Rendered(result), HasSubstr("No credential is declared, so that none rotates."));
}

TEST(SecretsManagement, WhoNeedsACredentialWithoutAFlowIsNotKnown) {
  const std::string text = Example("team-notes");
  EXPECT_THAT(Rendered(Manage(text)),
              HasSubstr("| mail-password | mail-provider | accounts | confidential | 1 | nobody |"));
  EXPECT_THAT(Rendered(Manage(Edited(text, {{"used_by: [web-app], flow: app-to-mail,", "used_by: [web-app],"}}))),
              HasSubstr("| mail-password | not declared | none known | none known | 1 | not known |"));
}

}  // namespace
}  // namespace metapowers::commands::protect
