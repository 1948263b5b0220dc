// forensic-readiness: which evidence an incident leaves, how long, how it is preserved and by whom, where it must stay,
// and what deletes itself unless a legal hold stops it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPOND_FORENSIC_READINESS_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPOND_FORENSIC_READINESS_H_

#include "metapowers/security/respond/v1/forensic_readiness.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::respond {

security::respond::v1::ForensicReadinessResult ForensicReadiness(const Input& input);

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPOND_FORENSIC_READINESS_H_
