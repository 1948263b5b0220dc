#include "service/render/tidy.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace metapowers::render {
namespace {

constexpr size_t kNone = absl::string_view::npos;

absl::string_view LineAt(absl::string_view text, size_t at) {
  absl::string_view line = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
  const size_t last = line.find_last_not_of(' ');
  return line.substr(0, last == kNone ? 0 : last + 1);
}

bool IsRow(absl::string_view line) {
  const size_t first = line.find_first_not_of(' ');
  return first != kNone && line[first] == '|';
}

bool IsDelimiterRow(absl::string_view line) {
  return IsRow(line) && line.find_first_not_of("|-: ") == kNone && line.find('-') != kNone;
}

// The run of fence characters that `line` starts with; empty when it is not three or more.
absl::string_view FenceRun(absl::string_view line) {
  const size_t first = line.find_first_not_of(' ');
  if (first == kNone || (line[first] != '`' && line[first] != '~')) return {};
  const size_t end = std::min(line.find_first_not_of(line[first], first), line.size());
  return end - first >= 3 ? line.substr(first, end - first) : absl::string_view();
}

}  // namespace

std::string Tidy(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + 1);
  absl::string_view fence;
  absl::string_view last;
  bool blank = false;
  for (size_t at = 0; at < text.size();) {
    const absl::string_view line = LineAt(text, at);
    at = std::min(text.find('\n', at), text.size()) + 1;
    if (line.empty() && fence.empty()) {
      blank = true;
      continue;
    }
    // A row that starts the next table keeps its distance: the line after it is a delimiter row.
    const bool same_table = IsRow(last) && IsRow(line) && !(at < text.size() && IsDelimiterRow(LineAt(text, at)));
    if (blank && !out.empty() && !same_table) out += '\n';
    blank = false;
    out.append(line.data(), line.size());
    out += '\n';
    last = line;
    const absl::string_view run = FenceRun(line);
    if (fence.empty()) {
      fence = run;
    } else if (absl::StartsWith(run, fence) && run.size() == absl::StripLeadingAsciiWhitespace(line).size()) {
      fence = {};
    }
  }
  return out;
}

}  // namespace metapowers::render
