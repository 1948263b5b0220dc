// Disruptions that a model implies, as rows, and the tabletop exercises that go through them. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DISRUPTIONS_H_
#define METAPOWERS_SERVICE_COMMANDS_DISRUPTIONS_H_

#include "google/protobuf/repeated_field.h"
#include "metapowers/security/recover/v1/business_continuity.pb.h"
#include "service/commands/command.h"
#include "service/commands/continuity_gaps.h"

namespace metapowers::commands {

// Costliest first; of those whose loss is not declared the one that stops most components first.
void AddDisruptions(const Input& input, const Recovery& recovery, const Continuity& continuity,
                    google::protobuf::RepeatedPtrField<security::recover::v1::DisruptionRow>& out);

// Of the first few disruptions.
void AddTabletops(const model::Model& model,
                  const google::protobuf::RepeatedPtrField<security::recover::v1::DisruptionRow>& disruptions,
                  google::protobuf::RepeatedPtrField<security::recover::v1::TabletopRow>& out);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_DISRUPTIONS_H_
