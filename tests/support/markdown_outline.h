// What a GFM renderer sees in a text: its structure, and its words, apart from each other.
#ifndef METAPOWERS_TESTS_SUPPORT_MARKDOWN_OUTLINE_H_
#define METAPOWERS_TESTS_SUPPORT_MARKDOWN_OUTLINE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::testing_support {

struct MarkdownOutline {
  // Blocks and spans as nested names with level or language, e.g.
  // "doc(h2(t)p(t strong(t)a(t)))"; neighbouring text is one "t".
  std::string structure;
  // The text of each leaf between two marks of the structure, entities resolved, white space squeezed.
  std::vector<std::string> texts;
  // Targets of links, in order.
  std::vector<std::string> links;
  // Headings of level 2 at the top level, as text.
  std::vector<std::string> sections;
};

// Parses with md4c's GitHub dialect.
MarkdownOutline OutlineOf(absl::string_view markdown);

}  // namespace metapowers::testing_support

#endif  // METAPOWERS_TESTS_SUPPORT_MARKDOWN_OUTLINE_H_
