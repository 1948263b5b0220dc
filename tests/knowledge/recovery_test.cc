// The rules on recovery: what they cite exists, and the rows that code relies on are there.
#include "service/knowledge/recovery.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "service/knowledge/knowledge.h"
#include "service/knowledge/threats.h"

namespace metapowers::knowledge {
namespace {

template <class Rows>
void ExpectReferencesAndUniqueIds(const Rows& rows) {
  std::set<std::string> ids;
  for (const auto& row : rows) {
    EXPECT_TRUE(ids.insert(row.id()).second) << row.id();
    EXPECT_GT(row.references_size(), 0) << row.id();
    for (const std::string& reference : row.references()) {
      EXPECT_NE(FindRequirement(reference), nullptr) << row.id() << " " << reference;
    }
  }
}

TEST(RecoveryRules, CiteWhatTheCataloguesHave) {
  ExpectReferencesAndUniqueIds(RecoveryRules().checks());
  ExpectReferencesAndUniqueIds(RecoveryRules().gaps());
  ExpectReferencesAndUniqueIds(RecoveryRules().exercises());
  ExpectReferencesAndUniqueIds(RecoveryRules().backup_alerts());
}

TEST(RecoveryRules, GapsAreComplete) {
  for (const v1::ProtectionGapRule& rule : RecoveryRules().gaps()) {
    SCOPED_TRACE(rule.id());
    EXPECT_NE(rule.severity(), model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_TRUE(rule.control().empty() || FindControl(rule.control()) != nullptr) << rule.control();
    for (const std::string* text : {&rule.title(), &rule.measure(), &rule.verification()}) EXPECT_FALSE(text->empty());
  }
}

TEST(RecoveryRules, EveryGapHasItsWeight) {
  for (const v1::ProtectionGapRule& rule : RecoveryRules().gaps()) {
    const v1::GapWeight& weight = GapWeightOf(rule.id());
    EXPECT_NE(weight.effort(), v1::EFFORT_UNSPECIFIED) << rule.id();
    EXPECT_FALSE(weight.pattern().empty()) << rule.id();
  }
  EXPECT_EQ(RecoveryRules().weights_size(), RecoveryRules().gaps_size());
}

TEST(RecoveryRules, TheLastProcedureFitsEveryComponent) {
  const auto& procedures = RecoveryRules().procedures();
  ASSERT_FALSE(procedures.empty());
  for (const v1::RestoreProcedure& row : procedures) {
    EXPECT_EQ(row.where().empty(), &row == &*procedures.rbegin()) << row.id();
    EXPECT_GT(row.steps_size(), 0) << row.id();
    EXPECT_FALSE(row.verification().empty()) << row.id();
  }
}

TEST(RecoveryRules, EveryDutyHasARole) {
  EXPECT_FALSE(RecoveryRules().duties().empty());
  for (const v1::ContinuityDuty& row : RecoveryRules().duties()) {
    EXPECT_FALSE(row.duty().empty()) << row.id();
    EXPECT_GT(row.owners_size(), 0) << row.id();
  }
}

TEST(RecoveryRules, EveryMethodOfBackupHasItsRow) {
  for (int method = model::v1::BACKUP_METHOD_FULL; method < model::v1::BackupMethod_ARRAYSIZE; ++method) {
    int rows = 0;
    for (const v1::BackupMethodRule& row : RecoveryRules().methods()) rows += row.method() == method ? 1 : 0;
    EXPECT_EQ(rows, 1) << model::v1::BackupMethod_Name(method);
  }
}

TEST(RecoveryRules, EveryMilestoneHasAnOwnerAndAProof) {
  for (const v1::RecoveryMilestone& row : RecoveryRules().milestones()) {
    EXPECT_NE(row.phase(), v1::RECOVERY_PHASE_UNSPECIFIED) << row.id();
    EXPECT_GT(row.owners_size(), 0) << row.id();
    EXPECT_FALSE(row.evidence().empty()) << row.id();
  }
}

}  // namespace
}  // namespace metapowers::knowledge
