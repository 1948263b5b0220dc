// Rows as CSV after RFC 4180 that spreadsheets take for text and numbers, never for formulas (OWASP, CSV injection).
// Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_CSV_H_
#define METAPOWERS_SERVICE_EXPORT_CSV_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

// `text` as a cell shows it: one that starts, blanks aside, with = + - @, their full-width forms, a tab or a line end
// gets an apostrophe in front, which spreadsheets take for "this is text".
std::string CellText(absl::string_view text);

// One line with its CRLF; cells with a comma, quote or line end stand in quotes.
std::string CsvLine(const std::vector<std::string>& cells);

// What a file starts with: without it spreadsheets take UTF-8 for something else.
inline constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_CSV_H_
