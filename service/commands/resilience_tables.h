// How resilience is measured, and what of the strategy it serves. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESILIENCE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_RESILIENCE_TABLES_H_

#include "google/protobuf/repeated_field.h"
#include "metapowers/security/recover/v1/resilience_improvement.pb.h"
#include "service/commands/command.h"
#include "service/commands/continuity_gaps.h"

namespace metapowers::commands {

// Metrics of the data with their values in the model.
void AddMetrics(const Input& input, const Recovery& recovery, const Continuity& continuity,
                google::protobuf::RepeatedPtrField<security::recover::v1::ResilienceMetricRow>& out);

// Thresholds and goals of the risk categories that resilience serves (availability, suppliers, operations, safety), and
// the policies on continuity and suppliers.
void AddStrategy(const Input& input, security::recover::v1::ResilienceImprovementResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RESILIENCE_TABLES_H_
