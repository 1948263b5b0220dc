// encryption-strategy: how each store and flow is encrypted and has to be, the keys and certificates that do it, and
// what is missing. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_ENCRYPTION_STRATEGY_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_ENCRYPTION_STRATEGY_H_

#include "metapowers/security/protect/v1/encryption_strategy.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::EncryptionStrategyResult EncryptionStrategy(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_ENCRYPTION_STRATEGY_H_
