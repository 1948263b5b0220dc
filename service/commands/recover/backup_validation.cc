// The judgements are those of analysis (store_backups.h); this puts them into the tables, one function a table.
#include "service/commands/recover/backup_validation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/places.h"
#include "service/commands/backup_gaps.h"
#include "service/commands/control_effects.h"
#include "service/commands/log_naming.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/recovery_tables.h"
#include "service/commands/restore_procedures.h"
#include "service/commands/rows.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands::recover {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::RestorationStep;
using analysis::StoreBackup;
using analysis::TargetVerdict;
using model::v1::BackupPolicy;
using model::v1::Tristate;

std::string YesOrNo(Tristate value) {
  if (value == model::v1::TRISTATE_YES) return "yes";
  return value == model::v1::TRISTATE_NO ? "no" : "not known";
}

std::string ThreeTwoOneLabel(const StoreBackup& store) {
  if (!store.declared) return store.none ? "not met" : "not known";
  if (store.three_two_one()) return "met";
  const Tristate parts[] = {store.three_copies, store.two_media, store.off_site};
  const bool contradicted = std::find(std::begin(parts), std::end(parts), model::v1::TRISTATE_NO) != std::end(parts);
  return contradicted ? "not met" : "not known";
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input), model_(input.model), proto_(input.model.proto()), recovery_(input.facts), procedures_(input) {}

  pb::BackupValidationResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    for (const StoreBackup& store : recovery_.stores) AddStore(store);
    AddCaches();
    AddTypes();
    AddTests();
    AddRestoreExercises();
    for (const kb::BackupAlertRule& rule : knowledge::RecoveryRules().backup_alerts()) AddAlert(rule);
    AddRestores();
    ProtectionGaps gaps(input_);
    AddBackupGaps(recovery_, model_, gaps);
    gaps.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
    AddControlEffects(input_, "backup-validation", *result_.mutable_controls());
    AddAllQuestions();
    AddTotals();
    AddPhrases();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // --- Inventory ---

  void AddStore(const StoreBackup& store) {
    const BackupPolicy& policy = store.policy();
    pb::BackupRow& row = *result_.add_stores();
    row.set_id(store.component().id());
    for (const model::v1::DataClass* data : store.data) row.add_data(data->id());
    row.set_tier(Label(store.component().tier()));
    row.set_method(store.none ? "no backup" : store.declared ? Label(policy.method()) : "none declared");
    row.set_replication(Label(store.component().replication()));
    row.set_owner(Owner(store.component().owner_team()));
    if (store.step->objective.rpo.has_value()) row.set_rpo(Minutes(*store.step->objective.rpo));
    row.set_newest(PointLabel(store.data_damaged));
    row.set_verdict(VerdictLabel(store.data_damaged.verdict));
    AddAll(analysis::RegionsOf(model_, store.component()), row.mutable_regions());
    row.set_three_two_one(ThreeTwoOneLabel(store));
    row.set_off_site(YesOrNo(store.off_site));
    row.set_unchangeable(store.declared ? YesOrNo(policy.immutable()) : "not known");
    row.set_encrypted(store.declared ? YesOrNo(policy.encrypted()) : "not known");
    if (!store.declared) return;
    if (policy.has_retention_days()) row.set_retention(InDays(policy.retention_days()));
    if (policy.has_copies()) row.set_copies(absl::StrCat(policy.copies()));
    if (policy.has_media_types()) row.set_media(absl::StrCat(policy.media_types()));
    if (policy.has_interval_minutes()) row.set_interval(Minutes(policy.interval_minutes()));
    AddAll(policy.locations(), row.mutable_locations());
    AddAll(store.foreign_regions, row.mutable_abroad());
    AddAll(store.regions_without_key, row.mutable_regions_without_key());
    if (store.key == nullptr) return;
    row.set_key(store.key->id());
    row.set_key_storage(store.key->storage());
  }

  // Stores in the order of restoration that are none for analysis: they keep copies.
  void AddCaches() {
    for (const RestorationStep& step : recovery_.restoration.steps()) {
      if (step.component->kind() != model::v1::COMPONENT_KIND_DATASTORE) continue;
      const auto& stores = recovery_.stores;
      const bool kept =
          std::any_of(stores.begin(), stores.end(), [&](const StoreBackup& store) { return store.step == &step; });
      if (!kept) result_.add_caches(step.component->id());
    }
    std::sort(result_.mutable_caches()->begin(), result_.mutable_caches()->end());
    for (const std::string& id : result_.caches()) AddSoleCache(*model_.Find<model::v1::Component>(id));
  }

  // Data that only caches keep cannot be made anew from a store that the model knows.
  void AddSoleCache(const model::v1::Component& cache) {
    pb::SoleCache row;
    const auto& caches = result_.caches();  // sorted
    for (const std::string& data : cache.stores()) {
      const auto& all = proto_.components();
      const bool elsewhere = std::any_of(all.begin(), all.end(), [&](const model::v1::Component& other) {
        const auto& stores = other.stores();
        const bool is_cache = std::binary_search(caches.begin(), caches.end(), other.id());
        return !is_cache && std::find(stores.begin(), stores.end(), data) != stores.end();
      });
      if (!elsewhere) row.add_data(model_.Find<model::v1::DataClass>(data)->name());
    }
    if (row.data().empty()) return;
    row.set_id(cache.id());
    row.set_owner(Owner(cache.owner_team()));
    *result_.add_sole_caches() = std::move(row);
  }

  void AddTypes() {
    for (const kb::BackupMethodRule& rule : knowledge::RecoveryRules().methods()) {
      pb::BackupTypeRow row;
      for (const StoreBackup& store : recovery_.stores) {
        if (store.declared && store.policy().method() == rule.method()) row.add_stores(store.component().id());
      }
      if (row.stores().empty()) continue;
      row.set_method(Label(rule.method()));
      row.set_keeps(rule.keeps());
      row.set_needs(rule.needs());
      row.set_lacks(rule.lacks());
      *result_.add_types() = std::move(row);
    }
  }

  // --- Tests ---

  std::string TestState(const StoreBackup& store) const {
    if (store.never_tested) return "never tested";
    if (store.test_late) {
      return absl::StrCat("late by ", InDays(model_.as_of() - model::ToCivilDay(store.next_test)));
    }
    return store.next_test.empty() ? "no interval declared" : "on time";
  }

  void AddTests() {
    std::vector<const StoreBackup*> tested;
    for (const StoreBackup& store : recovery_.stores) {
      if (store.declared) tested.push_back(&store);
    }
    // Those without a date last.
    std::stable_sort(tested.begin(), tested.end(), [](const StoreBackup* a, const StoreBackup* b) {
      return std::make_pair(a->next_test.empty(), a->next_test) < std::make_pair(b->next_test.empty(), b->next_test);
    });
    for (const StoreBackup* store : tested) {
      const BackupPolicy& policy = store->policy();
      pb::RestoreTestRow& row = *result_.add_tests();
      row.set_id(store->component().id());
      row.set_last(policy.last_restore_test());
      if (policy.has_last_restore_minutes()) row.set_took(Minutes(policy.last_restore_minutes()));
      if (store->step->objective.rto.has_value()) row.set_rto(Minutes(*store->step->objective.rto));
      row.set_verdict(VerdictLabel(store->test_in_time));
      if (policy.restore_test_interval_days() > 0) row.set_frequency(Frequency(policy.restore_test_interval_days()));
      row.set_next(store->next_test);
      row.set_state(TestState(*store));
      row.set_passes(
          absl::StrCat("restored", row.rto().empty() ? "" : absl::StrCat(" within ", row.rto()), ", equal row counts"));
      row.set_owner(Owner(store->component().owner_team()));
    }
  }

  void AddRestoreExercises() {
    google::protobuf::RepeatedPtrField<v1::ExerciseRow> all;
    AddExercises(input_, all);
    for (v1::ExerciseRow& row : all) {
      if (row.kind() == Label(model::v1::EXERCISE_KIND_RESTORE)) *result_.add_exercises() = std::move(row);
    }
  }

  // --- Alerts ---

  void AddAlert(const kb::BackupAlertRule& rule) {
    pb::BackupAlertRow row;
    std::set<std::string> declared, called, intervals;
    bool any = false;
    for (const StoreBackup& store : recovery_.stores) {
      const bool second_copy = store.component().replication() > model::v1::REPLICATION_NONE;
      if (rule.replicated() ? !second_copy : !store.declared) continue;
      any = true;
      if (store.policy().has_interval_minutes()) intervals.insert(Minutes(store.policy().interval_minutes()));
      const std::vector<const model::v1::Alert*> alerts = AlertsOn(model_, rule, store.component().id());
      if (alerts.empty()) row.add_missing_on(store.component().id());
      for (const model::v1::Alert* alert : alerts) {
        declared.insert(alert->id());
        const auto* rotation = model_.Find<model::v1::OnCall>(alert->routed_to());
        if (rotation != nullptr) called.insert(rotation->name());
      }
    }
    if (!any) return;
    row.set_title(rule.title());
    row.set_condition(absl::StrReplaceAll(
        rule.condition(), {{"{interval}", intervals.empty() ? "not declared" : absl::StrJoin(intervals, ", ")}}));
    AddAll(declared, row.mutable_declared());
    AddAll(called, row.mutable_called());
    row.set_act(rule.act());
    row.set_owner(OwnerOf(model_, rule.owners()));
    AddAll(BindingReferences(binding_, rule.references()), row.mutable_references());
    *result_.add_alerts() = std::move(row);
  }

  // --- Restores ---

  void AddRestores() {
    std::vector<RestorationStep> steps;
    for (const RestorationStep& step : recovery_.restoration.steps()) {
      for (const StoreBackup& store : recovery_.stores) {
        if (store.step != &step || !store.declared) continue;
        steps.push_back(step);
        AddRestore(store);
      }
    }
    procedures_.AddRows(steps, *result_.mutable_procedures());
  }

  void AddRestore(const StoreBackup& store) {
    pb::StoreRestoreRow& row = *result_.add_restores();
    row.set_id(store.component().id());
    row.set_procedure(procedures_.Of(*store.step).title());
    AddAll(store.step->waits_for, row.mutable_after());
    std::vector<std::string> places(store.policy().locations().begin(), store.policy().locations().end());
    row.set_source(absl::StrCat(store.data_damaged.basis.empty() ? "newest backup" : store.data_damaged.basis,
                                places.empty() ? "" : absl::StrCat(", in ", List(places))));
    if (store.key != nullptr) {
      row.set_key(
          absl::StrCat(store.key->id(), " from ", store.key->storage(), ", by ", Owner(store.key->owner_team())));
    }
    if (store.step->minutes.has_value()) row.set_duration(Minutes(*store.step->minutes));
    row.set_owner(Owner(store.component().owner_team()));
  }

  // --- Questions and figures ---

  void AddAllQuestions() {
    auto& questions = *result_.mutable_questions();
    AddQuestions(model_,
                 {"Component.replication", "BackupPolicy.method", "BackupPolicy.immutable", "BackupPolicy.encrypted"},
                 questions, {"BackupPolicy", "Component.kind", "Component.stores", "Component.tier"});
    for (const StoreBackup& store : recovery_.stores) {
      const BackupPolicy& policy = store.policy();
      const std::string& id = store.component().id();
      const auto ask = [&](absl::string_view field, std::string text) {
        *questions.Add() = Ask(model_, absl::StrCat("components[", id, "].backup", field), std::move(text),
                               store.component().owner_team());
      };
      if (!store.declared) {
        if (!store.none && !store.component().has_backup()) ask("", absl::StrCat("How is ", id, " backed up?"));
        continue;
      }
      if (!policy.has_interval_minutes()) ask(".interval_minutes", absl::StrCat("How often is ", id, " backed up?"));
      if (policy.locations().empty()) ask(".locations", absl::StrCat("In which regions are the backups of ", id, "?"));
      if (!policy.has_copies()) ask(".copies", absl::StrCat("How many copies of ", id, " are there?"));
      if (!policy.has_media_types()) {
        ask(".media_types", absl::StrCat("On how many kinds of storage are the copies of ", id, "?"));
      }
      if (policy.encrypted() == model::v1::TRISTATE_YES && store.key == nullptr) {
        ask(".key",
            absl::StrCat("Which key encrypts the backups of ", id, ", and where is it when its place is lost?"));
      }
      if (policy.restore_test_interval_days() == 0) {
        ask(".restore_test_interval_days", absl::StrCat("How often is a restore of ", id, " tested?"));
      }
      if (!store.never_tested && !policy.has_last_restore_minutes()) {
        ask(".last_restore_minutes", absl::StrCat("How long did the last test restoration of ", id, " take?"));
      }
    }
    DropRepeated();
  }

  // The model's own question on the method of a backup and the one above are one.
  void DropRepeated() {
    std::set<std::string> seen;
    auto& questions = *result_.mutable_questions();
    const auto repeated = std::remove_if(questions.begin(), questions.end(), [&seen](const v1::Question& question) {
      return !seen.insert(question.text()).second;
    });
    questions.erase(repeated, questions.end());
  }

  void AddTotals() {
    pb::BackupTotals& totals = *result_.mutable_totals();
    totals.set_stores(static_cast<int>(recovery_.stores.size()));
    for (const StoreBackup& store : recovery_.stores) {
      totals.set_with_backup(totals.with_backup() + (store.declared ? 1 : 0));
      totals.set_without_backup(totals.without_backup() + (store.none ? 1 : 0));
      totals.set_unknown(totals.unknown() + (store.declared || store.none ? 0 : 1));
      if (!store.declared) continue;
      totals.set_three_two_one(totals.three_two_one() + (store.three_two_one() ? 1 : 0));
      const bool locked = store.policy().immutable() == model::v1::TRISTATE_YES;
      totals.set_unchangeable(totals.unchangeable() + (locked ? 1 : 0));
      totals.set_tested(totals.tested() + (store.never_tested ? 0 : 1));
      totals.set_never_tested(totals.never_tested() + (store.never_tested ? 1 : 0));
      totals.set_in_time(totals.in_time() + (store.test_in_time == TargetVerdict::kMet ? 1 : 0));
      totals.set_late(totals.late() + (!store.never_tested && store.test_late ? 1 : 0));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_questions(result_.questions_size());
  }

  void AddPhrases() {
    const pb::BackupTotals& totals = result_.totals();
    pb::BackupPhrases& phrases = *result_.mutable_phrases();
    phrases.set_stores(Count(totals.stores(), "store", "stores"));
    phrases.set_with_backup(Count(totals.with_backup(), "has", "have"));
    phrases.set_three_two_one(Count(totals.three_two_one(), "backup meets", "backups meet"));
    phrases.set_tested(Count(totals.tested(), "was", "were"));
    if (totals.never_tested() > 0) phrases.set_never_tested(Count(totals.never_tested(), "was", "were"));
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
  }

  const Input& input_;
  mutable ReferenceFilter binding_{input_};
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const Recovery recovery_;
  const RestoreProcedures procedures_;
  pb::BackupValidationResult result_;
};

}  // namespace

pb::BackupValidationResult BackupValidation(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::recover
