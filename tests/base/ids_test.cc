#include "service/base/ids.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace metapowers {
namespace {

TEST(IsSlug, AcceptsTopics) {
  for (const std::string& good : std::vector<std::string>{"a", "api-platform", "a1", "x9-y", std::string(63, 'a')}) {
    EXPECT_TRUE(IsSlug(good)) << good;
  }
}

TEST(IsSlug, RejectsEverythingElse) {
  const std::string cases[] = {"",
                               "A",
                               "1a",
                               "-a",
                               "a-",
                               "a_b",
                               "../x",
                               ".git",
                               ".",
                               "..",
                               "a/b",
                               "a\\b",
                               "a b",
                               "a\n",
                               "a\r",
                               "CON",
                               "git~1",
                               "a.",
                               "%2e",
                               "a:b",
                               "é",
                               "a\u200c",
                               std::string(64, 'a'),
                               std::string("a\0b", 3)};
  for (const std::string& bad : cases) EXPECT_FALSE(IsSlug(bad)) << bad;
}

TEST(Uuid, NewOnesAreVersion4AndDiffer) {
  const std::string a = NewUuid(), b = NewUuid();
  EXPECT_TRUE(IsUuid(a)) << a;
  EXPECT_EQ(a[14], '4');
  EXPECT_NE(a, b);
}

TEST(Uuid, RejectsOtherShapes) {
  for (const char* bad : {"", "x", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-00000000000g",
                          "000000000000-0000-0000-0000-00000000"}) {
    EXPECT_FALSE(IsUuid(bad)) << bad;
  }
}

}  // namespace
}  // namespace metapowers
