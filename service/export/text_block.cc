#include "service/export/text_block.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace metapowers::exporting {
namespace {

constexpr size_t kMaxLines = 9;

// Of one character at the size of the page's drawings; fonts differ, so rather more than less.
double WidthOf(unsigned char lead) {
  if (lead >= 0xE0) return 14;
  if ((lead >= 'A' && lead <= 'Z') || lead == 'm' || lead == 'w' || lead == '@' || lead == '%') return 9.5;
  return 7.4;
}

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

size_t Characters(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

// The first `most` characters, which leave `text`; fewer where that is behind a hyphen.
std::string TakeCharacters(absl::string_view& text, size_t most) {
  size_t end = 0;
  for (size_t taken = 0; end < text.size(); ++end) {
    if (StartsCharacter(text[end]) && taken++ == most) break;
  }
  const size_t hyphen = text.substr(0, end).find_last_of("-_/.");
  if (end < text.size() && hyphen != absl::string_view::npos && hyphen > end / 3) end = hyphen + 1;
  std::string taken(text.substr(0, end));
  text.remove_prefix(end);
  return taken;
}

}  // namespace

TextBlock BreakLines(absl::string_view text, size_t line_length) {
  TextBlock block;
  std::string line;
  const auto end_line = [&block, &line] {
    if (!line.empty()) block.lines.push_back(std::exchange(line, ""));
  };
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && Characters(line) + 1 + Characters(word) > line_length) end_line();
    while (Characters(word) > line_length) block.lines.push_back(TakeCharacters(word, line_length));
    if (!word.empty()) absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  end_line();
  if (block.lines.size() > kMaxLines) {
    block.lines.resize(kMaxLines);
    block.lines.back() += "…";
  }
  for (const std::string& each : block.lines) {
    double width = 0;
    for (const char c : each) width += StartsCharacter(c) ? WidthOf(static_cast<unsigned char>(c)) : 0;
    block.width = std::max(block.width, width);
  }
  block.height = kLineHeight * static_cast<double>(block.lines.size());
  return block;
}

}  // namespace metapowers::exporting
