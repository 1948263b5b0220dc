#ifndef METAPOWERS_SERVICE_BASE_BACK_OFF_H_
#define METAPOWERS_SERVICE_BASE_BACK_OFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace metapowers {

// How long to wait after `failures` in a row, at least one: `first`, and twice as long after each, up to `longest`.
inline absl::Duration BackOff(int failures, absl::Duration first, absl::Duration longest) {
  return std::min(first * (1 << std::min(failures - 1, 20)), longest);
}

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_BACK_OFF_H_
