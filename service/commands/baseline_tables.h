// Rows of the section on anomalies about what is usual: of components, callers and credentials by declaration, and what
// detections learn. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_BASELINE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_BASELINE_TABLES_H_

#include "metapowers/security/detect/v1/anomaly_detection.pb.h"
#include "service/analysis/detections.h"

namespace metapowers::commands {

// Fills `components`, `actors`, `credentials`, `learnt` and `waiting`.
void AddBaselineTables(const analysis::Landscape& landscape, const analysis::LogSources& sources,
                       const analysis::Detections& detections, security::detect::v1::AnomalyDetectionResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_BASELINE_TABLES_H_
