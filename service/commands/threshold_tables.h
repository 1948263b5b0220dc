// When detections that count fire, and the alerts that no detection takes its number from. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_THRESHOLD_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_THRESHOLD_TABLES_H_

#include "metapowers/security/detect/v1/anomaly_detection.pb.h"
#include "service/analysis/detections.h"

namespace metapowers::commands {

// Whether it fires at a number of events or values.
bool Counts(const analysis::AppliedDetection& detection);

// Fills `thresholds`, `waiting_thresholds` and `other_alerts`.
void AddThresholdTables(const model::Model& model, const analysis::Detections& detections,
                        security::detect::v1::AnomalyDetectionResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_THRESHOLD_TABLES_H_
