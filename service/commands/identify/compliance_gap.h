// compliance-gap: every requirement of every framework that applies with its status and what of the model says so, the
// score of each framework, and the actions that close gaps in waves. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_COMPLIANCE_GAP_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_COMPLIANCE_GAP_H_

#include "metapowers/security/identify/v1/compliance_gap.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

security::identify::v1::ComplianceGapResult ComplianceGap(const Input& input);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_COMPLIANCE_GAP_H_
