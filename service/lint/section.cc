#include "service/lint/section.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace metapowers::lint {
namespace {

// Cells that say nothing.
constexpr absl::string_view kNothing[] = {"",        "-",         "\xe2\x80\x94", "not declared", "none declared",
                                          "unknown", "not known", "not set",      "no value",     "not scheduled"};

std::vector<std::string> SplitRow(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  absl::ConsumePrefix(&line, "|");
  std::vector<std::string> cells;
  std::string cell;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      cell += line[i];
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(Plain(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  if (!absl::StripAsciiWhitespace(cell).empty()) cells.push_back(Plain(cell));
  return cells;
}

bool IsRule(absl::string_view line) {
  return absl::StartsWith(line, "|-") && line.find_first_not_of("|-: ") == absl::string_view::npos;
}

bool IsIdChar(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

int HeadingLevel(absl::string_view line) {
  size_t level = 0;
  while (level < line.size() && line[level] == '#') ++level;
  return level > 0 && level < 7 && level < line.size() && line[level] == ' ' ? static_cast<int>(level) : 0;
}

}  // namespace

int Table::Find(absl::string_view column) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (absl::EqualsIgnoreCase(columns[i], column)) return static_cast<int>(i);
  }
  return -1;
}

bool Table::Has(std::initializer_list<absl::string_view> wanted) const {
  return std::all_of(wanted.begin(), wanted.end(), [this](absl::string_view column) { return Find(column) >= 0; });
}

const std::string& Table::Cell(const Row& row, absl::string_view column) const {
  static const auto* const none = new std::string();
  const int at = Find(column);
  return at < 0 || at >= static_cast<int>(row.cells.size()) ? *none : row.cells[at];
}

Section::Section(const v1::Command& spec, absl::string_view text, int line) : spec_(&spec), line_(line), text_(text) {
  const std::vector<absl::string_view> all = absl::StrSplit(text_, '\n');
  bool code = false;
  std::string part;
  std::string heading;
  bool in_table = false;
  for (size_t i = 0; i < all.size(); ++i) {
    const absl::string_view raw = absl::StripSuffix(all[i], "\r");
    Line entry{line + static_cast<int>(i), LineKind::kText, std::string(raw)};
    const absl::string_view start = absl::StripLeadingAsciiWhitespace(raw);
    if (absl::StartsWith(start, "```")) {
      code = !code;
      entry.kind = LineKind::kCode;
    } else if (code) {
      entry.kind = LineKind::kCode;
    } else if (start.empty()) {
      entry.kind = LineKind::kBlank;
    } else if (const int level = HeadingLevel(raw); level > 0) {
      entry.kind = LineKind::kHeading;
      heading = Plain(raw.substr(level + 1));
      if (level == 3) part = heading;
    } else if (IsRule(raw)) {
      entry.kind = LineKind::kTableRule;
    } else if (absl::StartsWith(raw, "|")) {
      const bool head = i + 1 < all.size() && IsRule(all[i + 1]);
      entry.kind = head ? LineKind::kTableHead : LineKind::kTableRow;
      if (head) {
        tables_.push_back({part, heading, entry.number, SplitRow(raw), {}});
        in_table = true;
      } else if (in_table) {
        tables_.back().rows.push_back({entry.number, SplitRow(raw)});
      }
    }
    if (!absl::StartsWith(raw, "|")) in_table = false;
    lines_.push_back(std::move(entry));
  }
}

std::vector<const Table*> Section::TablesWith(std::initializer_list<absl::string_view> columns) const {
  std::vector<const Table*> found;
  for (const Table& table : tables_) {
    if (table.Has(columns)) found.push_back(&table);
  }
  return found;
}

int Section::LineOfHeading(absl::string_view heading) const {
  for (const Line& each : lines_) {
    if (each.kind == LineKind::kHeading && Plain(each.text.substr(HeadingLevel(each.text))) == heading)
      return each.number;
  }
  return 0;
}

std::vector<const Line*> Section::Under(absl::string_view part) const {
  std::vector<const Line*> found;
  bool inside = false;
  for (const Line& each : lines_) {
    if (each.kind == LineKind::kHeading && HeadingLevel(each.text) <= 3) {
      inside = Plain(each.text.substr(HeadingLevel(each.text))) == part;
    } else if (inside) {
      found.push_back(&each);
    }
  }
  return found;
}

std::string Plain(absl::string_view markdown) {
  const std::string text = absl::StrReplaceAll(
      markdown, {{"&#8203;", ""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"**", ""}, {"`", ""}});
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && absl::ascii_ispunct(text[i + 1])) continue;
    plain += text[i];
  }
  return std::string(absl::StripAsciiWhitespace(plain));
}

bool NamesId(absl::string_view text, absl::string_view id) {
  if (id.empty()) return false;
  for (size_t at = text.find(id); at != absl::string_view::npos; at = text.find(id, at + 1)) {
    const size_t end = at + id.size();
    if ((at == 0 || !IsIdChar(text[at - 1])) && (end == text.size() || !IsIdChar(text[end]))) return true;
  }
  return false;
}

bool SaysNothing(absl::string_view cell) {
  cell = absl::StripAsciiWhitespace(cell);
  return std::any_of(std::begin(kNothing), std::end(kNothing),
                     [cell](absl::string_view words) { return absl::EqualsIgnoreCase(cell, words); });
}

bool NamesNobody(absl::string_view cell) {
  return SaysNothing(cell) || cell == "none" || cell == "nobody" || cell == "no owner";
}

bool ContainsWords(absl::string_view text, absl::string_view words) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(words));
}

bool HasNumber(absl::string_view text) { return std::any_of(text.begin(), text.end(), absl::ascii_isdigit); }

}  // namespace metapowers::lint
