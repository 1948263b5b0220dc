// Follows a workspace through the deaths of its server, as a client library does it: a watch that broke off is made
// again from the last revision that came.
#ifndef METAPOWERS_TESTS_CRASH_WATCHER_H_
#define METAPOWERS_TESTS_CRASH_WATCHER_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "metapowers/v1/event_service.grpc.pb.h"
#include "tests/crash/ledger.h"

namespace metapowers::crash {

// Used by one thread, but for what is said to be thread-safe.
class Watcher {
 public:
  Watcher(const std::string& address, Ledger& ledger, std::string workspace, uint64_t seed);

  // Watches from the first revision on until Stop(), or a violation: a revision that does not follow on the last.
  void Run();
  // Thread-safe.
  void Stop();
  // The commits that came, in order, once there are `count` or `patience` has passed. Thread-safe.
  std::vector<std::string> Seen(size_t count, absl::Duration patience);

 private:
  // One call, up to its end.
  grpc::Status Watch();
  void Take(const v1::WatchWorkspaceResponse& response);
  bool stopped() {
    absl::MutexLock lock(&mutex_);
    return stopped_;
  }

  Ledger& ledger_;
  const std::string workspace_;
  std::mt19937_64 random_;
  const std::unique_ptr<v1::EventService::Stub> events_;
  v1::WatchWorkspaceRequest request_;

  absl::Mutex mutex_;
  std::vector<std::string> seen_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* current_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace metapowers::crash

#endif  // METAPOWERS_TESTS_CRASH_WATCHER_H_
