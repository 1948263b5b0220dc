// The only door to the time of day; tests pass a FixedClock. Commands never see a clock: the model's
// `as_of` is their only "today".
#ifndef METAPOWERS_SERVICE_BASE_CLOCK_H_
#define METAPOWERS_SERVICE_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace metapowers {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

class FixedClock : public Clock {
 public:
  explicit FixedClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override { return now_; }

 private:
  const absl::Time now_;
};

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_CLOCK_H_
