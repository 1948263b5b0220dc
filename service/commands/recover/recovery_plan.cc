// The judgements are those of analysis; this puts them into the tables of the section, one function a table.
#include "service/commands/recover/recovery_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/recovery_gaps.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/recovery_tables.h"
#include "service/commands/restore_procedures.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands::recover {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::recover::v1;
using analysis::FunctionRecovery;
using analysis::RestorationStep;
using analysis::TargetVerdict;
using model::v1::Component;

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        recovery_(input.facts),
        steps_(recovery_.restoration.steps()),
        procedures_(input) {}

  pb::RecoveryPlanResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    AddFunctions();
    AddWaves();
    AddCycles();
    AddExternals();
    AddPlatforms();
    AddSteps();
    procedures_.AddRows(steps_, *result_.mutable_procedures());
    AddPoints();
    AddFailover();
    AddRegions();
    AddResidency();
    AddGaps();
    AddMilestones(input_, kb::RECOVERY_PHASE_RESTORE, recovery_.restoration, *result_.mutable_milestones());
    AddChannels(model_, *result_.mutable_channels());
    AddChecks(input_, recovery_.restoration, *result_.mutable_checks());
    AddExercises(input_, *result_.mutable_exercises());
    if (HasWayBack(proto_.recovery().failover())) {
      AddMilestones(input_, kb::RECOVERY_PHASE_FAILBACK, recovery_.restoration, *result_.mutable_way_back());
    }
    AddAllQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  std::string Owner(const std::string& team) const {
    return TeamName(model_, team.empty() ? proto_.owner_team() : team);
  }

  // Empty where no time on the way is declared.
  static std::string ReadyLabel(int minutes) { return minutes == 0 ? "" : Minutes(minutes); }

  // --- Priorities ---

  void AddFunctions() {
    std::vector<const FunctionRecovery*> functions;
    for (const FunctionRecovery& each : recovery_.restoration.functions()) functions.push_back(&each);
    std::stable_sort(functions.begin(), functions.end(), [](const auto* a, const auto* b) {
      const auto rank = [](const FunctionRecovery* each) {
        return each->function == nullptr ? 0 : static_cast<int>(each->function->criticality());
      };
      return rank(a) > rank(b);
    });
    for (const FunctionRecovery* each : functions) FillFunction(*each, *result_.add_functions());
  }

  void FillFunction(const FunctionRecovery& each, pb::FunctionRow& row) const {
    row.set_name(each.name);
    if (each.function != nullptr) {
      row.set_criticality(Label(each.function->criticality()));
      if (each.function->has_max_outage_minutes()) row.set_max_outage(Minutes(each.function->max_outage_minutes()));
      if (each.function->has_loss_per_hour()) {
        row.set_loss_per_hour(Amount(each.function->loss_per_hour(), proto_.currency()));
      }
      row.set_owner(RoleTitle(model_, each.function->owner()));
    }
    if (each.target != nullptr) {
      if (each.target->has_rto_minutes()) row.set_rto(Minutes(each.target->rto_minutes()));
      if (each.target->has_rpo_minutes()) row.set_point(absl::StrCat("RPO ", Minutes(each.target->rpo_minutes())));
      if (!row.point().empty() && !each.target->rpo_means().empty()) {
        row.set_point(absl::StrCat(row.point(), " (", each.target->rpo_means(), ")"));
      }
    }
    AddAll(StepIds(each.steps), row.mutable_components());
    row.set_verdict(VerdictLabel(each.verdict));
    if (each.last == nullptr) return;
    AddAll(PathLabels(recovery_.restoration, *each.last), row.mutable_path());
    row.set_ready(ReadyLabel(each.last->ready));
    row.set_lower_bound(!each.complete);
  }

  void AddWaves() {
    for (const RestorationStep& step : steps_) {
      if (result_.waves().empty() || result_.waves().rbegin()->number() != step.wave) {
        pb::WaveRow& wave = *result_.add_waves();
        wave.set_number(step.wave);
        wave.set_tier(Label(step.needed_by));
      }
      pb::WaveRow& wave = *result_.mutable_waves()->rbegin();
      wave.add_components(step.component->id());
      const std::string& function = step.component->business_function();
      const auto& named = wave.functions();
      if (!function.empty() && std::find(named.begin(), named.end(), function) == named.end()) {
        wave.add_functions(function);
      }
    }
    for (pb::WaveRow& wave : *result_.mutable_waves()) {
      int ready = 0;
      for (const std::string& id : wave.components()) ready = std::max(ready, recovery_.restoration.Find(id)->ready);
      wave.set_ready(ReadyLabel(ready));
    }
  }

  void AddCycles() {
    for (const std::vector<std::string>& cycle : recovery_.restoration.cycles()) {
      for (const std::string& id : cycle) {
        const RestorationStep& step = *recovery_.restoration.Find(id);
        if (step.starts_without.empty()) continue;
        pb::CycleRow& row = *result_.add_cycles();
        AddAll(cycle, row.mutable_components());
        row.set_first(id);
        AddAll(step.starts_without, row.mutable_without());
        row.set_degraded_mode(step.component->degraded_mode());
      }
    }
  }

  void AddExternals() {
    std::map<std::string, std::vector<std::string>> needed_by;
    for (const RestorationStep& step : steps_) {
      for (const std::string& id : step.external) needed_by[id].push_back(step.component->id());
    }
    for (const auto& [id, components] : needed_by) {
      const Component& external = *model_.Find<Component>(id);
      const auto* supplier = model_.Find<model::v1::ThirdParty>(external.third_party());
      pb::ExternalNeedRow& row = *result_.add_externals();
      row.set_id(id);
      AddAll(components, row.mutable_needed_by());
      row.set_owner(Owner(external.owner_team()));
      if (supplier == nullptr) continue;
      row.set_supplier(supplier->name());
      row.set_meanwhile(supplier->outage_procedure());
    }
  }

  // --- Procedures ---

  void AddPlatforms() {
    for (const model::v1::Infrastructure& element : proto_.infrastructure()) {
      pb::PlatformRow row;
      for (const RestorationStep& step : steps_) {
        row.set_components(row.components() + (step.component->runs_on() == element.id() ? 1 : 0));
      }
      row.set_id(element.id());
      row.set_kind(Label(element.kind()));
      row.set_version(element.version());
      AddAll(element.regions(), row.mutable_regions());
      row.set_source(CodeSourceOf(model_, element.id()));
      row.set_owner(Owner(element.owner_team()));
      *result_.add_platforms() = std::move(row);
    }
  }

  void AddSteps() {
    for (const RestorationStep& step : steps_) {
      pb::RestoreRow& row = *result_.add_steps();
      row.set_position(result_.steps_size());
      row.set_id(step.component->id());
      row.set_wave(step.wave);
      row.set_platform(PlatformOf(model_, *step.component));
      AddAll(step.waits_for, row.mutable_after());
      AddAll(step.starts_without, row.mutable_without());
      row.set_procedure(procedures_.Of(step).title());
      if (step.minutes.has_value()) row.set_duration(Minutes(*step.minutes));
      row.set_measured(step.measured);
      row.set_ready(ReadyLabel(step.ready));
      row.set_lower_bound(!step.complete);
      if (step.objective.rto.has_value()) row.set_rto(Minutes(*step.objective.rto));
      row.set_basis(step.objective.basis);
      row.set_verdict(VerdictLabel(step.verdict));
      row.set_owner(Owner(step.component->owner_team()));
    }
  }

  // --- Targets ---

  void AddPoints() {
    for (const analysis::StoreBackup& store : recovery_.stores) {
      pb::PointRow& row = *result_.add_points();
      row.set_id(store.component().id());
      if (store.step->objective.rpo.has_value()) row.set_rpo(Minutes(*store.step->objective.rpo));
      row.set_copy_lost(PointLabel(store.copy_lost));
      row.set_copy_verdict(VerdictLabel(store.copy_lost.verdict));
      row.set_data_damaged(PointLabel(store.data_damaged));
      row.set_damage_verdict(VerdictLabel(store.data_damaged.verdict));
      row.set_owner(Owner(store.component().owner_team()));
    }
  }

  void AddFailover() {
    const model::v1::FailoverStrategy& failover = proto_.recovery().failover();
    if (failover.kind() == model::v1::FAILOVER_KIND_UNSPECIFIED || failover.kind() == model::v1::FAILOVER_KIND_NONE) {
      return;
    }
    pb::FailoverRow& row = *result_.mutable_failover();
    row.set_kind(Label(failover.kind()));
    row.set_primary(failover.primary());
    row.set_standby(List({failover.standby().begin(), failover.standby().end()}));
    row.set_mechanism(failover.switch_mechanism());
    row.set_automatic(failover.automatic());
    if (failover.has_switch_minutes()) row.set_duration(Minutes(failover.switch_minutes()));
    row.set_failback(failover.failback());
  }

  void AddRegions() {
    const model::v1::FailoverStrategy& failover = proto_.recovery().failover();
    for (const analysis::RegionLoss& loss : recovery_.regions) {
      pb::RegionRow& row = *result_.add_regions();
      row.set_id(loss.region->id());
      if (loss.region->jurisdiction() != model::v1::JURISDICTION_UNSPECIFIED) {
        row.set_jurisdiction(analysis::JurisdictionName(loss.region->jurisdiction()));
      }
      row.set_components(loss.lost());
      row.set_goes_on(static_cast<int>(loss.goes_on.size()));
      row.set_moves(static_cast<int>(loss.moves.size()));
      AddFirst(StepIds(loss.stays_down), 12, row.mutable_stays_down());
      if (loss.tightest != nullptr) {
        row.set_shortest(
            absl::StrCat(Minutes(*loss.tightest->objective.rto), " (", loss.tightest->component->id(), ")"));
      }
      if (!loss.covered) continue;
      if (failover.has_switch_minutes()) row.set_duration(Minutes(failover.switch_minutes()));
      row.set_verdict(VerdictLabel(loss.in_time));
    }
  }

  // One row for all whose data stays, one for all of which the same data leaves.
  void AddResidency() {
    using Ids = std::set<std::string>;
    const auto ids = [](const std::vector<const model::v1::DataClass*>& classes) {
      Ids found;
      for (const model::v1::DataClass* each : classes) found.insert(each->id());
      return found;
    };
    for (const analysis::RegionLoss& loss : recovery_.regions) {
      struct Group {
        Ids components;
        Ids data;
      };
      // By what leaves, where the data is then, and of what leaves the data of which it is a part.
      std::map<std::tuple<Ids, std::vector<std::string>, Ids>, Group> groups;
      for (const analysis::ResidencyFact& fact : loss.residency) {
        const Ids data = ids(fact.data);
        Group& group = groups[{ids(fact.leaving), fact.to, fact.leaving.empty() ? Ids() : data}];
        group.components.insert(fact.step->component->id());
        group.data.insert(data.begin(), data.end());
      }
      for (const bool leaves : {true, false}) {
        for (const auto& [key, group] : groups) {
          if (std::get<0>(key).empty() == leaves) continue;
          pb::ResidencyRow& row = *result_.add_residency();
          row.set_region(loss.region->id());
          AddAll(group.components, row.mutable_components());
          AddAll(group.data, row.mutable_data());
          AddAll(std::get<1>(key), row.mutable_to());
          AddAll(std::get<0>(key), row.mutable_leaving());
        }
      }
    }
  }

  void AddGaps() {
    ProtectionGaps gaps(input_);
    AddTargetGaps(input_, recovery_, gaps);
    gaps.MoveTo(*result_.mutable_gaps(), *result_.mutable_measures());
  }

  // --- Questions and figures ---

  void AddAllQuestions() {
    auto& questions = *result_.mutable_questions();
    AddQuestions(model_, {"Component.tier", "Component.owner_team", "Component.replication"}, questions,
                 {"Component.kind", "Flow.dependency", "Flow.source", "Flow.target", "Component.business_function",
                  "Component.restore_minutes"});
    const auto ask = [&](std::string field, std::string text, const std::string& team) {
      *questions.Add() = Ask(model_, std::move(field), std::move(text), team);
    };
    AskAboutDependencies(ask);
    for (const RestorationStep& step : steps_) {
      const std::string& id = step.component->id();
      const std::string path = absl::StrCat("components[", id, "]");
      if (!step.minutes.has_value()) {
        ask(absl::StrCat(path, ".restore_minutes"), absl::StrCat("How many minutes does it take to restore ", id, "?"),
            step.component->owner_team());
      }
      if (!step.objective.rto.has_value() && step.component->tier() != model::v1::TIER_UNSPECIFIED) {
        ask("recovery.tiers",
            absl::StrCat("Within how many minutes must ", id, " of ", Label(step.component->tier()), " be back?"),
            step.component->owner_team());
      }
    }
    for (const analysis::StoreBackup& store : recovery_.stores) {
      const bool lags = store.component().replication() == model::v1::REPLICATION_ASYNCHRONOUS ||
                        store.component().replication() == model::v1::REPLICATION_SNAPSHOT;
      if (!lags || store.copy_lost.verdict != TargetVerdict::kUnknown) continue;
      ask(absl::StrCat("components[", store.component().id(), "].replication"),
          absl::StrCat("How far may the second copy of ", store.component().id(), " lag behind?"),
          store.component().owner_team());
    }
    AskAboutPlatforms(ask);
    const model::v1::FailoverStrategy& failover = proto_.recovery().failover();
    if (failover.kind() == model::v1::FAILOVER_KIND_UNSPECIFIED) {
      ask("recovery.failover.kind",
          absl::StrCat("What takes over when the place where ", proto_.name(), " runs is lost?"), "");
    } else if (failover.kind() != model::v1::FAILOVER_KIND_NONE && !failover.has_switch_minutes()) {
      ask("recovery.failover.switch_minutes", "How many minutes does the failover take?", "");
    }
    const bool elsewhere =
        failover.kind() == model::v1::FAILOVER_KIND_REBUILD || failover.kind() == model::v1::FAILOVER_KIND_COLD_STANDBY;
    if (elsewhere && failover.standby().empty()) {
      ask("recovery.failover.standby",
          absl::StrCat("In which region is ", proto_.name(), " brought up when its own is lost?"), "");
    }
    if (proto_.incident_response().channels().empty()) {
      ask("incident_response.channels", "By which channel do responders talk when our own systems are down?", "");
    }
  }

  // Flows inside of one zone are no open question of the model itself, and an assumed dependency has been asked for.
  template <class Ask>
  void AskAboutDependencies(const Ask& ask) const {
    absl::flat_hash_set<std::string> asked;
    for (const auto& question : result_.questions()) asked.insert(question.field());
    for (const model::v1::Flow* flow : recovery_.restoration.Undeclared()) {
      const std::string field = absl::StrCat("flows[", flow->id(), "].dependency");
      if (asked.contains(field)) continue;
      ask(field,
          absl::StrCat("Does ", flow->source(), " work while ", flow->target(), " does not answer flow ", flow->id(),
                       "?"),
          recovery_.restoration.Find(flow->source())->component->owner_team());
    }
  }

  template <class Ask>
  void AskAboutPlatforms(const Ask& ask) const {
    std::vector<std::string> used;
    for (const pb::PlatformRow& row : result_.platforms()) {
      if (row.components() > 0) used.push_back(row.id());
    }
    if (used.empty()) return;
    ask("infrastructure",
        absl::StrCat("How many minutes does it take to build ", List(used, 8),
                     " anew, before components can be restored?"),
        "");
  }

  void AddTotals() {
    pb::RecoveryTotals& totals = *result_.mutable_totals();
    totals.set_components(static_cast<int>(steps_.size()));
    totals.set_waves(recovery_.restoration.waves());
    totals.set_cycles(static_cast<int>(recovery_.restoration.cycles().size()));
    int longest = 0;
    for (const RestorationStep& step : steps_) {
      longest = std::max(longest, step.ready);
      totals.set_met(totals.met() + (step.verdict == TargetVerdict::kMet ? 1 : 0));
      totals.set_not_met(totals.not_met() + (step.verdict == TargetVerdict::kNotMet ? 1 : 0));
      totals.set_unknown(totals.unknown() + (step.verdict == TargetVerdict::kUnknown ? 1 : 0));
    }
    totals.set_gaps(result_.gaps_size());
    totals.set_exercises_late(
        static_cast<int>(std::count_if(result_.exercises().begin(), result_.exercises().end(), IsUnproven)));
    totals.set_questions(result_.questions_size());
    pb::RecoveryPhrases& phrases = *result_.mutable_phrases();
    phrases.set_components(Count(totals.components(), "component", "components"));
    phrases.set_waves(Count(totals.waves(), "wave", "waves"));
    phrases.set_met(Count(totals.met(), "component is", "components are"));
    if (totals.not_met() > 0) phrases.set_not_met(Count(totals.not_met(), "component is", "components are"));
    if (totals.unknown() > 0) phrases.set_unknown(Count(totals.unknown(), "component has", "components have"));
    phrases.set_cycles(Count(totals.cycles(), "dependency cycle", "dependency cycles"));
    if (totals.exercises_late() > 0) {
      phrases.set_exercises(Count(totals.exercises_late(), "exercise still has", "exercises still have"));
    }
    if (totals.gaps() > 0) phrases.set_gaps(Count(totals.gaps(), "gap", "gaps"));
    if (longest > 0) phrases.set_longest(Minutes(longest));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const Recovery recovery_;
  const std::vector<RestorationStep>& steps_;
  const RestoreProcedures procedures_;
  pb::RecoveryPlanResult result_;
};

}  // namespace

pb::RecoveryPlanResult RecoveryPlan(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::recover
