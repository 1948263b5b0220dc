// The workspaces that are open. Each is opened once, by whoever asks for it first, while the others are served; the
// longest unused are closed. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_OPEN_WORKSPACES_H_
#define METAPOWERS_SERVICE_WORKSPACE_OPEN_WORKSPACES_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "service/workspace/local_workspace.h"

namespace metapowers::workspace {

class OpenWorkspaces {
 public:
  using Pointer = std::shared_ptr<LocalWorkspace>;
  // Called without a lock, by one thread at a time for a workspace.
  using Opener = std::function<absl::StatusOr<Pointer>(const std::string& uid)>;

  // Keeps at most `most` that nobody uses, once more are opened.
  OpenWorkspaces(size_t most, Opener opener) : most_(most), opener_(std::move(opener)) {}

  // The workspace; waits for whoever is opening it, and for nobody else. The opener's error is not kept: the next call
  // asks it again.
  absl::StatusOr<Pointer> Find(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Open {
    Pointer workspace;
    std::list<std::string>::iterator used;
  };
  struct Opening {
    absl::Notification ended;
    absl::StatusOr<Pointer> result;  // once it has ended
  };

  // Takes the longest unused beyond the limit away, for the caller to close without the lock. One that a call, the
  // journal or the flusher still holds stays, so that a workspace never has two orders.
  std::vector<Pointer> TakeUnused() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t most_;
  const Opener opener_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Open> open_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<Opening>> opening_ ABSL_GUARDED_BY(mutex_);
  std::list<std::string> by_use_ ABSL_GUARDED_BY(mutex_);  // latest first
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_OPEN_WORKSPACES_H_
