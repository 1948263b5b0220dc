// Backup of a data directory, by stock Git from repository to repository: what a backup lacks is fetched, checked
// object by object, and synced, while others write. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BACKUP_H_
#define METAPOWERS_SERVICE_WORKSPACE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/backup_dir.h"

namespace metapowers::workspace {

// Has every commit that was answered by now stored in the workspace's repository; returns the last of them, "" where
// there is none. While a server runs, it alone can (Engine::Store).
using StoreAnswered = std::function<absl::StatusOr<std::string>(const Workspace& workspace)>;

// Told what is being done, for an operator who waits: so many workspaces of all.
using BackupProgress = std::function<void(const Workspace& workspace, size_t position, size_t of)>;

// A workspace that a backup or a restore could not do, or not as it should.
struct BackupProblem {
  std::string workspace;  // name, or the uid of one that has none
  std::string uid;        // "" = not known
  absl::Status status;
};

struct BackupOutcome {
  BackupManifest manifest;
  int changed = 0;                      // workspaces
  int64_t commits = 0;                  // new ones
  std::vector<BackupProblem> problems;  // the manifest keeps what it had of them, and names them
  // Of workspaces that were backed up: what an earlier backup had fetched and the branch does not contain.
  std::vector<BackupProblem> kept;
};

// Brings the backup at `to` up to date with the data directory at `data_dir`, which may be in use, and marks it: from
// then on it holds every revision that was answered before the call. One that is cut off leaves the mark where it was,
// and what it fetched to the next. Where the branch does not contain that, since the directory was restored from the
// mark or the branch rewritten, but contains the mark, the copy goes back to the mark and on from there; what it had
// beyond is kept in it by a reference (lost_commits.h), told as `kept`, and named by verify until somebody has decided.
//
// Errors: those of DataDir::ReadId and BackupDir::OpenToWrite, and INVALID_ARGUMENT/ARGUMENT_INVALID when one directory
// lies in the other; FAILED_PRECONDITION/LOCKED of `store` ends it. What concerns one workspace is a problem of the
// outcome: BRANCH_DIVERGED where its branch was rewritten below the mark, STORAGE_CORRUPT where Git finds a fault in
// what is new or CheckRegistry() one in its name, WORKSPACE_NOT_FOUND where the backup has one that the data directory
// has no more.
absl::StatusOr<BackupOutcome> BackUp(absl::string_view data_dir, absl::string_view to, const StoreAnswered& store,
                                     const BackupProgress& progress = nullptr);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BACKUP_H_
