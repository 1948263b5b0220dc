// Text from a model, as hostile as it may be, never changes the structure of a document, and is read as it
// was written.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "render/render_test.pb.h"
#include "service/base/markdown_escape.h"
#include "service/base/strings.h"
#include "service/render/template.h"
#include "tests/support/markdown_outline.h"
#include "tests/support/status_matchers.h"

namespace metapowers::render {
namespace {

using testdata::Report;
using testing_support::MarkdownOutline;
using testing_support::OutlineOf;

// Every place a tag may stand in, each among neighbours that could join a plot.
const char* const kTemplates[] = {
    "{{text}}\n",
    "Before {{text}} after {{more}}.\n",
    "{{text}} {{more}}\n",
    "{{text}}{{more}}\n",
    "Before\n{{text}}\n{{more}}\nafter\n",
    "Before\n- {{text}}\n- {{more}}\n",
    "1. {{text}}\n2. {{more}}\n",
    "> {{text}}\n> {{more}}\n",
    "- [ ] {{text}}\n- [x] {{more}}\n",
    "- a\n  {{text}}\n",
    "## {{text}}\n\n### X {{more}}\n",
    "| A | B |\n| --- | --- |\n| {{text}} | {{more}} |\n| `{{text}}` | x |\n",
    "| A | B |\n| --- | --- |\n| **{{text}}** | [{{more}}](x) |\n",
    "See `{{text}}` and `x {{more}}`.\n",
    "See **{{text}}** and *{{more}}*, _{{text}}_.\n",
    "See [{{text}}](https://example.com/{{more}}) and [x]({{text}}).\n",
    "See [x]{{text}} ({{more}}) !{{text}}\n",
    "{{text}}.{{more}} {{text}}@{{more}} {{text}}:{{more}} #{{text}}\n",
    "```text\n{{text}}\n{{more}}\n```\n",
    "~~~\n{{text}}{{more}}\n~~~\n\nafter\n",
    "- a\n\n  ```\n  {{text}}\n  ```\n",
    "```mermaid\nflowchart LR\n  n_{{text}}[\"{{text}}\"] -->|\"{{more}}\"| n_{{more}}\n```\n",
    "{{#names}}\n- {{.}}\n{{/}}\n\nAll: {{names}}\n",
};

rc::Gen<std::string> HostileText() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{"a",
                                                                                               "b1",
                                                                                               "word",
                                                                                               " ",
                                                                                               "  ",
                                                                                               "\n",
                                                                                               "\r\n",
                                                                                               "\t",
                                                                                               "\n\n",
                                                                                               "`",
                                                                                               "``",
                                                                                               "```",
                                                                                               "~",
                                                                                               "~~",
                                                                                               "~~~",
                                                                                               "*",
                                                                                               "**",
                                                                                               "_",
                                                                                               "__",
                                                                                               "#",
                                                                                               "##",
                                                                                               "-",
                                                                                               "---",
                                                                                               "- ",
                                                                                               "+ ",
                                                                                               "* ",
                                                                                               "===",
                                                                                               "=",
                                                                                               ">",
                                                                                               "> ",
                                                                                               "1.",
                                                                                               "2) ",
                                                                                               "12",
                                                                                               "|",
                                                                                               "||",
                                                                                               "\\",
                                                                                               "\\\\",
                                                                                               "[",
                                                                                               "]",
                                                                                               "(",
                                                                                               ")",
                                                                                               "](x)",
                                                                                               "[x]: y",
                                                                                               "![",
                                                                                               "!",
                                                                                               "<",
                                                                                               "</",
                                                                                               "<b>",
                                                                                               "<!--",
                                                                                               "-->",
                                                                                               "<?",
                                                                                               "&",
                                                                                               "&amp;",
                                                                                               "&lt",
                                                                                               ";",
                                                                                               "&#35;",
                                                                                               "#",
                                                                                               "www",
                                                                                               "www.",
                                                                                               ".",
                                                                                               "http://",
                                                                                               "https",
                                                                                               "://",
                                                                                               ":",
                                                                                               "/",
                                                                                               "x.com",
                                                                                               "@",
                                                                                               "me@x.com",
                                                                                               "@team",
                                                                                               "#12",
                                                                                               "mailto:",
                                                                                               "$",
                                                                                               "$x$",
                                                                                               "{{",
                                                                                               "}}",
                                                                                               "{{text}}",
                                                                                               "%%",
                                                                                               "\"",
                                                                                               "'",
                                                                                               "|---|---|",
                                                                                               "--|--",
                                                                                               "\xe2\x80\xae",
                                                                                               "\xe2\x80\x8b",
                                                                                               "\xc2\xa0",
                                                                                               "\xe2\x80\x83",
                                                                                               "\xc3\xa9",
                                                                                               "\xe2\x80\x9c",
                                                                                               "\xff",
                                                                                               std::string(1, '\0'),
                                                                                               "\x1b[31m",
                                                                                               "\x7f",
                                                                                               "^",
                                                                                               "[^1]",
                                                                                               "[ ] ",
                                                                                               "<script>",
                                                                                               "end",
                                                                                               "click",
                                                                                               "style"})),
      [](const std::vector<std::string>& parts) {
        std::string out;
        for (const std::string& part : parts) out += part;
        return out;
      });
}

// What a reader should see of `text`.
std::string Seen(absl::string_view text) {
  std::string out = OneLine(text);
  out = absl::StrReplaceAll(out, {{"\xe2\x80\x8b", ""}, {"\xc2\xa0", " "}, {"\xe2\x80\x83", " "}});
  // A cell's text, a heading's and so on is compared without its spaces, which Markdown squeezes.
  out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
  return out;
}

Report Filled(const std::string& text, const std::string& more) {
  Report report;
  report.set_text(text);
  report.set_more(more);
  report.add_names(text);
  report.add_names(more);
  return report;
}

std::string AllText(const MarkdownOutline& outline) {
  std::string out;
  for (const std::string& text : outline.texts) out += text;
  return Seen(out);
}

// Empty text in a paragraph of its own leaves no paragraph; that is no attack.
std::string OrWord(std::string text) { return Seen(text).empty() ? "word" : text; }

RC_GTEST_PROP(HostileTextTest, StructureStaysAndTextIsReadAsWritten, ()) {
  const std::string text = OrWord(*HostileText());
  const std::string more = OrWord(*HostileText());
  for (const char* source : kTemplates) {
    const auto parsed = Template::Parse(source, "t.md");
    RC_ASSERT(parsed.ok());
    const std::string benign = *parsed->Render(Filled("word", "other"));
    const std::string hostile = *parsed->Render(Filled(text, more));
    const MarkdownOutline expected = OutlineOf(benign);
    const MarkdownOutline actual = OutlineOf(hostile);
    RC_LOG() << "template: " << source << "\nrendered: " << hostile << "\n";
    RC_ASSERT(actual.structure == expected.structure);
    RC_ASSERT(IsUtf8(hostile));
    // In code, backticks and fences are replaced, and lines kept; Mermaid and URLs have encodings of their own.
    if (absl::string_view(source).find_first_of("`~(") == absl::string_view::npos) {
      RC_ASSERT(AllText(actual) ==
                Seen(absl::StrReplaceAll(AllText(expected), {{"word", Seen(text)}, {"other", Seen(more)}})));
    }
  }
}

RC_GTEST_PROP(HostileTextTest, LinksGoNowhereElse, ()) {
  const auto parsed = Template::Parse("[x]({{text}}) [y](https://example.com/{{more}})\n", "t.md");
  RC_ASSERT(parsed.ok());
  const std::string text = *rc::gen::oneOf(
      HostileText(), rc::gen::map(HostileText(), [](const std::string& tail) { return "javascript:" + tail; }),
      rc::gen::map(HostileText(), [](const std::string& tail) { return " \tdata&colon;:" + tail; }));
  const MarkdownOutline outline = OutlineOf(*parsed->Render(Filled(text, *HostileText())));
  RC_ASSERT(outline.links.size() == 2u);
  const absl::string_view first = outline.links[0];
  const bool web = first.substr(0, 7) == "http://" || first.substr(0, 8) == "https://";
  RC_ASSERT(web || first.find(':') == absl::string_view::npos);
  RC_ASSERT(outline.links[1].rfind("https://example.com/", 0) == 0u);
}

TEST(HostileTextTest, OrdinaryTextStaysReadable) {
  for (const char* text : {"api-platform",
                           "AES-256",
                           "1,000/min",
                           "ledger_db",
                           "Stripe (payments)",
                           "30 min.",
                           "C# and .NET",
                           "AT&T",
                           "a < b > c",
                           "x -> y",
                           "2 * 3",
                           "~30 min",
                           "100%",
                           "Is it on? Yes!",
                           "key: value",
                           "C:\\temp",
                           "1.5 GB",
                           "-5",
                           "a/b/c",
                           "it's \"so\"",
                           "snake_case_name",
                           "caf\xc3\xa9 \xe2\x80\x94 ok",
                           "a@ b",
                           "$5 and $6",
                           "TLS 1.2+",
                           "x=1; y=2",
                           "#hash",
                           "a || b"}) {
    Report report;
    report.set_text(text);
    for (const char* source : {"x {{text}}\n", "{{text}}\n"}) {
      const std::string out = *Template::Parse(source, "t.md")->Render(report);
      EXPECT_EQ(out, absl::StrCat(source[0] == 'x' ? "x " : "", text, "\n"));
    }
  }
}

TEST(HostileTextTest, MentionsAndAddressesAreDead) {
  Report report;
  report.set_text("@team #12 me@x.com http://x.com www.x.com");
  EXPECT_EQ(*Template::Parse("x {{text}}", "t.md")->Render(report),
            "x @&#8203;team #&#8203;12 me@&#8203;x.com http\\://x.com www\\.x.com\n");
}

TEST(HostileTextTest, MermaidIdentifiersStayDistinct) {
  std::vector<std::string> ids;
  for (const char* text : {"a-b", "a_b", "a b", "a.b", "ab", "a_2db"}) {
    Report report;
    report.set_text(text);
    ids.push_back(*Template::Parse("```mermaid\nn_{{text}}\n```", "t.md")->Render(report));
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace
}  // namespace metapowers::render
