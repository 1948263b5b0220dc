#include "service/workspace/errors.h"

#include <cerrno>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/failpoint.h"
#include "service/base/strings.h"
#include "service/workspace/lost_commits.h"

namespace metapowers::workspace {

absl::Status PathInvalidError(absl::string_view path, absl::string_view why) {
  const std::string shown = OneLine(path.substr(0, 200));
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("path '", shown, "' is not allowed: ", why),
                   {.reason = "NAME_INVALID", .metadata = {{"name", shown}}});
}

absl::Status PathUnsafeError(absl::string_view path, absl::string_view kind) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("'", path, "' is a ", kind, " in the workspace, where a plain file or directory is needed"),
      {.reason = "PATH_UNSAFE",
       .metadata = {{"path", std::string(path)}, {"kind", std::string(kind)}},
       .next_step = "replace it in the repository by a plain file or directory"});
}

absl::Status ObjectCorruptError(absl::string_view id, absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("stored object ", id, " is damaged: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", std::string(id)}},
                    .next_step = "restore the workspace from a backup or a clone; `git fsck` lists what is damaged"});
}

absl::Status RevisionInvalidError(absl::string_view commit) {
  const std::string shown = OneLine(commit.substr(0, 80));
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("'", shown, "' is no commit id: 40 lower-case hex digits are needed"),
                   {.reason = "NAME_INVALID", .metadata = {{"name", shown}}});
}

absl::Status RevisionNotFoundError(absl::string_view commit) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("commit ", commit, " is not in the workspace's history"),
                   {.reason = "REVISION_NOT_FOUND", .metadata = {{"revision", std::string(commit)}}});
}

absl::Status RevisionAheadError(int64_t revision, int64_t newest) {
  return MakeError(absl::StatusCode::kOutOfRange,
                   absl::StrCat("revision ", revision, " is not there yet; the newest is ", newest),
                   {.reason = "REVISION_AHEAD",
                    .metadata = {{"newest", absl::StrCat(newest)}},
                    .next_step = absl::StrCat("begin with ", newest + 1, ", or with the next one that is made")});
}

absl::Status RevisionTooOldError(int64_t revision, int64_t oldest) {
  return MakeError(absl::StatusCode::kOutOfRange,
                   absl::StrCat("revision ", revision, " is not in this shallow clone; the oldest is ", oldest),
                   {.reason = "REVISION_TOO_OLD",
                    .metadata = {{"oldest", absl::StrCat(oldest)}},
                    .next_step = absl::StrCat("begin with ", oldest, ", or `git fetch --unshallow` to have all")});
}

absl::Status BranchRewrittenError(int64_t revision, absl::string_view expected, absl::string_view actual) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("revision ", revision, " was commit ", expected, " and is ",
                                actual.empty() ? "none" : actual, " now: the branch was rewritten, or is another one"),
                   {.reason = "BRANCH_REWRITTEN",
                    .metadata = {{"revision", absl::StrCat(revision)},
                                 {"expected", std::string(expected)},
                                 {"actual", std::string(actual)}},
                    .next_step = "read the history anew: metapowers log"});
}

absl::Status WorkspaceNotFoundError(absl::string_view workspace) {
  const std::string shown = OneLine(workspace.substr(0, 80));
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("workspace '", shown, "' does not exist"),
                   {.reason = "WORKSPACE_NOT_FOUND",
                    .metadata = {{"workspace", shown}},
                    .next_step = absl::StrCat("metapowers workspace list; metapowers workspace create ", shown)});
}

absl::Status HeadMovedError(absl::string_view expected, absl::string_view actual) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("the workspace's head is ", actual.empty() ? "unborn" : actual, ", not ",
                                expected.empty() ? "unborn" : expected, ": it moved meanwhile"),
                   {.reason = "HEAD_MOVED",
                    .metadata = {{"expected", std::string(expected)}, {"actual", std::string(actual)}},
                    .next_step = "read the workspace again and repeat the call"});
}

absl::Status DatabaseCorruptError(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("a database of the server is damaged: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "database"}},
                    .next_step = "restore the data directory from a backup"});
}

bool IsDatabaseCorrupt(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return false;
  const ErrorDetails details = DetailsOf(status);
  const auto object = details.metadata.find("object");
  return object != details.metadata.end() && object->second == "database";
}

absl::Status JournalCorruptError(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("the journal is damaged: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "journal"}},
                    .next_step = "restore the data directory from a backup"});
}

absl::Status JournalVersionError(int64_t version, int known) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the journal has version ", version, "; this release knows ", known),
                   {.reason = "STORAGE_VERSION",
                    .metadata = {{"version", std::to_string(version)}},
                    .next_step = "run the release that wrote it, or a later one"});
}

absl::Status JournalFailedError() {
  return MakeError(
      absl::StatusCode::kInternal, "the storage failed to sync; nothing is written until a restart",
      {.reason = "STORAGE_FAILED",
       .next_step = "look at the disk, restart the server, then repeat the call with the same request id"});
}

absl::Status EngineOverloadedError(absl::string_view waiting) {
  return MakeError(absl::StatusCode::kResourceExhausted, absl::StrCat("too many ", waiting, " wait to be stored"),
                   {.reason = "OVERLOADED", .next_step = "try again after the time in RetryInfo"});
}

absl::Status StoreLateError() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "commits are still on their way into the repository",
                   {.reason = "CANCELLED", .next_step = "look at the load of the disk, then try again"});
}

absl::Status BranchLostError(absl::string_view uid, absl::string_view lost, absl::string_view actual, bool gone,
                             const absl::Status& kept) {
  const std::string place = gone ? GoneCommitFile(lost) : LostCommitRef(lost);
  const std::string found =
      gone        ? absl::StrCat("that is gone, as `git gc` prunes what no reference keeps: ",
                          kept.ok() ? absl::StrCat("noted as ", place)
                                           : absl::StrCat("it could not be noted as ", place, ": ", kept.message()))
             : kept.ok() ? absl::StrCat("that is kept as ", place)
                  : absl::StrCat("that could not be kept as ", place, ": ", kept.message());
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the branch is at ", actual.empty() ? "no commit" : actual, " and does not contain ",
                                lost, ", which it was at before; ", found),
                   {.reason = "BRANCH_DIVERGED",
                    .metadata = {{"expected", std::string(lost)}, {"actual", std::string(actual)}},
                    .next_step = absl::StrCat("in workspaces/", uid, ".git of the data directory: ",
                                              gone ? MendGoneCommit(lost, actual) : MendLostCommit(lost, actual),
                                              "; `metapowersd verify` tells what is missing")});
}

absl::Status BranchDivergedError(absl::string_view expected, absl::string_view actual) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("somebody moved the branch of the workspace's repository to ", actual.empty() ? "nothing" : actual,
                   " while answered commits above ", expected.empty() ? "the empty workspace" : expected,
                   " were on their way into it; reading goes on"),
      {.reason = "BRANCH_DIVERGED",
       .metadata = {{"expected", std::string(expected)}, {"actual", std::string(actual)}},
       .next_step = GivePlaceBack(expected, actual)});
}

absl::Status Failpoint(absl::string_view name) {
  const int error = FailpointError(name);
  return error == 0 ? absl::OkStatus() : StorageError(error, "the step failed");
}

absl::Status StorageError(int error_number, absl::string_view what) {
  const std::map<std::string, std::string> metadata = {{"errno", std::to_string(error_number)}};
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return MakeError(absl::StatusCode::kResourceExhausted, absl::StrCat(what, ": the storage is full"),
                       {.reason = "STORAGE_FULL",
                        .metadata = metadata,
                        .next_step = "free space on the storage; reading goes on meanwhile"});
    case EROFS:
    case EACCES:
    case EPERM:
      return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat(what, ": the storage is not writable"),
                       {.reason = "STORAGE_READ_ONLY",
                        .metadata = metadata,
                        .next_step = "give the process write permission; reading goes on meanwhile"});
    default:
      return MakeError(absl::StatusCode::kInternal, absl::StrCat(what, ": the storage failed"),
                       {.reason = "INTERNAL", .metadata = metadata});
  }
}

}  // namespace metapowers::workspace
