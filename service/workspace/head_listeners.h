// Who wants to hear of answered steps, for engines. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_HEAD_LISTENERS_H_
#define METAPOWERS_SERVICE_WORKSPACE_HEAD_LISTENERS_H_

#include <functional>
#include <list>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

// Outlives the subscriptions that it gives out.
class HeadListeners {
 public:
  using Listener = std::function<void(absl::string_view uid)>;

  // As of Engine::Subscribe.
  std::unique_ptr<Subscription> Add(Listener moved) ABSL_LOCKS_EXCLUDED(mutex_);
  // Calls all of them, in this thread.
  void Tell(absl::string_view uid) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class Entry;

  mutable absl::Mutex mutex_;
  std::list<Listener> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_HEAD_LISTENERS_H_
