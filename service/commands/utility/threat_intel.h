// threat-intel: which techniques of ATT&CK matter to a system by its threats, technologies, sector and known
// vulnerabilities; who could use them; what shows them and what stops them. It knows what the model and the evidence
// say, and no news: no group, campaign or exploitation in the wild. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_UTILITY_THREAT_INTEL_H_
#define METAPOWERS_SERVICE_COMMANDS_UTILITY_THREAT_INTEL_H_

#include "metapowers/security/utility/v1/threat_intel.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::utility {

security::utility::v1::ThreatIntelResult ThreatIntel(const Input& input);

}  // namespace metapowers::commands::utility

#endif  // METAPOWERS_SERVICE_COMMANDS_UTILITY_THREAT_INTEL_H_
