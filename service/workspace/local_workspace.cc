#include "service/workspace/local_workspace.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/step_codec.h"
#include "service/workspace/stored_steps.h"

namespace metapowers::workspace {
namespace {

// Stored at a time, so that a long backlog is neither packed in one piece nor held in memory twice.
constexpr int64_t kFlushedAtOnce = int64_t{32} << 20;

// What the index is behind by while many write, and more.
constexpr size_t kRecentCommits = 16'384;

int64_t BytesOf(const CommitBatch& batch) {
  int64_t bytes = 500;  // about what a step costs beside its objects
  for (const ObjectPtr& object : batch.objects) bytes += static_cast<int64_t>(object->body.size()) + 200;
  if (batch.request.has_value()) bytes += static_cast<int64_t>(batch.request->answer.size());
  return bytes;
}

// Of somebody who waits for steps to be stored, which takes milliseconds.
constexpr absl::Duration kStorePatience = absl::Minutes(1);

// A push holds the lock of the branch for milliseconds.
constexpr absl::Duration kLockPatience = absl::Seconds(1);

// A cursor into the index: where it goes on, without a walk to number it.
std::string WriteCursor(const IndexedRevision& at) { return absl::StrCat(at.revision, ":", at.commit); }

std::optional<IndexedRevision> ReadCursor(absl::string_view cursor) {
  const std::pair<absl::string_view, absl::string_view> sides = absl::StrSplit(cursor, absl::MaxSplits(':', 1));
  int64_t revision = 0;
  if (!absl::SimpleAtoi(sides.first, &revision) || !IsObjectId(sides.second)) return std::nullopt;
  return IndexedRevision{revision, std::string(sides.second)};
}

}  // namespace

LocalWorkspace::LocalWorkspace(std::string uid, std::shared_ptr<BareRepository> repository,
                               const LocalWorkspaceContext& context)
    : uid_(std::move(uid)),
      repository_(std::move(repository)),
      context_(context),
      objects_(std::make_shared<UnflushedObjects>(repository_->objects())),
      lineage_(objects_, repository_->path() + "/metapowers-revision"),
      recent_(std::make_shared<RecentHistory>(kRecentCommits)) {}

LocalWorkspace::~LocalWorkspace() {
  absl::MutexLock lock(&mutex_);
  if (!diverged_) context_.budget->bytes -= bytes_;
}

// --- Reading -----------------------------------------------------------------------------------------------------

void LocalWorkspace::FollowIndex() {
  if (context_.index != nullptr) context_.index->Follow(uid_, repository_->objects(), branch_, recent_);
}

absl::Status LocalWorkspace::FollowBranch() {
  if (!steps_.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::string branch, repository_->Branch());
  if (head_ != nullptr && branch == branch_) return absl::OkStatus();
  RETURN_IF_ERROR(Failpoint("follow_branch"));
  ASSIGN_OR_RETURN(head_, lineage_.SnapshotOfHead(branch));
  tip_ = head_;
  branch_ = std::move(branch);
  NoteBranch(branch_);
  FollowIndex();
  return absl::OkStatus();
}

void LocalWorkspace::NoteBranch(const std::string& branch) {
  const std::optional<BareRepository::Lost> lost = repository_->Follow(branch);
  if (lost.has_value()) context_.lost(uid_, BranchLostError(uid_, lost->commit, branch, lost->gone, lost->kept));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> LocalWorkspace::Head() {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(FollowBranch());
  return head_;
}

absl::StatusOr<std::shared_ptr<const Snapshot>> LocalWorkspace::Tip() {
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(FollowBranch());
  return tip_;
}

// Commits are looked up on the line that ends at the tip: only writers know those above the head.
absl::StatusOr<std::shared_ptr<const Snapshot>> LocalWorkspace::At(absl::string_view commit) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> tip, Tip());
  return lineage_.SnapshotAt(commit, tip->commit());
}

absl::StatusOr<std::vector<std::string>> LocalWorkspace::Match(absl::string_view prefix, int most) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> head, Head());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> tip, Tip());
  return lineage_.Match(prefix, tip->commit(), head->revision(), most);
}

absl::StatusOr<HistoryPage> LocalWorkspace::History(const HistoryQuery& query) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> head, Head());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> tip, Tip());
  HistoryQuery from_head = query;
  if (query.from.empty() && query.cursor.empty()) from_head.from = head->commit();
  if (from_head.from.empty() && from_head.cursor.empty()) return HistoryPage();
  if (context_.index != nullptr && HistoryIndex::Covers(query.path)) {
    // What is wrong with the index, or with the query, the walk tells in its own words.
    absl::StatusOr<std::optional<HistoryPage>> page = HistoryOfRecent(from_head, tip->commit());
    if (page.ok() && !page->has_value()) page = IndexedHistory(from_head, tip->commit());
    if (page.ok() && page->has_value()) return **std::move(page);
  }
  if (const auto at = ReadCursor(from_head.cursor)) from_head.cursor = at->commit;
  return lineage_.History(tip->commit(), from_head);
}

// The line ends at the tip for all who ask, so that it is not taken down and up again between them.
absl::StatusOr<RevisionPage> LocalWorkspace::Revisions(const RevisionQuery& query) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> head, Head());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> tip, Tip());
  return lineage_.Revisions(head->revision(), tip->commit(), query);
}

absl::StatusOr<IndexedRevision> LocalWorkspace::StartOf(const HistoryQuery& query, const std::string& tip) {
  if (const auto at = ReadCursor(query.cursor)) return *at;
  const std::string& start = query.cursor.empty() ? query.from : query.cursor;
  if (!IsObjectId(start)) return RevisionInvalidError(start);
  ASSIGN_OR_RETURN(const std::optional<int64_t> revision, lineage_.Find(start, tip));
  if (!revision.has_value()) return RevisionNotFoundError(start);
  return IndexedRevision{*revision, start};
}

absl::StatusOr<std::optional<HistoryPage>> LocalWorkspace::HistoryOfRecent(const HistoryQuery& query,
                                                                           const std::string& tip) {
  const std::optional<int64_t> oldest = recent_->oldest();
  if (!oldest.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const IndexedRevision start, StartOf(query, tip));
  const int limit = std::max(query.limit, 1);
  const auto rows = recent_->Find(query.path, start, *oldest - 1, limit + 1);
  if (!rows.has_value() || static_cast<int>(rows->size()) <= limit) return std::nullopt;
  HistoryPage page;
  RETURN_IF_ERROR(Fill(*rows, limit, page));
  return page;
}

absl::StatusOr<std::optional<HistoryPage>> LocalWorkspace::IndexedHistory(const HistoryQuery& query,
                                                                          const std::string& tip) {
  ASSIGN_OR_RETURN(const std::optional<IndexedRevision> newest, context_.index->Newest(uid_));
  if (!newest.has_value()) {  // not yet, or it is being made anew
    absl::MutexLock lock(&mutex_);
    FollowIndex();
    return std::nullopt;
  }
  ASSIGN_OR_RETURN(const std::optional<int64_t> on_line, lineage_.Find(newest->commit, tip));
  if (on_line != newest->revision) return std::nullopt;  // somebody rewrote the branch
  ASSIGN_OR_RETURN(const IndexedRevision start, StartOf(query, tip));
  const int limit = std::max(query.limit, 1);
  HistoryPage page;
  int64_t below = std::min(start.revision, newest->revision);  // the rest is in the index
  if (start.revision > newest->revision) {
    if (const auto rows = recent_->Find(query.path, start, newest->revision, limit + 1)) {
      RETURN_IF_ERROR(Fill(*rows, limit, page));
      if (!page.next_cursor.empty()) return page;
    } else {
      HistoryQuery walk = query;
      walk.cursor = start.commit;
      ASSIGN_OR_RETURN(page, lineage_.History(tip, walk, newest->revision));
      if (page.next_cursor.empty()) return page;
      ASSIGN_OR_RETURN(const std::optional<int64_t> next, lineage_.Find(page.next_cursor, tip));
      if (!next.has_value() || *next > newest->revision) return page;
      page.next_cursor.clear();
      below = *next;
    }
  } else if (ReadCursor(query.cursor).has_value()) {
    ASSIGN_OR_RETURN(const auto rows, context_.index->Find(uid_, query.path, start.revision, 1));
    if (rows.empty() || rows.front() != start) return std::nullopt;
  }
  const int room = limit - static_cast<int>(page.commits.size());
  ASSIGN_OR_RETURN(const auto rows, context_.index->Find(uid_, query.path, below, room + 1));
  RETURN_IF_ERROR(Fill(rows, limit, page));
  return page;
}

absl::Status LocalWorkspace::Fill(const std::vector<IndexedRevision>& rows, int limit, HistoryPage& page) const {
  for (const IndexedRevision& row : rows) {
    if (static_cast<int>(page.commits.size()) == limit) {
      page.next_cursor = WriteCursor(row);
      break;
    }
    ASSIGN_OR_RETURN(CommitInfo commit, lineage_.ReadCommit(row.commit));
    commit.revision = row.revision;
    page.commits.push_back(std::move(commit));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RequestRecord>> LocalWorkspace::FindRequest(absl::string_view id) {
  if (context_.answer_when_stored) {
    absl::MutexLock lock(&mutex_);
    const bool unstored = std::any_of(steps_.begin(), steps_.end(), [&](const Step& step) {
      return step.batch.request.has_value() && step.batch.request->id == id;
    });
    if (unstored) RETURN_IF_ERROR(StoringTrouble());
  }
  absl::MutexLock lock(&requests_mutex_);
  const auto found = requests_.find(id);
  if (found == requests_.end()) return std::nullopt;
  return found->second;
}

// --- Steps -------------------------------------------------------------------------------------------------------

absl::Status LocalWorkspace::CheckRoom(int64_t bytes) const {
  if (diverged_) return trouble_;
  RETURN_IF_ERROR(StoringTrouble());
  const int64_t waiting = context_.budget->bytes;
  const bool full = bytes_ > 0 && bytes_ + bytes > context_.budget->most_of_workspace;
  const bool all_full = waiting > 0 && waiting + bytes > context_.budget->most_bytes;
  if (!full && !all_full) return absl::OkStatus();
  return trouble_.ok() ? EngineOverloadedError(full ? "changes of this workspace" : "changes") : trouble_;
}

std::shared_ptr<const Snapshot> LocalWorkspace::SnapshotAfter(const CommitBatch& batch) const {
  if (batch.commits.empty()) return tip_;
  const CommitInfo& last = batch.commits.back();
  return std::make_shared<const Snapshot>(objects_, last.id, last.tree,
                                          tip_->revision() + static_cast<int64_t>(batch.commits.size()));
}

void LocalWorkspace::Remember(const RequestRecord& request) {
  absl::MutexLock lock(&requests_mutex_);
  requests_[request.id] = request;
}

void LocalWorkspace::Push(Step step) {
  objects_->Add(step.batch.objects);
  for (size_t i = 0; i < step.batch.commits.size(); ++i) {
    recent_->Add(step.batch.commits[i], step.batch.specs[i].changes);
  }
  step.batch.specs = {};  // the journal has them
  Account(step.bytes);
  if (step.batch.request.has_value()) Remember(*step.batch.request);
  tip_ = step.snapshot;
  steps_.push_back(std::move(step));
}

absl::Status LocalWorkspace::Place(CommitBatch& batch, std::string& body, std::function<void(absl::Status)>& done) {
  RETURN_IF_ERROR(FollowBranch());
  if (batch.expected_head != tip_->commit()) return HeadMovedError(batch.expected_head, tip_->commit());
  const int64_t bytes = BytesOf(batch);
  RETURN_IF_ERROR(CheckRoom(bytes));
  Step step{.sequence = 0, .batch = std::move(batch), .bytes = bytes, .snapshot = nullptr, .done = std::move(done)};
  step.snapshot = SnapshotAfter(step.batch);
  const int64_t epoch = epoch_;
  // In the lock: the order of the journal is that of the commits.
  step.sequence = context_.journal->Append(
      {.workspace = uid_,
       .body = std::move(body),
       .wanted = [self = shared_from_this(), epoch] { return self->epoch_ == epoch; },
       .done = [self = shared_from_this(), epoch](const absl::Status& status) { self->OnWritten(status, epoch); }});
  Push(std::move(step));
  return absl::OkStatus();
}

void LocalWorkspace::Submit(CommitBatch batch, std::function<void(absl::Status)> done) {
  absl::Status refused = CheckBatch(batch);
  if (refused.ok()) {
    if (batch.request.has_value()) batch.request->time = absl::Now();
    std::string body = EncodeStep(batch);
    const bool nothing = batch.commits.empty() && !batch.request.has_value();
    absl::MutexLock lock(&mutex_);
    if (!nothing) {
      refused = Place(batch, body, done);
      if (refused.ok()) return;
    } else {
      refused = FollowBranch();
      if (refused.ok() && batch.expected_head != tip_->commit()) {
        refused = HeadMovedError(batch.expected_head, tip_->commit());
      }
      if (refused.ok()) refused = StoringTrouble();
      // What the caller found unchanged is not there for sure before the step that made it is answered.
      if (refused.ok() && IsOnItsWay()) return AnswerWithNewest(std::move(done));
    }
  }
  done(refused);
}

absl::Status LocalWorkspace::StoringTrouble() const {
  return context_.answer_when_stored && !steps_.empty() ? trouble_ : absl::OkStatus();
}

bool LocalWorkspace::IsOnItsWay() const {
  // A step that was taken up from the journal has nobody who waits for it, and is not stored yet.
  return !steps_.empty() && (steps_.back().done != nullptr || context_.answer_when_stored);
}

void LocalWorkspace::AnswerWithNewest(std::function<void(absl::Status)> done) {
  std::function<void(absl::Status)>& newest = steps_.back().done;
  newest = [first = std::move(newest), done = std::move(done), this, epoch = epoch_.load(),
            moved = HeadMovedError(tip_->commit(), head_->commit())](const absl::Status& status) {
    if (first != nullptr) first(status);
    // A step that is not abandoned stays below, and its trouble is that of storing it.
    done(status.ok() || epoch_ == epoch ? status : moved);
  };
}

void LocalWorkspace::OnWritten(const absl::Status& status, int64_t epoch) {
  Waiting answered;
  bool half_full = false;
  {
    absl::MutexLock lock(&mutex_);
    if (epoch != epoch_) return;  // abandoned and answered before
    half_full =
        context_.budget->bytes > context_.budget->most_bytes / 2 || bytes_ > context_.budget->most_of_workspace / 2;
    if (status.ok()) {
      Step& step = steps_[durable_++];
      head_ = step.snapshot;
      if (!context_.answer_when_stored) answered.push_back(std::exchange(step.done, nullptr));
    } else {
      answered = Abandon();
    }
  }
  for (const auto& done : answered) done(status);
  if (!status.ok()) return;
  context_.moved(uid_);
  context_.flush(shared_from_this(), context_.answer_when_stored || half_full ? FlushTime::kSoon : FlushTime::kUsual);
}

LocalWorkspace::Waiting LocalWorkspace::Abandon() {
  Waiting answered;
  absl::MutexLock lock(&requests_mutex_);
  for (; steps_.size() > durable_; steps_.pop_back()) {
    Step& step = steps_.back();
    objects_->Drop(step.batch.objects);
    Account(-step.bytes);
    if (step.batch.request.has_value()) requests_.erase(step.batch.request->id);
    answered.push_back(std::move(step.done));
  }
  std::reverse(answered.begin(), answered.end());
  tip_ = head_;
  recent_->DropAbove(tip_->revision());
  ++epoch_;
  return answered;
}

void LocalWorkspace::Settle() {
  absl::MutexLock lock(&mutex_);
  if (steps_.empty()) return;
  const int64_t last = steps_.back().sequence;
  const auto answered = [this, last]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const bool durable = durable_ >= steps_.size() || steps_[durable_].sequence > last;
    if (!durable || !context_.answer_when_stored) return durable;
    return steps_.empty() || steps_.front().sequence > last || !trouble_.ok();
  };
  mutex_.Await(absl::Condition(&answered));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> LocalWorkspace::Store() {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Snapshot> head, Head());
  int64_t last = 0, begun = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (durable_ == 0) return head;
    last = steps_[durable_ - 1].sequence;
    begun = flushes_;
  }
  context_.flush(shared_from_this(), FlushTime::kNow);
  absl::MutexLock lock(&mutex_);
  const auto stored = [this, last]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return steps_.empty() || steps_.front().sequence > last;
  };
  // What a try before this call met may be over.
  const auto ended = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stored() || (!trouble_.ok() && troubled_ > begun);
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&ended), kStorePatience)) return StoreLateError();
  if (!stored()) return trouble_;
  return head;
}

// --- Storing -----------------------------------------------------------------------------------------------------

bool LocalWorkspace::HasUnflushed() {
  absl::MutexLock lock(&mutex_);
  return durable_ > 0;
}

absl::Status LocalWorkspace::Trouble() {
  absl::MutexLock lock(&mutex_);
  return trouble_;
}

absl::Status LocalWorkspace::Flush() {
  std::vector<const CommitBatch*> batches;  // stay where they are: only this thread takes durable steps away
  std::string from, to;
  std::vector<std::string> heads;  // after each step
  size_t count = 0;
  {
    absl::MutexLock lock(&mutex_);
    ++flushes_;
    from = to = branch_;
    for (int64_t bytes = 0; count < durable_ && bytes < kFlushedAtOnce; ++count) {
      const Step& step = steps_[count];
      bytes += step.bytes;
      batches.push_back(&step.batch);
      to = step.batch.new_head;
      heads.push_back(to);
    }
  }
  if (count == 0) return absl::OkStatus();
  std::vector<ObjectPtr> objects;
  for (const CommitBatch* batch : batches) {
    objects.insert(objects.end(), batch->objects.begin(), batch->objects.end());
  }
  absl::Status status = Failpoint("flush_before_objects");
  if (status.ok() && to != from) status = repository_->Store(objects);
  if (status.ok()) status = Failpoint("flush_before_branch");
  if (status.ok() && to != from) status = MoveBranch(from, heads);
  if (status.ok()) status = Failpoint("flush_after_branch");
  std::deque<Step> stored;
  for (const auto& done : FinishFlush(status, to, count, stored)) done(status);
  Retirement retirement{.workspace = uid_, .up_to = 0, .requests = {}};
  for (Step& step : stored) {
    objects_->Drop(step.batch.objects);
    retirement.up_to = step.sequence;
    if (step.batch.request.has_value()) retirement.requests.push_back(*std::move(step.batch.request));
  }
  if (!stored.empty()) Retire(std::move(retirement));
  return status;
}

absl::Status LocalWorkspace::MoveBranch(const std::string& from, const std::vector<std::string>& heads) {
  const std::string& to = heads.back();
  absl::Status status = repository_->MoveBranch(from, to);
  if (DetailsOf(status).reason != "HEAD_MOVED") return status;
  const std::string actual = repository_->Branch().value_or("");
  if (actual.empty() || std::find(heads.begin(), heads.end(), actual) == heads.end()) {
    return BranchDivergedError(from, actual);
  }
  // A try before this one moved it onto a step of ours, and failed after that: its name may not be durable.
  RETURN_IF_ERROR(repository_->SyncNames());
  if (actual == to) return absl::OkStatus();
  status = repository_->MoveBranch(actual, to);
  if (DetailsOf(status).reason != "HEAD_MOVED") return status;
  return BranchDivergedError(actual, repository_->Branch().value_or(""));
}

LocalWorkspace::Waiting LocalWorkspace::FinishFlush(const absl::Status& status, const std::string& branch, size_t count,
                                                    std::deque<Step>& stored) {
  absl::MutexLock lock(&mutex_);
  Waiting answered;
  const absl::Time now = absl::Now();
  const bool locked = DetailsOf(status).reason == "LOCKED";
  locked_since_ = locked ? std::min(locked_since_, now) : absl::InfiniteFuture();
  if (locked && now - locked_since_ < kLockPatience) return answered;
  SetTrouble(status);
  troubled_ = flushes_;
  for (size_t i = 0; i < count; ++i) {
    if (steps_[i].done != nullptr) answered.push_back(std::exchange(steps_[i].done, nullptr));
  }
  if (!status.ok()) return answered;
  branch_ = branch;
  FollowIndex();
  for (durable_ -= count; count > 0; --count, steps_.pop_front()) {
    Account(-steps_.front().bytes);
    stored.push_back(std::move(steps_.front()));
  }
  return answered;
}

void LocalWorkspace::Account(int64_t bytes) {
  bytes_ += bytes;
  if (!diverged_) context_.budget->bytes += bytes;
}

void LocalWorkspace::SetTrouble(const absl::Status& status) {
  trouble_ = status;
  const bool diverged = DetailsOf(status).reason == "BRANCH_DIVERGED";
  if (diverged == diverged_) return;
  // What waits for a person takes no room from others.
  context_.budget->bytes += diverged ? -bytes_ : bytes_;
  diverged_ = diverged;
}

void LocalWorkspace::Retire(Retirement retirement) {
  std::vector<std::string> ids;
  for (const RequestRecord& request : retirement.requests) ids.push_back(request.id);
  context_.journal->Retire(std::move(retirement), [self = shared_from_this(), ids = std::move(ids)] {
    absl::MutexLock lock(&self->requests_mutex_);
    for (const std::string& id : ids) self->requests_.erase(id);
  });
}

// --- Recovery ----------------------------------------------------------------------------------------------------

absl::Status LocalWorkspace::Recover(const std::vector<JournalEntry>& entries) {
  std::vector<journal::v1::Step> steps;
  for (const JournalEntry& entry : entries) {
    if (entry.damaged) return JournalCorruptError("a step in it is not what was written");
    ASSIGN_OR_RETURN(steps.emplace_back(), DecodeStep(entry.body));
  }
  RETURN_IF_ERROR(repository_->SyncNames());  // what is found stored is retired
  Retirement retirement{.workspace = uid_, .up_to = 0, .requests = {}};
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(TakeUp(entries, steps, retirement));
  }
  if (retirement.up_to > 0) Retire(std::move(retirement));
  return absl::OkStatus();
}

absl::Status LocalWorkspace::TakeUp(const std::vector<JournalEntry>& entries,
                                    const std::vector<journal::v1::Step>& steps, Retirement& retirement) {
  ASSIGN_OR_RETURN(const std::string branch, repository_->Branch());
  ASSIGN_OR_RETURN(const size_t stored, CountStored(*objects_, steps, branch));
  for (size_t i = 0; i < stored; ++i) {
    retirement.up_to = entries[i].sequence;
    const std::optional<RequestRecord> request = RequestOf(steps[i]);
    if (!request.has_value()) continue;
    Remember(*request);
    retirement.requests.push_back(*request);
  }
  branch_ = stored < steps.size() ? steps[stored].expected_head() : branch;
  ASSIGN_OR_RETURN(head_, lineage_.SnapshotOfHead(branch_));
  tip_ = head_;
  // What the branch was moved onto by a step that is made again is not lost.
  const std::string recorded = BareRepository::RecordedHead(repository_->path());
  const bool made_again = std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(stored), steps.end(),
                                      [&](const journal::v1::Step& step) { return HeadAfter(step) == recorded; });
  if (branch_ == branch && !made_again) NoteBranch(branch);
  if (branch_ != branch) SetTrouble(BranchDivergedError(branch_, branch));
  for (size_t i = stored; i < steps.size(); ++i) {
    RETURN_IF_ERROR(Failpoint("recovery_mid"));
    ASSIGN_OR_RETURN(CommitBatch batch, RebuildBatch(steps[i], tip_));
    Step step{
        .sequence = entries[i].sequence, .batch = std::move(batch), .bytes = 0, .snapshot = nullptr, .done = nullptr};
    step.bytes = BytesOf(step.batch);
    step.snapshot = SnapshotAfter(step.batch);
    Push(std::move(step));
    ++durable_;
  }
  head_ = tip_;
  return absl::OkStatus();
}

}  // namespace metapowers::workspace
