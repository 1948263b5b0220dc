#include "service/server/single_commit.h"

#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/executor.h"
#include "service/server/request_replay.h"

namespace metapowers::server {
namespace {

absl::Status Submit(Backend& backend, Call& call, const std::string& uid, workspace::CommitBatch batch) {
  call.commit = batch.new_head;
  absl::Status status;
  absl::Notification answered;
  backend.env.engine->Submit(uid, std::move(batch), [&](absl::Status answer) {
    status = std::move(answer);
    answered.Notify();
  });
  Executor::Await(answered);
  return status;
}

}  // namespace

absl::Status FillAuthor(const Backend& backend, CheckedContext& context) {
  if (!context.author.name.empty()) return absl::OkStatus();
  const absl::StatusOr<workspace::Identity> identity = backend.env.identity();
  if (!identity.ok() && !context.validate_only) return identity.status();
  context.author = identity.ok() ? *identity : workspace::Identity{"metapowers", "metapowers@localhost"};
  return absl::OkStatus();
}

absl::StatusOr<CheckedContext> CheckAuthored(const Backend& backend, const v1::CommandContext& context) {
  ASSIGN_OR_RETURN(CheckedContext checked, CheckContext(context, *backend.env.clock));
  RETURN_IF_ERROR(FillAuthor(backend, checked));
  return checked;
}

absl::StatusOr<bool> CommitOnce(Backend& backend, Call& call, const std::string& uid, const CheckedContext& context,
                                const google::protobuf::Message& request, google::protobuf::Message& response,
                                const StageCommit& stage) {
  const bool kept = !context.request_id.empty() && !context.validate_only;
  const std::string fingerprint = kept ? CallFingerprint(call.method, request) : "";
  absl::Status status;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const absl::MutexLockMaybe turn(context.validate_only ? nullptr : &backend.turns.Of(uid));
    RETURN_IF_ERROR(call.CheckAlive());
    if (kept) {
      ASSIGN_OR_RETURN(const auto before, FindAnswer(*backend.env.engine, uid, context.request_id, fingerprint));
      if (before.has_value()) {
        RETURN_IF_ERROR(ReadAnswer(*before, context.request_id, response));
        return true;
      }
    }
    response.Clear();
    ASSIGN_OR_RETURN(auto base, BaseOf(context, uid, *backend.env.engine));
    workspace::Draft draft(std::move(base));
    RETURN_IF_ERROR(stage(draft));
    if (context.validate_only) return false;
    RETURN_IF_ERROR(call.CheckAlive());
    workspace::CommitBatch batch = draft.batch();
    if (kept) batch.request = {context.request_id, fingerprint, response.SerializeAsString(), {}};
    status = Submit(backend, call, uid, std::move(batch));
    if (status.ok()) return false;
    if (DetailsOf(status).reason != "HEAD_MOVED" || !context.expected_head.empty()) return status;
  }
  return status;
}

workspace::CommitSpec SpecOf(const Backend& backend, const CheckedContext& context,
                             std::vector<workspace::FileChange> changes, std::string message) {
  workspace::Identity committer = context.author;
  if (const auto service = backend.env.identity(); service.ok()) committer = *service;
  return {std::move(changes), std::move(message), context.author, std::move(committer), context.time};
}

}  // namespace metapowers::server
