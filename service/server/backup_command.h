// `metapowersd backup`: the backup of a data directory, with the help of the server that runs on it, or in its place.
#ifndef METAPOWERS_SERVICE_SERVER_BACKUP_COMMAND_H_
#define METAPOWERS_SERVICE_SERVER_BACKUP_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "service/workspace/backup.h"

namespace metapowers::server {

struct BackupCommand {
  std::string data_dir;
  std::string to;
};

// BackUp(), asking the server that has the data directory, at its control socket, to store what it has answered;
// without one, the journal is taken up here first, as a start of the server would. Errors: those of BackUp() and
// OpenDataDirEnv(), FAILED_PRECONDITION/LOCKED when the server that has the directory does not answer.
absl::StatusOr<workspace::BackupOutcome> RunBackup(const BackupCommand& command,
                                                   const workspace::BackupProgress& progress);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_BACKUP_COMMAND_H_
