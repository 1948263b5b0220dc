#include "service/document/text_diff.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/base/edit_script.h"
#include "service/document/sections.h"

namespace metapowers::document {
namespace {

using Lines = std::vector<absl::string_view>;
using Op = EditOp;

void AppendLine(char mark, absl::string_view line, std::string& out) {
  absl::StrAppend(&out, absl::string_view(&mark, 1), line);
  if (!absl::EndsWith(line, "\n")) out += "\n\\ No newline at end of file\n";
}

// "12,3": an empty range names the line before it.
std::string Range(size_t begin, size_t size) {
  const size_t line = size == 0 ? begin : begin + 1;
  return size == 1 ? absl::StrCat(line) : absl::StrCat(line, ",", size);
}

// Whether a line can be told from others by what it says.
bool Speaks(absl::string_view line) { return std::any_of(line.begin(), line.end(), absl::ascii_isalnum); }

// The section in which `line`, from 0, stands, as the end of a hunk's header: " ## Heading", or "".
class SectionNames {
 public:
  SectionNames(absl::string_view path, absl::string_view text) {
    if (!absl::EndsWith(path, ".md")) return;
    for (const Section& section : SplitSections(text).sections) starts_.emplace_back(section.line - 1, section.heading);
  }
  std::string At(size_t line) const {
    const auto above = std::upper_bound(starts_.begin(), starts_.end(), static_cast<int>(line),
                                        [](int at, const auto& start) { return at < start.first; });
    return above == starts_.begin() ? std::string() : absl::StrCat(" ## ", std::prev(above)->second);
  }

 private:
  std::vector<std::pair<int, absl::string_view>> starts_;  // line and heading
};

}  // namespace

std::vector<absl::string_view> SplitLines(absl::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<int> KeptLines(absl::string_view before, absl::string_view after, const DiffOptions& options) {
  const Lines a = SplitLines(before);
  const Lines b = SplitLines(after);
  std::vector<int> kept;
  int x = 0;
  for (const Op op : EditScript(a, b, options.max_changes)) {
    if (op != Op::kRemove) kept.push_back(op == Op::kKeep ? x : kNewLine);
    if (op != Op::kAdd) ++x;
  }
  return kept;
}

std::vector<int> MatchLines(absl::string_view before, absl::string_view after, const DiffOptions& options) {
  const Lines a = SplitLines(before);
  const Lines b = SplitLines(after);
  std::vector<int> match = KeptLines(before, after, options);
  std::vector<bool> kept(a.size());
  for (const int line : match) {
    if (line != kNewLine) kept[static_cast<size_t>(line)] = true;
  }
  absl::flat_hash_map<absl::string_view, std::deque<int>> gone;
  for (size_t x = 0; x < a.size(); ++x) {
    if (!kept[x] && Speaks(a[x])) gone[a[x]].push_back(static_cast<int>(x));
  }
  for (size_t y = 0; y < b.size(); ++y) {
    const auto moved = match[y] == kNewLine ? gone.find(b[y]) : gone.end();
    if (moved == gone.end() || moved->second.empty()) continue;
    match[y] = moved->second.front();
    moved->second.pop_front();
  }
  return match;
}

LineCounts CountLines(absl::string_view diff) {
  LineCounts counts;
  bool in_hunk = false;
  for (const absl::string_view line : absl::StrSplit(diff, '\n')) {
    if (absl::StartsWith(line, "@@")) in_hunk = true;
    if (!in_hunk) continue;
    counts.added += absl::StartsWith(line, "+") ? 1 : 0;
    counts.removed += absl::StartsWith(line, "-") ? 1 : 0;
  }
  return counts;
}

std::string UnifiedDiff(absl::string_view path, absl::optional<absl::string_view> before,
                        absl::optional<absl::string_view> after, const DiffOptions& options) {
  if (before == after) return {};
  const Lines a = SplitLines(before.value_or(""));
  const Lines b = SplitLines(after.value_or(""));
  const std::vector<Op> script = EditScript(a, b, options.max_changes);
  const SectionNames old_sections(path, before.value_or(""));
  const SectionNames new_sections(path, after.value_or(""));
  std::string out = absl::StrCat("--- ", before ? "a/" : "/dev/null", before ? path : "", "\n+++ ",
                                 after ? "b/" : "/dev/null", after ? path : "", "\n");
  const size_t context = static_cast<size_t>(std::max(options.context, 0));
  size_t x = 0;
  size_t y = 0;
  for (size_t i = 0; i < script.size();) {
    if (script[i] == Op::kKeep) {
      ++i, ++x, ++y;
      continue;
    }
    // A hunk ends where more than twice the context stays unchanged.
    size_t last = i;
    for (size_t j = i; j < script.size() && j - last <= 2 * context + 1; ++j) {
      if (script[j] != Op::kKeep) last = j;
    }
    const std::string section = script[i] == Op::kRemove ? old_sections.At(x) : new_sections.At(y);
    const size_t lead = std::min(context, x);
    const size_t begin = i - std::min(lead, i);
    const size_t end = std::min(last + context + 1, script.size());
    x -= lead;
    y -= lead;
    const size_t removed = end - begin -
                           static_cast<size_t>(std::count(script.begin() + static_cast<std::ptrdiff_t>(begin),
                                                          script.begin() + static_cast<std::ptrdiff_t>(end), Op::kAdd));
    const size_t added =
        end - begin -
        static_cast<size_t>(std::count(script.begin() + static_cast<std::ptrdiff_t>(begin),
                                       script.begin() + static_cast<std::ptrdiff_t>(end), Op::kRemove));
    absl::StrAppend(&out, "@@ -", Range(x, removed), " +", Range(y, added), " @@", section, "\n");
    for (i = begin; i < end; ++i) {
      AppendLine(static_cast<char>(script[i]), script[i] == Op::kAdd ? b[y] : a[x], out);
      if (script[i] != Op::kAdd) ++x;
      if (script[i] != Op::kRemove) ++y;
    }
  }
  return out;
}

}  // namespace metapowers::document
