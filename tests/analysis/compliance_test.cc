// How verdicts follow from facts.
#include "service/analysis/compliance.h"

#include <gtest/gtest.h>

namespace metapowers::analysis {
namespace {

class ComplianceTest : public testing::Test {
 protected:
  static ComplianceElement Element(const std::string& id, bool partly = false) {
    ComplianceElement element;
    element.id = id;
    element.partly = partly;
    return element;
  }

  // Adds a fact; the letters say what it knows: s(hown), f(ailing), p(artly), o(pen).
  ComplianceFact& Add(const std::string& id, const std::string& letters) {
    ComplianceFact& fact = facts_.emplace_back();
    fact.source = ComplianceSource::kPosture;
    fact.id = id;
    for (const char letter : letters) {
      if (letter == 's') fact.shown.push_back(Element("a"));
      if (letter == 'f') fact.failing.push_back(Element("b"));
      if (letter == 'p') fact.failing.push_back(Element("c", true));
      if (letter == 'o') fact.open.push_back(Element("d"));
    }
    return fact;
  }

  ComplianceStatus Status(const std::set<std::string>& done = {}) {
    RequirementVerdict requirement;
    for (const ComplianceFact& fact : facts_) requirement.facts.push_back(&fact);
    requirement.silent_parts = silent_parts_;
    return StatusOf(requirement, done);
  }

  std::deque<ComplianceFact> facts_;
  std::vector<std::string> silent_parts_;
};

TEST_F(ComplianceTest, NothingSaidIsUnknown) { EXPECT_EQ(Status(), ComplianceStatus::kUnknown); }

TEST_F(ComplianceTest, WhatIsOpenAloneIsUnknown) {
  Add("waf", "o");
  EXPECT_EQ(Status(), ComplianceStatus::kUnknown);
}

TEST_F(ComplianceTest, WhatIsShownEverywhereIsMet) {
  Add("waf", "ss");
  EXPECT_EQ(Status(), ComplianceStatus::kMet);
}

TEST_F(ComplianceTest, WhatIsShownHereAndOpenThereIsPartlyMet) {
  Add("waf", "so");
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
}

TEST_F(ComplianceTest, WhatIsKnownToLackAndNowhereShownIsNotMet) {
  Add("waf", "fo");
  EXPECT_EQ(Status(), ComplianceStatus::kNotMet);
}

TEST_F(ComplianceTest, AnElementThatHasAPartMakesItPartlyMet) {
  Add("waf", "p");
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
}

TEST_F(ComplianceTest, ARuleAloneNeverMeets) {
  Add("policy", "s").rule_only = true;
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
}

TEST_F(ComplianceTest, WhatAPersonDecidedOutweighsWhatIsOpenAndNotWhatFails) {
  Add("declared", "s").decides = true;
  Add("waf", "o");
  EXPECT_EQ(Status(), ComplianceStatus::kMet);
  Add("segmentation", "f");
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
}

TEST_F(ComplianceTest, APartOfWhichNothingSpeaksLeavesItOpen) {
  Add("waf", "s");
  silent_parts_ = {"Art. 32(1)(b)"};
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
}

TEST_F(ComplianceTest, ADoneActionCountsAsShown) {
  Add("waf", "sf");
  EXPECT_EQ(Status(), ComplianceStatus::kPartlyMet);
  EXPECT_EQ(Status({"posture:waf"}), ComplianceStatus::kMet);
  EXPECT_EQ(Status({"posture:other"}), ComplianceStatus::kPartlyMet);
}

TEST(ComplianceCounts, ScoreHalvesWhatIsPartlyMetAndLeavesOutWhatIsUnknown) {
  ComplianceCounts counts;
  EXPECT_EQ(counts.PerMille(), -1);
  counts.met = 1;
  counts.partly_met = 1;
  counts.not_met = 1;
  EXPECT_EQ(counts.PerMille(), 500);
  counts.unknown = 20;
  counts.not_applicable = 20;
  EXPECT_EQ(counts.PerMille(), 500);
  EXPECT_EQ(counts.requirements(), 43);
  counts.met = 2;
  counts.partly_met = 0;
  EXPECT_EQ(counts.PerMille(), 667);
}

}  // namespace
}  // namespace metapowers::analysis
