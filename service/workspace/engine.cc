#include "service/workspace/engine.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "service/base/error.h"

namespace metapowers::workspace {

absl::Status CheckBatch(const CommitBatch& batch) {
  const std::string* at = &batch.expected_head;
  bool chained = batch.commits.size() == batch.specs.size();
  for (const CommitInfo& commit : batch.commits) {
    chained &= commit.first_parent == *at && IsObjectId(commit.id);
    at = &commit.id;
  }
  if (chained && *at == batch.new_head) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "the batch is no chain of commits from its old to its new head",
                   {.reason = "ARGUMENT_INVALID"});
}

absl::StatusOr<std::shared_ptr<const Snapshot>> Engine::Store(absl::string_view uid) { return Head(uid); }

absl::Status Engine::Commit(absl::string_view uid, CommitBatch batch) {
  absl::Status answer;
  absl::Notification answered;
  Submit(uid, std::move(batch), [&](absl::Status status) {
    answer = std::move(status);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace metapowers::workspace
