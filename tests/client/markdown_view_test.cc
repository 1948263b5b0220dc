#include "client/markdown_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_split.h"
#include "client/output.h"
#include "client/pager.h"

namespace metapowers::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const std::string& markdown, size_t columns = 40) {
  return RenderMarkdown(markdown, {columns, false});
}

TEST(MarkdownViewTest, HeadingsAreBoldWhereColourIs) {
  EXPECT_EQ(RenderMarkdown("## A \\| `b`\n\ntext\n", {40, true}), "\x1b[1mA | b\x1b[0m\n\ntext\n");
  EXPECT_EQ(Render("# A\n####### no\n#no\n"), "A\n####### no\n#no\n");
}

TEST(MarkdownViewTest, TablesAreAligned) {
  EXPECT_EQ(Render("| Key | Name |\n| --- | ---: |\n| a | **Web** |\n| long\\_key | x \\| y |\n\nend\n"),
            "Key       Name\n"
            "────────  ─────\n"
            "a         Web\n"
            "long_key  x | y\n"
            "\nend\n");
}

TEST(MarkdownViewTest, TablesKeepToTheWidth) {
  const std::string table =
      "| Key | Sentence | Owner |\n|---|---|---|\n| k1 | one two three four five six seven eight | Core team |\n";
  EXPECT_EQ(Render(table, 36),
            "Key  Sentence              Owner\n"
            "───  ────────────────────  ─────────\n"
            "k1   one two three four    Core team\n"
            "     five six seven eight\n");
  for (const size_t columns : {1u, 10u, 20u, 30u, 200u}) {
    for (const absl::string_view line : absl::StrSplit(Render(table, columns), '\n')) {
      EXPECT_LE(DisplayWidth(line), std::max<size_t>(columns, 22)) << columns << ": " << line;
    }
  }
}

TEST(MarkdownViewTest, ATableOfTooManyColumnsIsRecords) {
  EXPECT_EQ(Render("| A | B | C |\n|---|---|---|\n| first value | second value | |\n", 14),
            "- A: first value\n  B: second value\n");
}

TEST(MarkdownViewTest, CodeStandsAsItIs) {
  EXPECT_EQ(Render("```mermaid\nflowchart LR\n  a -->|**x**| b\n| no | table |\n```\nend\n"),
            "    flowchart LR\n      a -->|**x**| b\n    | no | table |\nend\n");
  EXPECT_EQ(Render("~~~\n```\nnever closed\n"), "    ```\n    never closed\n");
}

TEST(MarkdownViewTest, ProseIsWrappedUnderItsMark) {
  EXPECT_EQ(Render("- one two three four five six seven eight nine\n", 30),
            "- one two three four five six\n  seven eight nine\n");
  EXPECT_EQ(Render("> Basis: one two three four five six\n", 26), "> Basis: one two three\n> four five six\n");
}

TEST(MarkdownViewTest, TextReadsAsItIsMeant) {
  EXPECT_EQ(PlainText("a\\_b &lt;c&gt; &amp;amp; [d](#d) [e](https://x.org) `f\\_` **g** &#124; x<br>y"),
            "a_b <c> &amp; d e (https://x.org) f\\_ g | x y");
  EXPECT_EQ(PlainText("[no](link & `open &nope; &#xyz;"), "[no](link & `open &nope; &#xyz;");
}

TEST(MarkdownViewTest, ControlsNothing) {
  for (const std::string text : {"\x1b[2J", "&#27;[2J", "&#x1b;]0;t&#7;", "\xe2\x80\xae", "&#x202e;", "&#8238;",
                                 "\x9b\x32J", "&#155;2J", "\x7f", "&#x2066;", "&#0;", "&#xd800;", "&#x110000;"}) {
    for (const std::string& markdown :
         {text + "\n", "# " + text + "\n", "| " + text + " |\n|---|\n| " + text + " |\n", "```\n" + text + "\n```\n",
          "- `" + text + "`\n", "[" + text + "](" + text + ")\n", "\\" + text + "\n"}) {
      const std::string shown = Render(markdown);
      for (const std::string bad : {"\x1b", "\x07", "\x7f", "\x9b", "\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x9b"}) {
        EXPECT_THAT(shown, Not(HasSubstr(bad))) << markdown;
      }
      EXPECT_EQ(shown.find('\0'), std::string::npos);
    }
  }
}

TEST(PagerTest, OpensForWhatIsLongerThanTheScreen) {
  EXPECT_FALSE(NeedsPager("a\nb\n", 80, 3));
  EXPECT_TRUE(NeedsPager("a\nb\nc\n", 80, 3));
  EXPECT_TRUE(NeedsPager(std::string(200, 'x'), 80, 2)) << "a long line fills several";
  EXPECT_FALSE(NeedsPager("", 80, 1));
}

}  // namespace
}  // namespace metapowers::client
