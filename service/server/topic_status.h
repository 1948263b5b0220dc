// What of a topic is done: every section compared with what its command would write now.
#ifndef METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_
#define METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "metapowers/v1/workflow_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/generator.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Fills `status` for `topic` of the workspace `uid` as of `snapshot`. NOT_FOUND TOPIC_NOT_FOUND; INVALID_ARGUMENT
// MODEL_INVALID or DECISIONS_INVALID when what is stored is not valid; CANCELLED or DEADLINE_EXCEEDED.
absl::Status ComputeTopicStatus(Backend& backend, const Call& call, absl::string_view uid,
                                const workspace::Snapshot& snapshot, const ResourceName& topic,
                                v1::GetTopicStatusResponse& status);

// Open findings of the model that no decision covers, each once with its highest severity, by key: of all built
// commands that report any, and the vulnerabilities that scanners have reported (`<id>@<where>`). Errors: those of
// Generator::Generate(); CANCELLED or DEADLINE_EXCEEDED.
absl::StatusOr<std::map<std::string, v1::OpenFinding>> OpenFindingsOf(Backend& backend, const Call& call,
                                                                      const Inputs& inputs);

// Their number by severity, highest first; overdue are those due before `as_of`. Severities without any are left out.
google::protobuf::RepeatedPtrField<v1::FindingCount> CountFindings(
    const std::map<std::string, v1::OpenFinding>& findings, absl::string_view as_of);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPIC_STATUS_H_
