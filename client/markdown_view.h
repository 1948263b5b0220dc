// Markdown documents as a person reads them at a terminal.
#ifndef METAPOWERS_CLIENT_MARKDOWN_VIEW_H_
#define METAPOWERS_CLIENT_MARKDOWN_VIEW_H_

#include <string>

#include "absl/strings/string_view.h"

namespace metapowers::client {

struct MarkdownStyle {
  size_t columns = 80;
  bool color = false;  // headings in bold, by escape sequences
};

// `markdown` laid out: headings without marks, tables aligned and their cells wrapped to the width, prose wrapped at
// words, code as it stands, indented. Marks of emphasis and escapes are read, characters that control a terminal or
// turn the direction of writing are removed, whether they stand there or are written as entities. Pure.
std::string RenderMarkdown(absl::string_view markdown, const MarkdownStyle& style);

// `text` of one line as it reads: no emphasis, code marks, escapes, entities or targets of links inside the document.
std::string PlainText(absl::string_view text);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_MARKDOWN_VIEW_H_
