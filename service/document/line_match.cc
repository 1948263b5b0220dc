#include "service/document/line_match.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"

namespace metapowers::document {
namespace {

// Cells of the tables of one comparison, all gaps together: 0.1 s at most.
constexpr int64_t kMaxCells = 4'000'000;

// Lines of one side: [begin, end).
struct Range {
  int begin = 0;
  int end = 0;
  int size() const { return end - begin; }
};

class Matcher {
 public:
  Matcher(const std::vector<absl::string_view>& a, const std::vector<absl::string_view>& b)
      : a_(Number(a)), b_(Number(b)), match_(a.size(), -1) {}

  std::vector<int> Match() {
    MatchRange({0, static_cast<int>(a_.size())}, {0, static_cast<int>(b_.size())}, true);
    Slide();
    return std::move(match_);
  }

 private:
  // Equal lines have equal numbers.
  std::vector<int> Number(const std::vector<absl::string_view>& lines) {
    std::vector<int> numbers;
    numbers.reserve(lines.size());
    for (const absl::string_view line : lines) {
      numbers.push_back(numbers_.try_emplace(line, static_cast<int>(numbers_.size())).first->second);
    }
    return numbers;
  }

  void MatchRange(Range a, Range b, bool by_anchors) {
    while (a.size() > 0 && b.size() > 0 && a_[a.begin] == b_[b.begin]) match_[a.begin++] = b.begin++;
    while (a.size() > 0 && b.size() > 0 && a_[a.end - 1] == b_[b.end - 1]) match_[--a.end] = --b.end;
    if (a.size() == 0 || b.size() == 0) return;
    if (by_anchors) {
      MatchAnchors(a, b);
    } else {
      MatchLongest(a, b);
    }
  }

  // Matches the lines that both ranges have once, as far as they have one order, and goes on between them.
  void MatchAnchors(Range a, Range b) {
    struct Seen {
      int in_a = 0;
      int in_b = 0;
      int at_b = -1;
    };
    absl::flat_hash_map<int, Seen> seen;
    for (int i = a.begin; i < a.end; ++i) ++seen[a_[i]].in_a;
    for (int i = b.begin; i < b.end; ++i) {
      Seen& line = seen[b_[i]];
      ++line.in_b;
      line.at_b = i;
    }
    std::vector<int> candidates(a.size(), -1);
    for (int i = a.begin; i < a.end; ++i) {
      const Seen& line = seen[a_[i]];
      if (line.in_a == 1 && line.in_b == 1) candidates[i - a.begin] = line.at_b;
    }
    const std::vector<bool> anchors = OnLongestRise(candidates);
    Range from_a{a.begin, a.begin};
    Range from_b{b.begin, b.begin};
    for (int i = a.begin; i < a.end; ++i) {
      if (!anchors[i - a.begin]) continue;
      match_[i] = candidates[i - a.begin];
      MatchRange({from_a.begin, i}, {from_b.begin, match_[i]}, false);
      from_a.begin = i + 1;
      from_b.begin = match_[i] + 1;
    }
    MatchRange({from_a.begin, a.end}, {from_b.begin, b.end}, false);
  }

  void MatchLongest(Range a, Range b) {
    const int64_t cells = (int64_t{a.size()} + 1) * (b.size() + 1);
    if (cells > cells_left_) return;
    cells_left_ -= cells;
    const size_t width = static_cast<size_t>(b.size()) + 1;
    // Length of the longest common subsequence of what follows.
    std::vector<int> longest(static_cast<size_t>(cells), 0);
    for (int i = a.size() - 1; i >= 0; --i) {
      for (int j = b.size() - 1; j >= 0; --j) {
        const size_t at = static_cast<size_t>(i) * width + static_cast<size_t>(j);
        longest[at] = a_[a.begin + i] == b_[b.begin + j] ? longest[at + width + 1] + 1
                                                         : std::max(longest[at + width], longest[at + 1]);
      }
    }
    for (int i = 0, j = 0; i < a.size() && j < b.size();) {
      const size_t at = static_cast<size_t>(i) * width + static_cast<size_t>(j);
      if (a_[a.begin + i] == b_[b.begin + j]) {
        match_[a.begin + i++] = b.begin + j++;
      } else if (longest[at + width] >= longest[at + 1]) {
        ++i;
      } else {
        ++j;
      }
    }
  }

  // Moves each run of unmatched lines down while its first line equals the line after it.
  void Slide() {
    std::vector<int> back(b_.size(), -1);
    for (size_t i = 0; i < match_.size(); ++i) {
      if (match_[i] >= 0) back[match_[i]] = static_cast<int>(i);
    }
    SlideRuns(a_, match_, back);
    SlideRuns(b_, back, match_);
  }

  static void SlideRuns(const std::vector<int>& lines, std::vector<int>& match, std::vector<int>& back) {
    const int size = static_cast<int>(lines.size());
    for (int begin = 0, end = 0; begin < size; begin = end) {
      end = begin + 1;
      if (match[begin] >= 0) continue;
      for (;; ++begin, ++end) {
        while (end < size && match[end] < 0) ++end;
        if (end >= size || lines[begin] != lines[end]) break;
        match[begin] = match[end];
        back[match[begin]] = begin;
        match[end] = -1;
      }
    }
  }

  absl::flat_hash_map<absl::string_view, int> numbers_;
  const std::vector<int> a_;
  const std::vector<int> b_;
  std::vector<int> match_;
  int64_t cells_left_ = kMaxCells;
};

}  // namespace

std::vector<int> MatchLines(const std::vector<absl::string_view>& a, const std::vector<absl::string_view>& b) {
  return Matcher(a, b).Match();
}

std::vector<bool> OnLongestRise(const std::vector<int>& values) {
  std::vector<int> tails;  // for each length the element that ends the lowest rise
  std::vector<int> before(values.size(), -1);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] < 0) continue;
    const auto at = std::lower_bound(tails.begin(), tails.end(), values[i],
                                     [&](int element, int value) { return values[element] < value; });
    if (at != tails.begin()) before[i] = *std::prev(at);
    if (at == tails.end()) {
      tails.push_back(static_cast<int>(i));
    } else {
      *at = static_cast<int>(i);
    }
  }
  std::vector<bool> on(values.size(), false);
  for (int i = tails.empty() ? -1 : tails.back(); i >= 0; i = before[i]) on[i] = true;
  return on;
}

}  // namespace metapowers::document
