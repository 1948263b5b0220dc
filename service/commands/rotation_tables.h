// Rows of the section on secrets about rotation and revocation. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ROTATION_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_ROTATION_TABLES_H_

#include "metapowers/security/protect/v1/secrets_management.pb.h"
#include "service/analysis/credentials.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Fills `rotation`, `revocation` and `switches`.
void AddRotationTables(const Input& input, const analysis::CredentialInventory& inventory,
                       security::protect::v1::SecretsManagementResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ROTATION_TABLES_H_
