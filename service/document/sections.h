// A Markdown document as a preamble and its `## ` sections. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_DOCUMENT_SECTIONS_H_
#define METAPOWERS_SERVICE_DOCUMENT_SECTIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::document {

struct Section {
  absl::string_view heading;  // without marks, closing '#'s and spaces around it
  absl::string_view text;     // from the heading's line up to the next section, bytes as they stand
  int line = 0;               // of the heading, from 1

  bool operator==(const Section&) const = default;
};

// Views into the document that was split: preamble + the texts in order are the document, byte for byte.
struct Sections {
  absl::string_view preamble;
  std::vector<Section> sections;
  // Line of a code fence, HTML comment or raw HTML block that is never closed and so swallows the rest; 0
  // when there is none.
  int unclosed_line = 0;
};

// Splits at ATX headings of level 2 that stand at the top level: not in code (fenced with ``` or ~~~, also
// when opened by a list item; indented by four), HTML comments, <pre>, <script>, <style> or <textarea>.
// Lines end with LF or CRLF; the last may lack its end. Underlined (setext) headings do not split.
Sections SplitSections(absl::string_view document);

// What SplitSections() calls the preamble, without reading on.
absl::string_view PreambleOf(absl::string_view document);

// Share of the lines of two sections, headings and blank lines left out, that both have, from 0 to 1.
double BodyLikeness(absl::string_view a, absl::string_view b);

}  // namespace metapowers::document

#endif  // METAPOWERS_SERVICE_DOCUMENT_SECTIONS_H_
