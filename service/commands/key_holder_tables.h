// Rows of the section on encryption about who can read what a store keeps. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_KEY_HOLDER_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_KEY_HOLDER_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/encryption_strategy.pb.h"
#include "service/analysis/key_inventory.h"

namespace metapowers::commands {

// Fills `modes` and `client_side`.
void AddKeyHolderTables(const analysis::Facts& facts, const std::vector<analysis::KeyFact>& keys,
                        security::protect::v1::EncryptionStrategyResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_KEY_HOLDER_TABLES_H_
