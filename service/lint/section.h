// The section of a command as it is committed, taken apart into lines and tables.
#ifndef METAPOWERS_SERVICE_LINT_SECTION_H_
#define METAPOWERS_SERVICE_LINT_SECTION_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/v1/command_options.pb.h"

namespace metapowers::lint {

enum class LineKind { kBlank, kHeading, kText, kTableHead, kTableRule, kTableRow, kCode };

struct Line {
  int number = 0;  // in the document, from 1
  LineKind kind = LineKind::kBlank;
  std::string text;  // as it stands
};

struct Row {
  int line = 0;
  std::vector<std::string> cells;  // as people read them: without escapes and code marks
};

struct Table {
  std::string part;     // heading of level 3 above it
  std::string heading;  // nearest heading above it
  int line = 0;         // of its head
  std::vector<std::string> columns;
  std::vector<Row> rows;

  // Position of the column; -1 when there is none.
  int Find(absl::string_view column) const;
  // Whether all of these are columns.
  bool Has(std::initializer_list<absl::string_view> wanted) const;
  // The cell of a row; "" when there is no such column.
  const std::string& Cell(const Row& row, absl::string_view column) const;
};

// Immutable.
class Section {
 public:
  Section() = default;
  // `text` starts with the heading, which stands in `line` of the document. `spec` outlives the section.
  Section(const v1::Command& spec, absl::string_view text, int line);

  const v1::Command& spec() const { return *spec_; }
  int line() const { return line_; }
  const std::string& text() const { return text_; }
  const std::vector<Line>& lines() const { return lines_; }
  const std::vector<Table>& tables() const { return tables_; }
  // Tables with all of these columns.
  std::vector<const Table*> TablesWith(std::initializer_list<absl::string_view> columns) const;
  // Line of the first heading of this text; 0 when there is none.
  int LineOfHeading(absl::string_view heading) const;
  // Lines under the heading of level 3, those of deeper headings included.
  std::vector<const Line*> Under(absl::string_view part) const;

 private:
  const v1::Command* spec_ = nullptr;
  int line_ = 0;
  std::string text_;
  std::vector<Line> lines_;
  std::vector<Table> tables_;
};

// Markdown as people read it: without escapes, code marks, emphasis and the characters that keep forges from linking.
std::string Plain(absl::string_view markdown);

// Whether `id` stands in `text` as a word of its own: a longer id that contains it does not count.
bool NamesId(absl::string_view text, absl::string_view id);

// Whether a cell is nothing but words for what is not known: "", "not declared", "unknown" …
bool SaysNothing(absl::string_view cell);

// Whether a cell names nobody: the same, "none" and "nobody".
bool NamesNobody(absl::string_view cell);

// Whether `text` contains `words`, in any case.
bool ContainsWords(absl::string_view text, absl::string_view words);

// Whether `text` has a digit.
bool HasNumber(absl::string_view text);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_SECTION_H_
