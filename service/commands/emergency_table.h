// Rows of the section on access about ways in while the usual one is down. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_EMERGENCY_TABLE_H_
#define METAPOWERS_SERVICE_COMMANDS_EMERGENCY_TABLE_H_

#include "metapowers/security/protect/v1/access_control.pb.h"
#include "service/analysis/landscape.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// Fills `emergency`, of secret stores, sign-in and access for administration, and adds the gaps to `gaps`. Reads
// `review_owner`.
void AddEmergencyTable(const analysis::Landscape& landscape, ProtectionGaps& gaps,
                       security::protect::v1::AccessControlResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_EMERGENCY_TABLE_H_
