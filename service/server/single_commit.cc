#include "service/server/single_commit.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "service/base/status_macros.h"
#include "service/server/commit_in_turn.h"
#include "service/server/request_replay.h"

namespace metapowers::server {
namespace {

// The one commit of a call, staged on whatever the tip is.
class SingleCommit : public StepBuilder {
 public:
  SingleCommit(const StageCommit& stage, google::protobuf::Message& response) : stage_(stage), response_(response) {}

  absl::Status StageOn(std::shared_ptr<const workspace::Snapshot> base) {
    response_.Clear();
    draft_ = std::make_unique<workspace::Draft>(std::move(base));
    return stage_(*draft_);
  }
  void BuildAhead(std::shared_ptr<const workspace::Snapshot> tip) override { ahead_ = StageOn(std::move(tip)).ok(); }
  absl::StatusOr<workspace::CommitBatch> Build(std::shared_ptr<const workspace::Snapshot> tip, int) override {
    const bool stands = std::exchange(ahead_, false) && draft_->base().commit() == tip->commit();
    if (!stands) RETURN_IF_ERROR(StageOn(std::move(tip)));
    return draft_->TakeBatch();
  }
  std::string Answer() const override { return response_.SerializeAsString(); }

 private:
  const StageCommit& stage_;
  google::protobuf::Message& response_;
  std::unique_ptr<workspace::Draft> draft_;  // of the last attempt
  bool ahead_ = false;                       // it waits for its turn
};

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
  SingleCommit commit(stage, response);
  if (context.validate_only) {
    ASSIGN_OR_RETURN(auto base, BaseOf(context, uid, *backend.env.engine));
    RETURN_IF_ERROR(commit.StageOn(std::move(base)));
    return false;
  }
  const std::string fingerprint = context.request_id.empty() ? "" : CallFingerprint(call.method, request);
  ASSIGN_OR_RETURN(const std::optional<std::string> before,
                   CommitInTurn(backend, call, uid, context, fingerprint, commit));
  if (!before.has_value()) return false;
  RETURN_IF_ERROR(ReadAnswer(*before, context.request_id, response));
  return true;
}

workspace::CommitSpec SpecOf(const Backend& backend, const CheckedContext& context,
                             std::vector<workspace::FileChange> changes, std::string message) {
  workspace::Identity committer = context.author;
  if (const auto service = backend.env.identity(); service.ok()) committer = *service;
  return {std::move(changes), std::move(message), context.author, std::move(committer), context.time};
}

}  // namespace metapowers::server
