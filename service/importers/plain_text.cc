#include "service/importers/plain_text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::importers {
namespace {

// Formatting that reports of other tools allow in texts.
bool IsFormatting(absl::string_view tag) {
  static constexpr absl::string_view kTags[] = {"a",  "b", "br",  "code", "em",     "i", "li",
                                                "ol", "p", "pre", "span", "strong", "u", "ul"};
  absl::ConsumePrefix(&tag, "/");
  size_t size = 0;
  while (size < tag.size() && absl::ascii_isalnum(tag[size])) ++size;
  const std::string name = absl::AsciiStrToLower(tag.substr(0, size));
  return std::find(std::begin(kTags), std::end(kTags), name) != std::end(kTags);
}

bool BreaksLine(absl::string_view tag) {
  const std::string name = absl::AsciiStrToLower(tag);
  return absl::StartsWith(name, "br") || absl::StartsWith(name, "p") || absl::StartsWith(name, "li");
}

}  // namespace

std::string PlainText(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('<');
    absl::StrAppend(&out, text.substr(0, open));
    if (open == absl::string_view::npos) break;
    text.remove_prefix(open);
    const size_t close = text.substr(0, 200).find('>');
    const absl::string_view tag = close == absl::string_view::npos ? "" : text.substr(1, close - 1);
    if (!tag.empty() && IsFormatting(tag)) {
      if (BreaksLine(tag)) out += ' ';
      text.remove_prefix(close + 1);
    } else {
      out += '<';
      text.remove_prefix(1);
    }
  }
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(out, absl::ByAnyChar("\n\r"))) {
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  return std::string(absl::StripAsciiWhitespace(absl::StrJoin(lines, "\n")));
}

std::string OneLineOf(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
}

std::string CutText(absl::string_view text, size_t size) {
  constexpr absl::string_view kCut = "…";
  if (text.size() <= size) return std::string(text);
  size_t end = size - kCut.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kCut);
}

}  // namespace metapowers::importers
