// Paths of outsiders to the data that matters most, on rules that the tests write themselves.
#include "service/analysis/attack_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "service/analysis/control_plan.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;

// Two ways from the buyer to the ledger: by the web, and by the back office.
ModelText Shop() {
  return {.components =
              "- {id: buyer, name: Buyer, kind: external_entity}\n"
              "- {id: office, name: Office, kind: process, zone: inside}\n"
              "- {id: ledger, name: Ledger, kind: datastore, zone: vault, stores: [cards]}\n"
              "- {id: web, name: Web, kind: process, zone: inside}\n",
          .flows =
              "- {id: buy, name: F, source: buyer, target: web, authentication: none, sends: [cards]}\n"
              "- {id: help, name: F, source: buyer, target: office, authentication: mfa}\n"
              "- {id: office-ledger, name: F, source: office, target: ledger, authentication: none, sends: [cards]}\n"
              "- {id: web-ledger, name: F, source: web, target: ledger, authentication: none, sends: [cards]}\n"};
}

constexpr char kRule[] =
    "stride: STRIDE_SPOOFING subject: THREAT_SUBJECT_FLOW likelihood { position: ATTACKER_POSITION_INTERNET } "
    "match { attribute: 'authentication' operator: MATCH_OPERATOR_IN values: 'none' } "
    "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'prompt_guard' likelihood: 3 }";

std::vector<std::string> Flows(const AttackPath& path) {
  std::vector<std::string> flows;
  for (const AttackStep& step : path.steps) flows.push_back(step.flow->id());
  return flows;
}

TEST(AttackPathsTest, TheEasiestWayComesFirst) {
  const ThreatCase shop(Shop(), RuleText("own-open", kRule));
  const AttackPaths found = FindAttackPaths(shop.threats());
  ASSERT_GE(found.paths.size(), 2u);
  EXPECT_THAT(Flows(found.paths[0]), ElementsAre("buy", "web-ledger"));
  EXPECT_THAT(Flows(found.paths[1]), ElementsAre("help", "office-ledger"));
  EXPECT_LE(found.paths[0].difficulty, found.paths[1].difficulty);
  EXPECT_EQ(found.paths[0].target->id(), "cards");
  EXPECT_EQ(found.paths[0].origin, "buyer");
  EXPECT_EQ(found.paths[0].likelihood, 5);
}

// Whether the easiest step into web is made by the rule.
bool MakesTheStep(const std::string& rule) {
  const ThreatCase shop(Shop(), RuleText("own-step", rule));
  for (const AttackPath& path : FindAttackPaths(shop.threats()).paths) {
    for (const AttackStep& step : path.steps) {
      if (step.threat != nullptr && step.threat->rule->id() == "own-step") return true;
    }
  }
  return false;
}

TEST(AttackPathsTest, OnlyWhatBringsSomebodyInMakesAStep) {
  const std::string flow =
      "subject: THREAT_SUBJECT_FLOW likelihood { position: ATTACKER_POSITION_INTERNET } "
      "match { attribute: 'authentication' operator: MATCH_OPERATOR_IN values: 'none' } "
      "controls { control: 'prompt_guard' likelihood: 3 } ";
  const std::string legs = "impact { legs: IMPACT_LEG_CONFIDENTIALITY } ";
  EXPECT_TRUE(MakesTheStep("stride: STRIDE_ELEVATION_OF_PRIVILEGE " + flow + legs));
  EXPECT_FALSE(MakesTheStep("stride: STRIDE_TAMPERING " + flow + legs)) << "changes what passes";
  EXPECT_FALSE(MakesTheStep("stride: STRIDE_INFORMATION_DISCLOSURE " + flow + legs)) << "reads what passes";
  EXPECT_FALSE(MakesTheStep("stride: STRIDE_SPOOFING " + flow + "impact { legs: IMPACT_LEG_CONFIDENTIALITY cap: 3 } "))
      << "its harm ends there";
  const auto component = [&](const std::string& position) {
    return "stride: STRIDE_TAMPERING subject: THREAT_SUBJECT_COMPONENT likelihood { position: " + position +
           " adjust: 2 adjust_reason: 'easy' } match { attribute: 'kind' operator: MATCH_OPERATOR_IN values: "
           "'datastore' } " +
           "controls { control: 'prompt_guard' likelihood: 3 } " + legs;
  };
  EXPECT_TRUE(MakesTheStep(component("ATTACKER_POSITION_INTERNET")));
  EXPECT_FALSE(MakesTheStep(component("ATTACKER_POSITION_SUPPLY_CHAIN"))) << "comes with what is delivered";
}

TEST(AttackPathsTest, DataThatNobodyReachesIsListed) {
  ModelText text = Shop();
  text.flows = "- {id: web-ledger, name: F, source: web, target: ledger, authentication: none, sends: [cards]}\n";
  const ThreatCase shop(text, RuleText("own-open", kRule));
  const AttackPaths found = FindAttackPaths(shop.threats());
  EXPECT_TRUE(found.paths.empty());
  ASSERT_EQ(found.unreached.size(), 1u);
  EXPECT_EQ(found.unreached[0]->id(), "cards");
}

TEST(AttackPathsTest, GoesInNoCircle) {
  ModelText text = Shop();
  text.flows +=
      "- {id: z-back, name: F, source: ledger, target: web, authentication: none, sends: [cards]}\n"
      "- {id: z-side, name: F, source: web, target: office, authentication: none, sends: [cards]}\n";
  const ThreatCase shop(text, RuleText("own-open", kRule));
  const AttackPaths found = FindAttackPaths(shop.threats());
  for (const AttackPath& path : found.paths) {
    std::set<std::string> visited = {path.origin};
    for (const AttackStep& step : path.steps) EXPECT_TRUE(visited.insert(step.component).second) << step.component;
  }
  EXPECT_LE(found.paths.size(), static_cast<size_t>(kPathsPerPair));
}

TEST(ControlPlanTest, CountsWhatAControlAloneTakesAway) {
  const ThreatCase shop(Shop(), RuleText("own-open", kRule));
  const std::vector<PlannedControl> plan = PlanControls(shop.threats());
  const auto guard = std::find_if(plan.begin(), plan.end(),
                                  [](const PlannedControl& each) { return each.control->id() == "prompt_guard"; });
  ASSERT_NE(guard, plan.end());
  EXPECT_THAT(guard->elements, ElementsAre("buy", "office-ledger", "web-ledger"));
  int points = 0;
  for (const std::string& key : shop.Keys())
    points += shop[key].scores.current.product() - ScoreWith(shop[key], "prompt_guard").product();
  EXPECT_EQ(guard->points, points);
  EXPECT_GT(points, 0);
}

}  // namespace
}  // namespace metapowers::analysis
