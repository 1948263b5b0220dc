// threat-model: what can go wrong on each element and flow, how likely and how harmful, what people decided, what to do
// first, and the ways of outsiders to the data that matters most. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_THREAT_MODEL_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_THREAT_MODEL_H_

#include "metapowers/security/identify/v1/threat_model.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

// Fills `result`, which is empty.
void ThreatModel(const Input& input, security::identify::v1::ThreatModelResult& result);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_THREAT_MODEL_H_
