// security-roles: who holds which role, who does what for each activity, where people or duties are missing and what
// to do about it.
#ifndef METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_ROLES_H_
#define METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_ROLES_H_

#include "metapowers/security/govern/v1/security_roles.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::govern {

// Pure: equal models give equal results. Thread-safe.
security::govern::v1::SecurityRolesResult SecurityRoles(const Input& input);

}  // namespace metapowers::commands::govern

#endif  // METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_ROLES_H_
