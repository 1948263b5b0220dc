#ifndef METAPOWERS_SERVICE_BASE_MUTEX_CHECKS_H_
#define METAPOWERS_SERVICE_BASE_MUTEX_CHECKS_H_

#include "absl/synchronization/mutex.h"

namespace metapowers {

// Debian's Abseil looks for cycles of locks at every lock, under a global one. Called first in main(): release builds
// do without it, all others end at a cycle.
inline void SetMutexChecks() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_MUTEX_CHECKS_H_
