#include "service/server/executor.h"

#include <utility>

namespace metapowers::server {

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
  const int waiting = static_cast<int>(jobs_.size());
  const bool can_start = static_cast<int>(threads_.size()) < max_threads_;
  // Jobs that an idle or new thread is about to take do not count as waiting.
  if (closing_ || (!can_start && waiting - idle_ >= max_queue_)) return false;
  jobs_.push_back(std::move(job));
  if (waiting >= idle_ && can_start) threads_.emplace_back([this] { Work(); });
  return true;
}

void Executor::Work() {
  absl::MutexLock lock(&mutex_);
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return closing_ || !jobs_.empty(); };
  while (true) {
    ++idle_;
    mutex_.Await(absl::Condition(&ready));
    --idle_;
    if (jobs_.empty()) return;
    {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      mutex_.Unlock();
      job();
    }  // what the job held is destroyed before the lock is taken again
    mutex_.Lock();
  }
}

}  // namespace metapowers::server
