// Rows of privileges for the section on access: by role, component and data class. The rules are those of privileges.h
// in analysis. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PRIVILEGE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_PRIVILEGE_TABLES_H_

#include "metapowers/security/protect/v1/access_control.pb.h"
#include "service/commands/command.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// Fills `role_privileges`, `component_privileges` and `data_privileges`, and adds confidential data without named
// readers to `gaps`.
void AddPrivilegeTables(const Input& input, ProtectionGaps& gaps, security::protect::v1::AccessControlResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PRIVILEGE_TABLES_H_
