// One bare repository that this process owns: making it, mending it after a crash, reading and moving its
// branch. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
#define METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/workspace/object_store.h"

namespace metapowers::workspace {

// Git holds a lock for milliseconds.
inline constexpr absl::Duration kStaleLock = absl::Minutes(1);

// Thread-safe.
class BareRepository {
 public:
  // Makes an empty repository at `path`, durably and at once: it is built beside and renamed. ALREADY_EXISTS.
  static absl::Status Create(const std::string& path);

  // Removes what a killed process left: temporary files, an index without its pack, a lock that MoveBranch() took, and
  // locks of others that are older than kStaleLock: a younger one may be that of a push under way. Only for the owner
  // of the data directory, and before the repository is opened.
  static void RemoveLeftovers(const std::string& path);
  // The same where nobody else can be at work: locks of any age, and marks of packs that were being taken over.
  static void RemoveAllLeftovers(const std::string& path);
  // Of it, the temporary files of Git alone, while the repository may be in use here.
  static void RemoveTemporariesOfGit(const std::string& path);

  static absl::StatusOr<std::shared_ptr<BareRepository>> Open(const std::string& path);

  // A commit that the branch contained, and contains no more.
  struct Lost {
    std::string commit;
    bool gone = false;  // nobody can read it any more
    absl::Status kept;  // by a reference or, when it is gone, by a note (lost_commits.h)
  };

  // Makes durable the names of packs and the branch that a killed process may have left without a sync: nobody may
  // build on them before. Loose objects are written anew.
  absl::Status SyncNames() const;

  const std::string& path() const { return path_; }
  std::shared_ptr<const ObjectSource> objects() const { return objects_; }

  // The commit the branch is at, "" when it is unborn. Waits for nobody.
  absl::StatusOr<std::string> Branch() const;

  // Stores the objects durably.
  absl::Status Store(const std::vector<ObjectPtr>& objects);

  // The commit that MoveBranch() last moved the branch onto, or that Follow() found it at; "" when that is not known.
  // It is written after the move and not synced: after a power cut it may be one before, or one that somebody pushed
  // without a sync. The branch contains it, unless somebody rewrote it and nobody has followed it since.
  static std::string RecordedHead(const std::string& path);
  static void RecordHead(const std::string& path, absl::string_view commit);

  // Takes note of where somebody else has moved the branch to. What it contained before and contains no more, is kept
  // and returned: once, unless it could not be kept.
  std::optional<Lost> Follow(const std::string& branch) ABSL_LOCKS_EXCLUDED(move_mutex_);

  // Moves the branch from `expected` ("" = it must not exist) to `target`, durably, without waiting: ABORTED/HEAD_MOVED
  // without the actual value, FAILED_PRECONDITION/LOCKED while another process holds its lock. The lock is there whole
  // from its first moment, beside a second name of it, so that RemoveLeftovers() knows it from that of another.
  absl::Status MoveBranch(absl::string_view expected, absl::string_view target) ABSL_LOCKS_EXCLUDED(move_mutex_);

  // About how many loose objects there are, and packs.
  int loose_objects() const { return loose_objects_; }
  int packs() const { return packs_; }
  void Recount();
  // True for the first caller until FinishPacking(), and after failures only once a pause has passed, which doubles
  // with each from a minute to half a day.
  bool BeginPacking();
  // Takes how packing ended; returns how many times in a row it has failed.
  int FinishPacking(const absl::Status& status);

 private:
  BareRepository(std::string path, std::shared_ptr<ObjectStore> objects)
      : path_(std::move(path)), objects_(std::move(objects)) {}

  // Records where the branch is, unless the record is of what is not kept elsewhere.
  void Record(const std::string& branch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(move_mutex_);

  const std::string path_;
  const std::shared_ptr<ObjectStore> objects_;
  std::atomic<int> loose_objects_{0};
  std::atomic<int> packs_{0};

  absl::Mutex packing_mutex_;
  bool packing_ ABSL_GUARDED_BY(packing_mutex_) = false;
  int packing_failures_ ABSL_GUARDED_BY(packing_mutex_) = 0;  // in a row
  absl::Time next_packing_ ABSL_GUARDED_BY(packing_mutex_) = absl::InfinitePast();

  absl::Mutex move_mutex_;
  std::optional<std::string> recorded_ ABSL_GUARDED_BY(move_mutex_);  // or followed since; nullopt = not read yet
  bool unkept_ ABSL_GUARDED_BY(move_mutex_) = false;                  // the record alone tells of a lost commit
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BARE_REPOSITORY_H_
