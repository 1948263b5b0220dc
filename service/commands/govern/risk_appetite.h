// risk-appetite: how much risk of which kind is accepted, how the thresholds stand now, and who may accept what.
#ifndef METAPOWERS_SERVICE_COMMANDS_GOVERN_RISK_APPETITE_H_
#define METAPOWERS_SERVICE_COMMANDS_GOVERN_RISK_APPETITE_H_

#include "metapowers/security/govern/v1/risk_appetite.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::govern {

// Pure: equal models give equal results. Thread-safe.
security::govern::v1::RiskAppetiteResult RiskAppetite(const Input& input);

}  // namespace metapowers::commands::govern

#endif  // METAPOWERS_SERVICE_COMMANDS_GOVERN_RISK_APPETITE_H_
