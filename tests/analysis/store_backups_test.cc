#include "service/analysis/store_backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTiers[] = "recovery:\n  tiers:\n  - {tier: tier_0, rto_minutes: 60, rpo_minutes: 15}\n";

// A store of tier 0 in the EU with these further fields, and what follows for it.
struct Store {
  explicit Store(const std::string& fields, const std::string& rest = "")
      : facts(FactsOf(
            ModelText{.components = absl::StrCat("- {id: store, name: S, kind: datastore, tier: tier_0, regions: [eu]",
                                                 fields.empty() ? "" : ", ", fields, "}\n"),
                      .rest = absl::StrCat(kTiers, rest)})),
        restoration(*facts),
        all(StoreBackups(*facts, restoration)) {}
  const StoreBackup* operator->() const { return &all.at(0); }

  const std::shared_ptr<const Facts> facts;
  const Restoration restoration;
  const std::vector<StoreBackup> all;
};

TEST(StoreBackups, ReplicationAnswersTheLossOfACopyAndNotDamage) {
  const Store store("replication: synchronous, backup: {method: continuous, interval_minutes: 20}");
  EXPECT_EQ(store->copy_lost.minutes, 0);
  EXPECT_EQ(store->copy_lost.verdict, TargetVerdict::kMet);
  EXPECT_EQ(store->data_damaged.minutes, 20);
  EXPECT_EQ(store->data_damaged.verdict, TargetVerdict::kNotMet);
}

TEST(StoreBackups, AnAsynchronousCopyWithoutBackupIsUnknownAndNotMetAfterDamage) {
  const Store store("replication: asynchronous, backup: {method: none}");
  EXPECT_FALSE(store->copy_lost.minutes.has_value());
  EXPECT_EQ(store->copy_lost.verdict, TargetVerdict::kUnknown);
  EXPECT_TRUE(store->data_damaged.nothing_survives);
  EXPECT_EQ(store->data_damaged.verdict, TargetVerdict::kNotMet);
}

TEST(StoreBackups, TheBackupBesideAnAsynchronousCopyCanMeetATargetAndNotMissIt) {
  EXPECT_EQ(Store("replication: asynchronous, backup: {method: full, interval_minutes: 10}")->copy_lost.verdict,
            TargetVerdict::kMet);
  EXPECT_EQ(Store("replication: asynchronous, backup: {method: full, interval_minutes: 60}")->copy_lost.verdict,
            TargetVerdict::kUnknown);
  EXPECT_EQ(Store("replication: none, backup: {method: full, interval_minutes: 60}")->copy_lost.verdict,
            TargetVerdict::kNotMet);
}

TEST(StoreBackups, NothingDeclaredIsUnknown) {
  const Store store("");
  EXPECT_FALSE(store->declared);
  EXPECT_FALSE(store->none);
  EXPECT_EQ(store->copy_lost.verdict, TargetVerdict::kUnknown);
  EXPECT_EQ(store->data_damaged.verdict, TargetVerdict::kUnknown);
  EXPECT_EQ(store->three_copies, model::v1::TRISTATE_UNSPECIFIED);
  EXPECT_FALSE(store->test_late);
}

TEST(StoreBackups, ThreeTwoOneIsThreeCopiesTwoMediaOneOffSite) {
  const Store good("backup: {method: full, copies: 3, media_types: 2, locations: [eu, us]}");
  EXPECT_TRUE(good->three_two_one()) << "a backup outside the region of the store is off site";
  const Store near("backup: {method: full, copies: 3, media_types: 2, locations: [eu]}");
  EXPECT_EQ(near->off_site, model::v1::TRISTATE_NO);
  EXPECT_FALSE(near->three_two_one());
  const Store declared("backup: {method: full, copies: 3, media_types: 2, locations: [eu], offsite: true}");
  EXPECT_TRUE(declared->three_two_one());
  const Store few("backup: {method: full, copies: 2, media_types: 1}");
  EXPECT_EQ(few->three_copies, model::v1::TRISTATE_NO);
  EXPECT_EQ(few->two_media, model::v1::TRISTATE_NO);
  EXPECT_EQ(few->off_site, model::v1::TRISTATE_UNSPECIFIED);
}

TEST(StoreBackups, ATestIsLateAfterItsIntervalAndNeverWithoutOne) {
  const Store late("backup: {method: full, last_restore_test: 2025-06-01, restore_test_interval_days: 90}");
  EXPECT_TRUE(late->test_late);
  EXPECT_EQ(late->next_test, "2025-08-30");
  const Store never("backup: {method: full, restore_test_interval_days: 90}");
  EXPECT_TRUE(never->never_tested);
  EXPECT_FALSE(never->test_late);
  EXPECT_EQ(never->next_test, "2026-05-30");
  const Store open("backup: {method: full, last_restore_test: 2020-06-01}");
  EXPECT_EQ(open->next_test, "");
  EXPECT_FALSE(open->test_late);
}

TEST(StoreBackups, TheLastTestIsComparedWithTheRto) {
  EXPECT_EQ(Store("backup: {method: full, last_restore_minutes: 60}")->test_in_time, TargetVerdict::kMet);
  EXPECT_EQ(Store("backup: {method: full, last_restore_minutes: 61}")->test_in_time, TargetVerdict::kNotMet);
  EXPECT_EQ(Store("backup: {method: full}")->test_in_time, TargetVerdict::kUnknown);
}

TEST(StoreBackups, TheKeyMustBeWhereTheBackupIs) {
  const char* keys =
      "keys:\n- {id: k, name: K, algorithm: AES-256, use: backup, storage: safe, regions: [eu]}\n"
      "- {id: any, name: A, algorithm: AES-256, use: backup, storage: safe}\n";
  EXPECT_THAT(Store("backup: {method: full, key: k, locations: [eu, us]}", keys)->regions_without_key,
              ElementsAre("us"));
  EXPECT_THAT(Store("backup: {method: full, key: any, locations: [eu, us]}", keys)->regions_without_key, IsEmpty());
}

TEST(StoreBackups, ABackupOfPersonalDataAbroadIsNamed) {
  EXPECT_THAT(Store("stores: [people], backup: {method: full, locations: [eu, us]}")->foreign_regions,
              ElementsAre("us"));
  EXPECT_THAT(Store("stores: [notes], backup: {method: full, locations: [eu, us]}")->foreign_regions, IsEmpty());
}

TEST(StoreBackups, CachesKeepNothingToRestore) {
  EXPECT_THAT(Store("technology: [redis]").all, IsEmpty());
  EXPECT_THAT(Store("technology: [postgresql]").all, SizeIs(1));
}

}  // namespace
}  // namespace metapowers::analysis
