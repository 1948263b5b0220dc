// The page and its parts: headings, tables, links, and text that stays text.
#include "service/export/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "service/export/markdown_html.h"

namespace metapowers::exporting {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Html(absl::string_view markdown) { return MarkdownToHtml(markdown, "d").html; }

TEST(MarkdownHtml, HeadingsGoDownByOneStep) {
  const HtmlPart part = MarkdownToHtml("# A\n\n## B\n\n##### C & D\n\n## B\n", "d");
  ASSERT_EQ(part.headings.size(), 4u);
  EXPECT_EQ(part.headings[2].level, 4);
  EXPECT_EQ(part.headings[2].text, "C & D");
  EXPECT_EQ(part.headings[1].id, "d-b");
  EXPECT_EQ(part.headings[3].id, "d-b-2");
  EXPECT_THAT(part.html, HasSubstr("<h2 id=\"d-a\">A</h2>"));
  EXPECT_THAT(part.html, HasSubstr("<h4 id=\"d-c-d\">C &amp; D</h4>"));
}

TEST(MarkdownHtml, CellsSayWhatTheyHead) {
  const std::string html = Html("# T\n\n| Id | N |\n|---|--:|\n| web | 1 |\n|  | 2 |\n");
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">Id</th><th scope=\"col\" class=\"right\">N</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">web</th><td class=\"right\">1</td>"));
  EXPECT_THAT(html, HasSubstr("<td></td><td class=\"right\">2</td>"));
  EXPECT_THAT(html, HasSubstr("aria-label=\"Table: T\""));
}

TEST(MarkdownHtml, ListsOfFactsHaveHeadersOfRowsAlone) {
  const std::string html = Html("| | |\n|---|---|\n| On | web |\n");
  EXPECT_THAT(html, Not(HasSubstr("thead")));
  EXPECT_THAT(html, HasSubstr("<tr><th scope=\"row\">On</th><td>web</td></tr>"));
}

TEST(MarkdownHtml, DatesAreOneWord) {
  EXPECT_EQ(Html("due 2026-03-01, not 12026-03-01 or 2026-03-011 or `2026-03-01`"),
            "<p>due <time>2026-03-01</time>, not 12026-03-01 or 2026-03-011 or <code>2026-03-01</code></p>\n");
}

TEST(MarkdownHtml, RawHtmlIsText) {
  for (const char* text : {"<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<!-- x -->",
                           "<a href=\"https://example.com\">x</a>", "<svg onload=alert(1)>"}) {
    const std::string html = Html(text);
    EXPECT_THAT(html, Not(HasSubstr("<script"))) << html;
    EXPECT_THAT(html, Not(HasSubstr("<img"))) << html;
    EXPECT_THAT(html, Not(HasSubstr("<a "))) << html;
    EXPECT_THAT(html, Not(HasSubstr("<svg"))) << html;
    EXPECT_THAT(html, HasSubstr("&lt;")) << html;
  }
}

TEST(MarkdownHtml, LinksLeadToTheWebOnly) {
  EXPECT_THAT(Html("[x](https://example.com/?a=1&b=2)"), HasSubstr("href=\"https://example.com/?a=1&amp;b=2\">x</a>"));
  for (const char* text : {"[x](javascript:alert(1))", "[x](data:text/html,a)", "[x](other.md)", "[x](//host/a)",
                           "[x](&#106;avascript:alert(1))", "![x](https://example.com/a.png)"}) {
    EXPECT_EQ(Html(text), "<p>x</p>\n") << text;
  }
}

TEST(MarkdownHtml, WhatIsNoCharacterIsReplaced) {
  EXPECT_EQ(Html("a\xff\x01 &#0; &#xD800; &#x41; &hearts; b"), "<p>a\uFFFD\uFFFD \uFFFD \uFFFD A &amp;hearts; b</p>\n");
}

TEST(MarkdownHtml, OtherDiagramsAreShownAsText) {
  EXPECT_THAT(Html("```mermaid\nflowchart LR\n  a --> b\n```\n"), HasSubstr("<svg "));
  EXPECT_THAT(Html("```mermaid\ngantt\n  title A\n```\n"), HasSubstr("<pre tabindex=\"0\"><code>gantt"));
}

TEST(Page, ValuesAreNotLookedAtAgain) {
  const File page = WritePage({{"00-govern.md", "# Govern {{style}}\n"}},
                              {"shop", "</style><script>{{documents}}", "2026-03-01", "c0ffee"});
  EXPECT_EQ(page.name, "index.html");
  EXPECT_THAT(page.text, HasSubstr(page.mark));
  EXPECT_THAT(page.text, HasSubstr("Govern {{style}}"));
  EXPECT_THAT(page.text, HasSubstr("&lt;/style&gt;&lt;script&gt;{{documents}}"));
  EXPECT_THAT(page.text, Not(HasSubstr("<script")));
  EXPECT_THAT(page.text, HasSubstr("<a href=\"#doc-00-govern\">Govern {{style}}</a>"));
}

}  // namespace
}  // namespace metapowers::exporting
