#include "service/document/sections.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "service/document/line_scanner.h"

namespace metapowers::document {
namespace {

constexpr size_t kNone = absl::string_view::npos;

absl::string_view Trim(absl::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == kNone) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// True for an ATX heading of level 2; sets what it says.
bool IsHeading(absl::string_view line, absl::string_view& heading) {
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent > 3 || !absl::StartsWith(line.substr(indent), "##")) return false;
  absl::string_view rest = line.substr(indent + 2);
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '\t') return false;
  rest = Trim(rest);
  const size_t last = rest.find_last_not_of('#');
  if (last == kNone) {
    rest = {};
  } else if (last + 1 < rest.size() && (rest[last] == ' ' || rest[last] == '\t')) {
    rest = Trim(rest.substr(0, last));
  }
  heading = rest;
  return true;
}

}  // namespace

Sections SplitSections(absl::string_view document) {
  Sections out;
  LineScanner scanner(document);
  size_t start = 0;
  const auto close = [&](size_t end) {
    const absl::string_view text = document.substr(start, end - start);
    (out.sections.empty() ? out.preamble : out.sections.back().text) = text;
    start = end;
  };
  Line line;
  absl::string_view heading;
  while (scanner.Next(line)) {
    if (!line.plain || !IsHeading(line.text, heading)) continue;
    close(line.begin);
    out.sections.push_back({heading, {}, line.number});
  }
  close(document.size());
  out.unclosed_line = scanner.unclosed_line();
  return out;
}

absl::string_view PreambleOf(absl::string_view document) {
  LineScanner scanner(document);
  absl::string_view heading;
  for (Line line; scanner.Next(line);) {
    if (line.plain && IsHeading(line.text, heading)) return document.substr(0, line.begin);
  }
  return document;
}

double BodyLikeness(absl::string_view a, absl::string_view b) {
  const auto lines_of = [](absl::string_view text) {
    std::vector<absl::string_view> lines;
    const size_t end = text.find('\n');
    if (end == absl::string_view::npos) return lines;
    for (absl::string_view line : absl::StrSplit(text.substr(end + 1), '\n')) {
      line = absl::StripAsciiWhitespace(line);
      if (!line.empty()) lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const std::vector<absl::string_view> of_a = lines_of(a);
  const std::vector<absl::string_view> of_b = lines_of(b);
  if (of_a.empty() || of_b.empty()) return 0;
  std::vector<absl::string_view> common;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(common));
  return 2.0 * static_cast<double>(common.size()) / static_cast<double>(of_a.size() + of_b.size());
}

}  // namespace metapowers::document
