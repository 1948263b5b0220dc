#include "service/document/sections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/markdown_outline.h"

namespace metapowers::document {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Headings(absl::string_view document) {
  std::vector<std::string> headings;
  for (const Section& section : SplitSections(document).sections) headings.emplace_back(section.heading);
  return headings;
}

TEST(SectionsTest, SplitsAtHeadingsOfLevelTwo) {
  const Sections sections = SplitSections("# T\n\npre\n\n## One\n\na\n### Sub\n## Two ##\nb");
  EXPECT_EQ(sections.preamble, "# T\n\npre\n\n");
  EXPECT_THAT(sections.sections,
              ElementsAre(Section{"One", "## One\n\na\n### Sub\n", 5}, Section{"Two", "## Two ##\nb", 9}));
  EXPECT_EQ(sections.unclosed_line, 0);
}

TEST(SectionsTest, HeadingForms) {
  EXPECT_THAT(Headings("##\tTab\n   ## Indented\n## C#\n## Closed ###  \r\n##\n## #\n"),
              ElementsAre("Tab", "Indented", "C#", "Closed", "", ""));
  EXPECT_THAT(Headings("##No\n    ## code\n\\## no\n### three\nSetext\n---\n"), IsEmpty());
}

TEST(SectionsTest, CodeAndRawHtmlHideHeadings) {
  EXPECT_THAT(Headings("```\n## no\n```\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("~~~~ x\n~~~\n## no\n```\n~~~~~\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("   ```\n## no\n  ```\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("``` a`b\n## yes\n"), ElementsAre("yes")) << "not a fence: a backtick after it";
  EXPECT_THAT(Headings("- ```\n  ## no\n  ```\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("- ```\n  ## no\n\n## yes\n"), ElementsAre("yes")) << "the item ends, and its fence with it";
  EXPECT_THAT(Headings("<!--\n## no\n-->\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("<!-- a --> b\n## yes\n"), ElementsAre("yes"));
  EXPECT_THAT(Headings("<PRE>\n## no\n</Pre>\n## yes\n<preview>\n\n## too\n"), ElementsAre("yes", "too"));
}

TEST(SectionsTest, NamesWhatIsNeverClosed) {
  EXPECT_EQ(SplitSections("a\n```\n## no\n").unclosed_line, 2);
  EXPECT_EQ(SplitSections("a\n\n<!-- b\n## no\n").unclosed_line, 3);
}

rc::Gen<std::string> Document() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "## A",        "## B ##", "# T",  "text", "",        "```", "~~~",   "````",  "  ```",  "   ## C",
          "    ## code", "- item",  "<!--", "-->",  "> quote", "##x", "### D", "<pre>", "</pre>", "``` `x`"})),
      [](const std::vector<std::string>& lines) {
        std::string out;
        for (const std::string& line : lines) absl::StrAppend(&out, line, "\n");
        return out;
      });
}

RC_GTEST_PROP(SectionsProperty, PartsAreTheDocument, (std::string noise)) {
  const std::string document =
      absl::StrCat(*Document(), noise, *Document(), *rc::gen::element("", "\r\n", "x", "## Z"));
  const Sections sections = SplitSections(document);
  std::string joined(sections.preamble);
  for (const Section& section : sections.sections) absl::StrAppend(&joined, section.text);
  RC_ASSERT(joined == document);
  RC_ASSERT(PreambleOf(document) == sections.preamble);
}

// Lists are left out: md4c follows them deeper than a document's top level needs.
RC_GTEST_PROP(SectionsProperty, AgreesWithAMarkdownParser, ()) {
  std::string document;
  for (const std::string& line : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
           std::vector<std::string>{"## A", "## B ##", "# T",        "text",    "",        "```",     "~~~",
                                    "````", "~~~~~",   "  ```",      "   ## C", "> quote", "##x",     "### D",
                                    "<!--", "a --> b", "<!-- x -->", "## #",    "##",      "``` `x`", "~~~ `x`"}))) {
    absl::StrAppend(&document, line, "\n");
  }
  RC_ASSERT(Headings(document) == testing_support::OutlineOf(document).sections);
}

TEST(BodyLikenessTest, IsOfLines) {
  EXPECT_EQ(BodyLikeness("## A\n\na\nb\n", "## B\na\nb"), 1);
  EXPECT_EQ(BodyLikeness("## A\n\na\nb\n", "## B\na\nc"), 0.5);
  EXPECT_EQ(BodyLikeness("## A\n", "## A\n"), 0);
}

}  // namespace
}  // namespace metapowers::document
