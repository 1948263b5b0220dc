// A bounded pool of threads: calls run here, never in gRPC's threads. A job that only waits for the storage makes room
// for another meanwhile.
#ifndef METAPOWERS_SERVICE_SERVER_EXECUTOR_H_
#define METAPOWERS_SERVICE_SERVER_EXECUTOR_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace metapowers::server {

// Thread-safe. Threads start when there is work for them.
class Executor {
 public:
  // At most `threads` jobs run, beside those that come back from Await() and AwaitLong(), and `queue` wait.
  Executor(int threads, int queue) : max_threads_(threads), max_queue_(queue) {}
  // Runs what waits, then joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False, and `job` is dropped, when the queue is full. Jobs do not throw.
  [[nodiscard]] bool Submit(std::function<void()> job);

  // Waits for `event`. Called by a job, another runs meanwhile, unless `queue` wait so already. In a thread of no
  // executor it only waits.
  static void Await(const absl::Notification& event);

  // Calls `wait`, which may wait long and does little else. Called by a job, others run meanwhile, so that this holds
  // none of them up. False, and `wait` is not called, when half of `queue` wait so already; those in Await() do not
  // count. In a thread of no executor it only waits.
  [[nodiscard]] static bool AwaitLong(absl::FunctionRef<void()> wait);

 private:
  void Work();
  void StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls `wait` without the lock, the job not being one that runs; `waiting` counts those that wait so.
  void WaitAway(int& waiting, absl::FunctionRef<void()> wait) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int max_threads_;
  const int max_queue_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;           // threads without a job
  int running_ ABSL_GUARDED_BY(mutex_) = 0;        // jobs
  int awaiting_ ABSL_GUARDED_BY(mutex_) = 0;       // jobs in Await()
  int awaiting_long_ ABSL_GUARDED_BY(mutex_) = 0;  // jobs in AwaitLong()
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_EXECUTOR_H_
