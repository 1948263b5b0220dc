// Packs repositories that have gathered many loose objects, one at a time, in a background thread.
// Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_HOUSEKEEPER_H_
#define METAPOWERS_SERVICE_WORKSPACE_HOUSEKEEPER_H_

#include <sys/types.h>

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace metapowers::workspace {

class Housekeeper {
 public:
  // A command of Git that takes longer than `most_time` is ended.
  explicit Housekeeper(absl::Duration most_time);
  // Stops the thread and the Git command it may be waiting for, and removes what that leaves: nobody may write to the
  // repositories any more.
  ~Housekeeper();

  // Packs the bare repository soon, with stock Git in a closed environment (no configuration, no hooks), then calls
  // `done` in the background thread, with CANCELLED when the end of this came first. It takes no lock of ours: the pack
  // is there, and durable, before what is packed is removed. Git alone does not sync the pack's name, so that a power
  // cut could take it and the loose objects both. After a failure the repository is merely less compact.
  void Pack(const std::string& repository, std::function<void(const absl::Status&)> done);

 private:
  struct Task {
    std::string repository;
    std::function<void(const absl::Status&)> done;
  };

  void Run();
  bool stopping() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status PackNow(const std::string& repository) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status RunGit(const std::string& repository, const std::vector<std::string>& command)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::Duration most_time_;
  absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  pid_t child_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_HOUSEKEEPER_H_
