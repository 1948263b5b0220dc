// What of a topic is done: every section compared with what its command would write now.
#ifndef METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_
#define METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_

#include "absl/status/status.h"
#include "metapowers/v1/workflow_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Fills `status` for `topic` as of `snapshot`. NOT_FOUND TOPIC_NOT_FOUND; INVALID_ARGUMENT MODEL_INVALID or
// DECISIONS_INVALID when what is stored is not valid; CANCELLED or DEADLINE_EXCEEDED.
absl::Status ComputeTopicStatus(Backend& backend, const Call& call, const workspace::Snapshot& snapshot,
                                const ResourceName& topic, v1::GetTopicStatusResponse& status);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_
