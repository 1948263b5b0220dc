#include "service/export/settle.h"

#include <algorithm>
#include <cstddef>

namespace metapowers::exporting {
namespace {

void PushForward(std::vector<Slot>& slots, double start, double gap) {
  double least = start;
  for (Slot& slot : slots) {
    slot.middle = std::max(slot.middle, least + slot.size / 2);
    least = slot.middle + slot.size / 2 + gap;
  }
}

}  // namespace

// Forward alone would move all in one direction, so what it moved on average is taken back before the second round.
void Settle(std::vector<Slot>& slots, double start, double end, double gap) {
  if (slots.empty()) return;
  double moved = 0;
  for (const Slot& slot : slots) moved -= slot.middle;
  PushForward(slots, start, gap);
  for (const Slot& slot : slots) moved += slot.middle;
  moved /= static_cast<double>(slots.size());
  double most = end;
  for (size_t i = slots.size(); i-- > 0;) {
    slots[i].middle = std::min(slots[i].middle - moved, most - slots[i].size / 2);
    most = slots[i].middle - slots[i].size / 2 - gap;
  }
  PushForward(slots, start, gap);
}

}  // namespace metapowers::exporting
