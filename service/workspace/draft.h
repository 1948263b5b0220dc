// A chain of commits being built on a snapshot, wholly in memory: nothing is stored before an engine
// is given batch(), and dropping the draft is the rollback. Only blobs of mode 100644 and trees are
// ever made; entries of the user that we do not touch keep their mode.
//
//   Draft draft(snapshot);
//   ASSIGN_OR_RETURN(const auto commit, draft.AddCommit({...}));
//   RETURN_IF_ERROR(engine.Commit(uid, draft.batch()));
//
// Not thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_DRAFT_H_
#define METAPOWERS_SERVICE_WORKSPACE_DRAFT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/commit.h"
#include "service/workspace/engine.h"
#include "service/workspace/snapshot.h"

namespace metapowers::workspace {

class StagedObjects;

class Draft {
 public:
  explicit Draft(std::shared_ptr<const Snapshot> base);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const Snapshot& base() const { return *base_; }
  // The state with every commit added so far. Valid for as long as it is held, whatever the draft does.
  const std::shared_ptr<const Snapshot>& state() const { return state_; }

  // As of Snapshot, on state().
  absl::StatusOr<std::optional<std::string>> ReadFile(absl::string_view path) const { return state_->ReadFile(path); }
  absl::StatusOr<std::string> TreeId(absl::string_view path) const { return state_->TreeId(path); }

  // Stages one commit on top of state(). nullopt, and nothing staged, when the changes leave the tree as
  // it is. Errors leave the draft as it was: INVALID_ARGUMENT/NAME_INVALID or ARGUMENT_INVALID,
  // FAILED_PRECONDITION/PATH_UNSAFE when a path meets an entry that is not ours (a link, a
  // submodule, an executable, a file where a directory is needed or the reverse), DATA_LOSS.
  absl::StatusOr<std::optional<CommitInfo>> AddCommit(CommitSpec spec);

  // Has the same commits staged on `base` instead, where the files that they change are as they were.
  // ABORTED/HEAD_MOVED where they are not, and DATA_LOSS; the draft is good for nothing then. Costs what trees and
  // commits cost.
  absl::Status MoveTo(std::shared_ptr<const Snapshot> base);

  // The commits staged so far, oldest first.
  const std::vector<CommitInfo>& commits() const { return commits_; }

  // What an engine needs to make them durable. Without a staged commit, expected and new head are equal.
  CommitBatch batch() const;
  // The same with less to copy; only state() is good for anything then.
  CommitBatch TakeBatch();

 private:
  // AddCommit(); the files of the spec are taken from `made`, unless that is nullptr.
  absl::StatusOr<std::optional<CommitInfo>> Stage(CommitSpec spec, const ObjectSource* made);
  CommitBatch MakeBatch(std::vector<CommitInfo> commits, std::vector<CommitSpec> specs) const;

  std::shared_ptr<const Snapshot> base_;
  std::shared_ptr<StagedObjects> staged_;
  std::shared_ptr<const Snapshot> state_;
  std::vector<CommitInfo> commits_;
  std::vector<CommitSpec> specs_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_DRAFT_H_
