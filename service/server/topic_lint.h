// Whether the documents of a topic are ones that a reviewer can use; the items and their checks are service/lint.
#ifndef METAPOWERS_SERVICE_SERVER_TOPIC_LINT_H_
#define METAPOWERS_SERVICE_SERVER_TOPIC_LINT_H_

#include "absl/status/statusor.h"
#include "metapowers/v1/lint_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// The items tried on `topic` as of `snapshot`. NOT_FOUND TOPIC_NOT_FOUND; those of ReadInputs() and
// Generator::Generate(); CANCELLED or DEADLINE_EXCEEDED.
absl::StatusOr<v1::LintTopicResponse> LintTopicAt(Backend& backend, const Call& call,
                                                  const workspace::Snapshot& snapshot, const ResourceName& topic);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPIC_LINT_H_
