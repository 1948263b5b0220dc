// Rows of the section on logging about sources: elements, kinds of logs, gaps, and the format of events with an
// example. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_LOG_SOURCE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_LOG_SOURCE_TABLES_H_

#include "metapowers/security/detect/v1/logging_architecture.pb.h"
#include "service/analysis/log_sources.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Fills `components`, `others`, `kinds`, `gaps`, `claimed`, `unknown`, `fields`, `carriers`, and what the section says
// of the format with its example.
void AddLogSourceTables(const Input& input, const analysis::LogSources& sources,
                        security::detect::v1::LoggingArchitectureResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_LOG_SOURCE_TABLES_H_
