#include "service/server/executor.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"

namespace metapowers::server {
namespace {

thread_local Executor* of_this_thread = nullptr;

}  // namespace

Executor::~Executor() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

bool Executor::Submit(std::function<void()> job) {
  absl::MutexLock lock(&mutex_);
  // Jobs that are about to be taken do not count as waiting.
  const int free = std::max(max_threads_ - running_, 0);
  if (closing_ || static_cast<int>(jobs_.size()) - free >= max_queue_) return false;
  jobs_.push_back(std::move(job));
  StartThread();
  return true;
}

// When a job would wait for one, although another may run.
void Executor::StartThread() {
  const bool can_start = static_cast<int>(threads_.size()) - awaiting_ - awaiting_long_ < max_threads_;
  if (closing_ || !can_start || static_cast<int>(jobs_.size()) <= idle_) return;
  threads_.emplace_back([this] { Work(); });
}

void Executor::WaitAway(int& waiting, absl::FunctionRef<void()> wait) {
  ++waiting;
  --running_;
  StartThread();
  mutex_.Unlock();
  const auto come_back = absl::MakeCleanup([this, &waiting] {
    mutex_.Lock();
    ++running_;
    --waiting;
  });
  wait();
}

void Executor::Await(const absl::Notification& event) {
  Executor* const executor = of_this_thread;
  if (executor != nullptr && !event.HasBeenNotified()) {
    absl::MutexLock lock(&executor->mutex_);
    if (executor->awaiting_ < executor->max_queue_) {
      return executor->WaitAway(executor->awaiting_, [&event] { event.WaitForNotification(); });
    }
  }
  event.WaitForNotification();
}

bool Executor::AwaitLong(absl::FunctionRef<void()> wait) {
  Executor* const executor = of_this_thread;
  if (executor == nullptr) {
    wait();
    return true;
  }
  absl::MutexLock lock(&executor->mutex_);
  if (executor->awaiting_long_ >= (executor->max_queue_ + 1) / 2) return false;
  executor->WaitAway(executor->awaiting_long_, wait);
  return true;
}

void Executor::Work() {
  of_this_thread = this;
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return jobs_.empty() ? closing_ : running_ < max_threads_;
  };
  while (true) {
    ++idle_;
    mutex_.Await(absl::Condition(&ready));
    --idle_;
    if (jobs_.empty()) return;
    ++running_;
    {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      mutex_.Unlock();
      job();
    }  // what the job held is destroyed before the lock is taken again
    mutex_.Lock();
    --running_;
  }
}

}  // namespace metapowers::server
