// Rows of the section on monitoring about who is called. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_ON_CALL_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_ON_CALL_TABLES_H_

#include "metapowers/security/detect/v1/monitoring_strategy.pb.h"
#include "service/analysis/landscape.h"

namespace metapowers::commands {

// Fills `rotations`, `responses` and `rotation_gaps`.
void AddOnCallTables(const analysis::Landscape& landscape, security::detect::v1::MonitoringStrategyResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_ON_CALL_TABLES_H_
