// What commands make of a topic as it stood at a commit.
#ifndef METAPOWERS_SERVICE_SERVER_TOPIC_RESULTS_H_
#define METAPOWERS_SERVICE_SERVER_TOPIC_RESULTS_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "metapowers/v1/result_diff.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/command_index.h"
#include "service/server/result_comparison.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

using MadeByCommand = std::map<const CommandEntry*, Made>;

// What this version makes of `entries`, all built, from the inputs of `topic` in `snapshot`. Those of ReadInputs() and
// Generator::Generate(), naming the commit; CANCELLED or DEADLINE_EXCEEDED.
absl::StatusOr<MadeByCommand> MakeAt(Backend& backend, const Call& call, const ResourceName& topic,
                                     const workspace::Snapshot& snapshot,
                                     const std::vector<const CommandEntry*>& entries);

// The results that differ between `base`, nullptr or a topic without a model for nothing, and `target`, in the order of
// `entries`. As MakeAt(); FAILED_PRECONDITION MODEL_MISSING where `target` has no model.
absl::StatusOr<std::vector<v1::ResultDiff>> CompareTopic(Backend& backend, const Call& call, const ResourceName& topic,
                                                         const workspace::Snapshot* base,
                                                         const workspace::Snapshot& target,
                                                         const std::vector<const CommandEntry*>& entries);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPIC_RESULTS_H_
