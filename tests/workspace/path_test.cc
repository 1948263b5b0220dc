#include "service/workspace/path.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::ElementsAre;

TEST(SplitPath, TakesPathsOfTheService) {
  const auto components = SplitPath(".metapowers/security/api/01-identify.md");
  ASSERT_OK(components);
  EXPECT_THAT(*components, ElementsAre(".metapowers", "security", "api", "01-identify.md"));
  for (const std::string good : {"a", ".gitattributes", ".metapowers/.generated/x.md", "con-troller.md", "common.md"}) {
    EXPECT_TRUE(SplitPath(good).ok()) << good;
  }
}

// Names that libgit2 or Git on some system turns into something else than a file of that name.
TEST(SplitPath, RefusesHostileNames) {
  const std::vector<std::string> cases = {"",
                                          "/",
                                          "/abs",
                                          "a/",
                                          "a//b",
                                          ".",
                                          "..",
                                          "a/../b",
                                          "a/./b",
                                          ".git",
                                          "a/.git/x",
                                          ".GIT",
                                          ".Git/hooks",
                                          "git~1",
                                          "GIT~1",
                                          ".git ",
                                          ".git.",
                                          ".gitmodules",
                                          ".gItMoDuLes",
                                          ".gitignore",
                                          "a\\b",
                                          "a:b",
                                          "CON",
                                          "con.md",
                                          "a/Nul.txt",
                                          "COM1.md",
                                          "lpt9",
                                          "trail.",
                                          "-rf",
                                          "a/-x",
                                          "a b",
                                          "a\nb",
                                          "a\rb",
                                          "a\tb",
                                          std::string("a\0b", 3),
                                          "\x1b[31m",
                                          "\xff\xfe",
                                          ".g\u200cit",
                                          "x<script>",
                                          ".git::$INDEX_ALLOCATION",
                                          "caf\u00e9",
                                          "%2e%2e",
                                          "a*b",
                                          "a?b",
                                          "a|b",
                                          "~",
                                          std::string(256, 'a'),
                                          "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"};
  for (const std::string& path : cases) {
    EXPECT_THAT(SplitPath(path), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _)) << path;
  }
}

}  // namespace
}  // namespace metapowers::workspace
