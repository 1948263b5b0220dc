#include "service/commands/held_roles.h"

#include "absl/strings/str_cat.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

const model::v1::Role* ActingRole(const model::Model& model, absl::Span<const int> kinds) {
  for (const model::v1::Role* role : {FindRole(model, kinds), FallbackRole(model)}) {
    if (role != nullptr && !role->holder().empty()) return role;
  }
  return nullptr;
}

std::string ActingFor(const model::Model& model, absl::Span<const int> kinds) {
  const model::v1::Role* role = ActingRole(model, kinds);
  return role == nullptr ? TeamName(model, model.proto().owner_team()) : role->title();
}

std::string TitleOrVacancy(const model::Model& model, absl::string_view role) {
  const auto* found = model.Find<model::v1::Role>(role);
  return absl::StrCat(RoleTitle(model, role), found != nullptr && found->holder().empty() ? " (vacant)" : "");
}

}  // namespace metapowers::commands
