#include "service/document/splice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/status_matchers.h"

namespace metapowers::document {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::HasSubstr;

const Layout& TestLayout() {
  static const Layout& layout = *new Layout{
      "Identify", "> Basis: ATT&CK 15", "_Planning assistance: check with your experts._", {"A", "B", "C", "D"}};
  return layout;
}

std::string Body(absl::string_view heading, absl::string_view text = "generated") {
  return absl::StrCat("## ", heading, "\n\n", text, "\n");
}

std::string Spliced(absl::string_view document, absl::string_view heading, absl::string_view text = "generated") {
  const auto out = Splice(document, TestLayout(), heading, Body(heading, text));
  return out.ok() ? *out : std::string(out.status().message());
}

TEST(SpliceTest, CreatesTheDocument) {
  const std::string expected =
      "# Identify\n\n> Basis: ATT&CK 15\n\n## B\n\ngenerated\n\n_Planning assistance: check with your experts._\n";
  EXPECT_EQ(Spliced("", "B"), expected);
  EXPECT_EQ(Spliced(" \n\n", "B"), expected);
}

TEST(SpliceTest, WithoutBasisAndNote) {
  ASSERT_OK_AND_ASSIGN(const std::string out, Splice("", {"T", "", "", {"A"}}, "A", Body("A")));
  EXPECT_EQ(out, "# T\n\n## A\n\ngenerated\n");
}

TEST(SpliceTest, BringsTheBasisUpToDateAlone) {
  EXPECT_EQ(WithBasis("# T\n\n> Basis: old\r\n\n> Basis: other\n\n## A\n\n> Basis: old\n", TestLayout()),
            "# T\n\n> Basis: ATT&CK 15\r\n\n> Basis: other\n\n## A\n\n> Basis: old\n");
  EXPECT_EQ(WithBasis("```\n> Basis: old\n```\n## A\n", TestLayout()), "```\n> Basis: old\n```\n## A\n");
  EXPECT_EQ(WithBasis("", TestLayout()), "");
  EXPECT_EQ(WithBasis("> Basis: old\n", {"T", "", "", {"A"}}), "> Basis: old\n");
  const std::string document = Spliced("", "B");
  EXPECT_EQ(WithBasis(document, TestLayout()), document);
}

TEST(SpliceTest, InsertsInContractOrderBeforeTheNote) {
  EXPECT_EQ(Spliced(Spliced(Spliced("", "C"), "A"), "D"),
            "# Identify\n\n> Basis: ATT&CK 15\n\n## A\n\ngenerated\n\n## C\n\ngenerated\n\n## D\n\ngenerated\n\n"
            "_Planning assistance: check with your experts._\n");
}

TEST(SpliceTest, KeepsWhatPeopleWrote) {
  const std::string document =
      "# My own title\r\n\r\nhello  \n\n## Mine\n\tx\n\n\n\n## B\nold\n\n## Also mine ##\n```\n## B\n```\nlast, no "
      "newline";
  EXPECT_EQ(Spliced(document, "B", "new"),
            "# My own title\r\n\r\nhello  \n\n## Mine\n\tx\n\n\n\n## B\n\nnew\n\n## Also mine ##\n```\n## "
            "B\n```\nlast, no newline");
  EXPECT_EQ(Spliced(document, "D", "new"), absl::StrReplaceAll(document, {{"old\n\n", "old\n\n## D\n\nnew\n\n"}}));
  EXPECT_EQ(Spliced("just text", "A", "new"), "just text\n\n## A\n\nnew\n");
}

TEST(SpliceTest, LinesEndAsThoseOfTheDocument) {
  const std::string document = absl::StrReplaceAll(Spliced(Spliced("", "A"), "C"), {{"\n", "\r\n"}});
  EXPECT_EQ(Spliced(document, "B", "new"),
            absl::StrReplaceAll(Spliced(Spliced(Spliced("", "A"), "C"), "B", "new"), {{"\n", "\r\n"}}));
  EXPECT_EQ(Spliced(document, "A"), document);
}

TEST(SpliceTest, TextAfterTheNoteStays) {
  const std::string document = Spliced("", "A") + "\nwritten below\n";
  EXPECT_EQ(Spliced(document, "A", "new"), absl::StrReplaceAll(document, {{"generated", "new"}}));
  EXPECT_TRUE(absl::EndsWith(Spliced(document, "B"), "experts._\n\nwritten below\n"));
}

TEST(SpliceTest, BringsGeneratedLinesUpToDateOnly) {
  const std::string old = absl::StrReplaceAll(Spliced("", "A"), {{"ATT&CK 15", "ATT&CK 14"}, {"check with", "ask"}});
  EXPECT_EQ(Spliced(old, "A"), Spliced("", "A"));
  const std::string own = "# T\n\nBasis: our talk\n\n```\n> Basis: in code\n```\n\n## Mine\n\n> Basis: mine too\n";
  EXPECT_TRUE(absl::StartsWith(Spliced(own, "A"), own));
}

TEST(SpliceTest, RefusesWhatItCannotTellApart) {
  EXPECT_THAT(Splice("## A\nx\n## B\n## A #\n", TestLayout(), "A", Body("A")),
              HasError(absl::StatusCode::kFailedPrecondition, "DOCUMENT_MALFORMED", HasSubstr("lines 1, 4")));
  EXPECT_OK(Splice("## A\nx\n## B\n## A #\n", TestLayout(), "B", Body("B")));
  EXPECT_THAT(Splice("a\n```\n## A\n", TestLayout(), "A", Body("A")),
              HasError(absl::StatusCode::kFailedPrecondition, "DOCUMENT_MALFORMED", HasSubstr("line 2")));
}

TEST(SpliceTest, RefusesABadSection) {
  for (const std::string& section : {std::string("text\n"), Body("B"), Body("A") + Body("B"), "x\n" + Body("A"),
                                     Body("A", "```"), Body("A", TestLayout().note)}) {
    EXPECT_THAT(Splice("", TestLayout(), "A", section),
                HasError(absl::StatusCode::kInternal, "SECTION_INVALID", HasSubstr("cannot splice")));
  }
  EXPECT_THAT(Splice("", TestLayout(), "Z", Body("Z")),
              HasError(absl::StatusCode::kInternal, "SECTION_INVALID", HasSubstr("not in the layout")));
}

// A document that people and older runs left behind: each piece of foreign text is unlike any other.
std::string LeftBehind() {
  std::string out;
  int piece = 0;
  std::vector<std::string> generated = {"A", "B", "C", "D"};
  for (const int kind : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9))) {
    const std::string id = absl::StrCat("own", piece++, ";");
    if (kind == 0) absl::StrAppend(&out, id, "\n");
    if (kind == 1) absl::StrAppend(&out, "## ", id, "\n", id, "\r\n\n\n");
    if (kind == 2) absl::StrAppend(&out, "\n");
    if (kind == 3) absl::StrAppend(&out, "\n~~~\n## A\n", id, "\n~~~\n");
    if (kind == 4) absl::StrAppend(&out, "<!-- ", id, "\n## B\n-->\n");
    if (kind == 5) absl::StrAppend(&out, "> Basis: old\n");
    if (kind == 6) absl::StrAppend(&out, TestLayout().note, "\n");
    if (kind >= 7 && !generated.empty()) {
      const size_t at = *rc::gen::inRange<size_t>(0, generated.size());
      absl::StrAppend(&out, "## ", generated[at], "\n\ngenerated before\n\n## after-", id, "\n");
      generated.erase(generated.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  if (*rc::gen::arbitrary<bool>()) out += "own-last; without newline";
  return out;
}

RC_GTEST_PROP(SpliceProperty, ForeignBytesAreNeverLost, ()) {
  const std::string document = LeftBehind();
  const std::string heading = *rc::gen::element<std::string>("A", "B", "C", "D");
  const std::string out = Spliced(document, heading, "fresh");
  RC_ASSERT(absl::StrContains(out, Body(heading, "fresh")));
  // What is left without the new section is the old document without the old one, up to the updated basis
  // and blank lines where the new section touches.
  const auto essence = [&](std::string text) {
    return absl::StrReplaceAll(text, {{Body(heading, "fresh"), ""},
                                      {Body(heading, "generated before"), ""},
                                      {"> Basis: old", TestLayout().basis},
                                      {"# Identify\n", ""},
                                      {"\n", ""}});
  };
  const bool created = document.find_first_not_of(" \r\n") == std::string::npos;
  if (!created)
    RC_ASSERT(essence(out) == essence(document) || !absl::StrContains(document, "> Basis: old") ||
              absl::StrReplaceAll(essence(out), {{TestLayout().basis, ""}}) ==
                  absl::StrReplaceAll(essence(document), {{TestLayout().basis, ""}}));
}

RC_GTEST_PROP(SpliceProperty, ARepeatedCallChangesNothing, ()) {
  const std::string once = Spliced(LeftBehind(), "C", "fresh");
  RC_ASSERT(Spliced(once, "C", "fresh") == once);
}

RC_GTEST_PROP(SpliceProperty, AnyOrderOfCallsGivesTheSameBytes, ()) {
  const std::string document = LeftBehind();
  std::vector<std::string> order = {"A", "B", "C", "D"};
  order.resize(*rc::gen::inRange<size_t>(2, 5));
  std::string expected;
  do {
    std::string out = document;
    for (const std::string& heading : order) out = Spliced(out, heading, "fresh");
    if (expected.empty()) expected = out;
    RC_ASSERT(out == expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace metapowers::document
