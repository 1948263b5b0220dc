#include "service/analysis/store_backups.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "metapowers/knowledge/v1/technologies.pb.h"
#include "service/analysis/places.h"
#include "service/analysis/terms.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {
namespace {

using model::v1::BackupPolicy;
using model::v1::Component;
using model::v1::Tristate;

Tristate ToTristate(bool value) { return value ? model::v1::TRISTATE_YES : model::v1::TRISTATE_NO; }

bool IsCache(const Component& component) {
  return std::any_of(component.technology().begin(), component.technology().end(), [](const std::string& name) {
    const knowledge::v1::Technology* technology = knowledge::FindTechnology(name);
    return technology != nullptr && std::find(technology->capabilities().begin(), technology->capabilities().end(),
                                              knowledge::v1::CAPABILITY_CACHE) != technology->capabilities().end();
  });
}

bool KeepsData(const Component& component) {
  const bool store = component.kind() == model::v1::COMPONENT_KIND_DATASTORE || component.stores_size() > 0;
  return store && !IsCache(component);
}

// Longest time to the first test of a backup.
constexpr int kFirstTestWithinDays = 90;

std::string Every(int minutes) {
  if (minutes == 60) return "every hour";
  if (minutes > 0 && minutes % 60 == 0) return absl::StrCat("every ", minutes / 60, " hours");
  return minutes == 1 ? "every minute" : absl::StrCat("every ", minutes, " minutes");
}

// The newest backup; unknown when its interval is.
RecoveryPoint NewestBackup(const StoreBackup& store) {
  RecoveryPoint point;
  if (store.none) {
    point.nothing_survives = true;
    point.basis = "no backup";
  } else if (store.declared && store.policy().has_interval_minutes()) {
    point.minutes = store.policy().interval_minutes();
    const bool known = store.policy().method() != model::v1::BACKUP_METHOD_UNSPECIFIED;
    point.basis =
        absl::StrCat(known ? absl::StrCat(Words(store.policy().method()), " ") : "", "backup ", Every(*point.minutes));
  }
  return point;
}

RecoveryPoint AfterLossOfACopy(const StoreBackup& store) {
  if (store.component().replication() == model::v1::REPLICATION_SYNCHRONOUS) {
    RecoveryPoint point;
    point.minutes = 0;
    point.basis = "synchronous replication";
    return point;
  }
  RecoveryPoint point = NewestBackup(store);
  const bool second_copy = store.component().replication() == model::v1::REPLICATION_ASYNCHRONOUS ||
                           store.component().replication() == model::v1::REPLICATION_SNAPSHOT;
  if (!second_copy) return point;
  point.nothing_survives = false;
  point.upper_bound = point.minutes.has_value();
  point.basis = absl::StrCat(Words(store.component().replication()), " replication, age of the copy not declared",
                             point.upper_bound ? "; " : "", point.upper_bound ? point.basis : "");
  return point;
}

TargetVerdict Judge(const RecoveryPoint& point, const Objective& objective) {
  if (point.nothing_survives && objective.rpo.has_value()) return TargetVerdict::kNotMet;
  const TargetVerdict verdict = Compare(point.minutes, true, objective.rpo);
  return point.upper_bound && verdict == TargetVerdict::kNotMet ? TargetVerdict::kUnknown : verdict;
}

void JudgeCopies(const model::Model& model, StoreBackup& store) {
  const BackupPolicy& policy = store.policy();
  if (policy.has_copies()) store.three_copies = ToTristate(policy.copies() >= 3);
  if (policy.has_media_types()) store.two_media = ToTristate(policy.media_types() >= 2);
  const std::vector<std::string> regions = RegionsOf(model, store.component());
  const bool elsewhere =
      std::any_of(policy.locations().begin(), policy.locations().end(), [&](const std::string& location) {
        return std::find(regions.begin(), regions.end(), location) == regions.end();
      });
  if (policy.offsite() || (elsewhere && !regions.empty())) {
    store.off_site = model::v1::TRISTATE_YES;
  } else if (policy.locations_size() > 0 && !regions.empty()) {
    store.off_site = model::v1::TRISTATE_NO;
  }
}

void JudgeTest(const model::Model& model, StoreBackup& store) {
  const BackupPolicy& policy = store.policy();
  store.never_tested = policy.last_restore_test().empty();
  if (policy.has_last_restore_minutes()) {
    store.test_in_time = Compare(policy.last_restore_minutes(), true, store.step->objective.rto);
  }
  if (!policy.has_restore_test_interval_days() || policy.restore_test_interval_days() == 0) return;
  const int interval = policy.restore_test_interval_days();
  const absl::CivilDay next = store.never_tested ? model.as_of() + std::min(interval, kFirstTestWithinDays)
                                                 : model::ToCivilDay(policy.last_restore_test()) + interval;
  store.next_test = model::FormatDate(next);
  store.test_late = next < model.as_of();
}

void JudgePlaces(const model::Model& model, StoreBackup& store) {
  const BackupPolicy& policy = store.policy();
  store.key = model.Find<model::v1::CryptoKey>(policy.key());
  std::vector<std::string> locations(policy.locations().begin(), policy.locations().end());
  std::sort(locations.begin(), locations.end());
  if (store.key != nullptr && store.key->regions_size() > 0) {
    for (const std::string& location : locations) {
      const auto& regions = store.key->regions();
      if (std::find(regions.begin(), regions.end(), location) == regions.end()) {
        store.regions_without_key.push_back(location);
      }
    }
  }
  const bool regulated = std::any_of(store.data.begin(), store.data.end(),
                                     [](const model::v1::DataClass* data) { return IsRegulated(*data); });
  const std::set<model::v1::Jurisdiction> home = JurisdictionsOf(model, RegionsOf(model, store.component()));
  if (!regulated || home.empty()) return;
  for (const std::string& location : locations) {
    for (const model::v1::Jurisdiction there : JurisdictionsOf(model, {location})) {
      if (home.count(there) == 0) store.foreign_regions.push_back(location);
    }
  }
}

}  // namespace

bool StoreBackup::three_two_one() const {
  return declared && three_copies == model::v1::TRISTATE_YES && two_media == model::v1::TRISTATE_YES &&
         off_site == model::v1::TRISTATE_YES;
}

std::vector<StoreBackup> StoreBackups(const Facts& facts, const Restoration& restoration) {
  std::vector<StoreBackup> stores;
  for (const RestorationStep& step : restoration.steps()) {
    if (!KeepsData(*step.component)) continue;
    StoreBackup& store = stores.emplace_back();
    store.step = &step;
    store.data = facts.Find(step.component->id())->stores;
    store.none = store.policy().method() == model::v1::BACKUP_METHOD_NONE;
    store.declared = step.component->has_backup() && !store.none;
    store.copy_lost = AfterLossOfACopy(store);
    store.copy_lost.verdict = Judge(store.copy_lost, step.objective);
    store.data_damaged = NewestBackup(store);
    store.data_damaged.verdict = Judge(store.data_damaged, step.objective);
    if (!store.declared) continue;
    JudgeCopies(facts.model(), store);
    JudgeTest(facts.model(), store);
    JudgePlaces(facts.model(), store);
  }
  std::sort(stores.begin(), stores.end(),
            [](const StoreBackup& a, const StoreBackup& b) { return a.component().id() < b.component().id(); });
  return stores;
}

}  // namespace metapowers::analysis
