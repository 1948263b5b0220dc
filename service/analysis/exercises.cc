#include "service/analysis/exercises.h"

#include <algorithm>

#include "service/knowledge/recovery.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::ExerciseRule;
using model::v1::Exercise;

constexpr int kFirstRunWithinDays = 90;

const ExerciseRule* RuleOf(model::v1::ExerciseKind kind) {
  for (const ExerciseRule& rule : knowledge::RecoveryRules().exercises()) {
    if (rule.kind() == kind) return &rule;
  }
  return nullptr;
}

bool IsNeeded(const model::v1::SystemModel& system, model::v1::ExerciseKind kind) {
  switch (kind) {
    case model::v1::EXERCISE_KIND_TABLETOP:
    case model::v1::EXERCISE_KIND_NOTIFICATION:
      return true;
    case model::v1::EXERCISE_KIND_RESTORE:
      return std::any_of(system.components().begin(), system.components().end(), [](const auto& component) {
        return component.has_backup() && component.backup().method() != model::v1::BACKUP_METHOD_NONE;
      });
    case model::v1::EXERCISE_KIND_FAILOVER:
      return system.recovery().failover().kind() > model::v1::FAILOVER_KIND_NONE;
    default:
      return false;
  }
}

ExerciseFact Judge(const model::Model& model, const Exercise& exercise) {
  ExerciseFact fact;
  fact.exercise = &exercise;
  fact.rule = RuleOf(exercise.kind());
  if (exercise.last_run().empty()) {
    fact.state = ExerciseState::kNeverRun;
    fact.next = model.as_of() + std::min(exercise.interval_days(), kFirstRunWithinDays);
    return fact;
  }
  fact.next = model::ToCivilDay(exercise.last_run()) + exercise.interval_days();
  if (fact.next < model.as_of()) fact.state = ExerciseState::kLate;
  return fact;
}

}  // namespace

std::vector<ExerciseFact> Exercises(const model::Model& model) {
  std::vector<ExerciseFact> facts;
  const auto& declared = model.proto().recovery().exercises();
  for (const Exercise& exercise : declared) facts.push_back(Judge(model, exercise));
  std::stable_sort(facts.begin(), facts.end(),
                   [](const ExerciseFact& a, const ExerciseFact& b) { return a.next < b.next; });
  for (const ExerciseRule& rule : knowledge::RecoveryRules().exercises()) {
    const bool answered = std::any_of(declared.begin(), declared.end(),
                                      [&](const Exercise& exercise) { return exercise.kind() == rule.kind(); });
    if (answered || !IsNeeded(model.proto(), rule.kind())) continue;
    ExerciseFact& fact = facts.emplace_back();
    fact.rule = &rule;
    fact.state = ExerciseState::kNotDeclared;
    fact.next = model.as_of() + kFirstRunWithinDays;
  }
  return facts;
}

}  // namespace metapowers::analysis
