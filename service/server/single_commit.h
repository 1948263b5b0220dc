// A call that makes one commit and is no command: what all such calls share.
#ifndef METAPOWERS_SERVICE_SERVER_SINGLE_COMMIT_H_
#define METAPOWERS_SERVICE_SERVER_SINGLE_COMMIT_H_

#include <google/protobuf/message.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "metapowers/v1/command.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/context.h"
#include "service/workspace/draft.h"

namespace metapowers::server {

// Makes the service the author where the caller names none; somebody must be, but with validate_only.
absl::Status FillAuthor(const Backend& backend, CheckedContext& context);

// CheckContext() and FillAuthor().
absl::StatusOr<CheckedContext> CheckAuthored(const Backend& backend, const v1::CommandContext& context);

// The same of the fields that a request shares with CommandContext; `topic` is the name of a topic.
template <class Request>
absl::StatusOr<CheckedContext> CheckRequest(const Backend& backend, const std::string& topic, const Request& request) {
  v1::CommandContext context;
  context.set_topic(topic);
  context.set_request_id(request.request_id());
  if constexpr (requires { request.topic_etag(); }) context.set_topic_etag(request.topic_etag());
  context.set_expected_head(request.expected_head());
  context.set_validate_only(request.validate_only());
  if (request.has_author()) *context.mutable_author() = request.author();
  if (request.has_commit_time()) *context.mutable_commit_time() = request.commit_time();
  return CheckAuthored(backend, context);
}

// Stages the commit, or none, on the draft, and fills the response, which is empty, with all but `replayed`. May be
// called any number of times.
using StageCommit = std::function<absl::Status(workspace::Draft& draft)>;

// Commits what `stage` stages as CommitInTurn() says, or, with validate_only, stages it alone. A request id is answered
// once: `response` is what the same call, of the method and `request`, was answered before, and the result true.
// Errors: those of `stage` and CommitInTurn().
absl::StatusOr<bool> CommitOnce(Backend& backend, Call& call, const std::string& uid, const CheckedContext& context,
                                const google::protobuf::Message& request, google::protobuf::Message& response,
                                const StageCommit& stage);

// `what` as the author of `context` and the service commit it.
workspace::CommitSpec SpecOf(const Backend& backend, const CheckedContext& context,
                             std::vector<workspace::FileChange> changes, std::string message);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SINGLE_COMMIT_H_
