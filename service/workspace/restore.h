// A data directory made of a backup (backup.h). Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_RESTORE_H_
#define METAPOWERS_SERVICE_WORKSPACE_RESTORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/backup.h"

namespace metapowers::workspace {

// Commits of a workspace that a backup which was cut off had fetched after the mark.
struct BeyondMark {
  std::string workspace;  // name
  int64_t commits = 0;
};

struct RestoreOutcome {
  BackupManifest manifest;              // of the backup, with the workspaces that were restored, as they are there now
  std::vector<BeyondMark> beyond;       // which of them have more than the mark tells
  std::vector<BackupProblem> problems;  // what was not restored, or not by its name
};

// Makes a data directory at `data_dir`, which must be absent or empty, of what the backup at `from` holds. It becomes
// one at the end, so that no server starts on a part, with an id of its own: then every branch is at the head that the
// manifest tells, or above it at the one that a backup which was cut off had fetched since, and `git fsck --strict` has
// found nothing. Problems of the outcome are, as DATA_LOSS/STORAGE_CORRUPT: a workspace of which the backup does not
// hold what the mark says, which is not in the directory; one whose commits above the mark are damaged, which is there
// as the mark tells; and a repository that the mark does not name, which is not there, since its name is not known.
// Errors: those of BackupDir::OpenToRead, and of the first problem when nothing could be restored;
// FAILED_PRECONDITION/LOCKED when a server runs on the directory, INVALID_ARGUMENT/ARGUMENT_INVALID when there is
// anything in it, FAILED_PRECONDITION/STORAGE_VERSION, RESOURCE_EXHAUSTED/STORAGE_FULL,
// FAILED_PRECONDITION/STORAGE_READ_ONLY.
absl::StatusOr<RestoreOutcome> Restore(absl::string_view from, absl::string_view data_dir,
                                       const BackupProgress& progress = nullptr);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_RESTORE_H_
