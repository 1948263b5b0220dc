#include "service/export/html.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/digest.h"
#include "service/base/embedded_file.h"
#include "service/export/markdown_html.h"
#include "service/export/xml.h"

namespace metapowers::exporting {

extern const EmbeddedFile kPage[];

namespace {

// Levels of the page: 1 is the system, 2 a document, 3 a section of a command.
constexpr int kDocumentLevel = 2;
constexpr int kSectionLevel = 3;

std::string SlugOf(absl::string_view file) {
  std::string slug = "doc-";
  for (const char c : file.substr(0, file.find('.'))) slug += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '-';
  return slug;
}

std::string Link(absl::string_view id, absl::string_view text) {
  return absl::StrCat("<a href=\"#", id, "\">", Xml(text), "</a>");
}

// The documents, each with its sections.
class Contents {
 public:
  void Add(const std::string& document_id, const std::string& name, const std::vector<HtmlHeading>& headings) {
    std::string title = name;
    std::string sections;
    for (const HtmlHeading& heading : headings) {
      if (heading.level == kDocumentLevel && title == name) title = heading.text;
      if (heading.level == kSectionLevel) absl::StrAppend(&sections, "<li>", Link(heading.id, heading.text), "</li>\n");
    }
    absl::StrAppend(&html_, "<li>", Link(document_id, title));
    if (!sections.empty()) absl::StrAppend(&html_, "\n<ol>\n", sections, "</ol>\n");
    html_ += "</li>\n";
  }
  const std::string& html() const { return html_; }

 private:
  std::string html_;
};

}  // namespace

File WritePage(const std::vector<PageDocument>& documents, const PageBasis& basis) {
  const absl::string_view style = kPage[0].text;
  const absl::string_view frame = kPage[1].text;
  Contents contents;
  std::string body;
  for (const PageDocument& document : documents) {
    const std::string id = SlugOf(document.name);
    const HtmlPart part = MarkdownToHtml(document.markdown, id);
    contents.Add(id, document.name, part.headings);
    absl::StrAppend(&body, "<article id=\"", id, "\">\n", part.html, "</article>\n");
  }
  const std::string identity = ExportId(absl::StrCat(basis.topic, "/page"));
  const std::string system = Xml(basis.system);
  // One pass: what a value holds is not looked at again.
  std::string page =
      absl::StrReplaceAll(frame, {{"{{style_hash}}", absl::Base64Escape(absl::HexStringToBytes(Sha256Hex(style)))},
                                  {"{{style}}", std::string(style)},
                                  {"{{generator}}", std::string(kPageMark)},
                                  {"{{identity}}", identity},
                                  {"{{system}}", system},
                                  {"{{topic}}", Xml(basis.topic)},
                                  {"{{as_of}}", Xml(basis.as_of)},
                                  {"{{commit}}", Xml(basis.commit)},
                                  {"{{contents}}", contents.html()},
                                  {"{{documents}}", body}});
  return {"index.html", std::move(page), identity};
}

}  // namespace metapowers::exporting
