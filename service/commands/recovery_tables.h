// Rows that the sections of Recover share: who is told when, by which way, what is checked before reopening, which
// exercises prove the plans. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVERY_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVERY_TABLES_H_

#include "google/protobuf/repeated_field.h"
#include "metapowers/knowledge/v1/recovery_rules.pb.h"
#include "metapowers/v1/recovery_rows.pb.h"
#include "service/analysis/restoration.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Milestones of the phase in their order: those of the restoration by their time. One whose time the model does not
// declare is left out: that is a question.
void AddMilestones(const Input& input, knowledge::v1::RecoveryPhase phase, const analysis::Restoration& restoration,
                   google::protobuf::RepeatedPtrField<v1::MilestoneRow>& out);

// Declared channels, those that work when our systems are down first.
void AddChannels(const model::Model& model, google::protobuf::RepeatedPtrField<v1::ChannelRow>& out);

// Checks that some element of the model asks for, in the order of the data.
void AddChecks(const Input& input, const analysis::Restoration& restoration,
               google::protobuf::RepeatedPtrField<v1::CheckRow>& out);

// Declared and missing exercises, by next date.
void AddExercises(const Input& input, google::protobuf::RepeatedPtrField<v1::ExerciseRow>& out);

// Whether the exercise still has to show that the plan works: late, never run or not declared.
bool IsUnproven(const v1::ExerciseRow& row);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVERY_TABLES_H_
