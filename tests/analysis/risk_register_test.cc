// The register of risks: each once, worst first, treated by decision or appetite.
#include "service/analysis/risk_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

constexpr char kRule[] =
    "stride: STRIDE_INFORMATION_DISCLOSURE subject: THREAT_SUBJECT_FLOW likelihood { position: "
    "ATTACKER_POSITION_INTERNET } "
    "match { attribute: 'authentication' operator: MATCH_OPERATOR_IN values: 'none' } "
    "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'message_signing' likelihood: 3 }";

ModelText Shop(const std::string& appetite) {
  return {.components =
              "- {id: buyer, name: Buyer, kind: external_entity}\n"
              "- {id: web, name: Web, kind: process, zone: inside, processes: [cards]}\n",
          .flows = "- {id: buy, name: F, source: buyer, target: web, authentication: none, sends: [cards]}\n",
          .rest = "risk_appetite:\n  categories:\n    - {id: breach, name: Data breach, appetite: " + appetite +
                  ", kind: data_breach}\n    - {id: work, name: Work, appetite: " + appetite +
                  ", kind: operational}\n"};
}

const Risk& Find(const RiskRegister& found, const std::string& key) {
  for (const Risk& risk : found.risks) {
    if (risk.key == key) return risk;
  }
  ADD_FAILURE() << "no risk " << key;
  std::abort();
}

TEST(RiskRegisterTest, HoldsEachRiskOnceAndWorstFirst) {
  const ThreatCase shop(Shop("low"), RuleText("own-open", kRule));
  const RiskRegister found = BuildRiskRegister(shop.threats());
  EXPECT_EQ(static_cast<size_t>(found.totals.risks()), found.risks.size());
  std::set<std::string> keys;
  for (size_t i = 0; i < found.risks.size(); ++i) {
    EXPECT_TRUE(keys.insert(found.risks[i].key).second) << found.risks[i].key;
    if (i == 0) continue;
    EXPECT_LE(found.risks[i].severity(), found.risks[i - 1].severity());
  }
  EXPECT_TRUE(keys.count("gap:no_owner@web") > 0) << "a component without a team is a gap of the inventory";
}

TEST(RiskRegisterTest, AppetiteDecidesWhereNobodyHas) {
  const ThreatCase strict(Shop("low"), RuleText("own-open", kRule));
  const RiskRegister of_strict = BuildRiskRegister(strict.threats());
  const Risk& mitigated = Find(of_strict, "own-open@buy");
  EXPECT_EQ(mitigated.treatment, RiskTreatment::kMitigate);
  EXPECT_EQ(mitigated.treatment_reason, "critical is above low appetite for data breach");
  EXPECT_FALSE(mitigated.due.empty());
  const Risk& gap = Find(of_strict, "gap:no_owner@web");
  EXPECT_EQ(gap.treatment, RiskTreatment::kMitigate);
  const ThreatCase bold(Shop("high"), RuleText("own-open", kRule));
  const RiskRegister of_bold = BuildRiskRegister(bold.threats());
  EXPECT_EQ(Find(of_bold, "gap:no_owner@web").treatment, RiskTreatment::kTolerate);
  EXPECT_EQ(Find(of_bold, "gap:no_owner@web").due, "");
  EXPECT_EQ(Find(of_bold, "own-open@buy").treatment, RiskTreatment::kMitigate) << "critical is above every appetite";
}

}  // namespace
}  // namespace metapowers::analysis
