// The errors of this layer, each worded once. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_ERRORS_H_
#define METAPOWERS_SERVICE_WORKSPACE_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

absl::Status PathInvalidError(absl::string_view path, absl::string_view why);
// `kind` as in "symbolic link": what stands where a plain file or directory is needed.
absl::Status PathUnsafeError(absl::string_view path, absl::string_view kind);
absl::Status ObjectCorruptError(absl::string_view id, absl::string_view why);
absl::Status RevisionInvalidError(absl::string_view commit);
absl::Status RevisionNotFoundError(absl::string_view commit);
// `newest` is the highest revision there is.
absl::Status RevisionAheadError(int64_t revision, int64_t newest);
absl::Status RevisionTooOldError(int64_t revision, int64_t oldest);
// The commit that a reader has as `revision` is not on the line; `actual` is, or "" when the line ends below.
absl::Status BranchRewrittenError(int64_t revision, absl::string_view expected, absl::string_view actual);
absl::Status WorkspaceNotFoundError(absl::string_view workspace);
absl::Status HeadMovedError(absl::string_view expected, absl::string_view actual);

// A database of the server is damaged: `why` without a path.
absl::Status DatabaseCorruptError(absl::string_view why);
bool IsDatabaseCorrupt(const absl::Status& status);
// The journal is damaged: `why` without a path.
absl::Status JournalCorruptError(absl::string_view why);
// The journal was written by a newer release.
absl::Status JournalVersionError(int64_t version, int known);
// A sync of the journal failed: what it holds is known after a restart only.
absl::Status JournalFailedError();
// `waiting` says of what there is too much.
absl::Status EngineOverloadedError(absl::string_view waiting);
// Steps are still on their way into the repository after a long wait.
absl::Status StoreLateError();
// Somebody rewrote the branch of workspace `uid`: it is at `actual` and does not contain `lost`, which is kept or, when
// it is `gone`, noted, or why not. For a log.
absl::Status BranchLostError(absl::string_view uid, absl::string_view lost, absl::string_view actual, bool gone,
                             const absl::Status& kept);
// Somebody else moved the branch from `expected` to `actual` while steps of ours were not in the repository yet.
absl::Status BranchDivergedError(absl::string_view expected, absl::string_view actual);

// The error that a test gave the point `name` (base/failpoint.h), in the words of this layer.
absl::Status Failpoint(absl::string_view name);

// What a failed system call means to a caller. `what` says what was tried, without a path.
absl::Status StorageError(int error_number, absl::string_view what);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_ERRORS_H_
