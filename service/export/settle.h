// Things in a row that want to stand somewhere and may not overlap. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_SETTLE_H_
#define METAPOWERS_SERVICE_EXPORT_SETTLE_H_

#include <vector>

namespace metapowers::exporting {

struct Slot {
  double middle = 0;
  double size = 0;
};

// Moves the slots, which keep their order, as little as it takes to have `gap` between them and to stand from `start`
// to `end`, which is room enough.
void Settle(std::vector<Slot>& slots, double start, double end, double gap);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_SETTLE_H_
