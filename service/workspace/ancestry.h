// What a commit contains: itself and all that is reachable from it, through any parents. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_ANCESTRY_H_
#define METAPOWERS_SERVICE_WORKSPACE_ANCESTRY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

// The parents that the body of a commit names, in order.
std::vector<std::string> ParentsOf(absl::string_view body);

// Whether `tip` ("" = no commit) contains `commit`. Reads, newest first, what one of the two has and the other has not,
// and a little more. `commit` itself may be gone. DATA_LOSS/STORAGE_CORRUPT when what `tip` has cannot be read.
absl::StatusOr<bool> Contains(const ObjectSource& objects, const std::string& tip, const std::string& commit);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_ANCESTRY_H_
