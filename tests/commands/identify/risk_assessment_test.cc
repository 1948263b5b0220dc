// The risk register of the example models: sums that agree with each other and with the sections that they come from.
#include "service/commands/identify/risk_assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/identify/asset_inventory.h"
#include "service/commands/identify/compliance_gap.h"
#include "service/commands/identify/threat_model.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
using ::testing::HasSubstr;

class RiskAssessmentTest : public testing::TestWithParam<const char*> {
 protected:
  RiskAssessmentTest() : case_(Example(GetParam())), result_(RiskAssessment(case_.input())) {}

  const Case case_;
  const pb::RiskAssessmentResult result_;
};

INSTANTIATE_TEST_SUITE_P(Examples, RiskAssessmentTest, testing::ValuesIn(kExamples), [](const auto& param_info) {
  std::string name = param_info.param;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

TEST_P(RiskAssessmentTest, TakesOverWhatTheOtherSectionsFind) {
  pb::ThreatModelResult threats;
  ThreatModel(case_.input(), threats);
  const pb::AssetInventoryResult assets = AssetInventory(case_.input());
  const pb::ComplianceGapResult compliance = ComplianceGap(case_.input());
  ASSERT_EQ(result_.sources_size(), 5);
  EXPECT_EQ(result_.sources(0).found() + result_.sources(1).found(),
            threats.totals().open() + threats.totals().decided() + threats.totals().false_positives());
  int gaps = 0;
  for (const auto& kind : assets.gaps()) gaps += kind.rows_size();
  for (const auto& kind : assets.shadow()) gaps += kind.rows_size();
  EXPECT_EQ(result_.sources(2).found(), gaps);
  int actions = 0;
  for (const auto& wave : compliance.waves()) actions += wave.actions_size();
  EXPECT_EQ(result_.sources(3).found(), actions);
  EXPECT_EQ(result_.sources(4).risks(), result_.risks_size());
  std::set<std::string> keys;
  for (const pb::RiskRow& row : result_.risks()) EXPECT_TRUE(keys.insert(row.key()).second) << row.key();
  for (const pb::Finding& finding : threats.findings()) {
    const bool open = finding.status() == pb::FINDING_STATUS_OPEN ||
                      finding.status() == pb::FINDING_STATUS_OPEN_AGAIN ||
                      finding.status() == pb::FINDING_STATUS_MITIGATING;
    EXPECT_EQ(keys.count(finding.key()) > 0, open) << finding.key();
  }
}

TEST_P(RiskAssessmentTest, TablesAddUpToTheRegister) {
  const pb::RiskTotals& totals = result_.totals();
  EXPECT_EQ(totals.risks(), result_.risks_size());
  EXPECT_EQ(totals.risks(), totals.critical() + totals.high() + totals.medium() + totals.low());
  EXPECT_EQ(totals.risks(), totals.mitigate() + totals.tolerated() + totals.decided());
  int lesser = 0;
  for (const pb::RiskGroup& group : result_.lesser()) lesser += group.medium() + group.low();
  EXPECT_EQ(lesser + totals.severe(), totals.risks());
  int current = 0, inherent = 0, target = 0;
  for (const pb::MatrixRow& row : result_.matrix()) {
    for (const pb::MatrixCell& cell : row.current()) current += cell.risks();
    for (const pb::MatrixCell& cell : row.inherent()) inherent += cell.risks();
    for (const pb::MatrixCell& cell : row.target()) target += cell.risks();
  }
  EXPECT_EQ(current, totals.risks());
  EXPECT_EQ(inherent, totals.risks());
  EXPECT_EQ(target, totals.risks());
  EXPECT_EQ(result_.treatments().rbegin()->risks(), totals.risks());
  int in_categories = 0;
  for (const pb::AppetiteRow& row : result_.categories()) in_categories += row.risks();
  EXPECT_EQ(in_categories, totals.risks());
  int owned = 0;
  for (const pb::RiskOwnerRow& row : result_.owners()) owned += row.risks();
  EXPECT_EQ(owned, totals.risks());
  int waiting = 0;
  for (const pb::RiskAuthorityRow& row : result_.authorities()) waiting += row.risks();
  EXPECT_EQ(waiting, totals.mitigate());
  EXPECT_EQ(result_.open_findings_size(), totals.mitigate());
}

TEST_P(RiskAssessmentTest, EveryRiskHasOwnerTreatmentAndDate) {
  for (const pb::RiskRow& row : result_.risks()) {
    SCOPED_TRACE(row.key());
    EXPECT_FALSE(row.title().empty());
    EXPECT_FALSE(row.statement().empty());
    EXPECT_EQ(row.statement().find('{'), std::string::npos) << row.statement();
    EXPECT_FALSE(row.owner().empty());
    EXPECT_FALSE(row.treatment_reason().empty());
    EXPECT_EQ(row.due().empty(), row.treatment() != "mitigate");
    EXPECT_LE(row.target().likelihood() * row.target().impact(), row.current().likelihood() * row.current().impact());
  }
}

TEST_P(RiskAssessmentTest, TopRisksAreTheWorstThreatsAndSayWhatToDo) {
  ASSERT_GT(result_.top_size(), 0);
  for (const pb::TopRisk& top : result_.top()) {
    SCOPED_TRACE(top.title());
    EXPECT_GE(top.severity(), model::v1::SEVERITY_MEDIUM);
    EXPECT_FALSE(top.story().empty());
    EXPECT_FALSE(top.consequence().empty());
    EXPECT_FALSE(top.mitigation().empty());
    EXPECT_EQ(top.mitigation().find('{'), std::string::npos) << top.mitigation();
    EXPECT_FALSE(top.controls().empty());
    EXPECT_FALSE(top.owners().empty());
    EXPECT_FALSE(top.due().empty());
    for (const std::string& key : top.keys()) EXPECT_FALSE(absl::StartsWith(key, "gap:")) << key;
  }
}

TEST_P(RiskAssessmentTest, MoneyIsStatedOnlyWhereTheModelSaysWhatThingsCost) {
  EXPECT_EQ(result_.has_loss(), case_.model().proto().risk_appetite().has_loss());
  if (!result_.has_loss()) return;
  EXPECT_EQ(result_.loss().rows_size() + result_.loss().without_frequency_size(), result_.top_size());
  EXPECT_TRUE(absl::StartsWith(result_.loss().annual(), case_.model().proto().currency()));
}

TEST(RiskAssessment, AGapMayBeAcceptedUntilADate) {
  Case decided(Example("api-platform"));
  const pb::RiskAssessmentResult before = RiskAssessment(decided.input());
  decided.Decide(
      "schema_version: \"1\"\ndecisions:\n"
      "- {finding: 'gap:scope_contradiction@fraud-service', status: accepted, requested_by: product-owner, "
      "approved_by: ciso, "
      "authority: high, rationale: It is cut off in December., decided_on: 2026-10-30, expires_on: 2026-11-20}\n"
      "- {finding: 'gap:no_owner@nowhere', status: accepted, requested_by: product-owner, approved_by: ciso, "
      "authority: high, rationale: It was there once., decided_on: 2026-10-30, expires_on: 2026-11-20}\n");
  const pb::RiskAssessmentResult after = RiskAssessment(decided.input());
  EXPECT_EQ(after.totals().decided(), before.totals().decided() + 1);
  EXPECT_EQ(after.totals().mitigate(), before.totals().mitigate() - 1);
  ASSERT_EQ(after.decisions_size(), 1);
  EXPECT_EQ(after.decisions(0).key(), "gap:scope_contradiction@fraud-service");
  ASSERT_EQ(after.void_decisions_size(), 1);
  EXPECT_EQ(after.void_decisions(0).reason(), "the register has no such gap");
  pb::ThreatModelResult threats;
  ThreatModel(decided.input(), threats);
  EXPECT_EQ(threats.void_decisions_size(), 0) << "decisions on gaps are the register's";
}

TEST(RiskAssessment, WithoutAnAppetiteEveryRiskIsMitigated) {
  std::string text = Example("team-notes");
  const size_t begin = text.find("\nrisk_appetite:\n") + 1;
  size_t end = begin;
  do {
    end = text.find('\n', end + 1);
  } while (text[end + 1] == ' ' || text[end + 1] == '\n');
  text.erase(begin, end + 1 - begin);
  const pb::RiskAssessmentResult result = RiskAssessment(Case(text).input());
  EXPECT_EQ(result.totals().mitigate(), result.totals().risks());
  for (const pb::RiskRow& row : result.risks()) EXPECT_EQ(row.treatment_reason(), "no appetite declared");
  EXPECT_FALSE(result.has_loss());
}

TEST(RiskAssessment, WhoKeepsTheRegisterAndMayAcceptIsSaidToBeVacant) {
  const pb::RiskAssessmentResult result = RiskAssessment(Case(Vacated(Example("team-notes"))).input());
  EXPECT_EQ(result.keeper(), "Security lead (vacant)");
  ASSERT_GT(result.authorities_size(), 1);
  EXPECT_EQ(result.authorities(1).role(), "Managing director (vacant)") << "of severity high";
}

}  // namespace
}  // namespace metapowers::commands::identify
