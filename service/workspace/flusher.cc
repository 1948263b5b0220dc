#include "service/workspace/flusher.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "service/base/back_off.h"

namespace metapowers::workspace {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(10);  // the lock of somebody's push is gone by then
constexpr absl::Duration kLongestPause = absl::Seconds(30);

}  // namespace

Flusher::Flusher(absl::Duration delay, Flushed flushed)
    : delay_(delay), flushed_(std::move(flushed)), thread_([this] { Run(); }) {}

Flusher::~Flusher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.Signal();
  }
  thread_.join();
}

void Flusher::Plan(Due due) {
  const std::string uid = due.workspace->uid();
  order_.emplace(due.time, uid);
  due_[uid] = std::move(due);
  wake_.Signal();
}

void Flusher::Cancel(const std::string& uid) {
  const auto found = due_.find(uid);
  if (found == due_.end()) return;
  const auto [first, last] = order_.equal_range(found->second.time);
  order_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == uid; }));
  due_.erase(found);
}

void Flusher::Add(const std::shared_ptr<LocalWorkspace>& workspace, FlushTime time) {
  const bool now = time == FlushTime::kNow;
  Due due = {workspace, absl::Now() + (time == FlushTime::kUsual ? delay_ : absl::ZeroDuration()), 0, now};
  absl::MutexLock lock(&mutex_);
  const auto found = due_.find(workspace->uid());
  if (found != due_.end()) {
    if (found->second.time <= due.time) return;
    // One that waits because it failed goes on waiting, unless somebody asks for it.
    if (!now && (time == FlushTime::kUsual || found->second.failures > 0)) return;
    due.failures = found->second.failures;
    Cancel(workspace->uid());
  }
  Plan(std::move(due));
}

void Flusher::Run() {
  while (true) {
    Due next;
    {
      absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return stopping_ || (!order_.empty() && order_.begin()->first <= absl::Now());
      };
      while (!ready()) {
        const absl::Time until = order_.empty() ? absl::InfiniteFuture() : order_.begin()->first;
        wake_.WaitWithDeadline(&mutex_, until);
      }
      if (order_.empty()) return;  // stopping
      const auto found = due_.find(order_.begin()->second);
      next = std::move(found->second);
      due_.erase(found);
      order_.erase(order_.begin());
    }
    const absl::Status status = next.workspace->Flush();
    next.failures = status.ok() ? 0 : next.failures + 1;
    flushed_(next.workspace, status, next.failures);
    if (!next.workspace->HasUnflushed()) continue;
    absl::MutexLock lock(&mutex_);
    if (stopping_ && !status.ok()) continue;  // the journal has it
    if (status.ok() && due_.contains(next.workspace->uid())) continue;
    // What came while it failed waits with it, unless it is for now.
    const auto meanwhile = due_.find(next.workspace->uid());
    next.now = meanwhile != due_.end() && meanwhile->second.now;
    Cancel(next.workspace->uid());
    const bool pause = !status.ok() && !next.now;
    next.time = absl::Now() + (pause ? BackOff(next.failures, kFirstPause, kLongestPause) : absl::ZeroDuration());
    Plan(std::move(next));
  }
}

}  // namespace metapowers::workspace
