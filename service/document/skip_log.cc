#include "service/document/skip_log.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/markdown_escape.h"
#include "service/document/line_scanner.h"

namespace metapowers::document {
namespace {

constexpr char kTitle[] = "# Skip log\n";
constexpr char kHeader[] = "| Time (UTC) | Command | Missing prerequisite | Actor | Reason |";
constexpr char kDelimiter[] = "| --- | --- | --- | --- | --- |";

std::string RowText(const SkipRow& row) {
  return absl::StrCat("| ", absl::FormatTime("%Y-%m-%d %H:%M:%S", row.time, absl::UTCTimeZone()), " | ",
                      MarkdownCell(row.command), " | ", MarkdownCell(row.missing), " | ", MarkdownCell(row.actor),
                      " | ", MarkdownCell(row.reason), " |\n");
}

// Where the log table ends: after its last row. npos when there is none; sets whether its lines end with CRLF.
size_t TableEnd(absl::string_view document) {
  LineScanner scanner(document);
  bool inside = false;
  size_t end = absl::string_view::npos;
  for (Line line; scanner.Next(line);) {
    if (inside && (!line.plain || !absl::StartsWith(line.text, "|"))) return end;
    inside = inside || (line.plain && line.text == kHeader);
    if (inside) end = line.end;
  }
  return end;
}

}  // namespace

std::string AppendSkip(absl::string_view document, const SkipRow& row) {
  const std::string text = RowText(row);
  const size_t end = TableEnd(document);
  if (end == absl::string_view::npos) {
    const absl::string_view gap = document.empty()                   ? ""
                                  : absl::EndsWith(document, "\n\n") ? ""
                                  : absl::EndsWith(document, "\n")   ? "\n"
                                                                     : "\n\n";
    return absl::StrCat(document, gap, document.empty() ? kTitle : "", document.empty() ? "\n" : "", kHeader, "\n",
                        kDelimiter, "\n", text);
  }
  const absl::string_view before = document.substr(0, end);
  return absl::StrCat(before, absl::EndsWith(before, "\n") ? "" : "\n", text, document.substr(end));
}

}  // namespace metapowers::document
