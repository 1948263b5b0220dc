// The first-parent line of one repository: which commits are on it and their revision numbers. Walking
// history is done once per commit; a checkpoint file keeps a later process from walking it again.
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LINEAGE_H_
#define METAPOWERS_SERVICE_WORKSPACE_LINEAGE_H_

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/engine.h"
#include "service/workspace/object.h"
#include "service/workspace/snapshot.h"

namespace metapowers::workspace {

class Lineage {
 public:
  // `checkpoint_file` may be absent, and is written best effort: a commit's number never changes, so a stale one is
  // still right. `shallow` are the commits whose parents a shallow clone left out: the line ends there.
  Lineage(std::shared_ptr<const ObjectSource> objects, std::string checkpoint_file,
          absl::flat_hash_set<std::string> shallow = {});

  // The number of `head` ("" = 0), which becomes the end of the line.
  absl::StatusOr<int64_t> RevisionOfHead(absl::string_view head) ABSL_LOCKS_EXCLUDED(mutex_);

  // The number of `commit` when it is on the line that ends at `head`.
  absl::StatusOr<std::optional<int64_t>> Find(absl::string_view commit, absl::string_view head)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The state at `head` ("" = empty), which becomes the end of the line.
  absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotOfHead(absl::string_view head) ABSL_LOCKS_EXCLUDED(mutex_);

  // The state at `commit`, which must be on the line that ends at `head`; see Engine::At.
  absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotAt(absl::string_view commit, absl::string_view head)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The commits up to revision `newest` on the line that ends at `head` that begin with `prefix`; see Engine::Match.
  // Walks the part of the line that is not known yet, once, and holds up nobody meanwhile.
  absl::StatusOr<std::vector<std::string>> Match(absl::string_view prefix, absl::string_view head, int64_t newest,
                                                 int most) ABSL_LOCKS_EXCLUDED(mutex_);

  // One page of the history that ends at `head`; see Engine::History. It ends above revision `above`, with the cursor
  // there.
  absl::StatusOr<HistoryPage> History(absl::string_view head, const HistoryQuery& query, int64_t above = 0)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // One page upwards, of the line that ends at `tip`, up to `newest`, a number on it; see Engine::Revisions. The first
  // look at old commits walks down to them, and lets others in between.
  absl::StatusOr<RevisionPage> Revisions(int64_t newest, absl::string_view tip, const RevisionQuery& query)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The commit, parsed, without its number.
  absl::StatusOr<CommitInfo> ReadCommit(absl::string_view id) const;

 private:
  using RawId = std::array<char, 20>;

  // What the commit refers to; with less work than ReadCommit().
  absl::StatusOr<CommitLinks> ReadLinks(absl::string_view id) const;

  absl::StatusOr<int64_t> Extend(absl::string_view head) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The commits `first` to `last` of the line that ends at `tip`, whose numbers are at most its own.
  absl::StatusOr<std::vector<std::string>> Line(int64_t first, int64_t last, absl::string_view tip)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds up to `count` commits below the oldest that is known, read outside of the lock; false when there is none.
  absl::StatusOr<bool> Deepen(int count) ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t oldest() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return newest_revision_ - static_cast<int64_t>(line_.size()) + 1;
  }
  void SaveCheckpoint(absl::string_view head, int64_t revision) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const ObjectSource> objects_;
  const std::string checkpoint_file_;
  const absl::flat_hash_set<std::string> shallow_;

  absl::Mutex mutex_;
  // The commits that are known, oldest first, and their numbers; the line below them is not walked yet.
  std::deque<RawId> line_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<RawId, int64_t> revision_of_ ABSL_GUARDED_BY(mutex_);
  int64_t newest_revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string checkpoint_commit_ ABSL_GUARDED_BY(mutex_);
  int64_t checkpoint_revision_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LINEAGE_H_
