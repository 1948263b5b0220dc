// The paths of files that a workspace may hold.
#ifndef METAPOWERS_SERVICE_BASE_FILE_PATH_H_
#define METAPOWERS_SERVICE_BASE_FILE_PATH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers {

inline constexpr size_t kMaxPathComponents = 16;

// What is wrong with a path of these components, read from the top of a workspace; "" when nothing is. Each must be
// 1-255 bytes of [A-Za-z0-9._-], must not start with '-' or end in '.', and must be no name that Git or Windows
// reserves
// (.git, .gitmodules, git~1, con, …).
std::string PathObjection(const std::vector<std::string>& components);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_FILE_PATH_H_
