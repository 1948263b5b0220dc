#include "service/base/edit_script.h"

#include <algorithm>
#include <utility>

namespace metapowers {
namespace {

using Lines = std::vector<absl::string_view>;
using Op = EditOp;

// Myers' greedy algorithm over a[begin..end) and b: the furthest point on each diagonal for every number of
// changes, kept to walk back from the end. Empty when more than `limit` changes are needed.
std::vector<Op> ShortestScript(const Lines& a, const Lines& b, int skip, int a_end, int b_end, int limit) {
  const int n = a_end - skip;
  const int m = b_end - skip;
  const int most = std::min(limit, n + m);
  std::vector<int> furthest(static_cast<size_t>(2 * most + 3), 0);
  const auto at = [most](std::vector<int>& row, int k) -> int& { return row[static_cast<size_t>(k + most + 1)]; };
  // Of step d only the diagonals -d..d are kept: limit squared ints in all.
  std::vector<std::vector<int>> steps;
  for (int d = 0; d <= most; ++d) {
    for (int k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && at(furthest, k - 1) < at(furthest, k + 1));
      int x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < n && x - k < m && a[static_cast<size_t>(skip + x)] == b[static_cast<size_t>(skip + x - k)]) ++x;
      at(furthest, k) = x;
      if (x < n || x - k < m) continue;
      std::vector<Op> script;
      int y = m;
      x = n;
      for (int step = d; step > 0; --step) {
        const std::vector<int>& row = steps[static_cast<size_t>(step - 1)];
        const auto reached = [&](int diagonal) {
          return diagonal < -(step - 1) || diagonal > step - 1 ? -1 : row[static_cast<size_t>(diagonal + step - 1)];
        };
        const int diagonal = x - y;
        const bool was_down = diagonal == -step || (diagonal != step && reached(diagonal - 1) < reached(diagonal + 1));
        const int from = was_down ? diagonal + 1 : diagonal - 1;
        const int from_x = reached(from);
        const int kept = x - (was_down ? from_x : from_x + 1);
        script.insert(script.end(), static_cast<size_t>(kept), Op::kKeep);
        script.push_back(was_down ? Op::kAdd : Op::kRemove);
        x = from_x;
        y = from_x - from;
      }
      script.insert(script.end(), static_cast<size_t>(x), Op::kKeep);
      std::reverse(script.begin(), script.end());
      return script;
    }
    std::vector<int> row;
    row.reserve(static_cast<size_t>(2 * d + 1));
    for (int k = -d; k <= d; ++k) row.push_back(at(furthest, k));
    steps.push_back(std::move(row));
  }
  return {};
}

}  // namespace

std::vector<EditOp> EditScript(const Lines& a, const Lines& b, int limit) {
  size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  size_t a_end = a.size();
  size_t b_end = b.size();
  while (a_end > head && b_end > head && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
  std::vector<Op> script(head, Op::kKeep);
  std::vector<Op> middle =
      ShortestScript(a, b, static_cast<int>(head), static_cast<int>(a_end), static_cast<int>(b_end), limit);
  if (middle.empty()) {
    middle.assign(a_end - head, Op::kRemove);
    middle.insert(middle.end(), b_end - head, Op::kAdd);
  }
  script.insert(script.end(), middle.begin(), middle.end());
  script.insert(script.end(), a.size() - a_end, Op::kKeep);
  return script;
}

}  // namespace metapowers
