#include "client/diff_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace metapowers::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kDiff[] =
    "--- a/t/01.md\n+++ b/t/01.md\n"
    "@@ -3,4 +3,4 @@ ## Threats\n"
    " | Key |\n-| a |\n-| b |\n+| b2 |\n+| a |\n | c |\n"
    "@@ -20,3 +20,4 @@ ## Threats\n"
    " x\n y\n \n+## Owners\n"
    "@@ -40 +41 @@ ## Risks\n"
    "--- x\n+++ y\n"
    "--- /dev/null\n+++ b/t/02.md\n"
    "@@ -0,0 +1 @@\n"
    "+new\n\\ No newline at end of file\n";

// "mark text" of all lines of a file, with the sections between.
std::vector<std::string> Lines(const FileDiff& file) {
  std::vector<std::string> lines;
  for (const DiffBlock& block : file.blocks) {
    lines.push_back(absl::StrCat("@", block.section));
    for (const DiffLine& line : block.lines) lines.push_back(absl::StrCat(std::string(1, line.mark), line.text));
  }
  return lines;
}

TEST(ReadDiffTest, SortsBySectionAndFindsMovedRows) {
  const std::vector<FileDiff> files = ReadDiff(kDiff);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].path, "t/01.md");
  EXPECT_THAT(Lines(files[0]), ElementsAre("@## Threats", " | Key |", "-| b |", "+| b2 |", ">| a |", " | c |",
                                           "@## Owners", "+## Owners", "@## Risks", "--- x", "+++ y"));
  EXPECT_EQ(files[0].moved, 1);
  EXPECT_EQ(files[0].added, 3);
  EXPECT_EQ(files[0].removed, 2);
  EXPECT_EQ(files[1].path, "t/02.md");
  EXPECT_THAT(Lines(files[1]), ElementsAre("@", "+new"));
}

TEST(ReadDiffTest, ARowThatOnlyMovedFarIsShownOnce) {
  const std::vector<FileDiff> files =
      ReadDiff("--- a/x.md\n+++ b/x.md\n@@ -1,2 +1 @@ ## A\n-| row |\n a\n@@ -9 +8,2 @@ ## B\n b\n+| row |\n");
  EXPECT_THAT(Lines(files[0]), ElementsAre("@## B", " b", ">| row |")) << "nothing is left to see of A";
}

TEST(ReadDiffTest, LinesThatSayNothingDoNotMove) {
  const std::vector<FileDiff> files =
      ReadDiff("--- a/x.md\n+++ b/x.md\n@@ -1,2 +1 @@\n-| --- |\n a\n@@ -9 +8,2 @@\n b\n+| --- |\n");
  EXPECT_THAT(Lines(files[0]), ElementsAre("@", "-| --- |", " a", "@", " b", "+| --- |"));
}

TEST(ReadDiffTest, WhatIsNoDiffIsNothing) {
  EXPECT_THAT(ReadDiff(""), IsEmpty());
  EXPECT_THAT(ReadDiff("@@ -1 +1 @@\n-a\n+b\n"), IsEmpty());
  EXPECT_EQ(ReadDiff("--- a/x\n@@ nonsense\n-a\n").size(), 1u);
  EXPECT_EQ(ReadDiff("--- a/x\n+++ b/x\n@@ -1,99 +1,99 @@\n-a\n").size(), 1u) << "cut off";
}

class PrintDiffTest : public ::testing::Test {
 protected:
  std::string Print(bool terminal, const std::string& color, bool raw = false) {
    std::ostringstream out, err;
    GlobalOptions options;
    options.color = color;
    Streams streams{&out, &err};
    streams.out_is_tty = terminal;
    Session session(options, streams);
    PrintDiff(session, kDiff, raw);
    return out.str();
  }
};

TEST_F(PrintDiffTest, IsWhatGitAppliesOffATerminal) {
  EXPECT_EQ(Print(false, "auto"), kDiff);
  EXPECT_EQ(Print(true, "never", /*raw=*/true), kDiff);
}

TEST_F(PrintDiffTest, IsReadableOnATerminal) {
  EXPECT_THAT(Print(true, "never"), StartsWith("t/01.md  +3  -2  1 moved\n## Threats\n    | Key |\n  - | b |\n"
                                               "  + | b2 |\n  > | a |\n    | c |\n## Owners\n  + ## Owners\n"));
  EXPECT_THAT(Print(true, "auto"), HasSubstr("\x1b[32m  + | b2 |\x1b[0m\n"));
  EXPECT_THAT(Print(true, "auto", /*raw=*/true), HasSubstr("\x1b[31m--- x\x1b[0m\n\x1b[32m+++ y\x1b[0m\n"))
      << "rows, not the names of files";
}

TEST_F(PrintDiffTest, ControlsNothing) {
  std::ostringstream out, err;
  Streams streams{&out, &err};
  streams.out_is_tty = true;
  GlobalOptions options;
  options.color = "never";
  Session session(options, streams);
  PrintDiff(session, "--- a/x.md\n+++ b/x.md\n@@ -1 +1 @@ ## A\x1b[2J\n-\x1b]0;t\x07\n+\xe2\x80\xaegnp.\n");
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x07")));
  EXPECT_THAT(out.str(), Not(HasSubstr("\xe2\x80\xae")));
}

}  // namespace
}  // namespace metapowers::client
