// Files of a person's working tree, reached without ever following a symbolic link, and replaced in two
// steps so that nothing of theirs changes before the commit is made. Internal to workspace/. Not
// thread-safe. Paths are relative to the top and checked (path.h); messages name them.
#ifndef METAPOWERS_SERVICE_WORKSPACE_WORKTREE_FILES_H_
#define METAPOWERS_SERVICE_WORKSPACE_WORKTREE_FILES_H_

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {

class WorktreeFiles {
 public:
  explicit WorktreeFiles(std::string root) : root_(std::move(root)) {}
  // Removes what was staged and not published.
  ~WorktreeFiles();
  WorktreeFiles(const WorktreeFiles&) = delete;
  WorktreeFiles& operator=(const WorktreeFiles&) = delete;

  // nullopt when absent. FAILED_PRECONDITION/PATH_UNSAFE when it is, or lies beyond, a link or anything but a plain
  // file.
  absl::StatusOr<std::optional<std::string>> Read(const std::string& path) const;

  // Writes the content beside the file under a name Publish() moves into place; nullopt = the file shall go.
  absl::Status Stage(const std::string& path, const std::optional<std::string>& content);

  // Puts every staged file into place. Stops at the first error.
  absl::Status Publish();

  // Removes what a killed process staged for `path`.
  void RemoveStaged(const std::string& path) const;

  // What the index records of the file; zeros when it is absent.
  struct stat Status(const std::string& path) const;

 private:
  struct Staged {
    UniqueFd directory;
    std::string name;
    std::string path;
    bool remove = false;
  };

  // The directory that holds `path`, made with its parents when `create`; invalid when it is absent.
  absl::StatusOr<UniqueFd> OpenParent(const std::string& path, bool create) const;

  const std::string root_;
  std::vector<Staged> staged_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_WORKTREE_FILES_H_
