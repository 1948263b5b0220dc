// Rows of the section on secrets about stores: who keeps what, and which flows reach each store. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SECRET_STORE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_SECRET_STORE_TABLES_H_

#include "metapowers/security/protect/v1/secrets_management.pb.h"
#include "service/analysis/credentials.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// Fills `stores`, `readers` and `maps`, and adds the gaps of stores to `gaps`.
void AddSecretStoreTables(const analysis::Facts& facts, const analysis::CredentialInventory& inventory,
                          ProtectionGaps& gaps, security::protect::v1::SecretsManagementResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SECRET_STORE_TABLES_H_
