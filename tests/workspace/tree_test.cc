#include "service/workspace/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::ElementsAre;

const std::string kId(40, 'a');
const std::string kOther(40, 'b');

std::vector<std::string> NamesOf(const std::string& body) {
  std::vector<std::string> names;
  const auto entries = ParseTree("id", body);
  EXPECT_OK(entries);
  for (const TreeEntry& entry : *entries) names.push_back(absl::StrCat(entry.name, entry.is_directory() ? "/" : ""));
  return names;
}

TEST(EditTree, PutsEntriesWhereGitWantsThem) {
  ASSERT_OK_AND_ASSIGN(
      const std::string body,
      EditTree(
          "id", "",
          {{kFileMode, "ab", kId}, {kDirectoryMode, "a", kId}, {kFileMode, "a.md", kId}, {kFileMode, "a-b", kId}}));
  EXPECT_THAT(NamesOf(body), ElementsAre("a-b", "a.md", "a/", "ab"));
  ASSERT_OK_AND_ASSIGN(
      const std::string more,
      EditTree("id", body,
               {{kFileMode, "zz", kId}, {kDirectoryMode, "a.d", kId}, {kFileMode, "0", kId}, {kFileMode, "a0", kId}}));
  EXPECT_THAT(NamesOf(more), ElementsAre("0", "a-b", "a.d/", "a.md", "a/", "a0", "ab", "zz"));
}

TEST(EditTree, ReplacesAndRemovesAndLeavesTheRestAsItIs) {
  ASSERT_OK_AND_ASSIGN(const std::string body, EditTree("id", "",
                                                        {{0100755, "run.sh", kId},
                                                         {0120000, "link", kId},
                                                         {kFileMode, "one.md", kId},
                                                         {kDirectoryMode, "dir", kId}}));
  ASSERT_OK_AND_ASSIGN(
      const std::string edited,
      EditTree("id", body, {{kFileMode, "one.md", kOther}, {kDirectoryMode, "dir", ""}, {kFileMode, "absent.md", ""}}));
  ASSERT_OK_AND_ASSIGN(const auto entries, ParseTree("id", edited));
  EXPECT_THAT(entries, ElementsAre(TreeEntry{0120000, "link", kId}, TreeEntry{kFileMode, "one.md", kOther},
                                   TreeEntry{0100755, "run.sh", kId}));
}

TEST(EditTree, RefusesATreeThatIsNone) {
  ASSERT_OK_AND_ASSIGN(const std::string a, EditTree("id", "", {{kFileMode, "a", kId}}));
  ASSERT_OK_AND_ASSIGN(const std::string b, EditTree("id", "", {{kFileMode, "b", kId}}));
  const TreeEntry edit{kFileMode, "c", kId};
  EXPECT_OK(EditTree("id", a + b, {edit}));
  for (const std::string& body : {b + a, a + a, a.substr(0, a.size() - 1), std::string("junk")}) {
    EXPECT_TRUE(absl::IsDataLoss(EditTree("id", body, {edit}).status())) << body;
  }
}

TEST(FindInTree, FindsByWholeName) {
  ASSERT_OK_AND_ASSIGN(const std::string body, EditTree("id", "", {{kFileMode, "a", kId}, {kFileMode, "ab", kOther}}));
  EXPECT_EQ(FindInTree("id", body, "ab").value()->id, kOther);
  EXPECT_EQ(FindInTree("id", body, "b").value(), std::nullopt);
  EXPECT_TRUE(absl::IsDataLoss(FindInTree("id", body + "junk", "b").status()));
}

}  // namespace
}  // namespace metapowers::workspace
