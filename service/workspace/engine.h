// Where workspaces live. One interface for every store: bare repositories behind a journal (local_engine.h), a
// person's own repository (worktree_engine.h), later PostgreSQL. A workspace is named by its immutable uid; its history
// is one line of first-parent commits.
//
// What every engine promises (tests/workspace/engine_conformance_test.cc):
//   - a step is done wholly or not at all, and what was answered with OK outlives the process and the machine's power;
//   - the steps of a workspace have one order, that of its commits; a step is answered after all before it;
//   - readers see the newest answered step, and never one that may still be lost;
//   - a step and the record of the call that made it are kept together, or neither.
//
// All engines are thread-safe: readers never wait for a writer, writers of one workspace take turns.
// Errors any method may return: NOT_FOUND/WORKSPACE_NOT_FOUND, DATA_LOSS/STORAGE_CORRUPT,
// RESOURCE_EXHAUSTED/STORAGE_FULL, FAILED_PRECONDITION/STORAGE_READ_ONLY, INTERNAL/INTERNAL. Messages never hold
// a path of the server.
#ifndef METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_
#define METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/workspace/commit.h"
#include "service/workspace/object.h"
#include "service/workspace/snapshot.h"

namespace metapowers::workspace {

// A call and what it was answered, so that the same call sent again is not done again.
struct RequestRecord {
  std::string id;           // that the caller gave it
  std::string fingerprint;  // of the call; another one under the same id is another call
  std::string answer;       // opaque here, not empty; "" once it is no longer kept
  absl::Time time;          // when the engine took it; callers leave it

  bool operator==(const RequestRecord&) const = default;
};

// How long records of requests are kept: so long no call is done twice. A record takes 0.3 KB beside its answer.
inline constexpr absl::Duration kRequestsKept = absl::Hours(24);

// How many bytes of their answers are kept, of all workspaces; beyond, the oldest records lose their answers and
// nothing else. A command's answer has 0.6 to 42 KB, 3 KB when commands are mixed, so that 100 commands a second make
// 26 GB of them in 24 hours: the answers of the last 4 hours are there then, and 2.6 GB of records.
inline constexpr int64_t kAnswerBytesKept = int64_t{4} << 30;

// One all-or-nothing step of a workspace: new objects, and the head's move onto them.
struct CommitBatch {
  std::string expected_head;             // "" = the workspace has no commit yet
  std::string new_head;                  // equal to expected_head = no commit
  std::vector<ObjectPtr> objects;        // every object the head's move needs, each before those that name it
  std::vector<CommitInfo> commits;       // the commits among them, oldest first
  std::vector<CommitSpec> specs;         // what each of them was made of
  std::optional<RequestRecord> request;  // of the call that the step answers
};

// INVALID_ARGUMENT/ARGUMENT_INVALID unless the batch is a chain of its own commits from its old head to its new one.
absl::Status CheckBatch(const CommitBatch& batch);

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

// A reader that goes up the line of commits, and waits at its end for more.
struct RevisionQuery {
  int64_t after = 0;         // the newest revision that the reader has; 0 = none
  std::string after_commit;  // its commit, which must be there still; "" = any
  std::string path;          // only commits that changed this file or directory; "" = all
  int limit = 100;           // most commits to return, at least 1
};

struct RevisionPage {
  std::vector<CommitInfo> commits;  // oldest first; may be fewer than the limit, or none: work per page is bounded
  int64_t last = 0;                 // newest revision that was looked at, for `after` of the next page
  std::string last_commit;          // its commit; "" for 0
  bool more = false;                // there are answered steps above
};

// As long as it lives, a callback may be called; its end waits for a call that is under way.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Makes the empty workspace `uid` durably. ALREADY_EXISTS/WORKSPACE_EXISTS.
  virtual absl::Status CreateWorkspace(absl::string_view uid) = 0;

  // The workspace as of its newest answered step, or an empty snapshot.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> Head(absl::string_view uid) = 0;

  // The workspace as its newest step leaves it, answered or not: what a writer builds the next one on. Not for readers.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> Tip(absl::string_view uid) = 0;

  // The workspace as of `commit`, 40 hex digits (INVALID_ARGUMENT/NAME_INVALID) on the first-parent line of
  // the tip (NOT_FOUND/REVISION_NOT_FOUND).
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view uid, absl::string_view commit) = 0;

  // Ids of the commits on the first-parent line of the head that begin with `prefix`, 4 to 40 lower-case hex digits
  // (INVALID_ARGUMENT/NAME_INVALID), newest first, at most `most`.
  virtual absl::StatusOr<std::vector<std::string>> Match(absl::string_view uid, absl::string_view prefix, int most) = 0;

  // Gives the step its place in the order, so that Tip() has it when this returns, and answers later: calls `done`
  // once, with OK when the step is durable, in this thread or in one of the engine's, which `done` must not hold up. A
  // step that fails takes those built on it with it. Errors of `done`:
  //   ABORTED/HEAD_MOVED with metadata `expected`, `actual`: the tip is elsewhere, or a step below this one failed;
  //   build
  //     the draft anew on Tip();
  //   RESOURCE_EXHAUSTED/OVERLOADED: too much waits to be stored; nothing was done, try again soon;
  //   FAILED_PRECONDITION/BRANCH_DIVERGED with `expected`, `actual`: somebody else moved the branch of the repository
  //     while steps of ours were not in it;
  //   INTERNAL/STORAGE_FAILED: a sync failed, so that nobody can tell whether the step will be there after a restart,
  //     which is needed: ask with its request id.
  virtual void Submit(absl::string_view uid, CommitBatch batch, std::function<void(absl::Status)> done) = 0;

  // The record that a step of the last kRequestsKept holds for `request_id`, answered or not: Settle() before it is
  // told. Where answers wait for storing, the error that keeps its step from it, as long as there is one.
  virtual absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view uid,
                                                                   absl::string_view request_id) = 0;

  // Waits until every step that has its place by now is answered, be it with an error.
  virtual absl::Status Settle(absl::string_view uid) = 0;

  // Waits until every step that is answered by now is where other programs see it, and returns the state after them;
  // why that cannot be done now, e.g. FAILED_PRECONDITION/BRANCH_DIVERGED, DEADLINE_EXCEEDED/CANCELLED after a minute.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> Store(absl::string_view uid);

  // First-parent history, newest first. NOT_FOUND/REVISION_NOT_FOUND, INVALID_ARGUMENT/NAME_INVALID.
  virtual absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) = 0;

  // First-parent history upwards, of answered steps. OUT_OF_RANGE/REVISION_AHEAD with `newest`,
  // OUT_OF_RANGE/REVISION_TOO_OLD with `oldest` in a shallow clone, ABORTED/BRANCH_REWRITTEN with `revision`,
  // `expected`, `actual`, INVALID_ARGUMENT/NAME_INVALID.
  virtual absl::StatusOr<RevisionPage> Revisions(absl::string_view uid, const RevisionQuery& query) = 0;

  // Calls `moved` with the workspace after a step has moved its head, in threads that it must not hold up: it does not
  // call the engine. What others push is told by Head() alone.
  virtual std::unique_ptr<Subscription> Subscribe(std::function<void(absl::string_view uid)> moved) = 0;

  // Submit(), and waits for the answer.
  absl::Status Commit(absl::string_view uid, CommitBatch batch);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_ENGINE_H_
