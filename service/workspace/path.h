// The paths a workspace may hold. They are made by the service from checked slugs; this is the second
// lock on the door, since libgit2 accepts names that hurt on somebody's checkout.
#ifndef METAPOWERS_SERVICE_WORKSPACE_PATH_H_
#define METAPOWERS_SERVICE_WORKSPACE_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// The components of `path`, separated by single slashes. INVALID_ARGUMENT/NAME_INVALID when PathObjection()
// (base/file_path.h) has one.
absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view path);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_PATH_H_
