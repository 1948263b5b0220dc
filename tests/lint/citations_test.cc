#include "service/lint/citations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metapowers::lint {
namespace {

std::vector<std::string> Told(absl::string_view text) {
  std::vector<std::string> told;
  for (const Citation& citation : CitationsIn(text)) told.push_back((citation.known ? "+" : "-") + citation.text);
  return told;
}

TEST(CitationsTest, FindsWeaknessesAndRequirements) {
  EXPECT_THAT(Told("CWE-319 and CAPEC-94, T1557.001; PCI DSS 4.0.1 8.4.2, CSF 2.0 PR.AA-05."),
              testing::ElementsAre("+CWE-319", "+CAPEC-94", "+T1557.001", "+PCI DSS 4.0.1 8.4.2", "+CSF 2.0 PR.AA-05"));
}

TEST(CitationsTest, TellsWhatNoCatalogueHas) {
  EXPECT_THAT(Told("CWE-999999, T0001, PCI DSS 4.0.1 99.1.2 and GDPR Art. 999"),
              testing::ElementsAre("-CWE-999999", "-T0001", "-PCI DSS 4.0.1 99.1.2", "-GDPR Art. 999"));
}

TEST(CitationsTest, LeavesOtherTextAlone) {
  EXPECT_THAT(Told("ISO 27001:2022 by chapter, port T15570, GDPR applies, XCWE-319"), testing::IsEmpty());
}

TEST(CitationsTest, TakesThePlaceThatMakesALawApply) {
  EXPECT_THAT(Told("UK GDPR Art. 3: personal data of people in the UK"), testing::ElementsAre("+UK GDPR Art. 3"));
}

TEST(CitationsTest, TakesPublishedNamesAway) {
  EXPECT_EQ(WithoutPublishedNames("CAPEC-1 Accessing Functionality Not Properly Constrained by ACLs, then"),
            "CAPEC-1, then");
}

}  // namespace
}  // namespace metapowers::lint
