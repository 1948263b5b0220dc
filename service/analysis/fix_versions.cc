#include "service/analysis/fix_versions.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::analysis {
namespace {

using Numbers = std::vector<int64_t>;

// The numbers of "1.2.3" or "v1.2.3"; nothing for a version with anything else, whose order is its ecosystem's.
std::optional<Numbers> ToNumbers(absl::string_view version) {
  absl::ConsumePrefix(&version, "v");
  Numbers numbers;
  for (const absl::string_view part : absl::StrSplit(version, '.')) {
    int64_t number = 0;
    if (part.empty() || !absl::ascii_isdigit(part[0]) || !absl::SimpleAtoi(part, &number)) return std::nullopt;
    numbers.push_back(number);
  }
  while (numbers.size() > 1 && numbers.back() == 0) numbers.pop_back();  // 1.2 is 1.2.0
  return numbers;
}

}  // namespace

std::vector<std::string> FixVersions(const std::vector<std::string>& installed, const std::vector<std::string>& fixed) {
  std::set<std::string> all;
  for (const std::string& list : fixed) {
    for (const absl::string_view one : absl::StrSplit(list, ", ", absl::SkipEmpty())) all.emplace(one);
  }
  std::vector<std::pair<Numbers, std::string>> ordered;
  for (const std::string& version : all) {
    const auto numbers = ToNumbers(version);
    if (!numbers.has_value()) return {all.begin(), all.end()};
    ordered.emplace_back(*numbers, version);
  }
  std::sort(ordered.begin(), ordered.end());
  const auto runs = installed.size() == 1 ? ToNumbers(installed[0]) : std::nullopt;
  std::vector<std::string> above;
  std::vector<std::string> same_major;
  std::vector<std::string> every;
  for (const auto& [numbers, version] : ordered) {
    every.push_back(version);
    if (!runs.has_value() || numbers <= *runs) continue;
    above.push_back(version);
    if (numbers[0] == (*runs)[0]) same_major.push_back(version);
  }
  if (!same_major.empty()) return same_major;
  return above.empty() ? every : above;
}

}  // namespace metapowers::analysis
