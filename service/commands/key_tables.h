// Rows of keys and certificates for the section on encryption: what they protect, their states, custodians and regions.
// Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_KEY_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_KEY_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/encryption_strategy.pb.h"
#include "service/analysis/key_inventory.h"
#include "service/commands/command.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// Fills `keys`, `certificates`, `states`, `custodians` and `key_regions`, adds the gaps of keys to `gaps` and what the
// model does not say of them to `questions`.
void AddKeyTables(const Input& input, const std::vector<analysis::KeyFact>& keys, ProtectionGaps& gaps,
                  security::protect::v1::EncryptionStrategyResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_KEY_TABLES_H_
