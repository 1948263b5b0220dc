#include "service/document/text_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace metapowers::document {
namespace {

TEST(TextDiffTest, OneChangeWithContext) {
  EXPECT_EQ(UnifiedDiff("d/x.md", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"),
            "--- a/d/x.md\n+++ b/d/x.md\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(TextDiffTest, NothingForTheSame) {
  EXPECT_EQ(UnifiedDiff("x", "a\n", "a\n"), "");
  EXPECT_EQ(UnifiedDiff("x", absl::nullopt, absl::nullopt), "");
}

TEST(TextDiffTest, CreationRemovalAndMissingLineEnds) {
  EXPECT_EQ(UnifiedDiff("x", absl::nullopt, "a\n"), "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(UnifiedDiff("x", "a\n", absl::nullopt), "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(UnifiedDiff("x", "a", "a\n"), "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST(TextDiffTest, NearChangesShareAHunkAndFarOnesDoNot) {
  const std::string base = "a\n1\n2\n3\n4\n5\n6\nb\n";
  const std::string near = UnifiedDiff("x", base, "A\n1\n2\n3\n4\n5\n6\nB\n");
  EXPECT_EQ(near, "--- a/x\n+++ b/x\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
  EXPECT_EQ(UnifiedDiff("x", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(TextDiffTest, FindsTheShortestScript) {
  const std::string diff =
      UnifiedDiff("x", "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", {.context = 9, .max_changes = 100});
  int changes = 0;
  for (const absl::string_view mark : {"\n-", "\n+"}) {
    for (size_t at = diff.find("@@"); (at = diff.find(std::string(mark), at)) != std::string::npos; ++at) ++changes;
  }
  EXPECT_EQ(changes, 5);  // the example of Myers' paper
}

TEST(TextDiffTest, BeyondTheLimitTheMiddleIsReplacedWhole) {
  EXPECT_EQ(UnifiedDiff("x", "h\na\nk\nb\nt\n", "h\nA\nk\nB\nt\n", {.context = 0, .max_changes = 3}),
            "--- a/x\n+++ b/x\n@@ -2,3 +2,3 @@\n-a\n-k\n-b\n+A\n+k\n+B\n");
}

TEST(TextDiffTest, HunksOfMarkdownNameTheirSection) {
  const std::string before = "# T\n\nb\n\n## A\n\na\n\n```\n## no\n```\n\nc\n\n## B\n\nb\n";
  const std::string at_b = UnifiedDiff("x.md", before, absl::StrCat(before, "new\n"), {.context = 0});
  EXPECT_EQ(at_b, "--- a/x.md\n+++ b/x.md\n@@ -17,0 +18 @@ ## B\n+new\n");
  EXPECT_EQ(UnifiedDiff("x.yaml", before, absl::StrCat(before, "new\n"), {.context = 0}),
            "--- a/x.yaml\n+++ b/x.yaml\n@@ -17,0 +18 @@\n+new\n");
  const std::string code = absl::StrReplaceAll(before, {{"\nc\n", "\nC\n"}});
  EXPECT_TRUE(absl::StrContains(UnifiedDiff("x.md", before, code), " @@ ## A\n"));
  const std::string first = absl::StrReplaceAll(before, {{"# T", "# U"}});
  EXPECT_TRUE(absl::StrContains(UnifiedDiff("x.md", before, first), " @@\n-# T")) << "above all sections";
  const std::string without = before.substr(0, before.find("## B"));
  EXPECT_TRUE(absl::StrContains(UnifiedDiff("x.md", before, without, {.context = 0}), " @@ ## B\n-## B"));
}

TEST(TextDiffTest, LinesAreFoundAgain) {
  using ::testing::ElementsAre;
  EXPECT_THAT(KeptLines("a\nb\nc\n", "a\nx\nc\n"), ElementsAre(0, kNewLine, 2));
  EXPECT_THAT(KeptLines("| a |\n| b |\n| c |\n", "| c |\n| a |\n| b |\n"), ElementsAre(kNewLine, 0, 1));
  EXPECT_THAT(MatchLines("| a |\n| b |\n| c |\n", "| c |\n| a |\n| b |\n"), ElementsAre(2, 0, 1)) << "it moved";
  EXPECT_THAT(MatchLines("a\nb\n\n", "\na\nb\n"), ElementsAre(kNewLine, 0, 1)) << "an empty line has no name";
  EXPECT_THAT(MatchLines("m\na\nb\nc\n", "a\nb\nc\nm\nm\n"), ElementsAre(1, 2, 3, 0, kNewLine)) << "each once";
  EXPECT_THAT(MatchLines("", ""), ElementsAre());
}

TEST(TextDiffTest, CountsLines) {
  const LineCounts counts = CountLines(UnifiedDiff("x.md", "-- a\nb\n", "++ c\nb\nd\n"));
  EXPECT_EQ(counts.added, 2);
  EXPECT_EQ(counts.removed, 1);
  EXPECT_EQ(CountLines("").added, 0);
}

class GitApply {
 public:
  GitApply() {
    std::string pattern = (std::filesystem::temp_directory_path() / "text_diff.XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~GitApply() { std::filesystem::remove_all(folder_); }

  // What stock git makes of `before` with `diff`; "<failed>" when it refuses.
  std::string Apply(const std::string& before, const std::string& diff) {
    Write("x.md", before);
    Write("patch", diff);
    const std::string command = absl::StrCat("cd ", folder_.string(),
                                             " && GIT_CEILING_DIRECTORIES=/ git -c core.autocrlf=false "
                                             "apply --unidiff-zero --whitespace=nowarn patch 2>err");
    if (system(command.c_str()) != 0) return "<failed>";
    std::ifstream in(folder_ / "x.md", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

 private:
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary | std::ios::trunc) << text;
  }
  std::filesystem::path folder_;
};

std::string SomeText() {
  std::string out;
  for (const std::string& line : *rc::gen::container<std::vector<std::string>>(
           rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "", "- x", "+ y", "@@ -1 +1 @@", "d\r"}))) {
    absl::StrAppend(&out, line, "\n");
  }
  if (*rc::gen::arbitrary<bool>()) out += "end";
  return out;
}

TEST(TextDiffTest, StockGitAppliesIt) {
  GitApply git;
  EXPECT_TRUE(rc::check([&] {
    const std::string before = SomeText();
    const std::string after = SomeText();
    const DiffOptions options{*rc::gen::inRange(0, 4), *rc::gen::element(0, 2, 2000)};
    const std::string diff = UnifiedDiff("x.md", before, after, options);
    RC_PRE(!diff.empty());
    RC_LOG() << diff;
    RC_ASSERT(git.Apply(before, diff) == after);
  }));
}

}  // namespace
}  // namespace metapowers::document
