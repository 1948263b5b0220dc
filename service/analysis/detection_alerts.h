// What a declared alert has to do with a shipped detection. Pure.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DETECTION_ALERTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_DETECTION_ALERTS_H_

#include "metapowers/knowledge/v1/detections.pb.h"
#include "metapowers/model/v1/detection.pb.h"

namespace metapowers::analysis {

// Whether the id or name of the alert has one of the words of the detection (Detection.alert_words).
bool IsOnTheSame(const model::v1::Alert& alert, const knowledge::v1::Detection& row);

// Whether the condition of the alert says that its number counts what the detection counts
// (EventCorrelation.counted_words): "more than 120 charts" counts charts, "exceed authorisations by 20 in 5 minutes"
// and "more than 5 percent of requests" count nothing.
bool CountsTheSame(const model::v1::Alert& alert, const knowledge::v1::EventCorrelation& correlation);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DETECTION_ALERTS_H_
