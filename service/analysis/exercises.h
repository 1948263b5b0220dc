// Exercises of the plans: those that are declared, with when they are due, and those that a plan needs and lacks. Pure.
//
//   next       the last one plus its interval; of one that was never run `as_of` plus its interval, at most 90 days
//   late       the next date has passed
//   needed     a tabletop and a notification test always; a restore where a store has a backup; a failover where one is
//              declared. Answered by a declared exercise of the kind
#ifndef METAPOWERS_SERVICE_ANALYSIS_EXERCISES_H_
#define METAPOWERS_SERVICE_ANALYSIS_EXERCISES_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "metapowers/knowledge/v1/recovery_rules.pb.h"
#include "service/model/model.h"

namespace metapowers::analysis {

enum class ExerciseState { kOnTime, kLate, kNeverRun, kNotDeclared };

struct ExerciseFact {
  const model::v1::Exercise* exercise = nullptr;      // nullptr: needed and not declared
  const knowledge::v1::ExerciseRule* rule = nullptr;  // of its kind; nullptr: no rule asks for that kind
  ExerciseState state = ExerciseState::kOnTime;
  absl::CivilDay next;
};

// By next date, then by id; those that are not declared last.
std::vector<ExerciseFact> Exercises(const model::Model& model);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_EXERCISES_H_
