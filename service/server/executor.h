// A bounded pool of threads: calls run here, never in gRPC's threads.
#ifndef METAPOWERS_SERVICE_SERVER_EXECUTOR_H_
#define METAPOWERS_SERVICE_SERVER_EXECUTOR_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace metapowers::server {

// Thread-safe. Threads start when there is work for them.
class Executor {
 public:
  // At most `threads` jobs run and `queue` wait.
  Executor(int threads, int queue) : max_threads_(threads), max_queue_(queue) {}
  // Runs what waits, then joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False, and `job` is dropped, when the queue is full. Jobs do not throw.
  [[nodiscard]] bool Submit(std::function<void()> job);

 private:
  void Work();

  const int max_threads_;
  const int max_queue_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_EXECUTOR_H_
