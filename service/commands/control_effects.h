// What the controls of one command do for the system: which threats they lower, where they are in place and where they
// are missing. The same rows in every section of Protect and Detect, so that threat, control and section reconcile:
// each control of the catalogue belongs to exactly one command (SecurityControl.command). Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CONTROL_EFFECTS_H_
#define METAPOWERS_SERVICE_COMMANDS_CONTROL_EFFECTS_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "metapowers/v1/control_effects.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Rows of the controls of `command` that lower some threat of the model: most points first, then most threats, then id.
void AddControlEffects(const Input& input, absl::string_view command,
                       google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CONTROL_EFFECTS_H_
