// The thread that turns durable steps into what stock Git sees, within a second of their answer. Internal to
// workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_FLUSHER_H_
#define METAPOWERS_SERVICE_WORKSPACE_FLUSHER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/workspace/local_workspace.h"

namespace metapowers::workspace {

class Flusher {
 public:
  using Flushed =
      std::function<void(const std::shared_ptr<LocalWorkspace>& workspace, const absl::Status& status, int failures)>;

  // A workspace is flushed `delay` after the first step that waits; `flushed` is called in the thread after each try,
  // with how many have failed in a row. One that fails is tried again after a pause that doubles, up to half a minute,
  // whatever steps come meanwhile; but at once for whom it is FlushTime::kNow.
  Flusher(absl::Duration delay, Flushed flushed);
  // Flushes each workspace that waits once more, then ends the thread.
  ~Flusher();
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  // The workspace has steps to store.
  void Add(const std::shared_ptr<LocalWorkspace>& workspace, FlushTime time) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Due {
    std::shared_ptr<LocalWorkspace> workspace;
    absl::Time time;
    int failures = 0;  // in a row
    bool now = false;
  };

  void Run();
  void Plan(Due due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Cancel(const std::string& uid) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration delay_;
  const Flushed flushed_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Due> due_ ABSL_GUARDED_BY(mutex_);  // by uid
  std::multimap<absl::Time, std::string> order_ ABSL_GUARDED_BY(mutex_);
  absl::CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_FLUSHER_H_
