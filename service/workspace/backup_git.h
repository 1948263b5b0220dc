// What backup and restore have Git do from repository to repository. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BACKUP_GIT_H_
#define METAPOWERS_SERVICE_WORKSPACE_BACKUP_GIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/workspace/bare_repository.h"

namespace metapowers::workspace {

// Of one command of Git: a repository of millions of objects takes minutes.
inline constexpr absl::Duration kBackupGitTime = absl::Hours(6);

// DATA_LOSS/STORAGE_CORRUPT of a repository that Git cannot copy.
absl::Status CopyFailed(absl::string_view why);

// FAILED_PRECONDITION/BRANCH_DIVERGED: the branch, at `actual`, does not contain `kept`.
absl::Status RewrittenError(absl::string_view kept, absl::string_view actual);

// Runs a command of Git that must succeed; its output, stripped. CopyFailed().
absl::StatusOr<std::string> GitOutput(const std::string& repository, const std::vector<std::string>& command);

// Copies what `to` lacks of commit `commit` of `from`, and moves the branch onto it, durably. CopyFailed(),
// RewrittenError() when the branch is at what that does not contain.
absl::Status Fetch(const std::string& from, const std::string& commit, const BareRepository& to);

// Whether commit `of` contains `commit`.
absl::StatusOr<bool> ContainsCommit(const std::string& repository, const std::string& of, const std::string& commit);

// Whether `head` contains `mark` ("" = no commit) and more.
absl::StatusOr<bool> IsBeyond(const std::string& repository, const std::string& head, const std::string& mark);

// Moves the branch from `expected` to `target` ("" removes it), durably.
absl::Status SetBranch(const BareRepository& repository, const std::string& expected, const std::string& target);

// Commits on the first-parent line that ends at `head`.
absl::StatusOr<int64_t> CountCommits(const std::string& repository, const std::string& head);
// Commits that `head` contains and `other` does not.
absl::StatusOr<int64_t> CountCommits(const std::string& repository, const std::string& head, const std::string& other);

// INVALID_ARGUMENT/ARGUMENT_INVALID when one directory lies in the other.
absl::Status CheckApart(absl::string_view data_dir, absl::string_view other);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BACKUP_GIT_H_
