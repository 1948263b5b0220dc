#include "service/commands/raci.h"

#include "service/commands/wording.h"

namespace metapowers::commands {

std::string AccountableFor(const model::Model& model, absl::string_view activity) {
  for (const model::v1::RaciAssignment& row : model.proto().raci()) {
    if (row.activity() == activity && !row.accountable().empty()) return RoleTitle(model, row.accountable(0));
  }
  return "";
}

}  // namespace metapowers::commands
