// Words that sections on access and secrets share. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ACCESS_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_ACCESS_WORDING_H_

#include <string>

#include "service/analysis/facts.h"

namespace metapowers::commands {

// "CDE", "connected to the CDE", "out of scope"; empty where PCI DSS does not apply.
std::string PciScopeLabel(analysis::PciScope scope);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ACCESS_WORDING_H_
