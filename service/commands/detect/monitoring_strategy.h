// monitoring-strategy: what is watched, which alerts are declared and which are missing, who is called and how fast,
// what whoever is called does, and how well detection works. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_

#include "metapowers/security/detect/v1/monitoring_strategy.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::MonitoringStrategyResult MonitoringStrategy(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_
