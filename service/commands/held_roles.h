// Who acts where a role is vacant. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_
#define METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_

#include <string>

#include "absl/types/span.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Title of the first role of one of these kinds that somebody holds, else of the role that answers where nothing else
// says so (FallbackRole), else, since a vacant role cannot act, the name of the team that owns the system.
std::string ActingFor(const model::Model& model, absl::Span<const int> kinds);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_
