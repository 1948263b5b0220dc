// Git's loose objects, read and written without libgit2: its reader loops for ever on a truncated file,
// and its writer syncs twice per object. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOOSE_OBJECTS_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOOSE_OBJECTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

// The object in `objects_dir`, its size and hash checked; nullopt when no such file is there.
// DATA_LOSS/STORAGE_CORRUPT.
absl::StatusOr<std::optional<Object>> ReadLooseObject(const std::string& objects_dir, absl::string_view id);

// Stores `objects` durably, all of them synced before the first gets its name: a crash leaves temporary files
// (names start with "tmp_obj_") and whole objects, never a torn one. A damaged file in an object's place is replaced.
absl::Status WriteLooseObjects(const std::string& objects_dir, const std::vector<const Object*>& objects);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOOSE_OBJECTS_H_
