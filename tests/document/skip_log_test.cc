#include "service/document/skip_log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/markdown_outline.h"

namespace metapowers::document {
namespace {

SkipRow Row(std::string reason = "urgent fix") {
  return {absl::FromUnixSeconds(1767225599), "threat-model", "00-govern.md", "ana", std::move(reason)};
}

constexpr char kTable[] =
    "| Time (UTC) | Command | Missing prerequisite | Actor | Reason |\n| --- | --- | --- | --- | --- |\n";
constexpr char kRow[] = "| 2025-12-31 23:59:59 | threat-model | 00-govern.md | ana | urgent fix |\n";

TEST(SkipLogTest, CreatesTheFile) {
  const std::string once = absl::StrCat("# Skip log\n\n", kTable, kRow);
  EXPECT_EQ(AppendSkip("", Row()), once);
  EXPECT_EQ(AppendSkip(once, Row()), once + kRow);
}

TEST(SkipLogTest, HandWrittenTextStays) {
  const std::string head = absl::StrCat("# Ours\n\n```\n", kTable, "```\n\n", kTable);
  EXPECT_EQ(AppendSkip(head + "\nbelow\n", Row()), absl::StrCat(head, kRow, "\nbelow\n"));
  EXPECT_EQ(AppendSkip(head + "| a | b", Row()), absl::StrCat(head, "| a | b\n", kRow));
  EXPECT_EQ(AppendSkip("no table", Row()), absl::StrCat("no table\n\n", kTable, kRow));
}

TEST(SkipLogTest, ACellStaysACell) {
  const std::string out = AppendSkip("", Row("a | b\n| c |\n\n# d <b> `x` @team \\"));
  EXPECT_TRUE(absl::EndsWith(out, "| ana | a \\| b \\| c \\| # d &lt;b> \\`x\\` @&#8203;team \\\\ |\n")) << out;
}

RC_GTEST_PROP(SkipLogProperty, EveryRowIsOneRowOfTheTable, ()) {
  const std::string reason = *rc::gen::map(
      rc::gen::container<std::vector<std::string>>(
          rc::gen::elementOf(std::vector<std::string>{"a", " ", "\n", "|", "\\", "`", "<", "<!--", "*", "_", "[",
                                                      "](x)", "&", "#", "~~", "---", "http://x.y", "@z"})),
      [](const std::vector<std::string>& parts) {
        std::string out = "x";
        for (const std::string& part : parts) out += part;
        return out;
      });
  const std::string once = AppendSkip("", Row(reason));
  RC_ASSERT(testing_support::OutlineOf(once).structure == testing_support::OutlineOf(AppendSkip("", Row())).structure);
  RC_ASSERT(absl::StartsWith(AppendSkip(once, Row()), once));
}

}  // namespace
}  // namespace metapowers::document
