#include "service/commands/backup_gaps.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/alert_coverage.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

using analysis::StoreBackup;
using analysis::TargetVerdict;
using model::v1::TRISTATE_NO;

// The parts of 3-2-1 that the model contradicts, e.g. "2 copies, 1 kind of storage, none off site".
std::string Missing321(const StoreBackup& store) {
  std::vector<std::string> parts;
  if (store.three_copies == TRISTATE_NO) parts.push_back(Count(store.policy().copies(), "copy", "copies"));
  if (store.two_media == TRISTATE_NO) {
    parts.push_back(Count(store.policy().media_types(), "kind of storage", "kinds of storage"));
  }
  if (store.off_site == TRISTATE_NO) parts.push_back("none off site");
  return List(parts);
}

void AddStoreGaps(const StoreBackup& store, const model::Model& model, ProtectionGaps& gaps) {
  const auto add = [&](absl::string_view rule, std::string fact) {
    gaps.Add(knowledge::RecoveryGapRuleOf(rule), store.component().id(), std::move(fact),
             store.component().owner_team());
  };
  if (store.none) {
    add("no-backup", "the model declares that it is not backed up");
    return;
  }
  if (!store.declared) return;
  const model::v1::BackupPolicy& policy = store.policy();
  if (std::string missing = Missing321(store); !missing.empty()) add("backup-321", std::move(missing));
  if (policy.immutable() == TRISTATE_NO) add("backup-changeable", "the model declares them changeable");
  if (policy.encrypted() == TRISTATE_NO) add("backup-clear", "the model declares them unencrypted");
  if (store.never_tested) {
    add("backup-untested", store.next_test.empty()
                               ? std::string("no test restoration is declared")
                               : absl::StrCat("no test restoration is declared, though one is planned every ",
                                              InDays(policy.restore_test_interval_days())));
  } else if (store.test_late) {
    add("backup-test-late", absl::StrCat("last on ", policy.last_restore_test(), ", due on ", store.next_test, ", ",
                                         InDays(model.as_of() - model::ToCivilDay(store.next_test)), " late"));
  }
  if (store.test_in_time == TargetVerdict::kNotMet) {
    add("backup-test-slow", absl::StrCat(Minutes(policy.last_restore_minutes()), ", RTO ",
                                         Minutes(*store.step->objective.rto), " of ", store.step->objective.basis));
  }
  if (!store.regions_without_key.empty()) {
    add("backup-key-elsewhere", absl::StrCat(store.key->id(), " is not in ", List(store.regions_without_key)));
  }
  if (!store.foreign_regions.empty()) add("backup-abroad", absl::StrCat("in ", List(store.foreign_regions)));
  for (const knowledge::v1::BackupAlertRule& rule : knowledge::RecoveryRules().backup_alerts()) {
    if (rule.id() != "missed" || !AlertsOn(model, rule, store.component().id()).empty()) continue;
    add("backup-unwatched", "no declared alert on missed backups names it");
  }
}

}  // namespace

std::vector<const model::v1::Alert*> AlertsOn(const model::Model& model, const knowledge::v1::BackupAlertRule& rule,
                                              const std::string& component) {
  std::vector<const model::v1::Alert*> alerts;
  for (const model::v1::Alert& alert : model.proto().monitoring().alerts()) {
    const auto& named = alert.components();
    if (std::find(named.begin(), named.end(), component) == named.end()) continue;
    if (analysis::Mentions(absl::StrCat(alert.name(), "; ", alert.condition()), rule.words())) alerts.push_back(&alert);
  }
  return alerts;
}

void AddBackupGaps(const Recovery& recovery, const model::Model& model, ProtectionGaps& gaps) {
  for (const StoreBackup& store : recovery.stores) AddStoreGaps(store, model, gaps);
}

}  // namespace metapowers::commands
