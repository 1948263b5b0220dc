#include "service/commands/recovery_gaps.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/single_points.h"
#include "service/analysis/terms.h"
#include "service/commands/naming.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

using analysis::RestorationStep;
using analysis::StoreBackup;
using analysis::TargetVerdict;
using model::v1::FailoverStrategy;

// What a fact names before it counts the rest.
constexpr size_t kNamed = 6;

// Adds gaps about targets; one function for each kind of judgement.
class TargetGaps {
 public:
  TargetGaps(const Input& input, const Recovery& recovery, ProtectionGaps& gaps)
      : input_(input), recovery_(recovery), gaps_(gaps) {}

  void Add() {
    AddCycles();
    AddTimes();
    AddFunctions();
    AddConflicts();
    AddPoints();
    AddRegions();
  }

 private:
  void Gap(absl::string_view rule, const std::string& subject, std::string fact, const std::string& team) {
    gaps_.Add(knowledge::RecoveryGapRuleOf(rule), subject, std::move(fact), team);
  }
  void Gap(absl::string_view rule, const RestorationStep& step, std::string fact) {
    Gap(rule, step.component->id(), std::move(fact), step.component->owner_team());
  }

  void AddCycles() {
    for (const std::vector<std::string>& cycle : recovery_.restoration.cycles()) {
      for (const std::string& id : cycle) {
        const RestorationStep& step = *recovery_.restoration.Find(id);
        if (step.starts_without.empty()) continue;
        Gap("restore-cycle", step,
            absl::StrCat(List(cycle, 6), " wait for each other; ", id, " starts first, without ",
                         List(step.starts_without, 6)));
      }
    }
  }

  static std::string Sum(const RestorationStep& step) {
    return absl::StrCat(step.complete ? "" : "at least ", Minutes(step.ready));
  }

  void AddTimes() {
    for (const RestorationStep& step : recovery_.restoration.steps()) {
      if (step.verdict != TargetVerdict::kNotMet) continue;
      Gap("rto-path", step,
          absl::StrCat(Sum(step), " (", absl::StrJoin(PathLabels(recovery_.restoration, step), ", "), "), RTO ",
                       Minutes(*step.objective.rto), " of ", step.objective.basis));
    }
    for (const analysis::LateDependency& late : recovery_.restoration.late_dependencies()) {
      Gap("rto-dependency", *late.step,
          absl::StrCat("RTO ", Minutes(*late.step->objective.rto), ", depends on ", late.dependency->component->id(),
                       " with RTO ", Minutes(*late.dependency->objective.rto)));
    }
  }

  std::string TeamOfFunction(const analysis::FunctionRecovery& each) const {
    const auto* role = each.function == nullptr ? nullptr : input_.model.Find<model::v1::Role>(each.function->owner());
    return role == nullptr ? "" : role->team();
  }

  void AddFunctions() {
    for (const analysis::FunctionRecovery& each : recovery_.restoration.functions()) {
      if (each.verdict == TargetVerdict::kNotMet) {
        Gap("function-late", each.name,
            absl::StrCat(each.last->component->id(), " is ready after ", Sum(*each.last), ", target ",
                         Minutes(each.target->rto_minutes())),
            TeamOfFunction(each));
      }
      if (each.target == nullptr || each.function == nullptr || !each.function->has_max_outage_minutes()) continue;
      if (!each.target->has_rto_minutes() || each.target->rto_minutes() <= each.function->max_outage_minutes())
        continue;
      Gap("target-conflict", each.name,
          absl::StrCat("RTO ", Minutes(each.target->rto_minutes()), ", longest tolerable outage ",
                       Minutes(each.function->max_outage_minutes())),
          TeamOfFunction(each));
    }
  }

  // Components whose tier allows more than the target of their function.
  void AddConflicts() {
    for (const analysis::FunctionRecovery& each : recovery_.restoration.functions()) {
      if (each.target == nullptr) continue;
      for (const RestorationStep* step : each.steps) {
        if (!step->objective.rto.has_value() || !each.target->has_rto_minutes()) continue;
        if (*step->objective.rto <= each.target->rto_minutes()) continue;
        Gap("target-conflict", *step,
            absl::StrCat("RTO ", Minutes(*step->objective.rto), " of ", step->objective.basis, ", ",
                         Minutes(each.target->rto_minutes()), " of ", each.name));
      }
    }
    for (const StoreBackup& store : recovery_.stores) {
      const model::v1::RecoveryTarget* target = TargetOf(store);
      if (target == nullptr || !target->has_rpo_minutes() || !store.step->objective.rpo.has_value()) continue;
      if (*store.step->objective.rpo <= target->rpo_minutes()) continue;
      Gap("target-conflict", *store.step,
          absl::StrCat("RPO ", Minutes(*store.step->objective.rpo), " of ", store.step->objective.basis, ", ",
                       Minutes(target->rpo_minutes()), " of ", target->business_function()));
    }
  }

  const model::v1::RecoveryTarget* TargetOf(const StoreBackup& store) const {
    for (const model::v1::RecoveryTarget& target : input_.model.proto().recovery().targets()) {
      if (target.business_function() == store.component().business_function()) return &target;
    }
    return nullptr;
  }

  void AddPoints() {
    for (const StoreBackup& store : recovery_.stores) {
      const auto fact = [&store](const analysis::RecoveryPoint& point) {
        return absl::StrCat(
            point.minutes.has_value() ? absl::StrCat("what survives is up to ", Minutes(*point.minutes), " old")
                                      : "nothing survives",
            " (", point.basis, "), RPO ", Minutes(*store.step->objective.rpo), " of ", store.step->objective.basis);
      };
      if (store.copy_lost.verdict == TargetVerdict::kNotMet) Gap("rpo-copy", *store.step, fact(store.copy_lost));
      if (store.data_damaged.verdict == TargetVerdict::kNotMet)
        Gap("rpo-damage", *store.step, fact(store.data_damaged));
    }
  }

  void AddRegions() {
    const FailoverStrategy& failover = input_.model.proto().recovery().failover();
    const std::vector<model::v1::Tier> main = analysis::MainTiers(input_.model);
    for (const analysis::RegionLoss& loss : recovery_.regions) {
      std::vector<std::string> down;
      for (const RestorationStep* step : loss.stays_down) {
        const bool device = step->component->machine() == model::v1::MACHINE_DEVICE;
        if (!device && std::find(main.begin(), main.end(), step->component->tier()) != main.end()) {
          down.push_back(step->component->id());
        }
      }
      if (!down.empty()) {
        Gap("region-down", loss.region->id(),
            absl::StrCat("of the main tiers, ", List(down, 6), down.size() == 1 ? " stays" : " stay", " down"), "");
      }
      if (loss.in_time == TargetVerdict::kNotMet) {
        Gap("region-late", loss.region->id(),
            absl::StrCat(Minutes(failover.switch_minutes()), " to switch; ", loss.tightest->component->id(),
                         " has RTO ", Minutes(*loss.tightest->objective.rto)),
            "");
      }
      AddResidency(loss);
    }
    if (!HasWayBack(failover) || !failover.failback().empty()) return;
    Gap("no-failback", input_.model.proto().name(),
        absl::StrCat(Label(failover.kind()), " failover is declared, and no way back"), "");
  }

  // One gap for each region that is lost and place that its data goes to, however many components take it there.
  void AddResidency(const analysis::RegionLoss& loss) {
    struct Moved {
      std::set<std::string> data;
      std::set<std::string> components;
    };
    std::map<std::vector<std::string>, Moved> moved;
    for (const analysis::ResidencyFact& fact : loss.residency) {
      if (fact.restricted.empty()) continue;
      Moved& there = moved[fact.to];
      there.components.insert(fact.step->component->id());
      for (const model::v1::DataClass* each : fact.restricted) there.data.insert(each->id());
    }
    for (const auto& [to, what] : moved) {
      Gap("failover-residency", loss.region->id(),
          absl::StrCat("without ", loss.region->id(), " (", analysis::JurisdictionName(loss.region->jurisdiction()),
                       "), ", List({what.data.begin(), what.data.end()}, kNamed), " of ",
                       List({what.components.begin(), what.components.end()}, kNamed),
                       what.data.size() == 1 ? " is" : " are", " handled in ", List(to)),
          "");
    }
  }

  const Input& input_;
  const Recovery& recovery_;
  ProtectionGaps& gaps_;
};

}  // namespace

Recovery::Recovery(const analysis::Facts& facts)
    : restoration(facts),
      stores(analysis::StoreBackups(facts, restoration)),
      regions(analysis::RegionLosses(facts, restoration)) {}

bool HasWayBack(const FailoverStrategy& failover) {
  return failover.kind() > model::v1::FAILOVER_KIND_NONE && failover.standby_size() > 0;
}

void AddTargetGaps(const Input& input, const Recovery& recovery, ProtectionGaps& gaps) {
  TargetGaps(input, recovery, gaps).Add();
}

}  // namespace metapowers::commands
