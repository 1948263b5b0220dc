// Texts of other tools as people read them.
#include "service/importers/plain_text.h"

#include <gtest/gtest.h>

#include <string>

#include "service/base/strings.h"

namespace metapowers::importers {
namespace {

TEST(CutTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutText("short", 5), "short");
  EXPECT_EQ(CutText("longer", 5), "lo…");
  for (size_t size = 3; size < 12; ++size) {
    const std::string cut = CutText("äöüäöüäöü", size);
    EXPECT_TRUE(IsUtf8(cut)) << size;
    EXPECT_LE(cut.size(), size);
  }
}

TEST(PlainTextTest, TakesFormattingOffAndLeavesTheRest) {
  EXPECT_EQ(PlainText("  <b>Sells</b> <i>tickets</i><br>online. "), "Sells tickets online.");
  EXPECT_EQ(PlainText("a < b, <unknown>"), "a < b, <unknown>");
  EXPECT_EQ(OneLineOf(" a\r\n b\t\tc "), "a b c");
}

}  // namespace
}  // namespace metapowers::importers
