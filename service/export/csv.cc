#include "service/export/csv.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace metapowers::exporting {
namespace {

// What a spreadsheet may take for the start of a formula, or for something to leave out before one.
constexpr absl::string_view kStarts[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};

std::string Quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string CellText(absl::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == absl::string_view::npos) return std::string(text);
  for (const absl::string_view start : kStarts) {
    if (absl::StartsWith(text.substr(first), start)) return absl::StrCat("'", text);
  }
  return std::string(text);
}

std::string CsvLine(const std::vector<std::string>& cells) {
  return absl::StrCat(
      absl::StrJoin(cells, ",", [](std::string* out, const std::string& cell) { out->append(Quoted(cell)); }), "\r\n");
}

}  // namespace metapowers::exporting
