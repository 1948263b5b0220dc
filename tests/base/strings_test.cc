#include "service/base/strings.h"

#include <gtest/gtest.h>

namespace metapowers {
namespace {

TEST(NearestWord, FindsTyposAndUniquePrefixes) {
  const std::vector<std::string> words = {"threat-model", "risk-appetite", "risk-assessment"};
  EXPECT_EQ(NearestWord("thraet-model", words), "threat-model");
  EXPECT_EQ(NearestWord("threat", words), "threat-model");
  EXPECT_EQ(NearestWord("risk", words), "");
  EXPECT_EQ(NearestWord("zebra", words), "");
  EXPECT_EQ(NearestWord("", words), "");
  EXPECT_EQ(DidYouMean("risk-apetite", words), "; did you mean 'risk-appetite'?");
}

TEST(IsUtf8, RejectsMalformedSequences) {
  EXPECT_TRUE(IsUtf8("plain é 漢 😀"));
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(OneLine, RemovesWhatCouldForgeALine) {
  EXPECT_EQ(OneLine("a\nSigned-off-by: x"), "a Signed-off-by: x");
  EXPECT_EQ(OneLine("a\x1b[31mb\x7f"), "a[31mb");
  EXPECT_EQ(OneLine("pay\u202Epal\u2066!"), "paypal!");
  EXPECT_EQ(OneLine("bad \xff utf"), "bad  utf");
  EXPECT_EQ(OneLine("tail \r\n"), "tail");
}

TEST(InSentence, LowersTheFirstLetterButOfAbbreviations) {
  EXPECT_EQ(InSentence("Keep audit logs"), "keep audit logs");
  EXPECT_EQ(InSentence("A backup"), "a backup");
  EXPECT_EQ(InSentence("TLS everywhere"), "TLS everywhere");
  EXPECT_EQ(InSentence(""), "");
}

}  // namespace
}  // namespace metapowers
