#include "service/server/names.h"

#include <gtest/gtest.h>

#include "service/base/error.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

TEST(NamesTest, AcceptsWhatItPrints) {
  for (const char* name :
       {"workspaces/w", "workspaces/team-1/topics/api-platform", "workspaces/w/topics/t/documents/01-identify.md"}) {
    ASSERT_OK_AND_ASSIGN(const ResourceName parsed, ParseName(name));
    EXPECT_EQ(parsed.ToString(), name);
  }
}

TEST(NamesTest, GivesPathsInsideTheWorkspace) {
  const ResourceName topic{"w", "shop", ""};
  EXPECT_EQ(topic.Path(), ".metapowers/security/shop");
  EXPECT_EQ(topic.PathOf(kModelFile), ".metapowers/security/shop/system-model.yaml");
  EXPECT_EQ((ResourceName{"w", "shop", "00-govern.md"}).Path(), ".metapowers/security/shop/00-govern.md");
  EXPECT_EQ((ResourceName{"w", "", ""}).Path(), "");
}

TEST(NamesTest, RefusesEveryHostileTopic) {
  const std::string long_slug(64, 'a');
  const std::string hostile[] = {"",
                                 ".",
                                 "..",
                                 "../x",
                                 ".git",
                                 "a/b",
                                 "a b",
                                 "A",
                                 "-a",
                                 "a-",
                                 "1a",
                                 long_slug,
                                 "a\n",
                                 std::string("a\0b", 3),
                                 "caf\xc3\xa9",
                                 "\xff",
                                 "a.b",
                                 "a%2fb",
                                 "~",
                                 "a:b",
                                 "con\\"};
  for (const std::string& topic : hostile) {
    const auto parsed = ParseTopicName("workspaces/w/topics/" + topic);
    ASSERT_FALSE(parsed.ok()) << topic;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(DetailsOf(parsed.status()).reason, "NAME_INVALID");
    for (const char c : parsed.status().message()) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << topic;
    EXPECT_FALSE(CheckSlug(topic, "topic").ok());
  }
}

TEST(NamesTest, RefusesOtherShapes) {
  for (const char* name : {"", "/", "workspaces", "workspaces/", "workspaces/w/", "/workspaces/w", "topics/t",
                           "workspaces/w/topic/t", "workspaces/w/topics/t/documents/d.md/x/y",
                           "workspaces/w/topics/t/documents/../../x", "workspaces/w/topics/t/documents/.md",
                           "workspaces/w/topics/t/documents/system-model.yaml", "workspaces//topics/t"}) {
    EXPECT_FALSE(ParseName(name).ok()) << name;
  }
  EXPECT_FALSE(ParseTopicName("workspaces/w").ok());
  EXPECT_FALSE(ParseWorkspaceName("workspaces/w/topics/t").ok());
  EXPECT_FALSE(ParseDocumentName("workspaces/w/topics/t").ok());
}

TEST(NamesTest, AcceptsTheLongestSlug) { EXPECT_OK(CheckSlug(std::string(63, 'a'), "topic")); }

}  // namespace
}  // namespace metapowers::server
