// Exactly once: what a call was, and what it was answered, as the engine keeps it with the call's commits.
#ifndef METAPOWERS_SERVICE_SERVER_REQUEST_REPLAY_H_
#define METAPOWERS_SERVICE_SERVER_REQUEST_REPLAY_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/journal/v1/run_answer.pb.h"
#include "service/workspace/engine.h"

namespace metapowers::server {

// Digest of a call: its method or commands, and its whole request. A field `request_id` is a UUID, the same one in
// capitals.
std::string CallFingerprint(absl::string_view what, const google::protobuf::Message& request);

// The answer that `request_id` got in the last 24 hours; nullopt when it got none, or is empty. Called in the writer's
// turn, it misses none. The step that holds it may not be durable yet, and may still fail: Engine::Settle(), and ask
// again, before it is told. INVALID_ARGUMENT REQUEST_ID_REUSED when it was the id of another call; ALREADY_EXISTS
// ANSWER_DROPPED when the answer was too much to be kept.
absl::StatusOr<std::optional<std::string>> FindAnswer(workspace::Engine& engine, absl::string_view uid,
                                                      absl::string_view request_id, absl::string_view fingerprint);

// Reads `kept`, an answer that FindAnswer() gave. DATA_LOSS STORAGE_CORRUPT.
absl::Status ReadAnswer(absl::string_view kept, absl::string_view request_id, google::protobuf::Message& answer);

// A status as an answer holds it, and back.
void KeepFailure(const absl::Status& status, journal::v1::RunFailure& failure);
absl::Status FailureOf(const journal::v1::RunFailure& failure);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_REQUEST_REPLAY_H_
