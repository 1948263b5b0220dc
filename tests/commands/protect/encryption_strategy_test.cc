#include "service/commands/protect/encryption_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/algorithm/container.h"
#include "service/commands/control_effects.h"
#include "service/commands/protection_gaps.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/snippet_checks.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::EncryptionStrategyResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

EncryptionStrategyResult Encrypt(const std::string& yaml) { return EncryptionStrategy(Case(yaml).input()); }

template <class Rows>
const typename Rows::value_type* Find(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return &row;
  }
  return nullptr;
}

const metapowers::v1::ProtectionGap* FindGap(const EncryptionStrategyResult& result, const std::string& rule,
                                             const std::string& subject) {
  for (const auto& gap : result.gaps()) {
    if (gap.rule() == rule && absl::c_linear_search(gap.subjects(), subject)) return &gap;
  }
  return nullptr;
}

TEST(EncryptionStrategy, TotalsAreTheRowsCounted) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case c(Example(example));
    const EncryptionStrategyResult result = EncryptionStrategy(c.input());
    EXPECT_EQ(result.totals().stores(), result.stores_size());
    EXPECT_EQ(result.backups_size(), result.stores_size());
    EXPECT_EQ(result.totals().flows(), c.model().proto().flows_size());
    EXPECT_EQ(result.flows_size(), result.totals().flows());
    EXPECT_EQ(result.keys_size() + result.certificates_size(), c.model().proto().keys_size());
    EXPECT_EQ(result.totals().keys(), c.model().proto().keys_size());
    EXPECT_EQ(result.requirements_size(), c.model().proto().data_classes_size());
    EXPECT_EQ(result.totals().gaps(), CountGaps(result.gaps()));
    int flows = 0;
    for (const auto& row : result.protocols()) flows += row.flows();
    EXPECT_EQ(flows, result.flows_size());
    const auto failed = std::count_if(result.stores().begin(), result.stores().end(),
                                      [](const auto& row) { return row.verdict().find("fails") == 0; });
    EXPECT_EQ(result.totals().stores_failed(), failed);
  }
}

TEST(EncryptionStrategy, EveryGapNamesExistingOpenThreatsOfItsElement) {
  for (const char* example : kExamples) {
    const Case c(Example(example));
    const auto result = EncryptionStrategy(c.input());
    for (const auto& gap : result.gaps()) {
      SCOPED_TRACE(gap.rule() + " " + gap.subjects(0));
      EXPECT_FALSE(gap.owner().empty());
      EXPECT_GE(gap.due(), c.model().proto().as_of());
      for (const std::string& key : gap.threats()) {
        const analysis::Threat* threat = c.input().threats.Get().Find(key);
        ASSERT_NE(threat, nullptr);
        EXPECT_TRUE(threat->open());
        EXPECT_THAT(gap.subjects(), Contains(threat->element_id()));
      }
    }
  }
}

TEST(EncryptionStrategy, AStoreShowsItsKeyWithOwnerAndDates) {
  const auto result = Encrypt(Example("api-platform"));
  const auto* row = Find(result.stores(), "card-vault-db");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->key(), "card-vault-key");
  EXPECT_EQ(row->key_owner(), "Security engineering");
  EXPECT_EQ(row->next_rotation(), "2027-04-14");
  EXPECT_EQ(row->verdict(), "met");
  EXPECT_THAT(row->declared(), HasSubstr("AES-256-GCM"));
}

TEST(EncryptionStrategy, AKeyPastItsPeriodIsAGapWithTheDaysLate) {
  const auto result = Encrypt(Example("api-platform"));
  const auto* gap = FindGap(result, "key-overdue", "platform-data-key");
  ASSERT_NE(gap, nullptr);
  EXPECT_THAT(gap->fact(), HasSubstr("2026-09-30, 32 days late"));
  EXPECT_EQ(Find(result.keys(), "platform-data-key")->state(), "active, past its period");
  const auto mended =
      Encrypt(Edited(Example("api-platform"), {{"last_rotated: 2025-09-30", "last_rotated: 2026-10-30"}}));
  EXPECT_EQ(FindGap(mended, "key-overdue", "platform-data-key"), nullptr);
  EXPECT_EQ(mended.totals().keys_overdue(), result.totals().keys_overdue() - 1);
}

TEST(EncryptionStrategy, TheEndOfACertificateIsJudgedAgainstAsOf) {
  const std::string text = Example("team-notes");
  EXPECT_EQ(Encrypt(text).certificates(0).left(), "70 days");
  const auto soon = Encrypt(Edited(text, {{"expires: 2027-01-10", "expires: 2026-11-10"}}));
  EXPECT_NE(FindGap(soon, "certificate-ends-soon", "web-certificate"), nullptr);
  const auto ended = Encrypt(Edited(text, {{"expires: 2027-01-10", "expires: 2026-10-31"}}));
  EXPECT_EQ(ended.certificates(0).left(), "ended 1 day ago");
  EXPECT_NE(FindGap(ended, "certificate-ended", "web-certificate"), nullptr);
  EXPECT_EQ(FindGap(ended, "certificate-ends-soon", "web-certificate"), nullptr);
}

TEST(EncryptionStrategy, AWithdrawnAlgorithmIsAGapAndAnUnknownOneAQuestion) {
  const std::string text = Example("team-notes");
  EXPECT_NE(FindGap(Encrypt(Edited(text, {{"algorithm: ECDSA P-256", "algorithm: RSA 1024"}})), "algorithm-withdrawn",
                    "web-certificate"),
            nullptr);
  const auto unknown = Encrypt(Edited(text, {{"algorithm: ECDSA P-256", "algorithm: House cipher"}}));
  EXPECT_EQ(FindGap(unknown, "algorithm-withdrawn", "web-certificate"), nullptr);
  EXPECT_TRUE(std::any_of(unknown.questions().begin(), unknown.questions().end(),
                          [](const auto& each) { return each.text().find("House cipher") != std::string::npos; }));
}

TEST(EncryptionStrategy, AKeyThatIsNotWhereItsDataIsCannotOpenIt) {
  const auto result = Encrypt(Edited(
      Example("api-platform"),
      {{"storage: AWS KMS with hardware security modules, owner_team: security, rotation_days: 365, last_rotated: "
        "2026-04-14, regions: [us-east-1, us-west-2]}\n  - {id: payments-data-key",
        "storage: AWS KMS with hardware security modules, owner_team: security, rotation_days: 365, last_rotated: "
        "2026-04-14, regions: [us-east-1, eu-central-1]}\n  - {id: payments-data-key"}}));
  ASSERT_NE(FindGap(result, "key-region-missing", "card-vault-key"), nullptr);
  EXPECT_THAT(FindGap(result, "key-region-missing", "card-vault-key")->fact(), HasSubstr("us-west-2"));
  EXPECT_THAT(FindGap(result, "key-abroad", "card-vault-key")->fact(), HasSubstr("eu-central-1"));
}

TEST(EncryptionStrategy, AFlowBelowThePolicysFloorFails) {
  const auto result = Encrypt(Example("api-platform"));
  EXPECT_THAT(Find(result.flows(), "stripe-webhooks")->verdict(), StartsWith("fails"));
  EXPECT_EQ(Find(result.flows(), "stripe-webhooks")->required(), "TLS 1.3");
  EXPECT_EQ(Find(result.flows(), "capture-to-tokenization")->verdict(), "met");
  const auto lower = Encrypt(
      Edited(Example("api-platform"), {{"  min_tls: tls_1_3\n  never_logged", "  min_tls: tls_1_2\n  never_logged"}}));
  EXPECT_EQ(Find(lower.flows(), "stripe-webhooks")->verdict(), "met");
}

TEST(EncryptionStrategy, AnExceptionIsShownWithItsStateAndLowersNothing) {
  const auto result = Encrypt(Example("api-platform"));
  ASSERT_EQ(result.exceptions_size(), 1);
  EXPECT_EQ(result.exceptions(0).state(), "in force");
  EXPECT_NE(FindGap(result, "transit-tls-floor", "notification-to-partners"), nullptr);
  const auto ended = Encrypt(Edited(Example("api-platform"), {{"expires: 2027-01-31}", "expires: 2026-10-31}"}}));
  EXPECT_EQ(ended.exceptions(0).state(), "ended");
}

TEST(EncryptionStrategy, ConfigurationIsOfDeclaredProductsAlone) {
  for (const char* example : kExamples) {
    const auto result = Encrypt(Example(example));
    for (const auto& snippet : result.snippets()) ExpectParses(snippet);
  }
  const auto notes = Encrypt(Example("team-notes"));
  for (const auto& snippet : notes.snippets()) {
    EXPECT_THAT(snippet.title(), ::testing::AnyOf(HasSubstr("nginx"), HasSubstr("PostgreSQL")));
  }
  const auto result = Encrypt(Example("patient-platform"));
  for (const auto& snippet : result.snippets()) {
    EXPECT_THAT(snippet.title(), Not(HasSubstr("Vault")));
  }
}

TEST(EncryptionStrategy, CardRequirementsAreCitedOnlyWhereTheyBind) {
  EXPECT_THAT(Encrypt(Example("api-platform")).certificate_references(), Contains(HasSubstr("4.2.1.1")));
  EXPECT_THAT(Encrypt(Example("patient-platform")).certificate_references(), Each(Not(HasSubstr("PCI DSS"))));
}

// It gets a key of its own for the volume; no application encrypts fields in it.
TEST(EncryptionStrategy, ADirectoryIsNotAskedForFieldsOfAnApplication) {
  const EncryptionStrategyResult result = Encrypt(Example("patient-platform"));
  const auto* gap = FindGap(result, "rest-own-key", "active-directory");
  ASSERT_NE(gap, nullptr);
  EXPECT_EQ(gap->control(), "");
  EXPECT_EQ(FindGap(result, "rest-own-key", "ehr-database")->control(), "own_key_encryption");
}

TEST(EncryptionStrategy, UnknownEncryptionIsAQuestionAndNoGap) {
  const auto result = Encrypt(Example("api-platform"));
  const auto* row = Find(result.stores(), "event-bus");
  ASSERT_NE(row, nullptr);
  EXPECT_THAT(row->verdict(), StartsWith("unknown"));
  EXPECT_EQ(FindGap(result, "rest-encrypted", "event-bus"), nullptr);
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(),
                          [](const auto& each) { return each.text().find("event-bus") != std::string::npos; }));
}

TEST(EncryptionStrategy, AStoreOnTheSameMachineGetsNoTls) {
  const auto result = Encrypt(Example("team-notes"));
  for (const auto& snippet : result.snippets()) {
    EXPECT_THAT(snippet.title(), Not(HasSubstr("notes-db")));
  }
}

TEST(EncryptionStrategy, AHealthRecordIsNotReplacedByAToken) {
  const auto result = Encrypt(Example("patient-platform"));
  for (const auto& control : result.controls()) {
    if (control.id() == "tokenisation") {
      EXPECT_EQ(control.missing_on_size(), 0);
    }
  }
}

TEST(EncryptionStrategy, UnknownProtectionIsNotTakenForNone) {
  const auto result = Encrypt(Example("patient-platform"));
  for (const auto& row : result.protocols()) {
    EXPECT_TRUE(row.protection() != "unknown" || row.suites() == "open until the protection is declared");
  }
}

TEST(EncryptionStrategy, OrderInTheFileNeverMatters) {
  for (const char* list : {"components", "flows", "keys", "data_classes"}) {
    EXPECT_EQ(Encrypt(Reversed(Example("api-platform"), list)).SerializeAsString(),
              Encrypt(Example("api-platform")).SerializeAsString())
        << list;
  }
}

TEST(EncryptionStrategy, ACertificateIsRenewedBeforeItEnds) {
  const std::string text = Example("team-notes");
  const auto soon = Encrypt(Edited(text, {{"expires: 2027-01-10", "expires: 2026-11-10"}}));
  const auto* gap = FindGap(soon, "certificate-ends-soon", "web-certificate");
  ASSERT_NE(gap, nullptr);
  EXPECT_LE(gap->due(), "2026-11-09");
  EXPECT_EQ(soon.certificates(0).renewal(), "2026-10-11, 21 days late");
  const auto later = Encrypt(Edited(text, {{"rotation_days: 60, last_rotated: 2026-10-12, expires: 2027-01-10",
                                            "rotation_days: 120, last_rotated: 2026-10-12, expires: 2027-01-10"}}));
  EXPECT_EQ(later.certificates(0).renewal(), "2026-12-11");
}

TEST(EncryptionStrategy, WhatMustNotBeKeptNeedsNoKey) {
  const auto result = Encrypt(Example("api-platform"));
  const auto* row = Find(result.requirements(), "card-verification-data");
  ASSERT_NE(row, nullptr);
  EXPECT_THAT(row->key(), StartsWith("none"));
  EXPECT_THAT(row->references(), Contains(HasSubstr("3.3.1")));
  EXPECT_THAT(row->references(), Contains(HasSubstr("3.3.2")));
  EXPECT_THAT(row->references(), Not(Contains(HasSubstr("3.6.1"))));
  EXPECT_THAT(Find(result.requirements(), "cardholder-data")->references(), Contains(HasSubstr("3.6.1")));
}

TEST(EncryptionStrategy, GapsThatReadTheSameShareARowAndATitleInWords) {
  const auto result = Encrypt(Example("api-platform"));
  std::set<std::string> rows;
  for (const auto& gap : result.gaps()) {
    EXPECT_THAT(gap.title(), Not(HasSubstr("not met")));
    EXPECT_TRUE(rows.insert(gap.rule() + gap.owner() + gap.fact() + gap.due()).second) << gap.rule();
  }
  const auto* gap = FindGap(result, "transit-tls-floor", "ledger-to-db");
  ASSERT_NE(gap, nullptr);
  EXPECT_THAT(gap->subjects(), Contains("partners-to-db"));
}

TEST(EncryptionStrategy, UndeclaredDataOnAPathIntoTheCdeIsAQuestion) {
  const auto result = Encrypt(Example("api-platform"));
  EXPECT_THAT(Find(result.flows(), "proxy-to-cde-db")->verdict(), StartsWith("unknown"));
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(),
                          [](const auto& each) { return each.field() == "flows[proxy-to-cde-db].sends"; }));
}

}  // namespace
}  // namespace metapowers::commands::protect
