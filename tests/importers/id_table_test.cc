#include "service/importers/id_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "service/base/ids.h"

namespace metapowers::importers {
namespace {

TEST(NearestSlugTest, MakesASlugOfAnything) {
  EXPECT_EQ(NearestSlug("web-shop"), "web-shop");
  EXPECT_EQ(NearestSlug("Web  Shop (old)"), "web-shop-old");
  EXPECT_EQ(NearestSlug("3scale"), "id-3scale");
  EXPECT_EQ(NearestSlug("client>web traffic"), "client-web-traffic");
  EXPECT_EQ(NearestSlug("Größe"), "gr-e");
  EXPECT_EQ(NearestSlug("数据库"), "id");
  EXPECT_EQ(NearestSlug(""), "id");
  EXPECT_EQ(NearestSlug("--a--"), "a");
  for (const std::string& text : {std::string(200, 'x'), std::string(62, '9') + "-b", std::string(62, 'x') + "-b",
                                  std::string(70, '-'), std::string("\0\xff", 2)}) {
    EXPECT_TRUE(IsSlug(NearestSlug(text))) << NearestSlug(text);
  }
}

std::vector<std::string> IdsOf(std::vector<std::string> originals) {
  IdTable table;
  for (const std::string& original : originals) EXPECT_TRUE(table.Add(original));
  table.Settle();
  std::vector<std::string> ids;
  for (const std::string& original : originals) ids.push_back(*table.Find(original));
  return ids;
}

TEST(IdTableTest, KeepsSlugsAndMovesOthersOutOfTheWay) {
  const std::vector<std::string> ids = IdsOf({"Web", "web", "WEB", "db"});
  EXPECT_EQ(ids[1], "web");
  EXPECT_EQ(ids[3], "db");
  EXPECT_THAT(ids[0], ::testing::MatchesRegex("web-[0-9a-f]{8}"));
  EXPECT_THAT(ids[2], ::testing::MatchesRegex("web-[0-9a-f]{8}"));
  EXPECT_NE(ids[0], ids[2]);
}

TEST(IdTableTest, TheOrderDoesNotMatter) {
  std::vector<std::string> originals = {"Web", "WEB", "web", "w e b", "Db"};
  std::sort(originals.begin(), originals.end());
  const std::vector<std::string> ids = IdsOf(originals);
  std::vector<std::string> turned(originals.rbegin(), originals.rend());
  std::vector<std::string> turned_ids = IdsOf(turned);
  std::reverse(turned_ids.begin(), turned_ids.end());
  EXPECT_EQ(turned_ids, ids);
}

TEST(IdTableTest, LongIdsStaySlugsThatDiffer) {
  const std::string stem(80, 'x');
  const std::vector<std::string> ids = IdsOf({stem + "A", stem + "B", stem + "C"});
  for (const std::string& id : ids) EXPECT_TRUE(IsSlug(id)) << id;
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3u);
}

TEST(IdTableTest, AKeyIsKnownOnce) {
  IdTable table;
  EXPECT_TRUE(table.Add("a", "Same"));
  EXPECT_TRUE(table.Add("b", "Same"));
  EXPECT_FALSE(table.Add("a", "Other"));
  table.Settle();
  EXPECT_EQ(*table.Find("a"), "same");
  EXPECT_THAT(*table.Find("b"), ::testing::StartsWith("same-"));
  EXPECT_EQ(table.Find("c"), nullptr);
  EXPECT_THAT(table.Reserve("same"), ::testing::StartsWith("same-"));
  EXPECT_EQ(table.Reserve("free"), "free");
  EXPECT_NE(table.Reserve("free"), "free");
}

}  // namespace
}  // namespace metapowers::importers
