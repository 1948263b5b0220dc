// containment-strategy: how each component is cut off, at what cost and by whose order, how the cause is removed, and
// in which order components serve again. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPOND_CONTAINMENT_STRATEGY_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPOND_CONTAINMENT_STRATEGY_H_

#include "metapowers/security/respond/v1/containment_strategy.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::respond {

security::respond::v1::ContainmentStrategyResult ContainmentStrategy(const Input& input);

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPOND_CONTAINMENT_STRATEGY_H_
