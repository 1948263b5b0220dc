// Shipped detections, read once from data embedded in the binary. All look-ups are thread-safe; what they return lives
// as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_DETECTIONS_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_DETECTIONS_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/detections.pb.h"

namespace metapowers::knowledge {

// Rows of data/detect/*detections.textproto, merged in the order of the file names.
const v1::Detections& Detections();

// The detection with this id; nullptr when it is not shipped.
const v1::Detection* FindDetection(absl::string_view id);

// The action with this id; nullptr when it is not shipped.
const v1::ResponseAction* FindResponseAction(absl::string_view id);

// How far the logs of a kind see.
v1::LogReach ReachOf(absl::string_view log_kind);

// Why no event shows threats of this rule; empty for all others.
const std::string& SilenceOf(absl::string_view rule);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_DETECTIONS_H_
