// Which lines of one part are two versions of the same thing, and what becomes of a line that both sides changed;
// internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_LINE_PAIRS_H_
#define METAPOWERS_SERVICE_DOCUMENT_LINE_PAIRS_H_

#include <optional>
#include <string>
#include <vector>

#include "service/document/outline.h"

namespace metapowers::document {

enum class Editor {
  kPerson,     // what replaces a line is taken for its new version, however little they share
  kGenerator,  // a row or list item of another key is another element; a line must say nearly the same
};

// For each line of `base` its version in `other`, or -1. Both begin with the heading of the part, which are versions of
// each other. Equal lines are found wherever they moved to, rows of a table by their first cells. Blank lines and those
// of `other` that stay without one are new.
std::vector<int> PairLines(const std::vector<OutlineLine>& base, const std::vector<OutlineLine>& other, Editor editor);

// Which lines of `standing` and `generated` that `base` does not have are the same: for each of `standing` that of
// `generated`, or -1. `standing_new` and `generated_new` say which lines are new.
std::vector<int> PairNewLines(const std::vector<OutlineLine>& standing, const std::vector<bool>& standing_new,
                              const std::vector<OutlineLine>& generated, const std::vector<bool>& generated_new);

// True when both say the same: rows may differ in the spaces around cells and how a column is aligned.
bool SaySame(const OutlineLine& a, const OutlineLine& b);

// True when `longer` says all that `line` says, and more.
bool AddsTo(const OutlineLine& line, const OutlineLine& longer);

// A row that both sides changed, cell by cell.
struct BlendedRow {
  std::string keep;  // with the standing version of cells that both changed
  std::string take;  // with the generated version of these
  bool conflict = false;
};

// Nothing where the rows cannot be compared by cell.
std::optional<BlendedRow> BlendRows(const OutlineLine& base, const OutlineLine& standing, const OutlineLine& generated);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_LINE_PAIRS_H_
