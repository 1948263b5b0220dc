#include "service/server/commit_in_turn.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/errors.h"
#include "service/server/executor.h"
#include "service/server/request_replay.h"

namespace metapowers::server {
namespace {

using Kept = std::optional<std::string>;

class Committer {
 public:
  Committer(Backend& backend, Call& call, const std::string& uid, const CheckedContext& context,
            const std::string& fingerprint, StepBuilder& builder)
      : backend_(backend), call_(call), uid_(uid), context_(context), fingerprint_(fingerprint), builder_(builder) {}

  absl::StatusOr<Kept> Commit();

 private:
  // What the engine says of a step.
  struct Answer {
    absl::Notification came;
    absl::Status status;
  };

  // One turn: has the step built and placed. nullptr where nothing was, since the same call has its step already
  // (`repeated`), or what it was built on is gone.
  absl::StatusOr<std::shared_ptr<Answer>> TakeTurn(int attempt, bool& repeated);
  std::shared_ptr<Answer> Submit(workspace::CommitBatch batch);
  // The answer of the same call once it is durable; nullopt when its step has failed.
  absl::StatusOr<Kept> AwaitAnswer();
  absl::StatusOr<Kept> FindAnswer() {
    return server::FindAnswer(*backend_.env.engine, uid_, context_.request_id, fingerprint_);
  }
  bool IsTip(const workspace::Snapshot& base) {
    const auto tip = backend_.env.engine->Tip(uid_);
    return !tip.ok() || (*tip)->commit() == base.commit();
  }

  Backend& backend_;
  Call& call_;
  const std::string& uid_;
  const CheckedContext& context_;
  const std::string& fingerprint_;
  StepBuilder& builder_;
  absl::Status failure_ = OverloadedError();  // of the last attempt
};

absl::StatusOr<Kept> Committer::Commit() {
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    bool repeated = false;
    ASSIGN_OR_RETURN(const std::shared_ptr<Answer> answer, TakeTurn(attempt, repeated));
    if (repeated) {
      ASSIGN_OR_RETURN(Kept kept, AwaitAnswer());
      if (kept.has_value()) return kept;
    }
    if (answer == nullptr) continue;
    // The next writer builds on this step while it becomes durable.
    Executor::Await(answer->came);
    failure_ = answer->status;
    if (failure_.ok()) return std::nullopt;
    // With an expected head, BaseOf() said the last word on it.
    if (DetailsOf(failure_).reason != "HEAD_MOVED" || !context_.expected_head.empty()) return failure_;
  }
  return failure_;
}

absl::StatusOr<std::shared_ptr<Committer::Answer>> Committer::TakeTurn(int attempt, bool& repeated) {
  workspace::Engine& engine = *backend_.env.engine;
  const UnderWay::Ticket under_way = backend_.under_way.Enter(uid_);
  if (auto tip = BaseOf(context_, uid_, engine); tip.ok()) builder_.BuildAhead(*std::move(tip));
  const absl::MutexLock turn(&backend_.turns.Of(uid_));
  RETURN_IF_ERROR(call_.CheckAlive());
  if (!fingerprint_.empty()) {
    ASSIGN_OR_RETURN(const Kept before, FindAnswer());
    repeated = before.has_value();
    if (repeated) return nullptr;
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const workspace::Snapshot> tip, BaseOf(context_, uid_, engine));
  absl::StatusOr<workspace::CommitBatch> batch = builder_.Build(tip, attempt);
  if (!batch.ok()) {
    failure_ = batch.status();
    if (IsTip(*tip)) return failure_;
    return nullptr;  // a step below has failed, and its objects with it; or somebody has pushed
  }
  RETURN_IF_ERROR(call_.CheckAlive());  // the last step may have taken long
  return Submit(*std::move(batch));
}

std::shared_ptr<Committer::Answer> Committer::Submit(workspace::CommitBatch batch) {
  if (!fingerprint_.empty()) batch.request = {context_.request_id, fingerprint_, builder_.Answer(), {}};
  call_.commit = batch.new_head;
  auto answer = std::make_shared<Answer>();
  backend_.env.engine->Submit(uid_, std::move(batch), [answer](absl::Status status) {
    answer->status = std::move(status);
    answer->came.Notify();
  });
  return answer;
}

absl::StatusOr<Kept> Committer::AwaitAnswer() {
  absl::Status settled;
  if (!Executor::AwaitLong([&] { settled = backend_.env.engine->Settle(uid_); })) return OverloadedError();
  RETURN_IF_ERROR(settled);
  return FindAnswer();
}

}  // namespace

absl::StatusOr<Kept> CommitInTurn(Backend& backend, Call& call, const std::string& uid, const CheckedContext& context,
                                  const std::string& fingerprint, StepBuilder& builder) {
  return Committer(backend, call, uid, context, fingerprint, builder).Commit();
}

}  // namespace metapowers::server
