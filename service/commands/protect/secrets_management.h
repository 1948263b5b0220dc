// secrets-management: credentials with what they open, where secrets are kept and leak, how they rotate and how they
// are revoked at once. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_SECRETS_MANAGEMENT_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_SECRETS_MANAGEMENT_H_

#include "metapowers/security/protect/v1/secrets_management.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::SecretsManagementResult SecretsManagement(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_SECRETS_MANAGEMENT_H_
