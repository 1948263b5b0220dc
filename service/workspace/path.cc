#include "service/workspace/path.h"

#include "absl/strings/str_split.h"
#include "service/base/file_path.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {

absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view path) {
  std::vector<std::string> components = absl::StrSplit(path, '/');
  const std::string objection = PathObjection(components);
  if (!objection.empty()) return PathInvalidError(path, objection);
  return components;
}

}  // namespace metapowers::workspace
