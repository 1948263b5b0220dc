#include "tests/crash/watcher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/crash/caller.h"

namespace metapowers::crash {
namespace {

constexpr absl::Duration kBetweenCalls = absl::Milliseconds(20);

}  // namespace

Watcher::Watcher(const std::string& address, Ledger& ledger, std::string workspace, uint64_t seed)
    : ledger_(ledger),
      workspace_(std::move(workspace)),
      random_(seed),
      events_(v1::EventService::NewStub(Connect(address))) {
  request_.set_parent(absl::StrCat("workspaces/", workspace_));
  request_.set_start_revision(1);
  request_.mutable_progress_interval()->set_seconds(1);
}

void Watcher::Run() {
  while (!stopped() && !ledger_.failed()) {
    const grpc::Status status = Watch();
    // The service's own errors have details, and only those of a server that stops are expected.
    const bool cut_off = status.error_details().empty() || status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                         status.error_code() == grpc::StatusCode::CANCELLED;
    if (!cut_off || status.ok()) {
      ledger_.Fail(absl::StrCat("the watch of ", workspace_, " from ", request_.start_revision(), " ended with ",
                                status.error_code(), ": ", status.error_message()));
    }
    ++ledger_.tally.watches;
    absl::SleepFor(kBetweenCalls);
  }
}

grpc::Status Watcher::Watch() {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);  // gRPC connects only while somebody waits
  {
    absl::MutexLock lock(&mutex_);
    current_ = &context;
    if (stopped_) context.TryCancel();
  }
  const auto stream = events_->WatchWorkspace(&context, request_);
  const int most = static_cast<int>(random_() % 200);  // responses, and then it leaves by itself
  int taken = 0;
  for (v1::WatchWorkspaceResponse response; stream->Read(&response);) {
    if (taken++ == most) context.TryCancel();
    Take(response);
  }
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  current_ = nullptr;
  return status;
}

void Watcher::Take(const v1::WatchWorkspaceResponse& response) {
  for (const v1::Revision& revision : response.revisions()) {
    {
      absl::MutexLock lock(&mutex_);
      seen_.push_back(revision.commit());
      if (static_cast<int64_t>(seen_.size()) != revision.revision()) {
        ledger_.Fail(absl::StrCat("the watch of ", workspace_, " was sent revision ", revision.revision(), " after ",
                                  seen_.size() - 1));
      }
    }
    ledger_.Saw("WatchWorkspace", workspace_, revision.revision(), revision.commit(), 0);
  }
  request_.set_start_revision(response.progress_revision() + 1);
  request_.set_previous_commit(response.progress_commit());
}

void Watcher::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (current_ != nullptr) current_->TryCancel();
}

std::vector<std::string> Watcher::Seen(size_t count, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return seen_.size() >= count; };
  mutex_.AwaitWithTimeout(absl::Condition(&enough), patience);
  return seen_;
}

}  // namespace metapowers::crash
