// Which revisions changed which document, so that its history costs what is shown of it and not what lies between.
// Derived from Git and nothing else: lost or damaged, it is built again. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_HISTORY_INDEX_H_
#define METAPOWERS_SERVICE_WORKSPACE_HISTORY_INDEX_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/indexed_revision.h"
#include "service/workspace/object.h"
#include "service/workspace/recent_history.h"
#include "service/workspace/sqlite.h"

namespace metapowers::workspace {

class HistoryIndex {
 public:
  // Opens `file`, and makes it anew when it is absent, damaged or of another version; so it does later, when a call
  // meets damage, and has it told to `report` first. Workspaces are indexed again as they are followed.
  static absl::StatusOr<std::unique_ptr<HistoryIndex>> Open(const std::string& file,
                                                            std::function<void(const absl::Status&)> report = nullptr);
  // Leaves what it has not caught up with to the next start.
  ~HistoryIndex();
  HistoryIndex(const HistoryIndex&) = delete;
  HistoryIndex& operator=(const HistoryIndex&) = delete;

  // The newest revision of each workspace, by uid, as `file` has it, which is only read; none when it is absent or of
  // another version. DATA_LOSS/STORAGE_CORRUPT when it is damaged.
  static absl::StatusOr<absl::flat_hash_map<std::string, IndexedRevision>> ReadAllNewest(const std::string& file);

  // Whether it knows the history of `path` when it is complete: files and folders of topics.
  static bool Covers(absl::string_view path);

  // Brings the index of the workspace up to `head`, soon, in a thread of its own: from `recent`, which may be absent,
  // or where that does not reach down to what is indexed, from the commits themselves.
  void Follow(absl::string_view workspace, std::shared_ptr<const ObjectSource> objects, absl::string_view head,
              std::shared_ptr<const RecentHistory> recent = nullptr) ABSL_LOCKS_EXCLUDED(queue_mutex_);
  // Waits until it has caught up. For tests and benchmarks.
  void Settle() ABSL_LOCKS_EXCLUDED(queue_mutex_);

  // The revision up to which the index of the workspace is complete; nullopt when there is none.
  absl::StatusOr<std::optional<IndexedRevision>> Newest(absl::string_view workspace)
      ABSL_LOCKS_EXCLUDED(reader_mutex_, queue_mutex_);

  // Revisions up to `newest` that changed `path`, newest first.
  absl::StatusOr<std::vector<IndexedRevision>> Find(absl::string_view workspace, absl::string_view path, int64_t newest,
                                                    int limit) ABSL_LOCKS_EXCLUDED(reader_mutex_, queue_mutex_);

 private:
  struct Task {
    std::string workspace;
    std::shared_ptr<const ObjectSource> objects;
    std::string head;
    std::shared_ptr<const RecentHistory> recent;
  };
  using Change = RecentHistory::Change;
  // A commit to be indexed.
  struct Link {
    std::string commit, tree, parent_tree;
  };

  HistoryIndex(std::string file, std::function<void(const absl::Status&)> report)
      : file_(std::move(file)), report_(std::move(report)) {}

  absl::Status SetUp() ABSL_LOCKS_EXCLUDED(reader_mutex_);
  // Sets up an empty index in the place of what is there.
  absl::Status SetUpAnew() ABSL_LOCKS_EXCLUDED(reader_mutex_);
  // Has the thread set it up anew when `status` says that it is damaged.
  void Note(const absl::Status& status) ABSL_LOCKS_EXCLUDED(queue_mutex_);
  void Run();
  absl::StatusOr<std::optional<IndexedRevision>> ReadNewest(absl::string_view workspace)
      ABSL_LOCKS_EXCLUDED(reader_mutex_);
  absl::StatusOr<std::vector<IndexedRevision>> ReadRevisions(absl::string_view workspace, absl::string_view path,
                                                             int64_t newest, int limit)
      ABSL_LOCKS_EXCLUDED(reader_mutex_);
  absl::Status CatchUp(const Task& task);
  // Commits above `known`, newest first, down to it or, when it is not below, to the first one.
  absl::StatusOr<std::vector<Link>> Above(const Task& task, const std::string& known, bool& found);
  absl::StatusOr<Change> ReadChange(const Task& task, const Link& link, int64_t revision);
  // In one transaction, after forgetting all of the workspace when `anew`.
  absl::Status Write(const std::string& workspace, const std::vector<Change>& changes, bool anew);
  absl::Status WriteRows(const std::string& workspace, const std::vector<Change>& changes);
  absl::Status Forget(absl::string_view workspace);
  absl::StatusOr<int64_t> PathId(absl::string_view workspace, absl::string_view path);
  bool stopping() ABSL_LOCKS_EXCLUDED(queue_mutex_);

  const std::string file_;
  const std::function<void(const absl::Status&)> report_;

  // Of the thread.
  bool usable_ = true;  // false: making it anew failed
  Database writer_;
  absl::flat_hash_map<std::string, int64_t> path_ids_;  // by workspace and path; some
  Statement begin_, commit_, rollback_, forget_, forget_newest_, add_path_, find_path_, add_, set_newest_;

  absl::Mutex reader_mutex_;
  Database reader_ ABSL_GUARDED_BY(reader_mutex_);
  Statement newest_ ABSL_GUARDED_BY(reader_mutex_), find_ ABSL_GUARDED_BY(reader_mutex_);

  absl::Mutex queue_mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(queue_mutex_);
  absl::Status damage_ ABSL_GUARDED_BY(queue_mutex_);  // for the thread to mend
  bool working_ ABSL_GUARDED_BY(queue_mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(queue_mutex_) = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_HISTORY_INDEX_H_
