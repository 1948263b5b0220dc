#include "service/document/part_pairs.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "service/document/line_match.h"
#include "service/document/sections.h"

namespace metapowers::document {
namespace {

// How much of a part must be there again for it to be the part that a person renamed: in its old place, and elsewhere.
constexpr double kSameBodyInPlace = 0.2;
constexpr double kSameBody = 0.5;
// The generator renames a part only with what it is named after, and two of one kind are much alike.
constexpr double kSameGeneratedBody = 0.9;
constexpr size_t kMinGeneratedLines = 3;
constexpr size_t kMaxRenames = 50;  // parts of one level without a partner that are compared

size_t CountLines(const OutlinePart& part) {
  size_t count = 0;
  for (const OutlineLine& line : part.lines) count += line.kind == LineKind::kBlank ? 0 : 1;
  for (const OutlinePart& below : part.parts) count += CountLines(below);
  return count;
}

}  // namespace

std::vector<int> PairParts(const std::vector<OutlinePart>& before, const std::vector<OutlinePart>& other,
                           Editor editor) {
  std::vector<int> pairs(before.size(), -1);
  std::vector<bool> taken(other.size(), false);
  std::vector<absl::string_view> titles;
  std::vector<absl::string_view> others;
  for (const OutlinePart& part : before) titles.push_back(part.title);
  for (const OutlinePart& part : other) others.push_back(part.title);
  const std::vector<int> same = MatchLines(titles, others);
  const auto take = [&](size_t i, size_t j) {
    pairs[i] = static_cast<int>(j);
    taken[j] = true;
  };
  std::vector<size_t> left;
  for (size_t i = 0; i < same.size(); ++i) {
    if (same[i] >= 0) take(i, static_cast<size_t>(same[i]));
  }
  absl::flat_hash_map<absl::string_view, std::vector<size_t>> moved;
  for (size_t j = other.size(); j-- > 0;) {
    if (!taken[j]) moved[others[j]].push_back(j);
  }
  for (size_t i = 0; i < before.size(); ++i) {
    if (pairs[i] >= 0) continue;
    const auto found = moved.find(titles[i]);
    if (found == moved.end() || found->second.empty()) {
      left.push_back(i);
      continue;
    }
    take(i, found->second.back());
    found->second.pop_back();
  }
  const size_t free = static_cast<size_t>(std::count(taken.begin(), taken.end(), false));
  if (left.size() > kMaxRenames || free > kMaxRenames) return pairs;
  // The part that each stands behind, of those that kept their order.
  const auto places = [](size_t size, const auto& before_of) {
    std::vector<int> place(size, -1);
    for (size_t i = 0; i < size; ++i) place[i] = before_of(i) >= 0 ? before_of(i) : i > 0 ? place[i - 1] : -1;
    return place;
  };
  std::vector<int> back(other.size(), -1);
  for (size_t i = 0; i < same.size(); ++i) {
    if (same[i] >= 0) back[same[i]] = static_cast<int>(i);
  }
  const std::vector<int> was = places(before.size(), [&](size_t i) { return same[i] >= 0 ? static_cast<int>(i) : -1; });
  const std::vector<int> is = places(other.size(), [&](size_t i) { return back[i]; });
  for (const size_t i : left) {
    if (editor == Editor::kGenerator && CountLines(before[i]) < kMinGeneratedLines) continue;
    double most = 0;
    std::optional<size_t> best;
    for (size_t j = 0; j < other.size(); ++j) {
      if (taken[j]) continue;
      const double alike = BodyLikeness(before[i].raw, other[j].raw);
      const double least = editor == Editor::kGenerator ? kSameGeneratedBody
                           : was[i] == is[j]            ? kSameBodyInPlace
                                                        : kSameBody;
      if (alike < least || alike <= most) continue;
      most = alike;
      best = j;
    }
    if (best.has_value()) take(i, *best);
  }
  return pairs;
}

bool Rewrites(const OutlinePart& before, const OutlinePart& standing) {
  const std::vector<int> lines = PairLines(before.lines, standing.lines, Editor::kPerson);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] < 0) continue;
    const OutlineLine& line = standing.lines[lines[i]];
    if (!SaySame(before.lines[i], line) && !AddsTo(before.lines[i], line)) return true;
  }
  const std::vector<int> parts = PairParts(before.parts, standing.parts, Editor::kPerson);
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] >= 0 && Rewrites(before.parts[i], standing.parts[parts[i]])) return true;
  }
  return false;
}

bool SameText(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  if (!absl::StrContains(a, "\r\n") && !absl::StrContains(b, "\r\n")) return false;
  return absl::StrReplaceAll(a, {{"\r\n", "\n"}}) == absl::StrReplaceAll(b, {{"\r\n", "\n"}});
}

}  // namespace metapowers::document
