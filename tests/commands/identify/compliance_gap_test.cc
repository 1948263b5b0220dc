// The gap assessment of the example models: every requirement once, counts that agree, and no gap from what is unknown.
#include "service/commands/identify/compliance_gap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_replace.h"
#include "service/commands/compliance_assessment.h"
#include "service/knowledge/knowledge.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/undeclared_pci.h"

namespace metapowers::commands::identify {
namespace {

using security::identify::v1::ComplianceGapResult;
using security::identify::v1::FrameworkAssessment;

// How often each requirement of a framework is named with a status.
std::map<std::string, int> Named(const FrameworkAssessment& assessment) {
  std::map<std::string, int> named;
  for (const auto& gap : assessment.gaps()) ++named[gap.requirement()];
  const auto add = [&named](const auto& groups) {
    for (const auto& group : groups) {
      for (const std::string& requirement : group.requirements()) ++named[requirement];
    }
  };
  add(assessment.met());
  add(assessment.partly_met());
  add(assessment.unknown());
  add(assessment.silent());
  add(assessment.not_applicable());
  return named;
}

class ComplianceGapTest : public testing::TestWithParam<const char*> {
 protected:
  ComplianceGapTest() : case_(Example(GetParam())), result_(ComplianceGap(case_.input())) {}

  const Case case_;
  const ComplianceGapResult result_;
};

INSTANTIATE_TEST_SUITE_P(Examples, ComplianceGapTest, testing::ValuesIn(kExamples), [](const auto& param_info) {
  std::string name = param_info.param;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

TEST(ComplianceGapOfOne, AFrameworkThatNothingDecidesIsNotExcluded) {
  const auto reason = [](const std::string& roles) {
    const Case c(TeamNotesOfUndeclaredScope(roles));
    const ComplianceGapResult result = ComplianceGap(c.input());
    for (const auto& row : result.not_selected()) {
      if (absl::StartsWith(row.name(), "PCI DSS")) return row.reason();
    }
    return std::string("selected");
  };
  EXPECT_EQ(reason("").substr(0, 13), "not decided: ");
  EXPECT_NE(reason("  legal_roles: [controller, processor]\n").substr(0, 13), "not decided: ");
}

TEST(ComplianceGapOfOne, AVacantRoleAnswersForNoGap) {
  const Case c(Vacated(Example("team-notes")));
  const analysis::Landscape landscape(c.facts());
  const analysis::Compliance compliance = AssessCompliance(c.input(), landscape);
  int programme = 0;
  for (const analysis::FrameworkVerdict& framework : compliance.frameworks()) {
    for (const analysis::RequirementVerdict& verdict : framework.requirements) {
      for (const analysis::ComplianceFact* fact : verdict.facts) {
        if (fact->source != analysis::ComplianceSource::kProgramme) continue;
        ++programme;
        EXPECT_EQ(fact->owner_role, "") << fact->id;
      }
    }
  }
  EXPECT_GT(programme, 0);
}

TEST_P(ComplianceGapTest, EveryRequirementOfAFrameworkThatAppliesStandsOnce) {
  ASSERT_GT(result_.assessments_size(), 0);
  for (const FrameworkAssessment& assessment : result_.assessments()) {
    SCOPED_TRACE(assessment.id());
    const auto* framework = knowledge::FindFramework(assessment.id());
    ASSERT_NE(framework, nullptr);
    const std::map<std::string, int> named = Named(assessment);
    for (const auto& requirement : framework->requirements()) {
      const auto found = named.find(requirement.id());
      ASSERT_NE(found, named.end()) << requirement.id();
      EXPECT_EQ(found->second, 1) << requirement.id();
    }
    EXPECT_EQ(named.size(), static_cast<size_t>(framework->requirements_size()));
  }
}

TEST_P(ComplianceGapTest, CountsAgreeWithTheListsAndTheScore) {
  int gaps = 0;
  for (const FrameworkAssessment& assessment : result_.assessments()) {
    SCOPED_TRACE(assessment.id());
    const auto& counts = assessment.counts();
    EXPECT_EQ(counts.requirements(),
              counts.met() + counts.partly_met() + counts.not_met() + counts.unknown() + counts.not_applicable());
    EXPECT_EQ(counts.rated(), counts.met() + counts.partly_met() + counts.not_met());
    int not_met = 0;
    for (const auto& gap : assessment.gaps()) {
      not_met += gap.partly() ? 0 : 1;
      EXPECT_FALSE(gap.elements().empty()) << gap.requirement() << " is a gap of no element";
      EXPECT_NE(gap.severity(), model::v1::SEVERITY_UNSPECIFIED) << gap.requirement();
    }
    EXPECT_EQ(counts.not_met(), not_met);
    gaps += assessment.gaps_size();
  }
  EXPECT_EQ(result_.totals().gaps(), gaps);
  EXPECT_EQ(result_.totals().frameworks(), result_.assessments_size());
  const auto& totals = result_.totals();
  EXPECT_EQ(totals.actions(), totals.critical() + totals.high() + totals.medium() + totals.low());
}

TEST_P(ComplianceGapTest, WhatIsMetPointsAtTheModel) {
  for (const FrameworkAssessment& assessment : result_.assessments()) {
    for (const auto& met : assessment.met()) EXPECT_FALSE(met.evidence().key().empty()) << assessment.id();
  }
}

// --- Single changes on the payments platform ---

std::set<std::string> GapsOf(const ComplianceGapResult& result, const std::string& framework) {
  std::set<std::string> gaps;
  for (const FrameworkAssessment& assessment : result.assessments()) {
    if (assessment.id() != framework) continue;
    for (const auto& gap : assessment.gaps()) gaps.insert(gap.requirement());
  }
  return gaps;
}

TEST(ComplianceGapChangeTest, AFrameworkOutOfScopeIsNotAssessed) {
  const std::string yaml = Example("team-notes");
  const Case before(yaml);
  const ComplianceGapResult result = ComplianceGap(before.input());
  std::set<std::string> assessed;
  for (const auto& assessment : result.assessments()) assessed.insert(assessment.id());
  for (const auto& framework : result.not_selected()) {
    EXPECT_FALSE(framework.reason().empty()) << framework.name();
  }
  EXPECT_TRUE(assessed.count("gdpr") > 0);
  EXPECT_FALSE(assessed.count("hipaa") > 0);
}

// Of PCI DSS 4.2.1 where the flow leaves our zones.
TEST(ComplianceGapChangeTest, ClearTextOnACardFlowIsAPciGap) {
  const std::string yaml = Example("api-platform");
  const Case before(yaml);
  const Case after(Edited(
      yaml, {{"purpose: Exchange card data for a token, protocol: grpc, transport_security: mesh_mtls",
              "purpose: Exchange card data for a token, protocol: grpc, transport_security: none"},
             {"source: payer-us, target: card-capture,\n     purpose: Hosted card fields post card data past the "
              "CDN, protocol: https, transport_security: tls,\n     min_tls: tls_1_3, ",
              "source: payer-us, target: card-capture,\n     purpose: Hosted card fields post card data past the "
              "CDN, protocol: https, transport_security: none,\n     "}}));
  const std::set<std::string> was = GapsOf(ComplianceGap(before.input()), "pci-dss-4.0.1");
  const ComplianceGapResult result = ComplianceGap(after.input());
  const std::set<std::string> is = GapsOf(result, "pci-dss-4.0.1");
  for (const std::string& gap : was) EXPECT_TRUE(is.count(gap) > 0) << gap << " is gone although nothing got better";
  ASSERT_TRUE(is.count("4.2.1") > 0);
  for (const FrameworkAssessment& assessment : result.assessments()) {
    if (assessment.id() != "pci-dss-4.0.1") continue;
    for (const auto& gap : assessment.gaps()) {
      if (gap.requirement() != "4.2.1") continue;
      const std::set<std::string> lacking(gap.elements().begin(), gap.elements().end());
      EXPECT_TRUE(lacking.count("payer-us-to-card-capture") > 0);
      EXPECT_FALSE(lacking.count("capture-to-tokenization") > 0) << "it stays inside";
    }
  }
}

// Verdict on a requirement by the facts of the programme alone.
analysis::ComplianceStatus ByProgramme(const std::string& yaml, const std::string& row, const std::string& id) {
  const Case c(yaml);
  const analysis::Landscape landscape(c.facts());
  const analysis::Compliance compliance = AssessCompliance(c.input(), landscape);
  for (const analysis::FrameworkVerdict& framework : compliance.frameworks()) {
    if (framework.framework->id != "pci-dss-4.0.1") continue;
    for (const analysis::RequirementVerdict& verdict : framework.requirements) {
      if (verdict.requirement->id() != id) continue;
      analysis::RequirementVerdict alone;
      for (const analysis::ComplianceFact* fact : verdict.facts) {
        if (fact->source == analysis::ComplianceSource::kProgramme && fact->id == row) alone.facts.push_back(fact);
      }
      EXPECT_FALSE(alone.facts.empty()) << row;
      return analysis::StatusOf(alone);
    }
  }
  ADD_FAILURE() << id;
  return analysis::ComplianceStatus::kNotApplicable;
}

TEST(ComplianceGapChangeTest, NoDeclaredStoreOfAuthenticationDataProvesNothing) {
  const std::string yaml = Example("api-platform");
  const auto status = [](const std::string& text) { return ByProgramme(text, "no-authentication-data", "3.3.1.2"); };
  EXPECT_EQ(status(yaml), analysis::ComplianceStatus::kUnknown);
  EXPECT_EQ(status(Edited(yaml, {{"stores: [cardholder-data, card-tokens]",
                                  "stores: [cardholder-data, card-verification-data, card-tokens]"}})),
            analysis::ComplianceStatus::kNotMet);
}

// What the log platform is set to keeps no log that does not reach it.
TEST(ComplianceGapChangeTest, ASettingOfTheLogPlatformShowsNothingOfComponentsWithoutLogs) {
  const std::string yaml = Example("api-platform");
  const std::string none = absl::StrReplaceAll(
      yaml, {{"    logging: central\n", "    logging: none\n"}, {"    logging: immutable\n", "    logging: none\n"}});
  for (const auto& [row, id] : {std::pair{"log-tamper", "10.3.2"}, std::pair{"log-retention", "10.5.1"}}) {
    EXPECT_EQ(ByProgramme(yaml, row, id), analysis::ComplianceStatus::kMet) << row;
    EXPECT_EQ(ByProgramme(none, row, id), analysis::ComplianceStatus::kNotMet) << row;
  }
}

TEST(ComplianceGapChangeTest, MostlyUnknownFrameworksHaveNoScore) {
  const Case c(Example("team-notes"));
  int without = 0;
  const ComplianceGapResult result = ComplianceGap(c.input());
  for (const auto& row : result.scores()) {
    const bool known = row.counts().rated() > 0 && row.counts().rated() >= row.counts().unknown();
    EXPECT_EQ(row.counts().score().empty(), !known) << row.name();
    without += known ? 0 : 1;
  }
  EXPECT_GT(without, 0);
}

}  // namespace
}  // namespace metapowers::commands::identify
