#include "service/document/outline.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "service/document/line_scanner.h"

namespace metapowers::document {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr size_t kOwnLevel = 2;  // of the section's heading
constexpr size_t kDeepest = 6;

// The level of an ATX heading; 0 for any other line.
size_t LevelOf(absl::string_view text) {
  const size_t marks = std::min(text.find_first_not_of('#'), text.size());
  const bool ends = marks == text.size() || text[marks] == ' ' || text[marks] == '\t';
  return marks <= kDeepest && ends ? marks : 0;
}

absl::string_view TitleOf(absl::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('#'), text.size()));
  text = absl::StripAsciiWhitespace(text);
  const size_t last = text.find_last_not_of('#');
  if (last != kNone && last + 1 < text.size() && text[last] == ' ') text = text.substr(0, last);
  return absl::StripAsciiWhitespace(text);
}

bool IsItem(absl::string_view text) {
  if (text.size() < 2) return false;
  if (absl::string_view("-+*").find(text[0]) != kNone) return text[1] == ' ';
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits > 0 && digits + 1 < text.size() && (text[digits] == '.' || text[digits] == ')') &&
         text[digits + 1] == ' ';
}

// Reads the lines of a section one after the other into its parts.
class Outliner {
 public:
  explicit Outliner(absl::string_view section) : section_(section), scanner_(section) {}

  OutlinePart Read() {
    OutlinePart root;
    more_ = Advance();
    ReadPart(kOwnLevel, root);
    return root;
  }

 private:
  // The part whose heading is the line at hand, up to the next one that is not deeper than `level`.
  void ReadPart(size_t level, OutlinePart& part) {
    const size_t begin = at_;
    part.title = TitleOf(absl::StripAsciiWhitespace(line_.text));
    do {
      part.lines.push_back(line_);
      more_ = Advance();
    } while (more_ && line_.kind != LineKind::kHeading);
    NumberTables(part.lines);
    while (more_ && level_ > level) {
      part.parts.emplace_back();
      ReadPart(level_, part.parts.back());
    }
    part.raw = section_.substr(begin, (more_ ? at_ : section_.size()) - begin);
  }

  bool Advance() {
    Line line;
    if (!scanner_.Next(line)) return false;
    at_ = line.begin;
    const size_t indent = std::min(line.text.find_first_not_of(' '), line.text.size());
    const absl::string_view rest = line.text.substr(indent);
    line_ = {section_.substr(line.begin, line.end - line.begin), line.text, LineKind::kText, line.number, indent, -1};
    level_ = line.plain && indent <= 3 ? LevelOf(rest) : 0;
    if (level_ <= kOwnLevel && line.number > 1) level_ = 0;  // titles are text here
    if (!line.plain) {
      line_.kind = LineKind::kCode;
    } else if (absl::StripAsciiWhitespace(rest).empty()) {
      line_.kind = LineKind::kBlank;
    } else if (level_ > 0) {
      line_.kind = LineKind::kHeading;
    } else if (rest[0] == '|') {
      line_.kind = LineKind::kRow;
    } else if (IsItem(rest)) {
      line_.kind = LineKind::kItem;
    }
    return true;
  }

  static void NumberTables(std::vector<OutlineLine>& lines) {
    int table = -1;
    bool inside = false;
    for (OutlineLine& line : lines) {
      if (line.kind == LineKind::kRow) line.table = inside ? table : ++table;
      inside = line.kind == LineKind::kRow;
    }
  }

  const absl::string_view section_;
  LineScanner scanner_;
  OutlineLine line_;  // at hand
  size_t level_ = 0;  // of it, when it is a heading
  size_t at_ = 0;     // where it begins
  bool more_ = false;
};

}  // namespace

OutlinePart OutlineOf(absl::string_view section) { return Outliner(section).Read(); }

std::vector<absl::string_view> CellsOf(absl::string_view row) {
  row = absl::StripAsciiWhitespace(row);
  if (absl::StartsWith(row, "|")) row.remove_prefix(1);
  std::vector<absl::string_view> cells;
  size_t begin = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '\\') {
      ++i;
    } else if (row[i] == '|') {
      cells.push_back(row.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (begin < row.size()) cells.push_back(row.substr(begin));
  return cells;
}

bool IsDelimiterRow(absl::string_view row) {
  return absl::StrContains(row, "-") && row.find_first_not_of("|-: \t") == kNone;
}

}  // namespace metapowers::document
