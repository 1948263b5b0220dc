#include "service/server/watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/revisions.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

constexpr int kPageCommits = 100;
constexpr size_t kPageBytes = 64 << 10;  // a response ends with the commit that reaches them
constexpr size_t kMaxRevisionBytes = 256 << 10;
constexpr absl::Duration kGrace = absl::Seconds(5);  // for the status of an ended watch to be taken
constexpr absl::Duration kShortestInterval = absl::Seconds(1);
constexpr absl::Duration kLongestInterval = absl::Minutes(10);
constexpr absl::Duration kDefaultInterval = absl::Seconds(30);

absl::Status InvalidError(const std::string& field, const std::string& why) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat(field, " ", why),
                   {"ARGUMENT_INVALID", {}, {{field, why, ""}}, ""});
}

absl::Status TooSlowError(int64_t next_revision) {
  return MakeError(absl::StatusCode::kResourceExhausted, "the caller of the watch took nothing for too long",
                   {"WATCH_TOO_SLOW",
                    {{"next_revision", absl::StrCat(next_revision)}},
                    {},
                    absl::StrCat("watch again from revision ", next_revision)});
}

absl::StatusOr<absl::Duration> IntervalOf(const v1::WatchWorkspaceRequest& request) {
  if (!request.has_progress_interval()) return kDefaultInterval;
  const absl::Duration wanted =
      absl::Seconds(request.progress_interval().seconds()) + absl::Nanoseconds(request.progress_interval().nanos());
  if (wanted < absl::ZeroDuration()) return InvalidError("progress_interval", "is below 0");
  return std::clamp(wanted, kShortestInterval, kLongestInterval);
}

}  // namespace

void Watch::Enter(State state) {
  state_ = state;
  since_ = absl::Now();
}

void Watch::TakeTurn() {
  Enter(State::kBusy);
  more_ = false;
  watches_.Queue(shared_from_this());
}

void Watch::Turn() {
  bool write = false;
  absl::Status status = watches_.dispatcher().Guarded(*call_, [&](Call&) -> absl::Status {
    if (!open_) RETURN_IF_ERROR(Open());
    ASSIGN_OR_RETURN(write, Read());
    return absl::OkStatus();
  });
  {
    absl::MutexLock lock(&mutex_);
    if (!ending_.ok()) status = ending_;
    if (status.ok() && write) return Write();
    if (status.ok()) return more_ ? TakeTurn() : Enter(State::kIdle);
    Enter(State::kEnded);
  }
  Close(status);
}

void Watch::Write() {
  Enter(State::kWriting);
  next_progress_ = since_ + interval_;
  StartWrite(&response_);
}

void Watch::TellProgress() {
  response_.Clear();
  response_.set_progress_revision(place_.after);
  response_.set_progress_commit(place_.after_commit);
  Write();
}

absl::Status Watch::Open() {
  const Backend& backend = watches_.dispatcher().backend();
  ASSIGN_OR_RETURN(const ResourceName name, name_);
  ASSIGN_OR_RETURN(interval_, IntervalOf(request_));
  const int64_t start = request_.start_revision();
  const std::string& previous = request_.previous_commit();
  if (start < 0) return InvalidError("start_revision", absl::StrCat("is ", start, ", below 0"));
  if (!previous.empty() && (start < 2 || !workspace::IsObjectId(previous))) {
    return InvalidError("previous_commit", "must be a full commit id, of the revision below a start_revision above 1");
  }
  ASSIGN_OR_RETURN(const workspace::Workspace found, backend.FindWorkspace(*call_, name));
  RETURN_IF_ERROR(watches_.Join(found.uid, shared_from_this()));
  uid_ = found.uid;
  ASSIGN_OR_RETURN(const auto head, backend.env.engine->Head(uid_));
  if (previous.empty() && !name.topic.empty()) RETURN_IF_ERROR(TopicTree(*head, name).status());
  place_ = {.after = start - 1, .after_commit = previous, .path = name.Path(), .limit = kPageCommits};
  if (start == 0) {
    place_.after = head->revision();
    place_.after_commit = head->commit();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Watch::Read() {
  workspace::Engine& engine = *watches_.dispatcher().backend().env.engine;
  ASSIGN_OR_RETURN(const workspace::RevisionPage page, engine.Revisions(uid_, place_));
  place_.after = page.last;
  place_.after_commit = page.last_commit;
  bool more = page.more;
  response_.Clear();
  size_t bytes = 0;
  for (const workspace::CommitInfo& commit : page.commits) {
    v1::Revision& revision = *response_.add_revisions();
    Describe(commit, revision);
    LimitRevision(kMaxRevisionBytes, revision);
    bytes += revision.ByteSizeLong();
    if (bytes < kPageBytes || &commit == &page.commits.back()) continue;
    place_.after = commit.revision;
    place_.after_commit = commit.id;
    more = true;
    break;
  }
  response_.set_progress_revision(place_.after);
  response_.set_progress_commit(place_.after_commit);
  const bool first = !std::exchange(open_, true);
  absl::MutexLock lock(&mutex_);
  more_ |= more;
  return first || response_.revisions_size() > 0 || absl::Now() >= next_progress_;
}

void Watch::Wake() {
  absl::MutexLock lock(&mutex_);
  more_ = true;
  if (state_ == State::kIdle) TakeTurn();
}

void Watch::Look() {
  int64_t next_revision = 0;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = absl::Now();
    const bool stalled = now - since_ >= watches_.dispatcher().backend().env.limits.watch_patience;
    if (state_ == State::kIdle && now >= next_progress_) return TellProgress();
    // gRPC has not written the status: the client takes nothing, and nothing waits for it any longer.
    if (state_ == State::kEnded && !done_ && now - since_ >= kGrace) return context_->TryCancel();
    if (state_ != State::kWriting || !stalled) return;
    next_revision = response_.progress_revision() + 1;
  }
  End(TooSlowError(next_revision));
}

void Watch::End(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kEnded) return;
    if (state_ == State::kBusy) {
      ending_.Update(status);
      return;
    }
    Enter(State::kEnded);
  }
  Close(status);
}

void Watch::Close(const absl::Status& status) { Finish(watches_.dispatcher().Conclude(*call_, status)); }

void Watch::OnWriteDone(bool ok) {
  if (!ok) {
    call_->Cancel();
    return End(call_->CheckAlive());
  }
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kEnded) return;
  if (more_) return TakeTurn();
  Enter(State::kIdle);
}

void Watch::OnCancel() {
  call_->Cancel();
  End(call_->CheckAlive());
}

void Watch::OnDone() {
  const std::shared_ptr<Watch> self = std::move(self_);
  {
    absl::MutexLock lock(&mutex_);
    done_ = true;
  }
  watches_.Remove(uid_, self);
  ticket_.reset();
}

}  // namespace metapowers::server
