// backup-validation: for each store how it is backed up and where, whether that meets 3-2-1, whether the backups can be
// read without the place that was lost, and when a restore was last shown to work in time. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVER_BACKUP_VALIDATION_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVER_BACKUP_VALIDATION_H_

#include "metapowers/security/recover/v1/backup_validation.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::recover {

security::recover::v1::BackupValidationResult BackupValidation(const Input& input);

}  // namespace metapowers::commands::recover

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVER_BACKUP_VALIDATION_H_
