// The index (staging area) of a person's repository, changed for single paths under Git's own lock.
// Internal to workspace/. Not thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_WORKTREE_INDEX_H_
#define METAPOWERS_SERVICE_WORKSPACE_WORKTREE_INDEX_H_

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/workspace/git.h"

namespace metapowers::workspace {

class WorktreeIndex {
 public:
  // Reads the index in `git_dir` while holding index.lock, so that no other Git command changes it meanwhile.
  // FAILED_PRECONDITION/LOCKED when another one does, REPOSITORY_UNSUPPORTED when libgit2 cannot read it.
  static absl::StatusOr<std::unique_ptr<WorktreeIndex>> Lock(const std::string& git_dir);

  // Removes the lock that a killed process of ours left; anybody else's stays. Only under the engine's own lock.
  static void RemoveStaleLock(const std::string& git_dir);

  // Releases the lock; changes are gone unless written.
  ~WorktreeIndex();
  WorktreeIndex(const WorktreeIndex&) = delete;
  WorktreeIndex& operator=(const WorktreeIndex&) = delete;

  // What is staged at a path.
  struct Entry {
    std::string id;              // "" = nothing
    bool plain = true;           // false: a conflict, an entry of another mode, or one in the way of the path
    bool skip_worktree = false;  // sparse checkout: the file is not in the working tree, and that is no edit
  };
  Entry Find(const std::string& path) const;

  // Records the blob `id` ("" = remove) at the path, with the file's status so that Git need not read it again.
  absl::Status Set(const std::string& path, const std::string& id, const struct stat& status);

  // Puts the changed index in the old one's place, atomically.
  absl::Status Write();

 private:
  explicit WorktreeIndex(std::string git_dir) : git_dir_(std::move(git_dir)) {}

  const std::string git_dir_;  // with a trailing slash
  IndexHandle index_;          // of a copy beside the index
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_WORKTREE_INDEX_H_
