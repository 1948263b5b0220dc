// The lines of a Markdown document, each with whether Markdown reads it as text or as code; internal.
#ifndef METAPOWERS_SERVICE_DOCUMENT_LINE_SCANNER_H_
#define METAPOWERS_SERVICE_DOCUMENT_LINE_SCANNER_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace metapowers::document {

struct Line {
  absl::string_view text;  // without its end
  size_t begin = 0;        // offset in the document
  size_t end = 0;          // of the next line
  int number = 0;          // from 1
  bool plain = false;      // not in or part of fenced code, an HTML comment or raw HTML that may hold anything
};

class LineScanner {
 public:
  explicit LineScanner(absl::string_view document) : document_(document) {}

  // False at the end of the document.
  bool Next(Line& line);

  // After the last line: the line of what was opened and never closed; 0 when there is none.
  int unclosed_line() const { return fence_size_ > 0 || !html_end_.empty() ? opened_line_ : 0; }

 private:
  bool InsideFence(absl::string_view text);
  bool OpensFence(absl::string_view text);
  bool OpensHtml(absl::string_view text);

  const absl::string_view document_;
  size_t at_ = 0;
  int number_ = 0;
  int opened_line_ = 0;
  char fence_ = '\0';
  size_t fence_size_ = 0;       // 0: not in fenced code
  size_t fence_container_ = 0;  // indentation of the list item that the fence stands in
  absl::string_view html_end_;  // what closes the raw HTML; empty: not in any
};

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_LINE_SCANNER_H_
