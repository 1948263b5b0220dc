// A workspace as it was at one commit. Immutable; all methods may be called from any thread.
#ifndef METAPOWERS_SERVICE_WORKSPACE_SNAPSHOT_H_
#define METAPOWERS_SERVICE_WORKSPACE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

struct DirectoryEntry {
  std::string name;
  std::string id;
  bool is_directory = false;

  bool operator==(const DirectoryEntry&) const = default;
};

// Every path is checked (path.h): INVALID_ARGUMENT/NAME_INVALID. An entry on the path that is no plain
// file and no directory (symbolic link, submodule, executable) is never followed or read:
// FAILED_PRECONDITION/PATH_UNSAFE with metadata `path`, `kind`. Stored data may be damaged: DATA_LOSS.
class Snapshot {
 public:
  // For engines. An empty workspace has commit "" and tree "" and revision 0.
  Snapshot(std::shared_ptr<const ObjectSource> objects, std::string commit, std::string tree, int64_t revision)
      : objects_(std::move(objects)), commit_(std::move(commit)), tree_(std::move(tree)), revision_(revision) {}

  // 40 hex digits, or "" for a workspace without a commit.
  const std::string& commit() const { return commit_; }
  // Id of the root tree, or "".
  const std::string& tree() const { return tree_; }
  // Number of first-parent commits; 0 when empty.
  int64_t revision() const { return revision_; }
  const std::shared_ptr<const ObjectSource>& objects() const { return objects_; }

  // The file's bytes; nullopt when nothing is there, or a directory is.
  absl::StatusOr<std::optional<std::string>> ReadFile(absl::string_view path) const;

  // The id of the file at `path`; "" when absent or a directory.
  absl::StatusOr<std::string> BlobId(absl::string_view path) const;

  // The id of the directory at `path`, an etag of all below it; "" when absent or a file.
  absl::StatusOr<std::string> TreeId(absl::string_view path) const;

  // Plain files and directories at `path` ("" = root), sorted by name; none when absent. Entries of
  // other kinds are left out: they are not ours.
  absl::StatusOr<std::vector<DirectoryEntry>> ListDirectory(absl::string_view path) const;

  // Plain files in the directory at `path` whose names end in `suffix`, sorted by name; none when it is absent. For
  // files that somebody relies on: a link, an executable or a submodule of such a name is PATH_UNSAFE.
  absl::StatusOr<std::vector<DirectoryEntry>> ListFiles(absl::string_view path, absl::string_view suffix) const;

 private:
  const std::shared_ptr<const ObjectSource> objects_;
  const std::string commit_;
  const std::string tree_;
  const int64_t revision_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_SNAPSHOT_H_
