// What protects the data of each store against loss, and where that falls short of its targets. Pure.
//
//   stores        components in the order of restoration that keep data, except caches: those hold copies
//   copy lost     the newest state that survives the loss of one copy: with synchronous replication all of it, else the
//                 newest backup. How far an asynchronous copy lags is no field of the model: then the age of the newest
//                 backup is an upper bound, which can meet a target and not miss it
//   data damaged  replication copies damage too: what counts is the newest backup, and without one nothing survives
//   3-2-1         3 copies including the original, 2 kinds of storage, 1 copy off site: declared so, or a backup in a
//                 region where the store does not run. Beyond it: unchangeable, encrypted, restored in a test
//   test          due every declared interval from the last test; without a last test that interval
//                 from `as_of`, at most 90 days. Late when that date has passed; without an interval it is never late
//   target        the last test restoration took no longer than the store's RTO allows
//   key           the key of encrypted backups exists in every region that holds a backup; a key that names no
//                 region is not judged
//   residency     a backup of personal or regulated data stands in a jurisdiction where the store does not run
#ifndef METAPOWERS_SERVICE_ANALYSIS_STORE_BACKUPS_H_
#define METAPOWERS_SERVICE_ANALYSIS_STORE_BACKUPS_H_

#include <optional>
#include <string>
#include <vector>

#include "service/analysis/restoration.h"

namespace metapowers::analysis {

// A figure that survives, with what it rests on.
struct RecoveryPoint {
  std::optional<int> minutes;  // unknown where nothing says it, or where nothing survives
  bool nothing_survives = false;
  bool upper_bound = false;
  std::string basis;  // "synchronous replication", "continuous backup every 5 minutes"
  TargetVerdict verdict = TargetVerdict::kUnknown;
};

struct StoreBackup {
  const RestorationStep* step = nullptr;
  std::vector<const model::v1::DataClass*> data;  // stored, sorted by id
  bool declared = false;                          // some field of the backup is, and its method is not none
  bool none = false;                              // declared to have none
  RecoveryPoint copy_lost;
  RecoveryPoint data_damaged;
  // Each by what the model says; unknown without it.
  model::v1::Tristate three_copies = model::v1::TRISTATE_UNSPECIFIED;
  model::v1::Tristate two_media = model::v1::TRISTATE_UNSPECIFIED;
  model::v1::Tristate off_site = model::v1::TRISTATE_UNSPECIFIED;
  std::string next_test;  // empty: no interval is declared
  bool never_tested = false;
  bool test_late = false;
  TargetVerdict test_in_time = TargetVerdict::kUnknown;  // of the last test against the RTO
  const model::v1::CryptoKey* key = nullptr;             // of the backups
  std::vector<std::string> regions_without_key;          // sorted
  std::vector<std::string> foreign_regions;              // sorted; see residency

  const model::v1::Component& component() const { return *step->component; }
  const model::v1::BackupPolicy& policy() const { return component().backup(); }
  bool three_two_one() const;
};

// In the order of their ids.
std::vector<StoreBackup> StoreBackups(const Facts& facts, const Restoration& restoration);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_STORE_BACKUPS_H_
