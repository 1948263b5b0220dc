#include "service/commands/held_roles.h"

#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

std::string ActingFor(const model::Model& model, absl::Span<const int> kinds) {
  for (const model::v1::Role* role : {FindRole(model, kinds), FallbackRole(model)}) {
    if (role != nullptr && !role->holder().empty()) return role->title();
  }
  return TeamName(model, model.proto().owner_team());
}

}  // namespace metapowers::commands
