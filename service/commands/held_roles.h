// Who acts where a role is vacant. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_
#define METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/model/model.h"

namespace metapowers::commands {

// The first role of one of these kinds that somebody holds, else the role that answers where nothing else says so
// (FallbackRole); nullptr where that is vacant too or missing, since a vacant role cannot act.
const model::v1::Role* ActingRole(const model::Model& model, absl::Span<const int> kinds);

// Title of that role, else the name of the team that owns the system.
std::string ActingFor(const model::Model& model, absl::Span<const int> kinds);

// Title of the declared role, with a word where nobody holds it: "Incident commander (vacant)". The id where the model
// has no such role.
std::string TitleOrVacancy(const model::Model& model, absl::string_view role);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_HELD_ROLES_H_
