#include "service/document/undo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace metapowers::document {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr char kNote[] = "> Planning assistance:";

// A document with these sections; "A" is a section of that heading, "A1" one with another text.
std::string Document(const std::vector<std::string>& sections) {
  if (sections.empty()) return "";
  std::string text = "# Title\n\n> Basis: x\n\n";
  for (const std::string& section : sections) {
    absl::StrAppend(&text, "## ", section.substr(0, 1), "\n\n| Key | Value |\n| --- | --- |\n| ", section,
                    " | 1 |\n\n");
  }
  return absl::StrCat(text, kNote, " check it.\n");
}

std::optional<std::string> Undo(const std::vector<std::string>& before, const std::vector<std::string>& after,
                                const std::vector<std::string>& now) {
  return UndoDocumentChange(Document(before), Document(after), Document(now), kNote);
}

TEST(MergeLinesTest, TakesBothSidesWhereTheyDoNotTouch) {
  EXPECT_THAT(MergeLines("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n"), Optional(Eq("A\nb\nC\n")));
  EXPECT_THAT(MergeLines("a\nb\n", "a\nx\nb\n", "a\nb\ny\n"), Optional(Eq("a\nx\nb\ny\n")));
  EXPECT_THAT(MergeLines("a\nb", "a\nb", "a\nb\n"), Optional(Eq("a\nb\n"))) << "an end is a change";
  EXPECT_THAT(MergeLines("", "", ""), Optional(Eq("")));
}

TEST(MergeLinesTest, TheSameChangeOnBothSidesIsOne) {
  EXPECT_THAT(MergeLines("a\nb\nc\n", "a\nB\nc\n", "a\nB\nc\n"), Optional(Eq("a\nB\nc\n")));
}

TEST(MergeLinesTest, LinesThatTouchConflict) {
  EXPECT_EQ(MergeLines("a\nb\n", "A\nb\n", "a\nB\n"), std::nullopt);
  EXPECT_EQ(MergeLines("a\n", "b\n", "c\n"), std::nullopt);
  EXPECT_EQ(MergeLines("a\nb\nc\n", "a\nc\n", "a\nb\n"), std::nullopt) << "two lines removed beside each other";
  EXPECT_EQ(MergeLines("a\n", "", "c\n"), std::nullopt);
  EXPECT_EQ(MergeLines("a\n", "a\nx\n", "a\ny\n"), std::nullopt);
}

std::string SomeLines() {
  return absl::StrJoin(*rc::gen::container<std::vector<std::string>>(
                           rc::gen::elementOf(std::vector<std::string>{"a\n", "b\n", "c\n", "d\n", "\n", "## h\n"})),
                       "");
}

RC_GTEST_PROP(MergeLinesProperty, OneSideAloneIsThatSide, ()) {
  const std::string base = SomeLines();
  const std::string other = SomeLines();
  RC_ASSERT(MergeLines(base, base, other) == other);
  RC_ASSERT(MergeLines(base, other, base) == other);
  RC_ASSERT(MergeLines(base, other, other) == other);
}

RC_GTEST_PROP(MergeLinesProperty, SidesAreEqual, ()) {
  const std::string base = SomeLines();
  const std::string ours = SomeLines();
  const std::string theirs = SomeLines();
  RC_ASSERT(MergeLines(base, ours, theirs) == MergeLines(base, theirs, ours));
}

TEST(UndoDocumentChangeTest, TheOldContentReturnsWhereNothingCameAfter) {
  EXPECT_THAT(Undo({"A"}, {"A", "B"}, {"A", "B"}), Optional(Document({"A"})));
  EXPECT_THAT(Undo({}, {"A"}, {"A"}), Optional(Eq("")));
}

TEST(UndoDocumentChangeTest, SectionsBesideEachOtherAreNotInTheWay) {
  EXPECT_THAT(Undo({"A"}, {"A", "B"}, {"A", "B", "C"}), Optional(Document({"A", "C"}))) << "added";
  EXPECT_THAT(Undo({}, {"A"}, {"A", "B"}), Optional(Document({"B"}))) << "the first one of a new document";
  EXPECT_THAT(Undo({"A", "B"}, {"A1", "B"}, {"A1", "B1"}), Optional(Document({"A", "B1"}))) << "changed";
  EXPECT_THAT(Undo({"A", "B"}, {"A"}, {"A1"}), Optional(Document({"A1", "B"}))) << "removed";
  EXPECT_THAT(Undo({"A", "B", "C"}, {"A", "C"}, {"A", "C1"}), Optional(Document({"A", "B", "C1"})));
}

TEST(UndoDocumentChangeTest, ALaterChangeOfTheSameLinesConflicts) {
  EXPECT_EQ(Undo({"A"}, {"A1"}, {"A2"}), std::nullopt);
  EXPECT_EQ(Undo({"A"}, {"A", "B"}, {"A", "B1"}), std::nullopt) << "what was added was changed";
  EXPECT_EQ(Undo({"A", "B"}, {"A", "B1"}, {"A"}), std::nullopt) << "what was changed was removed";
}

TEST(UndoDocumentChangeTest, WhatIsGoneAlreadyStaysGone) {
  EXPECT_THAT(Undo({"A"}, {"A", "B"}, {"A"}), Optional(Document({"A"})));
  EXPECT_THAT(Undo({"A"}, {"A1"}, {"A"}), Optional(Document({"A"})));
}

TEST(UndoDocumentChangeTest, TextOfPeopleIsKeptByteForByte) {
  const std::string before = Document({"A"});
  const std::string after = Document({"A", "B"});
  const std::string now = absl::StrCat("mine\r\n", after, "\n\n## Mine \t\n\n\n\ttext", "\n");
  EXPECT_THAT(UndoDocumentChange(before, after, now, kNote),
              Optional(absl::StrCat("mine\r\n", before, "\n\n## Mine \t\n\n\n\ttext", "\n")));
}

TEST(UndoDocumentChangeTest, ADocumentWithoutSectionsIsKeptWhereItWasThere) {
  EXPECT_THAT(UndoDocumentChange("# Mine\n", "# Mine\n\n## A\n\nx\n", "# Mine\n\n## A\n\nx\n\n", kNote),
              Optional(Eq("# Mine\n")));
}

TEST(UndoDocumentChangeTest, AHeadingThatStandsTwiceIsMergedByLines) {
  const std::string twice = "## A\n\n1\n\n## A\n\n2\n";
  EXPECT_THAT(UndoDocumentChange("## A\n\n0\n\n## A\n\n2\n", twice, twice + "\nend\n", kNote),
              Optional(Eq("## A\n\n0\n\n## A\n\n2\n\nend\n")));
}

}  // namespace
}  // namespace metapowers::document
