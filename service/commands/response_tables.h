// Rows of the section on anomalies about what follows when a detection fires. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPONSE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPONSE_TABLES_H_

#include "metapowers/security/detect/v1/anomaly_detection.pb.h"
#include "service/analysis/detections.h"

namespace metapowers::commands {

// Fills `actions` and `blasts`.
void AddResponseTables(const analysis::Threats& threats, const analysis::Detections& detections,
                       security::detect::v1::AnomalyDetectionResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPONSE_TABLES_H_
