// Tree objects: reading entries out of a body and putting a body together. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_TREE_H_
#define METAPOWERS_SERVICE_WORKSPACE_TREE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

enum EntryMode : unsigned { kDirectoryMode = 040000, kFileMode = 0100644 };

struct TreeEntry {
  unsigned mode = kFileMode;
  std::string name;
  std::string id;

  bool is_directory() const { return mode == kDirectoryMode; }
  bool is_file() const { return mode == kFileMode; }
  // "directory", "file", "symbolic link", …
  absl::string_view kind() const;
  bool operator==(const TreeEntry&) const = default;
};

// The entries in stored order; `id` is for the message. DATA_LOSS/STORAGE_CORRUPT.
absl::StatusOr<std::vector<TreeEntry>> ParseTree(absl::string_view id, absl::string_view body);

// The entry `name` of a tree; nullopt when absent.
absl::StatusOr<std::optional<TreeEntry>> FindInTree(absl::string_view id, absl::string_view body,
                                                    absl::string_view name);

// The body after `edits`, which put an entry in the place of the one of that name and mode, or where Git's order wants
// a new one, or take it away (id ""). At most one per name. DATA_LOSS/STORAGE_CORRUPT, also for a tree out of order.
absl::StatusOr<std::string> EditTree(absl::string_view id, absl::string_view body, std::vector<TreeEntry> edits);

// The entry of any kind at `components` below tree `root` ("" = empty tree); nullopt when absent. A component before
// the last that is neither directory nor plain file: FAILED_PRECONDITION/PATH_UNSAFE.
absl::StatusOr<std::optional<TreeEntry>> FindEntry(const ObjectSource& objects, absl::string_view root,
                                                   const std::vector<std::string>& components);

// Files that differ between two trees ("" = empty).
struct TreeDifference {
  std::string path;
  std::string old_id;  // "" = absent before
  std::string new_id;  // "" = absent after
};
// Sorted by path. Meant for trees a batch apart: costs what differs. Submodules and links count as files.
absl::StatusOr<std::vector<TreeDifference>> DiffTrees(const ObjectSource& objects, absl::string_view old_tree,
                                                      absl::string_view new_tree);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_TREE_H_
