// One bare repository that this process owns: making it, mending it after a crash, reading and moving its
// branch. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
#define METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/git.h"
#include "service/workspace/object_store.h"

namespace metapowers::workspace {

// Thread-safe.
class BareRepository {
 public:
  // Makes an empty repository at `path`, durably and at once: it is built beside and renamed.
  static absl::Status Create(const std::string& path);

  // Removes what a killed process left: locks, temporary files, an index without its pack. Only for the owner of
  // the data directory, and before the repository is opened: a lock found there belongs to nobody alive.
  static void RemoveLeftovers(const std::string& path);

  static absl::StatusOr<std::shared_ptr<BareRepository>> Open(const std::string& path);

  // Makes durable the names of packs and the branch that a killed process may have left without a sync: nobody may
  // build on them before. Loose objects are written anew.
  absl::Status SyncNames() const;

  const std::string& path() const { return path_; }
  std::shared_ptr<const ObjectSource> objects() const { return objects_; }

  // The commit the branch is at, "" when it is unborn. Waits for nobody.
  absl::StatusOr<std::string> Branch() const;

  // Stores the objects durably.
  absl::Status Store(const std::vector<const Object*>& objects);

  // See MoveReference() in git.h.
  absl::Status MoveBranch(absl::string_view expected, absl::string_view target) ABSL_LOCKS_EXCLUDED(handle_mutex_);

  // About how many loose objects there are, and packs.
  int loose_objects() const { return loose_objects_; }
  int packs() const { return packs_; }
  void Recount();
  // True for the first caller until FinishPacking().
  bool BeginPacking() { return !packing_.exchange(true); }
  void FinishPacking();

 private:
  BareRepository(std::string path, RepositoryHandle handle, std::shared_ptr<ObjectStore> objects);

  const std::string path_;
  const std::shared_ptr<ObjectStore> objects_;
  std::atomic<int> loose_objects_{0};
  std::atomic<int> packs_{0};
  std::atomic<bool> packing_{false};

  absl::Mutex handle_mutex_;  // a libgit2 repository serves one thread at a time
  const RepositoryHandle handle_ ABSL_PT_GUARDED_BY(handle_mutex_);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
