// Each check on documents that the commands write: it passes, and finds what is taken away.
#include <gmock/gmock.h>

#include "tests/lint/lint_fixture.h"

namespace metapowers::lint {
namespace {

using Edits = std::vector<std::pair<std::string, std::string>>;

// A check passes on `example` with `base` changed in its model, and with one more change finds `says`.
struct Row {
  std::string item;
  std::string example;
  std::vector<std::string> commands;
  Edits base;     // of the model
  Edits model;    // further ones, of the model
  Edits section;  // of the section of the first command
  std::string says;
};

// What is meant to fall short in the examples, mended.
const Edits kOwned = {{"    kind: process\n    technology: [metabase]\n",
                       "    kind: process\n    owner_team: data\n    tier: tier_3\n    technology: [metabase]\n"}};
const Edits kReviewed = {{"last_reviewed: 2025-08-25", "last_reviewed: 2026-08-25"}};
const Edits kEncrypted = {
    {"    encryption_at_rest: unknown\n",
     "    encryption_at_rest: customer_key\n    encryption_algorithm: AES-256-GCM\n    kms_key: platform-data-key\n"}};
const Edits kStored = {
    {"name: Shared reporting database account, kind: database,",
     "name: Shared reporting database account, kind: database, store: hashicorp-vault, rotation_days: 90,"}};
const Edits kTransferred = {{"sends: [customer-profile-eu], dependency: async",
                             "sends: [customer-profile-eu], transfer_mechanism: datadog-scc, dependency: async"}};
const Edits kConfirmed = {{"scope_confirmed: 2026-03-20", "scope_confirmed: 2026-09-20"}};
const Edits kAnswered = {
    {"summary: Accept an invitation, data:", "summary: Accept an invitation, authenticated: yes, data:"}};

const Row kRows[] = {
    {"all-1",
     "team-notes",
     {"asset-inventory"},
     {},
     {},
     {{"### Asset Register\n", "### Asset Register\n" +
                                   [] {
                                     std::string text;
                                     for (int i = 0; i < 200; ++i) text += "\nEverybody takes care.\n";
                                     return text;
                                   }()}},
     "wanted 60%; fewest in Asset Inventory ("},
    {"all-2",
     "api-platform",
     {"asset-inventory"},
     {},
     {},
     {{"### Asset Register\n", "### Asset Register\n\nTeams review it regularly.\n"}},
     "says \"regularly\""},
    {"all-3",
     "api-platform",
     {"asset-inventory"},
     {},
     {},
     {{"| Payments engineering | 2026-12-01 |", "| none | 2026-12-01 |"}},
     "Owner says \"none\""},
    {"all-4",
     "api-platform",
     {"asset-inventory"},
     {},
     {},
     {{"- 12 microservices", "- 13 microservices"}},
     "other numbers follow"},
    {"all-5",
     "api-platform",
     {"threat-model"},
     {},
     {},
     {{"CWE-522 Insufficiently", "CWE-999522 Insufficiently"}},
     "CWE-999522 is in no shipped catalogue"},
    {"all-6",
     "api-platform",
     {"asset-inventory"},
     {},
     {},
     {{"| Which team owns metabase-vm? | Payments engineering |\n", ""}},
     "does not ask: Which team owns"},
    {"all-7",
     "api-platform",
     {"asset-inventory"},
     {},
     {},
     {{"### Asset Register\n", "### Asset Register\n\nSeen by me.\n"}},
     "is not what the command makes now"},
    {"all-8",
     "api-platform",
     {"asset-inventory"},
     kReviewed,
     {},
     {{"| Data and reporting |", "| Nobody we know |"}},
     "who is not in the model"},
    {"all-8",
     "api-platform",
     {"asset-inventory"},
     kReviewed,
     {{"last_reviewed: 2026-08-25, review_interval_months: 12",
       "last_reviewed: 2024-08-25, review_interval_months: 12"}},
     {},
     "review of the policy was due"},
    {"govern-1", "api-platform", {"security-policy"}, {}, {}, {{"| DORA | ", "| D0RA | "}}, "framework DORA"},
    {"govern-2",
     "api-platform",
     {"risk-appetite"},
     {},
     {},
     {{"| compliance |", "| elsewhere |"}},
     "no threshold has both"},
    {"govern-3",
     "api-platform",
     {"risk-appetite"},
     {},
     {},
     {{"| high | Chief Information Security Officer (CISO) |", "| huge | Chief Information Security Officer (CISO) |"}},
     "level high has no row"},
    {"govern-4",
     "api-platform",
     {"security-roles"},
     kOwned,
     {{"    owner_team: data\n    tier: tier_3\n    technology: [metabase]",
       "    tier: tier_3\n    technology: [metabase]"}},
     {},
     "no team owns"},
    {"govern-5",
     "api-platform",
     {"security-policy"},
     {},
     {},
     {{"  Evidence, checked ", "  Evidence "}},
     "no evidence that is looked at"},
    {"govern-8",
     "api-platform",
     {"security-policy", "risk-appetite", "security-roles"},
     {},
     {},
     {{"| GV.RM-03 |", "| GV.RM-99 |"}},
     "GV.RM-03 is neither met nor a gap"},
    {"govern-9",
     "api-platform",
     {"data-classification"},
     kTransferred,
     {{"transfer_mechanism: datadog-scc, dependency: async", "dependency: async"}},
     {},
     "without a mechanism"},
    {"identify-1",
     "api-platform",
     {"asset-inventory"},
     kOwned,
     {},
     {{"| api-gateway | microservice | Payments engineering |", "| api-gateway | microservice | none |"}},
     "asset api-gateway: Owner"},
    {"identify-2",
     "api-platform",
     {"asset-inventory"},
     kConfirmed,
     {{"scope_confirmed: 2026-09-20", "scope_confirmed: 2025-09-20"}},
     {},
     "confirmed again by"},
    {"identify-3",
     "api-platform",
     {"threat-model"},
     {},
     {},
     {{"n_datadog -->|\"datadog-archive\"|", "n_datadog -.-|\"datadog-archive\"|"}},
     "is drawn 0 times"},
    {"identify-4",
     "api-platform",
     {"threat-model"},
     {},
     {},
     {{"| card-capture | process |", "| nothing | process |"}},
     "card-capture is not in the matrix"},
    {"identify-5",
     "api-platform",
     {"threat-model"},
     {},
     {},
     {{"| `api-key-leaked@partner-to-edge` | critical |", "| `another` | critical |"}},
     "threat api-key-leaked@partner-to-edge has no row"},
    {"identify-6",
     "api-platform",
     {"attack-surface"},
     kAnswered,
     {{"unauthenticated_reason: Published documentation", "unauthenticated_reason: \"\""}},
     {},
     "asks for no authentication"},
    {"identify-7",
     "api-platform",
     {"data-classification"},
     {},
     {},
     {{"| cardholder-data | PAN | card-vault-db |", "| cardholder-data | PAN | other |"}},
     "card-vault-db has no row"},
    {"identify-8",
     "api-platform",
     {"risk-assessment"},
     {},
     {},
     {{"| threats by way of suppliers | Threat Model | 8 | 0 | 0 | 8 |",
       "| threats by way of suppliers | Threat Model | 9 | 0 | 0 | 8 |"}},
     "found less left out is 9"},
    {"identify-9",
     "api-platform",
     {"compliance-gap"},
     {},
     {},
     {{"Score = (met", "The score is (met"}},
     "formula of the score is not printed"},
    {"protect-1",
     "api-platform",
     {"access-control"},
     {},
     {},
     {{"| payments-db | ", "| gone-db | "}},
     "component payments-db has no row"},
    {"protect-1",
     "api-platform",
     {"access-control"},
     {},
     {},
     {{"through access-proxy | several factors | yes | path into the CDE |",
       "through access-proxy | token | no | path into the CDE |"}},
     "without several factors"},
    {"protect-2",
     "api-platform",
     {"encryption-strategy"},
     kEncrypted,
     {},
     {{"| event-bus | card-tokens, transaction-data | confidential | customer key, AES-256-GCM |",
       "| event-bus | card-tokens, transaction-data | confidential | unknown |"}},
     "store event-bus: Declared"},
    {"protect-3",
     "api-platform",
     {"secrets-management"},
     kStored,
     {{"store: hashicorp-vault, rotation_days: 90, used_by: [reporting-service]",
       "rotation_days: 90, used_by: [reporting-service]"}},
     {},
     "credential reporting-db-account: Store"},
    {"protect-4",
     "api-platform",
     {"api-security"},
     {},
     {},
     {{"| API1 | As one payer session,", "| API9 | As one payer session,"}},
     "API1 of card-capture-api has no test"},
    {"protect-5",
     "api-platform",
     {"container-security"},
     {},
     {},
     {{"| eu-core | eks-eu-central |", "| elsewhere | eks-eu-central |"}},
     "namespace eu-core has no row"},
    {"protect-6",
     "api-platform",
     {"vulnerability-assessment"},
     {},
     {{"{severity: critical, hours: 48}", "{severity: critical, hours: 1000}"}},
     {},
     "longer than the month"},
    {"protect-7",
     "api-platform",
     {"threat-model"},
     {},
     {},
     {{"| Minimisation of data | 36 |", "| Minimisation of data | - |"}},
     "Points says \"-\""},
    {"protect-8",
     "api-platform",
     {"dependency-scan"},
     {},
     {},
     {{"| data-services | Python |", "| other | Python |"}},
     "repository data-services has no row"},
    {"detect-1",
     "api-platform",
     {"logging-architecture"},
     {},
     {{"total_retention_days: 365", "total_retention_days: 200"}},
     {},
     "shorter than the 12 months"},
    {"detect-2",
     "api-platform",
     {"anomaly-detection"},
     {},
     {},
     {{"| component-out-of-support@&#8203;platform-db | high |", "| another | high |"}},
     "threat that nothing detects component-out-of-support@platform-db"},
    {"detect-3",
     "api-platform",
     {"anomaly-detection"},
     {},
     {},
     {{"| sensitive-data-in-log | Sensitive data", "| another | Sensitive data"}},
     "detection sensitive-data-in-log has no row"},
    {"detect-3",
     "team-notes",
     {"anomaly-detection"},
     {},
     {},
     {{"files-encrypted, ", ""}},
     "detection files-encrypted has no row"},
    {"detect-4",
     "api-platform",
     {"monitoring-strategy"},
     {},
     {},
     {{"#### Privilege escalation", "#### Something else"}},
     "alert privilege-escalation has no runbook"},
    {"detect-5",
     "api-platform",
     {"monitoring-strategy"},
     {},
     {},
     {{"| 2026-11-08 | Segmentation failed |", "| 2026-11-08 | Another |"}},
     "no alert answers \"Segmentation failed\""},
    {"detect-6",
     "api-platform",
     {"logging-architecture"},
     {},
     {},
     {{"| secrets | Platform secrets | never logged |", "| secrets | Others | never logged |"}},
     "data class Platform secrets has no row"},
    {"detect-7",
     "api-platform",
     {"security-testing"},
     {},
     {},
     {{"| Cardholder data environment | card-capture, card-vault-db,",
       "| Cardholder data environment | card-capture,"}},
     "card-vault-db is in the cardholder data environment"},
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.item << ": " << row.says; }

class ChecksTest : public testing::TestWithParam<Row> {};

TEST_P(ChecksTest, PassesAndFindsWhatIsTakenAway) {
  const Row& row = GetParam();
  const std::string base = Replaced(ExampleModel(row.example), row.base);
  Topic good(row.example, base);
  for (const std::string& command : row.commands) good.Run(command);
  const v1::LintResult passing = good.Try(row.item);
  EXPECT_EQ(passing.verdict(), v1::LINT_VERDICT_PASS) << Explain(passing);
  EXPECT_GT(passing.checked(), 0);

  Topic bad(row.example, Replaced(base, row.model));
  for (const std::string& command : row.commands) bad.Run(command, command == row.commands[0] ? row.section : Edits());
  const v1::LintResult failing = bad.Try(row.item);
  EXPECT_EQ(failing.verdict(), v1::LINT_VERDICT_FAIL);
  std::string told;
  for (const v1::LintFinding& finding : failing.findings()) {
    EXPECT_NE(finding.document(), "");
    EXPECT_NE(finding.mend(), "") << finding.text();
    told += finding.text() + "\n";
  }
  EXPECT_THAT(told, testing::HasSubstr(row.says));
}

std::string NameOf(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.item + "_" + std::to_string(info.index);
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Items, ChecksTest, testing::ValuesIn(kRows), NameOf);

TEST(ChecksTest, ADocumentStatesTheVersionOfWhatItCites) {
  Topic topic("api-platform", ExampleModel("api-platform"));
  topic.Run("security-roles");
  EXPECT_EQ(topic.Try("all-5").verdict(), v1::LINT_VERDICT_PASS);
  topic.EditDocument("00-govern.md", {{"; PCI DSS 4.0.1,", "; another,"}});
  const v1::LintResult result = topic.Try("all-5");
  ASSERT_EQ(result.verdict(), v1::LINT_VERDICT_FAIL);
  EXPECT_THAT(result.findings(0).text(), testing::HasSubstr("does not state the version"));
}

}  // namespace
}  // namespace metapowers::lint
