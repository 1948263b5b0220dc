// What of the backups is a gap: by the rules of knowledge/data/recover/gaps.textproto. What the model does not say is
// none. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_BACKUP_GAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_BACKUP_GAPS_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/recovery_rules.pb.h"
#include "service/commands/recovery_gaps.h"

namespace metapowers::commands {

// Declared alerts that answer the rule and name the component, sorted by id.
std::vector<const model::v1::Alert*> AlertsOn(const model::Model& model, const knowledge::v1::BackupAlertRule& rule,
                                              const std::string& component);

// Stores without backup, copies that are too few or in the wrong place, backups that can be changed or read, tests that
// are missing, late or too slow, keys that are not where the backup is, failures that nobody is told of.
void AddBackupGaps(const Recovery& recovery, const model::Model& model, ProtectionGaps& gaps);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_BACKUP_GAPS_H_
