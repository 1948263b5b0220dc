// Risks in money: figures that can be worked out by hand.
#include "service/analysis/loss_estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

constexpr char kRule[] =
    "stride: STRIDE_INFORMATION_DISCLOSURE subject: THREAT_SUBJECT_COMPONENT "
    "likelihood { position: ATTACKER_POSITION_INTERNET } "
    "match { attribute: 'zone' operator: MATCH_OPERATOR_IN values: 'inside' } "
    "impact { legs: IMPACT_LEG_CONFIDENTIALITY legs: IMPACT_LEG_AVAILABILITY } "
    "controls { control: 'message_signing' likelihood: 3 }";

constexpr char kLoss[] =
    "  loss:\n"
    "    source: Finance\n"
    "    estimated_on: 2026-01-01\n"
    "    frequencies:\n"
    "    - {likelihood: 5, events_per_year: {low: 1, likely: 1, high: 1}}\n"
    "    - {likelihood: 2, events_per_year: {low: 0, likely: 0, high: 0}}\n"
    "    cost_per_event: {low: 100, likely: 100, high: 100}\n";

class LossTest : public testing::Test {
 protected:
  // The estimate of a system with one threat, to `web`, that 1,000 cards and `work` at 10 an hour depend on.
  const LossEstimate& Estimate(const std::string& assumptions) {
    ModelText text;
    text.components =
        "- {id: web, name: Web, kind: process, zone: inside, processes: [cards], business_function: work}\n";
    text.data_classes =
        "- {id: cards, name: Cards, owner: core, confidentiality: strictly_confidential, categories: [pan], "
        "record_count: 1000}\n";
    text.rest = absl::StrCat(
        "currency: EUR\nrecovery:\n  functions:\n  - {id: work, name: work, criticality: high, loss_per_hour: 10}\n"
        "risk_appetite:\n  categories:\n  - {id: breach, name: Breach, appetite: low, kind: data_breach}\n",
        kLoss, assumptions);
    threats_ = std::make_unique<ThreatCase>(text, RuleText("own-loss", kRule));
    compliance_ = std::make_unique<Compliance>(Compliance::Assess(threats_->threats().landscape(), {}));
    register_ = BuildRiskRegister(threats_->threats(), *compliance_, decisions_);
    // Only the test's own rule; the shipped ones find things here too.
    std::erase_if(register_.risks, [](const Risk& risk) { return risk.key != "own-loss@web"; });
    paths_ = FindAttackPaths(threats_->threats());
    scenarios_ = RiskScenarios(register_, threats_->threats(), paths_, 10);
    const auto& model = threats_->threats().landscape().model().proto();
    estimate_ = EstimateLoss(scenarios_, model.risk_appetite().loss());
    return estimate_;
  }

  std::unique_ptr<ThreatCase> threats_;
  std::unique_ptr<Compliance> compliance_;
  model::v1::Decisions decisions_;
  RiskRegister register_;
  AttackPaths paths_;
  std::vector<RiskScenario> scenarios_;
  LossEstimate estimate_;
};

TEST_F(LossTest, CostPerEventAloneIsFrequencyTimesCost) {
  const LossEstimate& loss = Estimate("");
  ASSERT_EQ(loss.scenarios.size(), 1u);
  EXPECT_DOUBLE_EQ(loss.annual_loss, 100);
  EXPECT_DOUBLE_EQ(loss.annual_loss_at_target, 0);
  EXPECT_EQ(loss.scenarios[0].records_of, nullptr);
  EXPECT_NEAR(ExceedanceOf(loss.scenarios, 100, false), 1 - std::exp(-1), 1e-12);
  EXPECT_DOUBLE_EQ(ExceedanceOf(loss.scenarios, 101, false), 0);
  EXPECT_DOUBLE_EQ(ExceedanceOf(loss.scenarios, 100, true), 0);
}

TEST_F(LossTest, RecordsAndOutagesAddToTheCostOfAnEvent) {
  const LossEstimate& loss = Estimate(
      "    records:\n    - {data_class: cards, cost_per_record: {low: 2, likely: 2, high: 2}, "
      "disclosed_percent: {low: 10, likely: 10, high: 10}}\n"
      "    outage_hours: {low: 3, likely: 3, high: 3}\n");
  ASSERT_EQ(loss.scenarios.size(), 1u);
  ASSERT_NE(loss.scenarios[0].records_of, nullptr);
  EXPECT_EQ(loss.scenarios[0].records_of->id(), "cards");
  EXPECT_DOUBLE_EQ(loss.scenarios[0].loss_per_hour, 10);
  // 100 + 1,000 x 10% x 2 + 3 x 10
  EXPECT_NEAR(loss.annual_loss, 330, 1e-9);
}

TEST_F(LossTest, RangesCountByTheirThreePoints) {
  const LossEstimate& loss = Estimate("    outage_hours: {low: 0, likely: 10, high: 100}\n");
  // 100 + 10 x (0.185 x 0 + 0.63 x 10 + 0.185 x 100)
  EXPECT_NEAR(loss.annual_loss, 348, 1e-9);
  EXPECT_NEAR(ExceedanceOf(loss.scenarios, 150, false), 1 - std::exp(-0.815), 1e-12);
  EXPECT_NEAR(ExceedanceOf(loss.scenarios, 1000, false), 1 - std::exp(-0.185), 1e-12);
  double probability = 0;
  for (const Outcome& outcome : loss.scenarios[0].magnitude) probability += outcome.probability;
  EXPECT_NEAR(probability, 1, 1e-12);
  ASSERT_FALSE(loss.exceedance.empty());
  for (size_t i = 1; i < loss.exceedance.size(); ++i) {
    EXPECT_GT(loss.exceedance[i].amount, loss.exceedance[i - 1].amount);
    EXPECT_LE(loss.exceedance[i].now, loss.exceedance[i - 1].now);
  }
}

TEST_F(LossTest, AScenarioWithoutAFrequencyIsInNoSum) {
  Estimate("");
  model::v1::LossAssumptions loss = threats_->threats().landscape().model().proto().risk_appetite().loss();
  loss.mutable_frequencies()->erase(loss.frequencies().begin());
  const LossEstimate estimate = EstimateLoss(scenarios_, loss);
  EXPECT_TRUE(estimate.scenarios.empty());
  ASSERT_EQ(estimate.without_frequency.size(), 1u);
  EXPECT_EQ(estimate.annual_loss, 0);
}

TEST_F(LossTest, FunctionsThatDependOnTheComponentStopToo) {
  ModelText text;
  text.components =
      "- {id: web, name: Web, kind: process, zone: inside, processes: [cards], business_function: work}\n"
      "- {id: app, name: App, kind: process, business_function: play}\n";
  text.flows = "- {id: ask, name: F, source: app, target: web, dependency: hard}\n";
  text.rest =
      "recovery:\n  functions:\n  - {id: play, name: play, criticality: high}\n"
      "  - {id: rest, name: rest, criticality: low}\n  - {id: work, name: work, criticality: high}\n";
  const ThreatCase threats(text, RuleText("own-loss", kRule));
  const Compliance compliance = Compliance::Assess(threats.threats().landscape(), {});
  const RiskRegister found = BuildRiskRegister(threats.threats(), compliance, {});
  const AttackPaths paths = FindAttackPaths(threats.threats());
  for (const RiskScenario& scenario : RiskScenarios(found, threats.threats(), paths, 100)) {
    if (scenario.worst().key != "own-loss@web") continue;
    ASSERT_EQ(scenario.functions.size(), 2u);
    EXPECT_EQ(scenario.functions[0]->id(), "play");
    EXPECT_EQ(scenario.functions[1]->id(), "work");
    return;
  }
  FAIL() << "no scenario of own-loss";
}

}  // namespace
}  // namespace metapowers::analysis
