// The paths a workspace may hold. They are made by the service from checked slugs; this is the second
// lock on the door, since libgit2 accepts names that hurt on somebody's checkout.
#ifndef METAPOWERS_SERVICE_WORKSPACE_PATH_H_
#define METAPOWERS_SERVICE_WORKSPACE_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// The components of `path`. INVALID_ARGUMENT/NAME_INVALID unless every one is 1-255 bytes of
// [A-Za-z0-9._-], does not start with '-', does not end in '.', is no name that Git or Windows reserves
// (.git, .gitmodules, git~1, con, …), and there are at most 16 of them, separated by single slashes.
absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view path);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_PATH_H_
