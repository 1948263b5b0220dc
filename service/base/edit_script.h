// How one list of lines becomes another. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_BASE_EDIT_SCRIPT_H_
#define METAPOWERS_SERVICE_BASE_EDIT_SCRIPT_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers {

enum class EditOp : char { kKeep = ' ', kRemove = '-', kAdd = '+' };

// A shortest script that turns `a` into `b`. Where more than `limit` lines differ between their common start and end,
// that part is replaced whole: right, only longer. Costs (lines + changes) x changes.
std::vector<EditOp> EditScript(const std::vector<absl::string_view>& a, const std::vector<absl::string_view>& b,
                               int limit);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_EDIT_SCRIPT_H_
