#include "service/workspace/recent_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace metapowers::workspace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

IndexedRevision At(int64_t revision) { return {revision, absl::StrCat("c", revision)}; }

void Add(RecentHistory& history, int64_t revision, const std::vector<std::string>& paths) {
  CommitInfo commit;
  commit.id = At(revision).commit;
  commit.first_parent = At(revision - 1).commit;
  commit.revision = revision;
  std::vector<FileChange> changes;
  for (const std::string& path : paths) changes.push_back({path, "x"});
  history.Add(commit, changes);
}

TEST(RecentHistory, FindsWhatChangedAFileOrAFolderNewestFirst) {
  RecentHistory history(100);
  EXPECT_EQ(history.oldest(), std::nullopt);
  Add(history, 5, {"a/x.md", "a/y.md"});
  Add(history, 6, {"b/x.md"});
  Add(history, 7, {"a/x.md"});
  EXPECT_EQ(history.oldest(), 5);
  EXPECT_THAT(history.Find("a/x.md", At(7), 4, 9), Optional(ElementsAre(At(7), At(5))));
  EXPECT_THAT(history.Find("a", At(7), 4, 9), Optional(ElementsAre(At(7), At(5))));
  EXPECT_THAT(history.Find("a", At(7), 4, 1), Optional(ElementsAre(At(7))));
  EXPECT_THAT(history.Find("a", At(6), 4, 9), Optional(ElementsAre(At(5))));
  EXPECT_THAT(history.Find("a", At(7), 5, 9), Optional(ElementsAre(At(7))));
  EXPECT_THAT(history.Find("a/z.md", At(7), 4, 9), Optional(IsEmpty()));
}

TEST(RecentHistory, TellsWhatFollowsOnACommit) {
  RecentHistory history(2);
  for (int i = 1; i <= 4; ++i) Add(history, i, {absl::StrCat("a/f", i)});
  const auto after = [&](int64_t known, const std::string& head) { return history.After(At(known), head); };
  const auto changes = after(2, "c4");
  ASSERT_TRUE(changes.has_value());
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ(changes->back().at, At(4));
  EXPECT_THAT(changes->front().paths, ElementsAre("a", "a/f3"));
  ASSERT_TRUE(after(3, "c4").has_value());
  EXPECT_EQ(after(3, "c4")->size(), 1u);
  EXPECT_FALSE(after(1, "c4").has_value()) << "commit 2 is dropped";
  EXPECT_FALSE(after(3, "c3").has_value()) << "not above it";
  EXPECT_FALSE(history.After({3, "another"}, "c4").has_value());
}

TEST(RecentHistory, SaysNothingOfWhatItDoesNotHold) {
  RecentHistory history(2);
  for (int i = 1; i <= 4; ++i) Add(history, i, {absl::StrCat("f", i)});
  EXPECT_EQ(history.oldest(), 3);
  EXPECT_THAT(history.Find("f3", At(4), 2, 9), Optional(ElementsAre(At(3))));
  EXPECT_EQ(history.Find("f3", At(4), 1, 9), std::nullopt) << "commit 2 is dropped";
  EXPECT_EQ(history.Find("f3", At(5), 2, 9), std::nullopt);
  EXPECT_EQ(history.Find("f3", {4, "another"}, 2, 9), std::nullopt) << "of another line";
}

TEST(RecentHistory, TakesBackWhatFailedAndStartsAnewElsewhere) {
  RecentHistory history(100);
  for (int i = 1; i <= 4; ++i) Add(history, i, {"f"});
  history.DropAbove(2);
  EXPECT_THAT(history.Find("f", At(2), 0, 9), Optional(ElementsAre(At(2), At(1))));
  EXPECT_EQ(history.Find("f", At(3), 0, 9), std::nullopt);
  Add(history, 3, {"g"});
  EXPECT_THAT(history.Find("f", At(3), 0, 9), Optional(ElementsAre(At(2), At(1))));
  Add(history, 9, {"g"});  // somebody pushed in between
  EXPECT_EQ(history.oldest(), 9);
  EXPECT_THAT(history.Find("f", At(9), 8, 9), Optional(IsEmpty()));
  Add(history, 10, {"f"});
  CommitInfo onto_another;  // the branch was rewritten, and is as long as before
  onto_another.revision = 11;
  onto_another.id = At(11).commit;
  onto_another.first_parent = std::string(40, 'f');
  history.Add(onto_another, {{"f", "x"}});
  EXPECT_EQ(history.oldest(), 11);
}

}  // namespace
}  // namespace metapowers::workspace
