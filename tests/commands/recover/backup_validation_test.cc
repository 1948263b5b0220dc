#include "service/commands/recover/backup_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::recover {
namespace {

using security::recover::v1::BackupValidationResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

BackupValidationResult Validation(const std::string& yaml) { return BackupValidation(Case(yaml).input()); }

// "rule subject: fact" of each gap.
std::vector<std::string> Gaps(const BackupValidationResult& result) {
  std::vector<std::string> gaps;
  for (const auto& row : result.gaps()) {
    for (const std::string& subject : row.subjects()) {
      gaps.push_back(absl::StrCat(row.rule(), " ", subject, ": ", row.fact()));
    }
  }
  return gaps;
}

template <class Rows>
auto RowOf(const Rows& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.id() == id) return row;
  }
  ADD_FAILURE() << "no row " << id;
  return rows.Get(0);
}

TEST(BackupValidation, EveryStoreStandsOnceAndTheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const Case c(Example(name));
    const BackupValidationResult result = BackupValidation(c.input());
    std::multiset<std::string> listed(result.caches().begin(), result.caches().end());
    for (const auto& row : result.stores()) listed.insert(row.id());
    for (const auto& component : c.model().proto().components()) {
      if (component.kind() != model::v1::COMPONENT_KIND_DATASTORE) continue;
      EXPECT_EQ(listed.count(component.id()), 1u) << component.id();
    }
    const auto& totals = result.totals();
    EXPECT_EQ(totals.stores(), result.stores_size());
    EXPECT_EQ(totals.with_backup() + totals.without_backup() + totals.unknown(), totals.stores());
    EXPECT_EQ(totals.tested() + totals.never_tested(), totals.with_backup());
    EXPECT_EQ(result.tests_size(), totals.with_backup());
    EXPECT_EQ(result.restores_size(), totals.with_backup());
    EXPECT_EQ(result.gaps_size(), totals.gaps());
    EXPECT_EQ(result.questions_size(), totals.questions());
    int met = 0;
    for (const auto& row : result.stores()) met += row.three_two_one() == "met" ? 1 : 0;
    EXPECT_EQ(met, totals.three_two_one());
    for (const auto& row : result.gaps()) EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.rule();
  }
}

TEST(BackupValidation, ABackupWithoutATestIsAGap) {
  EXPECT_THAT(
      Gaps(Validation(Example("team-notes"))),
      Contains("backup-untested notes-db: no test restoration is declared, though one is planned every 180 days"));
  const std::string tested =
      Edited(Example("team-notes"), {{"media_types: 1, restore_test_interval_days: 180}",
                                      "media_types: 1, restore_test_interval_days: 180, "
                                      "last_restore_test: 2026-10-01, last_restore_minutes: 30}"}});
  const BackupValidationResult result = Validation(tested);
  EXPECT_THAT(Gaps(result), Not(Contains(HasSubstr("untested"))));
  EXPECT_EQ(RowOf(result.tests(), "notes-db").verdict(), "met");
  EXPECT_EQ(RowOf(result.tests(), "notes-db").next(), "2027-03-30");
}

TEST(BackupValidation, LateAndSlowTestsAreGaps) {
  const std::vector<std::string> gaps = Gaps(Validation(Example("patient-platform")));
  EXPECT_THAT(
      gaps, Contains(HasSubstr("backup-test-late ehr-database: last on 2026-03-05, due on 2026-09-01, 61 days late")));
  EXPECT_THAT(gaps, Contains("backup-test-slow pacs-archive: 22 hours, RTO 4 hours of tier 1"));
}

TEST(BackupValidation, ThreeTwoOneSaysWhatIsMissing) {
  EXPECT_THAT(Gaps(Validation(Example("team-notes"))),
              Contains("backup-321 notes-db: 2 copies, 1 kind of storage and none off site"));
  EXPECT_EQ(RowOf(Validation(Example("api-platform")).stores(), "payments-db").three_two_one(), "met");
}

TEST(BackupValidation, TheKeyMustBeWhereTheBackupIs) {
  const std::string yaml = Edited(
      Example("api-platform"), {{"name: EU backup key, algorithm: AES-256, use: backup, storage: AWS KMS, owner_team: "
                                 "platform, rotation_days: 365, last_rotated: 2026-03-17, regions: [eu-central-1]}",
                                 "name: EU backup key, algorithm: AES-256, use: backup, storage: AWS KMS, owner_team: "
                                 "platform, rotation_days: 365, last_rotated: 2026-03-17, regions: [us-east-1]}"}});
  EXPECT_THAT(Gaps(Validation(yaml)),
              Contains("backup-key-elsewhere eu-customer-db: backup-key-eu is not in eu-central-1"));
}

TEST(BackupValidation, BackupsOfPersonalDataStayInTheirJurisdiction) {
  const std::string yaml =
      Edited(Example("team-notes"), {{"locations: [falkenstein]", "locations: [falkenstein, us]"}});
  EXPECT_THAT(Gaps(Validation(yaml)), Contains("backup-abroad notes-db: in us"));
  EXPECT_THAT(Gaps(Validation(Example("team-notes"))), Not(Contains(HasSubstr("backup-abroad"))));
}

TEST(BackupValidation, DeclaredAlertsAnswerForTheStoresThatTheyName) {
  const BackupValidationResult result = Validation(Example("api-platform"));
  ASSERT_FALSE(result.alerts().empty());
  EXPECT_THAT(result.alerts(0).declared(), ElementsAre("backup-missed"));
  EXPECT_THAT(result.alerts(0).missing_on(), Not(Contains("payments-db")));
  EXPECT_THAT(result.alerts(0).missing_on(), Contains("vault"));
  EXPECT_THAT(Gaps(result), Contains(HasSubstr("backup-unwatched vault")));
}

TEST(BackupValidation, AnUnsetBackupIsAQuestionAndNoGap) {
  std::string yaml = Example("team-notes");
  const size_t at = yaml.find("    backup: {method: full");
  ASSERT_NE(at, std::string::npos);
  yaml.erase(at, yaml.find('\n', at) - at + 1);
  const BackupValidationResult result = Validation(yaml);
  EXPECT_EQ(result.totals().unknown(), 1);
  EXPECT_EQ(result.gaps_size(), 0);
  std::multiset<std::string> texts;
  for (const auto& row : result.questions()) texts.insert(row.text());
  EXPECT_EQ(texts.count("How is notes-db backed up?"), 1u);
  EXPECT_EQ(RowOf(result.stores(), "notes-db").method(), "none declared");
}

TEST(BackupValidation, ACacheThatAloneStoresDataIsToBeConfirmed) {
  const std::string yaml = Example("api-platform");
  const BackupValidationResult result = Validation(yaml);
  std::map<std::string, std::vector<std::string>> stored_in;
  const Case c(yaml);
  for (const auto& component : c.model().proto().components()) {
    for (const std::string& data : component.stores()) stored_in[data].push_back(component.id());
  }
  ASSERT_EQ(result.caches_size(), 1);
  const auto* cache = c.model().Find<model::v1::Component>(result.caches(0));
  std::multiset<std::string> expected, found;
  for (const std::string& data : cache->stores()) {
    if (stored_in[data].size() == 1) expected.insert(c.model().Find<model::v1::DataClass>(data)->name());
  }
  for (const auto& row : result.sole_caches()) {
    found.insert(row.data().begin(), row.data().end());
    EXPECT_FALSE(row.owner().empty());
  }
  EXPECT_EQ(found, expected);
}

TEST(BackupValidation, ACopyInAnotherCacheIsNoStore) {
  const std::string second =
      "\n  - id: second-cache\n    name: Second cache\n    kind: datastore\n    technology: [valkey]\n    owner_team: "
      "platform\n    lifecycle: live\n    zone: us-data\n    stores: [access-tokens]\n";
  const auto caches = [](const std::string& yaml) {
    std::set<std::string> ids;
    const auto validation = Validation(yaml);
    for (const auto& row : validation.sole_caches()) ids.insert(row.id());
    return ids;
  };
  const std::string yaml = Example("api-platform");
  EXPECT_EQ(caches(yaml), std::set<std::string>{"session-cache"});
  EXPECT_EQ(caches(Edited(yaml, {{"\n  - id: session-cache\n", second + "  - id: session-cache\n"}})),
            (std::set<std::string>{"second-cache", "session-cache"}));
}

}  // namespace
}  // namespace metapowers::commands::recover
