// How verdicts follow from facts, and which elements a requirement is about.
#include "service/analysis/compliance.h"

#include <gtest/gtest.h>

#include "service/analysis/compliance_scope.h"
#include "service/knowledge/knowledge.h"
#include "tests/analysis/facts_of.h"

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

// PCI DSS 4.2.1 is about open networks, and 8.3.1 about people who are no consumers.
TEST(ComplianceScope, SomeRequirementsAreAboutSomeFlows) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: buyer, name: Buyer, kind: external_entity, used_by_human: true}\n"
                              "- {id: clerk, name: Clerk, kind: external_entity, used_by_human: true, zone: inside}\n"
                              "- {id: gateway, name: Gateway, kind: process, zone: inside}\n"
                              "- {id: ledger, name: Ledger, kind: datastore, zone: vault, stores: [cards]}\n",
                .flows = "- {id: keep, name: F, source: gateway, target: ledger, sends: [cards]}\n"
                         "- {id: look, name: F, source: clerk, target: ledger, receives: [cards]}\n"
                         "- {id: pay, name: F, source: buyer, target: gateway, sends: [cards]}\n"});
  const Landscape landscape(*facts);
  const ComplianceScope scope(landscape, *knowledge::FindFramework("pci-dss-4.0.1"));
  const auto flows = [&](const char* requirement) {
    std::string in;
    for (const char* id : {"keep", "look", "pay"}) {
      if (scope.Has(knowledge::v1::THREAT_SUBJECT_FLOW, id, scope.ScopeOf(requirement))) absl::StrAppend(&in, id, " ");
    }
    return in;
  };
  EXPECT_EQ(flows("4.2.1"), "pay ");
  EXPECT_EQ(flows("4.2.2"), "keep look pay ");
  EXPECT_EQ(flows("8.3.1"), "look ");
  EXPECT_EQ(flows("8.3.2"), "keep look pay ");
  const ComplianceScope other(landscape, *knowledge::FindFramework("csf-2.0"));
  EXPECT_TRUE(other.Has(knowledge::v1::THREAT_SUBJECT_FLOW, "keep", other.ScopeOf("8.3.1")));
}

TEST(ComplianceCounts, ScoreHalvesWhatIsPartlyMetAndLeavesOutWhatIsUnknown) {
  ComplianceCounts counts;
  EXPECT_EQ(counts.PerMille(), -1);
  counts.met = 1;
  counts.partly_met = 1;
  counts.not_met = 1;
  EXPECT_EQ(counts.PerMille(), 500);
  counts.unknown = 3;
  counts.not_applicable = 20;
  EXPECT_EQ(counts.PerMille(), 500);
  EXPECT_EQ(counts.requirements(), 26);
  counts.met = 2;
  counts.partly_met = 0;
  EXPECT_EQ(counts.PerMille(), 667);
  counts.unknown = 4;
  EXPECT_EQ(counts.PerMille(), -1) << "most of what binds is unknown";
}

}  // namespace
}  // namespace metapowers::analysis
