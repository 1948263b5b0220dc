// Which writing calls of a workspace are under way, for those who wait until they are not. In contrast to a mutex it
// holds nobody up who comes later.
#ifndef METAPOWERS_SERVICE_SERVER_UNDER_WAY_H_
#define METAPOWERS_SERVICE_SERVER_UNDER_WAY_H_

#include <array>
#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace metapowers::server {

// Thread-safe. Workspaces share their calls by chance alone, which costs a longer wait.
class UnderWay {
 public:
  UnderWay();

  // Held by a call while it is under way.
  using Ticket = std::shared_ptr<const void>;
  Ticket Enter(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_);

  // Notified once no ticket is held that was given out before.
  std::shared_ptr<const absl::Notification> Ended(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The calls that entered between two of Ended(). It lives as long as one of them does, or a round before it.
  struct Round;
  static constexpr size_t kLanes = 64;

  absl::Mutex mutex_;
  std::array<std::shared_ptr<Round>, kLanes> newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_UNDER_WAY_H_
