// The risks of the register that are to be mitigated, in words, for plans of action of other tools.
#ifndef METAPOWERS_SERVICE_COMMANDS_OPEN_RISKS_H_
#define METAPOWERS_SERVICE_COMMANDS_OPEN_RISKS_H_

#include <vector>

#include "service/commands/command.h"
#include "service/export/oscal.h"

namespace metapowers::commands {

// In the order of the register (analysis/risk_register.h): worst first. Evidence is not asked for. Pure; thread-safe.
std::vector<exporting::OpenRisk> OpenRisks(const Input& input);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_OPEN_RISKS_H_
