#include "client/markdown_view.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/output.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr size_t kGap = 2;        // between columns of a table
constexpr size_t kLeastCell = 6;  // narrower columns cannot be read
constexpr size_t kCodeIndent = 4;

std::string Utf8Of(uint32_t point) {
  std::string out;
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (point & 0x3f));
  }
  return out;
}

// The character of the entity at the start of `text`, and its size there; false when it is none that documents have.
bool ReadEntity(absl::string_view text, std::string& character, size_t& size) {
  const size_t end = text.substr(0, 12).find(';');
  if (end == kNone) return false;
  absl::string_view name = text.substr(1, end - 1);
  size = end + 1;
  constexpr std::pair<absl::string_view, absl::string_view> kNamed[] = {
      {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"nbsp", " "}};
  for (const auto& [known, meaning] : kNamed) {
    if (name == known) character = std::string(meaning);
    if (name == known) return true;
  }
  if (!absl::ConsumePrefix(&name, "#")) return false;
  uint32_t point = 0;
  const bool hex = absl::ConsumePrefix(&name, "x") || absl::ConsumePrefix(&name, "X");
  if (hex ? !absl::SimpleHexAtoi(name, &point) : !absl::SimpleAtoi(name, &point)) return false;
  character = point <= 0x10ffff ? Utf8Of(point) : "";
  return true;
}

// The link at the start of `text`, "[shown](target)": what is shown and the target; false when it is none.
bool ReadLink(absl::string_view text, absl::string_view& shown, absl::string_view& target, size_t& size) {
  const size_t middle = text.find("](");
  if (middle == kNone) return false;
  const size_t end = text.find(')', middle);
  shown = text.substr(1, middle - 1);
  if (end == kNone || absl::StrContains(shown, '[') || absl::StrContains(shown, ']')) return false;
  target = text.substr(middle + 2, end - middle - 2);
  size = end + 1;
  return true;
}

std::string Inline(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string character;
    size_t size = 1;
    absl::string_view shown, target;
    if (text[0] == '\\' && text.size() > 1 && absl::ascii_ispunct(text[1])) {
      out += text[1];
      size = 2;
    } else if (text[0] == '`') {
      const size_t marks = std::min(text.find_first_not_of('`'), text.size());
      const size_t end = text.find(text.substr(0, marks), marks);
      size = end == kNone ? marks : end + marks;
      absl::StrAppend(&out, end == kNone ? text.substr(0, marks) : text.substr(marks, end - marks));
    } else if (text[0] == '&' && ReadEntity(text, character, size)) {
      out += character;
    } else if (absl::StartsWithIgnoreCase(text, "<br>")) {
      out += ' ';
      size = 4;
    } else if (text[0] == '[' && ReadLink(text, shown, target, size)) {
      out += Inline(shown);
      if (!target.empty() && target[0] != '#') absl::StrAppend(&out, " (", target, ")");
    } else if (absl::StartsWith(text, "**")) {
      size = 2;
    } else {
      size = 1;
      out += text[0];
    }
    text.remove_prefix(size);
  }
  return out;
}

// `text` in lines of at most `columns` cells, broken at spaces where there are any.
std::vector<std::string> Wrap(absl::string_view text, size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  size_t width = 0;
  const auto close = [&] {
    lines.push_back(line);
    line.clear();
    width = 0;
  };
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    size_t word_width = DisplayWidth(word);
    if (width > 0 && width + 1 + word_width > columns) close();
    if (width > 0) {
      line += ' ';
      ++width;
    }
    for (; word_width > columns; word_width = DisplayWidth(word)) {  // longer than a line
      size_t cut = 0;
      for (size_t cells = 0; cut < word.size(); ++cut) {
        if ((word[cut] & 0xc0) != 0x80 && ++cells > columns) break;
      }
      line = std::string(word.substr(0, cut));
      close();
      word.remove_prefix(cut);
    }
    absl::StrAppend(&line, word);
    width += word_width;
  }
  if (width > 0 || lines.empty()) close();
  return lines;
}

using Row = std::vector<std::string>;

// The cells of "| a | b |".
Row SplitRow(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  absl::ConsumePrefix(&line, "|");
  Row cells;
  size_t start = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i + 1 < line.size() && line[i] == '\\') {
      ++i;
      continue;
    }
    if (i < line.size() && line[i] != '|') continue;
    const size_t end = std::min(i, line.size());
    if (end == line.size() && absl::StripAsciiWhitespace(line.substr(start)).empty() && !cells.empty()) break;
    cells.push_back(PlainText(absl::StripAsciiWhitespace(line.substr(start, end - start))));
    start = end + 1;
  }
  return cells;
}

bool IsRule(absl::string_view line) {
  return absl::StartsWith(line, "|") && absl::StrContains(line, '-') && line.find_first_not_of("|-: \t\r") == kNone;
}

class Renderer {
 public:
  explicit Renderer(const MarkdownStyle& style) : style_(style) {}

  std::string Render(absl::string_view markdown) {
    absl::string_view fence;
    for (absl::string_view line : absl::StrSplit(absl::StripSuffix(markdown, "\n"), '\n')) {
      line = absl::StripSuffix(line, "\r");
      const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
      if (!fence.empty()) {
        const bool closes = absl::StartsWith(text, fence) && text.find_first_not_of(fence[0]) == kNone;
        if (!closes) Code(line);
        if (closes) fence = absl::string_view();
        continue;
      }
      if (absl::StartsWith(text, "|")) {
        table_.push_back(line);
        continue;
      }
      Table();
      if (absl::StartsWith(text, "```") || absl::StartsWith(text, "~~~")) {
        fence = text.substr(0, std::min(text.find_first_not_of(text[0]), text.size()));
      } else {
        Prose(line);
      }
    }
    Table();
    return std::move(out_);
  }

 private:
  void Line(absl::string_view text) { absl::StrAppend(&out_, text, "\n"); }
  void Bold(absl::string_view text) {
    Line(style_.color ? absl::StrCat("\x1b[1m", text, "\x1b[0m") : std::string(text));
  }

  void Code(absl::string_view line) { Line(absl::StrCat(std::string(kCodeIndent, ' '), ForTerminal(line))); }

  void Prose(absl::string_view line) {
    const size_t marks = std::min(line.find_first_not_of('#'), line.size());
    if (marks > 0 && marks <= 6 && (marks == line.size() || line[marks] == ' ')) {
      Bold(PlainText(absl::StripAsciiWhitespace(line.substr(marks))));
      return;
    }
    // What follows on a list's mark stands under its text.
    size_t indent = std::min(line.find_first_not_of(' '), line.size());
    absl::string_view text = line.substr(indent);
    std::string lead(indent, ' ');
    for (const absl::string_view mark : {"- ", "* ", "> "}) {
      if (absl::StartsWith(text, mark)) {
        lead += std::string(mark);
        text.remove_prefix(mark.size());
        break;
      }
    }
    const size_t width = style_.columns > lead.size() + 20 ? style_.columns - lead.size() : 20;
    for (const std::string& part : Wrap(PlainText(text), width)) {
      Line(absl::StripTrailingAsciiWhitespace(absl::StrCat(lead, part)));
      if (!absl::StrContains(lead, '>')) lead = std::string(lead.size(), ' ');
    }
  }

  // Prints the table that has been collected.
  void Table() {
    if (table_.empty()) return;
    const bool whole = table_.size() > 1 && IsRule(table_[1]);
    std::vector<Row> rows;
    for (size_t i = 0; i < table_.size(); ++i) {
      if (!whole || i != 1) rows.push_back(SplitRow(table_[i]));
    }
    table_.clear();
    size_t count = 0;
    for (const Row& row : rows) count = std::max(count, row.size());
    for (Row& row : rows) row.resize(count);
    const std::vector<size_t> widths = Widths(rows, count);
    if (widths.empty()) {
      Records(rows, whole);
      return;
    }
    for (size_t i = 0; i < rows.size(); ++i) {
      TableRow(rows[i], widths, whole && i == 0);
      if (whole && i == 0) Rule(widths);
    }
  }

  // Of the columns, so that a row fits: wide ones give way first. Empty when they cannot be read at this width.
  std::vector<size_t> Widths(const std::vector<Row>& rows, size_t count) const {
    std::vector<size_t> natural(count, 1);
    for (const Row& row : rows) {
      for (size_t i = 0; i < count; ++i) natural[i] = std::max(natural[i], DisplayWidth(row[i]));
    }
    const size_t gaps = kGap * (count - 1);
    const auto capped = [&](size_t cap) {
      size_t sum = gaps;
      for (const size_t width : natural) sum += std::min(width, cap);
      return sum;
    };
    size_t cap = *std::max_element(natural.begin(), natural.end());
    if (capped(cap) > style_.columns) {
      for (cap = kLeastCell; capped(cap + 1) <= style_.columns; ++cap) {
      }
      if (capped(cap) > style_.columns) return {};
    }
    size_t left = style_.columns > capped(cap) ? style_.columns - capped(cap) : 0;
    for (size_t& width : natural) {  // what is left over goes to the first columns that can use it
      const size_t extra = width > cap ? std::min(left, width - cap) : 0;
      left -= extra;
      width = std::min(width, cap) + extra;
    }
    return natural;
  }

  void TableRow(const Row& row, const std::vector<size_t>& widths, bool header) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (size_t i = 0; i < row.size(); ++i) {
      cells.push_back(Wrap(row[i], widths[i]));
      height = std::max(height, cells.back().size());
    }
    for (size_t line = 0; line < height; ++line) {
      std::string text;
      for (size_t i = 0; i < cells.size(); ++i) {
        const std::string cell = line < cells[i].size() ? cells[i][line] : "";
        absl::StrAppend(&text, cell, std::string(widths[i] - DisplayWidth(cell) + kGap, ' '));
      }
      text = std::string(absl::StripTrailingAsciiWhitespace(text));
      header ? Bold(text) : Line(text);
    }
  }

  void Rule(const std::vector<size_t>& widths) {
    std::string text;
    for (size_t i = 0; i < widths.size(); ++i) {
      for (size_t cell = 0; cell < widths[i]; ++cell) text += "─";
      if (i + 1 < widths.size()) text += std::string(kGap, ' ');
    }
    Line(text);
  }

  // A table with too many columns: each row as lines of "name: value".
  void Records(const std::vector<Row>& rows, bool header) {
    for (size_t i = header ? 1 : 0; i < rows.size(); ++i) {
      for (size_t cell = 0; cell < rows[i].size(); ++cell) {
        if (rows[i][cell].empty()) continue;
        Prose(absl::StrCat(cell == 0 ? "- " : "  ", header ? absl::StrCat(rows[0][cell], ": ") : "", rows[i][cell]));
      }
    }
  }

  const MarkdownStyle style_;
  std::vector<absl::string_view> table_;  // lines
  std::string out_;
};

}  // namespace

std::string PlainText(absl::string_view text) { return OneLine(Inline(text)); }

std::string RenderMarkdown(absl::string_view markdown, const MarkdownStyle& style) {
  return Renderer(style).Render(markdown);
}

}  // namespace metapowers::client
