// Rows of the section on monitoring about how well detection works. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_MEASURE_TABLE_H_
#define METAPOWERS_SERVICE_COMMANDS_MEASURE_TABLE_H_

#include "metapowers/security/detect/v1/monitoring_strategy.pb.h"
#include "service/analysis/log_sources.h"

namespace metapowers::commands {

// Fills `measures`: those of the catalogue, each replaced by the declared objective that it is about, and the other
// objectives. Reads `totals`.
void AddMeasureTable(const analysis::Landscape& landscape, const analysis::LogSources& sources,
                     security::detect::v1::MonitoringStrategyResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_MEASURE_TABLE_H_
