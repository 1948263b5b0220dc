// One workspace of the local engine: the order of its steps, from the tip that writers build on, over the head that is
// answered, to the branch of the repository that stock Git sees.
//
//   branch ── stored steps ──▶ head ── durable steps ──▶ tip
//             (repository)           (journal)               (memory)
//
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOCAL_WORKSPACE_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOCAL_WORKSPACE_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "metapowers/journal/v1/step.pb.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/engine.h"
#include "service/workspace/history_index.h"
#include "service/workspace/journal_writer.h"
#include "service/workspace/lineage.h"
#include "service/workspace/recent_history.h"
#include "service/workspace/unflushed_objects.h"

namespace metapowers::workspace {

// Bytes of the steps that no repository holds yet, of all workspaces and of each.
struct UnflushedBudget {
  int64_t most_bytes = 0;
  int64_t most_of_workspace = 0;
  std::atomic<int64_t> bytes{0};
};

// When steps are to be stored.
enum class FlushTime {
  kUsual,  // once some have gathered
  kSoon,   // room is short, or callers wait
  kNow,    // and also where storing has failed and waits to be tried again
};

// What workspaces share. Outlives them.
struct LocalWorkspaceContext {
  JournalWriter* journal = nullptr;
  UnflushedBudget* budget = nullptr;
  HistoryIndex* index = nullptr;  // may be absent: histories are walked then
  // Called when the workspace has steps to store; from any thread, without locks.
  std::function<void(const std::shared_ptr<class LocalWorkspace>& workspace, FlushTime time)> flush;
  bool answer_when_stored = false;  // a step is answered once stock Git sees it
  // Called after a step has moved the head, by the journal's thread, without locks.
  std::function<void(const std::string& uid)> moved;
  // Called when somebody has rewritten the branch, with what an operator is told (BranchLostError). It calls no
  // workspace.
  std::function<void(const std::string& uid, const absl::Status& lost)> lost;
};

class LocalWorkspace : public std::enable_shared_from_this<LocalWorkspace> {
 public:
  LocalWorkspace(std::string uid, std::shared_ptr<BareRepository> repository, const LocalWorkspaceContext& context);

  ~LocalWorkspace();

  const std::string& uid() const { return uid_; }
  BareRepository& repository() { return *repository_; }

  // As of Engine.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Head() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::shared_ptr<const Snapshot>> Tip() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view commit);
  absl::StatusOr<HistoryPage> History(const HistoryQuery& query);
  absl::StatusOr<RevisionPage> Revisions(const RevisionQuery& query);
  absl::StatusOr<std::vector<std::string>> Match(absl::string_view prefix, int most);
  void Submit(CommitBatch batch, std::function<void(absl::Status)> done) ABSL_LOCKS_EXCLUDED(mutex_);
  void Settle() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::shared_ptr<const Snapshot>> Store() ABSL_LOCKS_EXCLUDED(mutex_);
  // Among the steps that are not stored yet; where their answers wait for that, why they cannot be.
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view id)
      ABSL_LOCKS_EXCLUDED(mutex_, requests_mutex_);

  // Takes up the entries that the journal kept, in order, before the workspace is used: those that the repository has
  // are retired, the others made again. What it cannot take up is a branch that somebody else moved: later steps are
  // refused then, and reading goes on. DATA_LOSS/STORAGE_CORRUPT.
  absl::Status Recover(const std::vector<JournalEntry>& entries) ABSL_LOCKS_EXCLUDED(mutex_);

  // Stores the durable steps and moves the branch onto them; by one thread at a time. On error they stay.
  absl::Status Flush() ABSL_LOCKS_EXCLUDED(mutex_);
  // Why Flush() fails. Not yet told: that another process has held the lock of the branch for less than a second, for
  // which those who wait for the steps go on waiting.
  absl::Status Trouble() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasUnflushed() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Step {
    int64_t sequence = 0;
    CommitBatch batch;
    int64_t bytes = 0;
    std::shared_ptr<const Snapshot> snapshot;  // after it
    std::function<void(absl::Status)> done;    // when it has not been called yet
  };
  using Waiting = std::vector<std::function<void(absl::Status)>>;

  // Takes the branch as it is on disk when no step of ours is on its way: others may push. What it contains no more is
  // kept and told, and later steps go on upon what is there.
  absl::Status FollowBranch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteBranch(const std::string& branch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Has the index, where there is one, catch up with the branch.
  void FollowIndex() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRoom(int64_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Place(CommitBatch& batch, std::string& body, std::function<void(absl::Status)>& done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Where answers wait for storing: why the steps that there are cannot be stored.
  absl::Status StoringTrouble() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Whether the newest step has an answer to come.
  bool IsOnItsWay() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Has a step that changes nothing answered after the newest one; with HEAD_MOVED when that one is abandoned.
  void AnswerWithNewest(std::function<void(absl::Status)> done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The page where the newest commits fill it; nullopt where they do not.
  absl::StatusOr<std::optional<HistoryPage>> HistoryOfRecent(const HistoryQuery& query, const std::string& tip);
  // The page from the index and, above it, from the newest commits or a walk; nullopt when the index does not serve.
  absl::StatusOr<std::optional<HistoryPage>> IndexedHistory(const HistoryQuery& query, const std::string& tip);
  // Where the query starts. The number that a cursor of ours claims is not checked.
  absl::StatusOr<IndexedRevision> StartOf(const HistoryQuery& query, const std::string& tip);
  // Adds the commits at `rows` to the page until it is full; the cursor is of the first that has no room.
  absl::Status Fill(const std::vector<IndexedRevision>& rows, int limit, HistoryPage& page) const;
  // Recover(), with the entries decoded; `retirement` is what the repository has already.
  absl::Status TakeUp(const std::vector<JournalEntry>& entries, const std::vector<journal::v1::Step>& steps,
                      Retirement& retirement) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const RequestRecord& request) ABSL_LOCKS_EXCLUDED(requests_mutex_);
  void Push(Step step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The journal's answer for the oldest step that has none, of `epoch`.
  void OnWritten(const absl::Status& status, int64_t epoch) ABSL_LOCKS_EXCLUDED(mutex_);
  // Has the journal forget steps that are stored; their requests are found here until it has them.
  void Retire(Retirement retirement) ABSL_LOCKS_EXCLUDED(mutex_);
  // Moves the first `count` steps to `stored`, since the repository has them now, or keeps them on error. In both cases
  // whoever waited for it is answered, but for what Trouble() does not tell yet.
  Waiting FinishFlush(const absl::Status& status, const std::string& branch, size_t count, std::deque<Step>& stored)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Moves the branch from `from` onto the last of `heads`, those of our steps in order.
  absl::Status MoveBranch(const std::string& from, const std::vector<std::string>& heads);
  void SetTrouble(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts bytes that wait to be stored.
  void Account(int64_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Drops the steps that are not durable.
  Waiting Abandon() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const Snapshot> SnapshotAfter(const CommitBatch& batch) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::string uid_;
  const std::shared_ptr<BareRepository> repository_;
  const LocalWorkspaceContext& context_;
  const std::shared_ptr<UnflushedObjects> objects_;
  Lineage lineage_;
  const std::shared_ptr<RecentHistory> recent_;

  absl::Mutex mutex_;
  std::shared_ptr<const Snapshot> head_ ABSL_GUARDED_BY(mutex_);  // nullptr until the branch is read
  std::shared_ptr<const Snapshot> tip_ ABSL_GUARDED_BY(mutex_);
  std::string branch_ ABSL_GUARDED_BY(mutex_);  // the commit that the branch is at, as far as we know
  std::deque<Step> steps_ ABSL_GUARDED_BY(mutex_);
  size_t durable_ ABSL_GUARDED_BY(mutex_) = 0;  // of steps_, from the front
  int64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;   // of steps_
  // Written by holders of the mutex; the journal's thread reads it without.
  std::atomic<int64_t> epoch_{0};                  // grows when steps are abandoned
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);   // of the last Flush()
  int64_t flushes_ ABSL_GUARDED_BY(mutex_) = 0;    // that have begun
  int64_t troubled_ ABSL_GUARDED_BY(mutex_) = 0;   // the one that trouble_ is of
  bool diverged_ ABSL_GUARDED_BY(mutex_) = false;  // the trouble is that somebody else moved the branch
  absl::Time locked_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // by another process

  // Not under the mutex above, which a walk through history may hold: the journal's thread waits for nobody. Taken
  // inside of it.
  absl::Mutex requests_mutex_;
  absl::flat_hash_map<std::string, RequestRecord> requests_ ABSL_GUARDED_BY(requests_mutex_);  // not retired yet
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOCAL_WORKSPACE_H_
