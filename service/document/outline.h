// A section as the tree of its parts, each with its lines; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_OUTLINE_H_
#define METAPOWERS_SERVICE_DOCUMENT_OUTLINE_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::document {

enum class LineKind { kText, kBlank, kHeading, kRow, kItem, kCode };

struct OutlineLine {
  absl::string_view raw;   // with its end
  absl::string_view text;  // without
  LineKind kind = LineKind::kText;
  int number = 0;     // in the section, from 1
  size_t indent = 0;  // spaces before the text
  int table = -1;     // of a row: which table of the part, from 0
};

// A heading and what stands below it.
struct OutlinePart {
  absl::string_view title;         // without marks
  absl::string_view raw;           // all of it, its parts included
  std::vector<OutlineLine> lines;  // from the heading up to the first part below it
  std::vector<OutlinePart> parts;  // with headings of deeper levels
};

// The outline of `section`, which begins with its `## ` heading and ends with a line end; views into it. Headings
// inside code are none.
OutlinePart OutlineOf(absl::string_view section);

// The cells of a row, with the spaces around what they say. A '|' after a backslash does not end a cell.
std::vector<absl::string_view> CellsOf(absl::string_view row);

// True for a row that parts a table's header from its body, e.g. `|---|:-:|`.
bool IsDelimiterRow(absl::string_view row);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_OUTLINE_H_
