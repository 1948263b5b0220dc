// Where workspaces live. One interface for every store: bare repositories on disk (local_engine.h), a
// person's own repository (worktree_engine.h), later a journal and PostgreSQL. A workspace is named by
// its immutable uid; its history is one line of first-parent commits.
//
// All engines are thread-safe: readers never wait for a writer, writers of one workspace take turns.
// Errors any method may return: NOT_FOUND/WORKSPACE_NOT_FOUND, DATA_LOSS/STORAGE_CORRUPT,
// RESOURCE_EXHAUSTED/STORAGE_FULL, FAILED_PRECONDITION/STORAGE_READ_ONLY, INTERNAL/INTERNAL. Messages never hold
// a path of the server.
#ifndef METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_
#define METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/workspace/commit.h"
#include "service/workspace/object.h"
#include "service/workspace/snapshot.h"

namespace metapowers::workspace {

// One all-or-nothing step of a workspace: new objects, and the head's move onto them.
struct CommitBatch {
  std::string expected_head;             // "" = the workspace has no commit yet
  std::string new_head;                  // equal to expected_head = nothing to do
  std::vector<Object> objects;           // every object the head's move needs, each before those that name it
  std::vector<CommitInfo> commits;       // the commits among them, oldest first
  std::vector<std::string> request_ids;  // of the calls this batch answers, stored with it by engines that index them
};

struct HistoryQuery {
  std::string from;    // newest commit to consider, a full id; "" = head
  std::string path;    // only commits that changed this file or directory; "" = all
  int limit = 100;     // most commits to return, at least 1
  std::string cursor;  // next_cursor of the page before; takes the place of `from`
};

struct HistoryPage {
  std::vector<CommitInfo>
      commits;              // newest first; may be fewer than the limit before the end: work per page is bounded
  std::string next_cursor;  // "" = no more
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Makes the empty workspace `uid` durably. ALREADY_EXISTS/WORKSPACE_EXISTS.
  virtual absl::Status CreateWorkspace(absl::string_view uid) = 0;

  // The workspace as of its newest commit, or an empty snapshot.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> Head(absl::string_view uid) = 0;

  // The workspace as of `commit`, 40 hex digits (INVALID_ARGUMENT/NAME_INVALID) on the first-parent line of
  // the head (NOT_FOUND/REVISION_NOT_FOUND).
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view uid, absl::string_view commit) = 0;

  // Moves the head from expected_head to new_head, all or nothing; durable when it returns OK. ABORTED/HEAD_MOVED
  // with metadata `expected`, `actual` when the head is elsewhere: build the draft anew on Head().
  virtual absl::Status Commit(absl::string_view uid, const CommitBatch& batch) = 0;

  // First-parent history, newest first. NOT_FOUND/REVISION_NOT_FOUND, INVALID_ARGUMENT/NAME_INVALID.
  virtual absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) = 0;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_
