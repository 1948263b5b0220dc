// Markdown (CommonMark with tables, strikethrough and task lists) as markup that is HTML and well-formed XML at once.
// Raw HTML is text, images are their description, links lead to the web or stay text; Mermaid flowcharts are drawn,
// other diagrams shown as text. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_MARKDOWN_HTML_H_
#define METAPOWERS_SERVICE_EXPORT_MARKDOWN_HTML_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

struct HtmlHeading {
  int level = 0;  // in the page
  std::string id;
  std::string text;  // plain
};

struct HtmlPart {
  std::string html;
  std::vector<HtmlHeading> headings;  // in order
};

// `id` is a slug that starts the ids of all headings and drawings. Headings are one level lower than in the text, since
// the page has a heading above them, and none is more than one level below the one before.
HtmlPart MarkdownToHtml(absl::string_view markdown, absl::string_view id);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_MARKDOWN_HTML_H_
