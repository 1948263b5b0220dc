// anomaly-detection: what is normal for the declared components, actors and credentials, which detections apply and
// which threats they show, when they fire, what is done then and by whom, and what nothing shows. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_ANOMALY_DETECTION_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_ANOMALY_DETECTION_H_

#include "metapowers/security/detect/v1/anomaly_detection.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::AnomalyDetectionResult AnomalyDetection(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_ANOMALY_DETECTION_H_
