// What of the judgements on recovery is a gap: by the rules of knowledge/data/recover/gaps.textproto, with the facts
// that the model declares. What the model does not say is none. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVERY_GAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVERY_GAPS_H_

#include <vector>

#include "service/analysis/failover.h"
#include "service/analysis/restoration.h"
#include "service/analysis/store_backups.h"
#include "service/commands/command.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// The judgements that the sections of Recover share, on one model.
struct Recovery {
  explicit Recovery(const analysis::Facts& facts);

  const analysis::Restoration restoration;
  const std::vector<analysis::StoreBackup> stores;
  const std::vector<analysis::RegionLoss> regions;
};

// Whether the failover goes to a place from which the system comes back: it names regions that stand by.
bool HasWayBack(const model::v1::FailoverStrategy& failover);

// Targets that cannot be met: cycles, restores and failovers that take too long, recovery points that are too old,
// targets that contradict each other, data that leaves its jurisdiction.
void AddTargetGaps(const Input& input, const Recovery& recovery, ProtectionGaps& gaps);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVERY_GAPS_H_
