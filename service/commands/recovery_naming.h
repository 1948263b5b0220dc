// How the sections of Recover write times, verdicts and elements. Short words only. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVERY_NAMING_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVERY_NAMING_H_

#include <string>
#include <vector>

#include "service/analysis/failover.h"
#include "service/analysis/restoration.h"
#include "service/analysis/store_backups.h"

namespace metapowers::commands {

// "monthly (every 30 days)", "every 45 days".
std::string Frequency(int days);

// "met", "not met", "not known".
std::string VerdictLabel(analysis::TargetVerdict verdict);

// "0 minutes: synchronous replication", "nothing: no backup", "not known".
std::string PointLabel(const analysis::RecoveryPoint& point);

// "ledger-db 90, ledger 25" for the critical path, with "not declared" for a time that the model lacks.
std::vector<std::string> PathLabels(const analysis::Restoration& restoration, const analysis::RestorationStep& step);

// Ids of the components.
std::vector<std::string> StepIds(const std::vector<const analysis::RestorationStep*>& steps);

// Infrastructure or supplier that runs the component, by name; empty where the model names none.
std::string PlatformOf(const model::Model& model, const model::v1::Component& component);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVERY_NAMING_H_
