// The newest commits of a workspace and the paths that they changed, so that a writer who asks what last changed a
// document need not wait for the index, nor walk the commits that it does not have yet. Internal to workspace/.
// Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_RECENT_HISTORY_H_
#define METAPOWERS_SERVICE_WORKSPACE_RECENT_HISTORY_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/commit.h"
#include "service/workspace/indexed_revision.h"

namespace metapowers::workspace {

// The files, and all folders above them, each once.
std::vector<std::string> WithFolders(const std::vector<absl::string_view>& files);

class RecentHistory {
 public:
  // Keeps at most `most` commits.
  explicit RecentHistory(size_t most) : most_(most) {}

  // The next commit of the line; one whose number does not follow on the last starts anew.
  void Add(const CommitInfo& commit, const std::vector<FileChange>& changes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Drops the commits above `revision`, whose steps failed.
  void DropAbove(int64_t revision) ABSL_LOCKS_EXCLUDED(mutex_);

  // The commits that changed `path`, a file or folder, from `newest` down and above `above`, at most `limit`, newest
  // first; nullopt when not all commits between are held, or `newest` is none of them.
  std::optional<std::vector<IndexedRevision>> Find(absl::string_view path, const IndexedRevision& newest, int64_t above,
                                                   int limit) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Every commit after `known` up to the commit `head`, oldest first, with the paths that it changed; nullopt when not
  // all of them are held, or they do not follow on it.
  struct Change {
    IndexedRevision at;
    std::vector<std::string> paths;
  };
  std::optional<std::vector<Change>> After(const IndexedRevision& known, absl::string_view head) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The number of the oldest commit held; nullopt without any.
  std::optional<int64_t> oldest() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using ByPath = std::unordered_map<std::string, std::deque<int64_t>>;  // revisions, ascending

  struct Entry {
    std::string commit;
    std::vector<ByPath::value_type*> paths;  // each once
  };

  void DropOldest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropNewest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Clear() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t most_;
  mutable absl::Mutex mutex_;
  int64_t oldest_ ABSL_GUARDED_BY(mutex_) = 0;  // number of entries_.front()
  std::string below_ ABSL_GUARDED_BY(mutex_);   // the commit below it
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  ByPath by_path_ ABSL_GUARDED_BY(mutex_);  // those that entries_ name
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_RECENT_HISTORY_H_
