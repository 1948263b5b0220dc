// Who answers for an activity of the responsibility matrix. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RACI_H_
#define METAPOWERS_SERVICE_COMMANDS_RACI_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Title of the role that answers for the activity; empty where the matrix has none.
std::string AccountableFor(const model::Model& model, absl::string_view activity);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RACI_H_
