// One bare repository that this process owns: making it, mending it after a crash, reading and moving its
// branch. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
#define METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/engine.h"
#include "service/workspace/git.h"
#include "service/workspace/lineage.h"
#include "service/workspace/object_store.h"

namespace metapowers::workspace {

// Thread-safe. Readers do not wait for a commit's sync.
class BareRepository {
 public:
  // Makes an empty repository at `path`, durably and at once: it is built beside and renamed.
  static absl::Status Create(const std::string& path);

  // Removes what a killed process left: locks, temporary files, an index without its pack. Only for the owner of
  // the data directory, and before the repository is opened: a lock found there belongs to nobody alive.
  static void RemoveLeftovers(const std::string& path);

  static absl::StatusOr<std::shared_ptr<BareRepository>> Open(const std::string& path);

  const std::string& path() const { return path_; }

  absl::StatusOr<std::shared_ptr<const Snapshot>> Head() ABSL_LOCKS_EXCLUDED(head_mutex_);
  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view commit);
  absl::StatusOr<HistoryPage> History(const HistoryQuery& query);
  absl::Status Commit(const CommitBatch& batch) ABSL_LOCKS_EXCLUDED(commit_mutex_);

  // About how many loose objects there are, and packs.
  int loose_objects() const { return loose_objects_; }
  int packs() const { return packs_; }
  void Recount();
  // True for the first caller until FinishPacking().
  bool BeginPacking() { return !packing_.exchange(true); }
  void FinishPacking();

 private:
  BareRepository(std::string path, RepositoryHandle handle, std::shared_ptr<ObjectStore> objects);

  // The commit the branch is at, "" when it is unborn.
  absl::StatusOr<std::string> ReadHead() const;

  const std::string path_;
  const std::shared_ptr<ObjectStore> objects_;
  Lineage lineage_;
  std::atomic<int> loose_objects_{0};
  std::atomic<int> packs_{0};
  std::atomic<bool> packing_{false};

  absl::Mutex commit_mutex_;  // the sequencer: one commit at a time
  const RepositoryHandle handle_ ABSL_PT_GUARDED_BY(commit_mutex_);

  absl::Mutex head_mutex_;
  std::shared_ptr<const Snapshot> head_ ABSL_GUARDED_BY(head_mutex_);  // the last seen; good while the id is the same
};

// INVALID_ARGUMENT/ARGUMENT_INVALID unless the batch is a chain of its own commits from its old head to its new one.
absl::Status CheckBatch(const CommitBatch& batch);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
