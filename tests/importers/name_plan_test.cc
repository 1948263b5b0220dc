// Names for the elements of a file.
#include "service/importers/name_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"

namespace metapowers::importers {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

TEST(NamePlanTest, NamesAreReadableAndOneOnly) {
  NamePlan plan("f.yaml", "component");
  const std::string uuid = "f0ba7722-39b6-4c81-8290-a30a248bb8d9";
  EXPECT_TRUE(plan.Add("web", "Web Server"));
  EXPECT_TRUE(plan.Add(uuid, "Queue"));
  EXPECT_TRUE(plan.Add("x.1", "Store"));
  EXPECT_TRUE(plan.Add("x.2", "Store"));
  EXPECT_TRUE(plan.Add("x.3", "WEB"));
  EXPECT_FALSE(plan.Add("web", "Another"));
  EXPECT_EQ(plan.NameOf("web"), "web");
  EXPECT_EQ(plan.NameOf(uuid), "Queue") << "nobody reads a UUID";
  EXPECT_THAT(plan.NameOf("x.1"), MatchesRegex("Store [0-9a-f]{8}"));
  EXPECT_NE(plan.NameOf("x.1"), plan.NameOf("x.2"));
  EXPECT_THAT(plan.NameOf("x.3"), MatchesRegex("WEB [0-9a-f]{8}")) << "another is called so by its id";
  EXPECT_THAT(plan.NamesOf("web"), ElementsAre(plan.HandleOf("web"), "Web Server"));
  EXPECT_THAT(plan.NamesOf("x.1"), ElementsAre(plan.HandleOf("x.1")));
}

// As names are compared.
std::string Folded(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (absl::ascii_isalnum(c)) out += absl::ascii_tolower(c);
  }
  return out;
}

TEST(NamePlanTest, HandlesDifferWhereIdsDifferInPunctuationOrCaseOnly) {
  EXPECT_NE(Folded(MakeHandle("f#", "a.b")), Folded(MakeHandle("f#", "a-b")));
  EXPECT_NE(Folded(MakeHandle("f#", "Web")), Folded(MakeHandle("f#", "web")));
}

}  // namespace
}  // namespace metapowers::importers
