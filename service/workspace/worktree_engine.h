// Local mode: the engine over a person's own repository, committing on the branch checked out there.
//
// What is theirs stays theirs: staged and unstaged work, untracked files and hooks are not touched. A commit changes
// the branch, and then, for the changed paths alone, the file in the working tree and its entry in the index. A
// changed path that holds work the commit would bury is refused before anything is written:
// FAILED_PRECONDITION/WORKTREE_DIRTY with metadata `path`.
//
// Records of requests are not kept: the trailers of the commits name them.
//
// The repository has one workspace, kLocalUid. Further errors of Head and Commit:
// FAILED_PRECONDITION/REPOSITORY_UNSUPPORTED on a detached HEAD, and of Commit: FAILED_PRECONDITION/LOCKED when another
// Git command is at work. Messages name paths relative to the working tree.
#ifndef METAPOWERS_SERVICE_WORKSPACE_WORKTREE_ENGINE_H_
#define METAPOWERS_SERVICE_WORKSPACE_WORKTREE_ENGINE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/commit.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

inline constexpr absl::string_view kLocalUid = "local";

class WorktreeEngine : public Engine {
 public:
  // The repository whose working tree holds `directory`. FAILED_PRECONDITION with NOT_A_REPOSITORY (none, or a bare
  // one), REPOSITORY_UNSUPPORTED (SHA-256, reftable, worktree configuration, another owner): the message says which.
  static absl::StatusOr<std::unique_ptr<WorktreeEngine>> Discover(absl::string_view directory);

  // Top of the working tree, absolute, without a trailing slash.
  virtual const std::string& root() const = 0;

  // user.name and user.email as `git commit` would take them from the environment (GIT_AUTHOR_NAME,
  // GIT_AUTHOR_EMAIL), the repository and the user's configuration. FAILED_PRECONDITION/IDENTITY_UNKNOWN with the
  // commands that set them.
  virtual absl::StatusOr<Identity> UserIdentity() const = 0;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_WORKTREE_ENGINE_H_
