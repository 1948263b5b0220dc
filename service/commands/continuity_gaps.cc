#include "service/commands/continuity_gaps.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/analysis/exercises.h"
#include "service/commands/naming.h"
#include "service/commands/recovery_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/recovery.h"

namespace metapowers::commands {
namespace {

using analysis::ExerciseState;
using analysis::FunctionContinuity;
using analysis::ProcedureState;
using analysis::TargetVerdict;
using model::v1::ContinuityProcedure;
using model::v1::Role;

class ContinuityGaps {
 public:
  ContinuityGaps(const Continuity& continuity, const model::Model& model, ProtectionGaps& gaps)
      : continuity_(continuity), model_(model), gaps_(gaps) {}

  void Add() {
    for (const FunctionContinuity& each : continuity_.functions) AddFunction(each);
    for (const ContinuityProcedure& procedure : model_.proto().recovery().procedures()) AddProcedure(procedure);
    for (const analysis::SupplierContinuity& each : continuity_.suppliers) {
      if (!each.supplier->outage_procedure().empty()) continue;
      Gap("supplier-without-procedure", each.supplier->id(),
          absl::StrCat(each.because, each.stops.empty() ? "" : absl::StrCat("; stops ", List(each.stops, 6))),
          each.supplier->owner_team());
    }
    AddExerciseGaps();
    AddDuties();
    AddChannelGap();
  }

 private:
  void Gap(absl::string_view rule, const std::string& subject, std::string fact, const std::string& team) {
    gaps_.Add(knowledge::RecoveryGapRuleOf(rule), subject, std::move(fact), team);
  }

  std::string TeamOfRole(const std::string& id) const {
    const auto* role = model_.Find<Role>(id);
    return role == nullptr ? "" : role->team();
  }

  void AddFunction(const FunctionContinuity& each) {
    const model::v1::BusinessFunction* function = each.recovery->function;
    for (const ContinuityProcedure* procedure : each.ends_too_early) {
      Gap("procedure-short", procedure->id(),
          absl::StrCat("lasts ", Hours(procedure->max_hours()), "; ", each.recovery->name, " is restored after ",
                       each.recovery->complete ? "" : "at least ", Minutes(each.recovery->last->ready)),
          procedure->owner_team());
    }
    if (function == nullptr) return;
    const std::string team = TeamOfRole(function->owner());
    if (function->criticality() >= model::v1::CRITICALITY_HIGH && each.procedures.empty()) {
      Gap("function-without-procedure", function->name(),
          absl::StrCat("declared ", Label(function->criticality()), ", and no continuity procedure names it"), team);
    }
    if (each.outage == TargetVerdict::kNotMet) {
      Gap("outage-too-long", function->name(),
          absl::StrCat("restored after ", each.recovery->complete ? "" : "at least ",
                       Minutes(each.recovery->last->ready), ", tolerated ", Minutes(function->max_outage_minutes())),
          team);
    }
  }

  void AddProcedure(const ContinuityProcedure& procedure) {
    switch (analysis::StateOf(model_, procedure)) {
      case ProcedureState::kUntested:
        Gap("procedure-untested", procedure.id(), "no date of a test is declared", procedure.owner_team());
        break;
      case ProcedureState::kOld:
        Gap("procedure-old", procedure.id(), absl::StrCat("last tested on ", procedure.last_tested()),
            procedure.owner_team());
        break;
      case ProcedureState::kTested:
        break;
    }
  }

  void AddExerciseGaps() {
    for (const analysis::ExerciseFact& fact : analysis::Exercises(model_)) {
      if (fact.state == ExerciseState::kOnTime) continue;
      const std::string date = model::FormatDate(fact.next);
      if (fact.state == ExerciseState::kNotDeclared) {
        Gap("plan-unproven", fact.rule->name(), "no exercise of this kind is declared", "");
      } else if (fact.state == ExerciseState::kNeverRun) {
        Gap("plan-unproven", fact.exercise->id(), "never run", TeamOfRole(fact.exercise->owner()));
      } else {
        Gap("plan-unproven", fact.exercise->id(),
            absl::StrCat("last on ", fact.exercise->last_run(), ", due on ", date), TeamOfRole(fact.exercise->owner()));
      }
    }
  }

  // Each role once, whatever number of duties it holds.
  void AddDuties() {
    std::set<std::string> seen;
    for (const knowledge::v1::ContinuityDuty& duty : knowledge::RecoveryRules().duties()) {
      const Role* role = HolderOf(model_, duty);
      if (role != nullptr) AddRole(*role, seen);
    }
    for (const model::v1::BusinessFunction& function : model_.proto().recovery().functions()) {
      if (const auto* role = model_.Find<Role>(function.owner())) AddRole(*role, seen);
    }
  }

  void AddRole(const Role& role, std::set<std::string>& seen) {
    if (!seen.insert(role.id()).second) return;
    if (role.holder().empty()) {
      Gap("duty-vacant", role.title(), "the role is vacant", role.team());
    } else if (role.deputy().empty()) {
      Gap("duty-without-deputy", role.title(), absl::StrCat("held by ", role.holder(), " alone"), role.team());
    }
  }

  void AddChannelGap() {
    const auto& channels = model_.proto().incident_response().channels();
    const bool outside =
        std::any_of(channels.begin(), channels.end(), [](const auto& each) { return each.out_of_band(); });
    if (channels.empty() || outside) return;
    Gap("no-way-to-talk", model_.proto().name(),
        absl::StrCat(Count(channels.size(), "channel is", "channels are"), " declared, none out of band"), "");
  }

  const Continuity& continuity_;
  const model::Model& model_;
  ProtectionGaps& gaps_;
};

}  // namespace

Continuity::Continuity(const analysis::Facts& facts, const Recovery& recovery)
    : functions(analysis::FunctionContinuities(facts, recovery.restoration)),
      suppliers(analysis::CriticalSuppliers(facts, recovery.restoration)) {}

const Role* HolderOf(const model::Model& model, const knowledge::v1::ContinuityDuty& duty) {
  const std::vector<int> kinds(duty.owners().begin(), duty.owners().end());
  return FindRole(model, kinds);
}

void AddContinuityGaps(const Continuity& continuity, const model::Model& model, ProtectionGaps& gaps) {
  ContinuityGaps(continuity, model, gaps).Add();
}

}  // namespace metapowers::commands
