// How sections write when keys and credentials are due for a change. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ROTATION_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_ROTATION_WORDING_H_

#include <string>

#include "service/analysis/rotation.h"

namespace metapowers::commands {

// "2026-12-17", "2026-09-08, 54 days late", "unknown".
std::string NextLabel(const analysis::Rotation& rotation);

// "90 days", "90 days (default)", "not declared".
std::string IntervalLabel(const analysis::Rotation& rotation);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ROTATION_WORDING_H_
