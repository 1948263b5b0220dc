// The register of risks: each once, worst first, treated by decision or appetite.
#include "service/analysis/risk_register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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

// The register with what the frameworks of the model ask for, and these decisions on gaps.
class Registered {
 public:
  Registered(const ThreatCase& threats, model::v1::Decisions decisions)
      : compliance_(Compliance::Assess(threats.threats().landscape(), {})),
        decisions_(std::move(decisions)),
        found_(BuildRiskRegister(threats.threats(), compliance_, decisions_)) {}
  const RiskRegister& operator*() const { return found_; }

 private:
  const Compliance compliance_;
  const model::v1::Decisions decisions_;
  const RiskRegister found_;
};

RiskRegister RegisterOf(const ThreatCase& threats) {
  static const model::v1::Decisions kNone;
  return BuildRiskRegister(threats.threats(), Compliance::Assess(threats.threats().landscape(), {}), kNone);
}

model::v1::Decision DecisionOn(const std::string& key, model::v1::DecisionStatus status,
                               const std::string& expires_on) {
  model::v1::Decision decision;
  decision.set_finding(key);
  decision.set_status(status);
  decision.set_authority(model::v1::SEVERITY_CRITICAL);
  decision.set_decided_on("2026-02-01");
  decision.set_expires_on(expires_on);
  return decision;
}

TEST(RiskRegisterTest, HoldsEachRiskOnceAndWorstFirst) {
  const ThreatCase shop(Shop("low"), RuleText("own-open", kRule));
  const RiskRegister found = RegisterOf(shop);
  int total = 0;
  for (const SourceTotals& source : found.totals) total += source.risks();
  EXPECT_EQ(static_cast<size_t>(total), found.risks.size());
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
  const RiskRegister of_strict = RegisterOf(strict);
  const Risk& mitigated = Find(of_strict, "own-open@buy");
  EXPECT_EQ(mitigated.treatment, RiskTreatment::kMitigate);
  EXPECT_EQ(mitigated.treatment_reason, "critical is above low appetite for data breach");
  EXPECT_FALSE(mitigated.due.empty());
  const Risk& gap = Find(of_strict, "gap:no_owner@web");
  EXPECT_EQ(gap.treatment, RiskTreatment::kMitigate);
  const ThreatCase bold(Shop("high"), RuleText("own-open", kRule));
  const RiskRegister of_bold = RegisterOf(bold);
  EXPECT_EQ(Find(of_bold, "gap:no_owner@web").treatment, RiskTreatment::kTolerate);
  EXPECT_EQ(Find(of_bold, "gap:no_owner@web").due, "");
  EXPECT_EQ(Find(of_bold, "own-open@buy").treatment, RiskTreatment::kMitigate) << "critical is above every appetite";
}

TEST(RiskRegisterTest, AGapThatAThreatSaysTooIsLeftOut) {
  const std::string rule = absl::StrCat(kRule, " equivalents: 'gap:no_owner'");
  const ThreatCase shop(Shop("low"), RuleText("own-open", rule));
  const RiskRegister found = RegisterOf(shop);
  EXPECT_EQ(found.totals[static_cast<int>(RiskSource::kInventory)].left_out, 0) << "the flow is another element";
  const std::string on_component = absl::StrReplaceAll(
      rule,
      {{"THREAT_SUBJECT_FLOW", "THREAT_SUBJECT_COMPONENT"}, {"'authentication'", "'zone'"}, {"'none'", "'inside'"}});
  const ThreatCase same(Shop("low"), RuleText("own-open", on_component));
  const RiskRegister left = RegisterOf(same);
  ASSERT_FALSE(same.Keys().empty());
  EXPECT_EQ(left.totals[static_cast<int>(RiskSource::kInventory)].left_out, 1);
  for (const Risk& risk : left.risks) EXPECT_NE(risk.key, "gap:no_owner@web");
}

TEST(RiskRegisterTest, ActionsAgainstFrameworksLeaveOutWhatThreatsWaitForAlready) {
  ModelText text = Shop("low");
  absl::StrAppend(&text.rest, "frameworks:\n- {id: csf-2.0, in_scope: true}\n");
  text.components += "- {id: db, name: DB, kind: datastore, zone: inside, stores: [cards], encryption_at_rest: none}\n";
  const ThreatCase shop(text, RuleText("own-open", kRule));
  const Registered of(shop, {});
  const SourceTotals& totals = (*of).totals[static_cast<int>(RiskSource::kCompliance)];
  EXPECT_GT(totals.found, 0);
  EXPECT_GT(totals.left_out, 0) << "the gap of the inventory is an action too";
  std::set<std::pair<std::string, std::string>> awaited;
  for (const Risk& risk : (*of).risks) {
    if (risk.threat == nullptr) continue;
    for (const ControlOnThreat& each : risk.threat->controls) awaited.insert({each.row->control(), risk.elements[0]});
  }
  for (const Risk& risk : (*of).risks) {
    if (risk.action == nullptr) continue;
    EXPECT_EQ(risk.key, "gap:" + risk.action->key);
    if (risk.action->fact->source != ComplianceSource::kPosture) continue;
    for (const std::string& id : risk.elements) EXPECT_EQ(awaited.count({risk.action->fact->id, id}), 0u) << risk.key;
  }
}

TEST(RiskRegisterTest, DecisionsOnGapsHoldAsThoseOnThreatsDo) {
  const ThreatCase shop(Shop("low"), RuleText("own-open", kRule));
  model::v1::Decisions decisions;
  *decisions.add_decisions() = DecisionOn("gap:no_owner@web", model::v1::DECISION_STATUS_ACCEPTED, "2026-06-01");
  const Registered accepted(shop, decisions);
  const Risk& gap = Find(*accepted, "gap:no_owner@web");
  EXPECT_EQ(gap.treatment, RiskTreatment::kAccept);
  EXPECT_EQ(gap.treatment_reason, "decided on 2026-02-01, until 2026-06-01");
  EXPECT_EQ(gap.due, "");

  decisions.mutable_decisions(0)->set_expires_on("2026-03-01");
  const Registered expired(shop, decisions);
  EXPECT_EQ(Find(*expired, "gap:no_owner@web").treatment, RiskTreatment::kMitigate);
  EXPECT_EQ(Find(*expired, "gap:no_owner@web").reopened, "expired on 2026-03-01");

  decisions.mutable_decisions(0)->set_expires_on("2026-06-01");
  decisions.mutable_decisions(0)->set_fingerprint("something else");
  const Registered changed(shop, decisions);
  EXPECT_FALSE(Find(*changed, "gap:no_owner@web").reopened.empty());

  decisions.mutable_decisions(0)->clear_fingerprint();
  decisions.mutable_decisions(0)->set_finding("gap:no_owner@gone");
  const Registered orphaned(shop, decisions);
  ASSERT_EQ((*orphaned).voids.size(), 1u);
  EXPECT_EQ((*orphaned).voids[0]->finding(), "gap:no_owner@gone");
}

TEST(RiskRegisterTest, ADecisionOnAGapIsNoOrphanOfTheThreats) {
  model::v1::Decisions decisions;
  *decisions.add_decisions() = DecisionOn("gap:no_owner@web", model::v1::DECISION_STATUS_ACCEPTED, "2026-06-01");
  *decisions.add_decisions() = DecisionOn("own-open@gone", model::v1::DECISION_STATUS_ACCEPTED, "2026-06-01");
  const ThreatCase shop(Shop("low"), RuleText("own-open", kRule), decisions);
  ASSERT_EQ(shop.threats().orphaned().size(), 1u);
  EXPECT_EQ(shop.threats().orphaned()[0].decision->finding(), "own-open@gone");
}

TEST(RiskRegisterTest, FalsePositivesAreCountedAndLeftOut) {
  model::v1::Decisions decisions;
  *decisions.add_decisions() = DecisionOn("own-open@buy", model::v1::DECISION_STATUS_FALSE_POSITIVE, "2026-06-01");
  *decisions.add_decisions() = DecisionOn("gap:no_owner@web", model::v1::DECISION_STATUS_FALSE_POSITIVE, "2026-06-01");
  const ThreatCase shop(Shop("low"), RuleText("own-open", kRule), decisions);
  const Registered found(shop, decisions);
  EXPECT_EQ((*found).totals[static_cast<int>(RiskSource::kThreat)].false_positives, 1);
  EXPECT_EQ((*found).totals[static_cast<int>(RiskSource::kInventory)].false_positives, 1);
  for (const Risk& risk : (*found).risks) {
    EXPECT_NE(risk.key, "own-open@buy");
    EXPECT_NE(risk.key, "gap:no_owner@web");
  }
}

TEST(RiskRegisterTest, WhatDevicesDoEndangersPeopleWhereTheAppetiteSaysSo) {
  ModelText text = Shop("low");
  text.components =
      "- {id: buyer, name: Buyer, kind: external_entity}\n"
      "- {id: web, name: Web, kind: process, zone: inside, processes: [cards], machine: device}\n";
  const std::string rule = absl::StrReplaceAll(kRule, {{"STRIDE_INFORMATION_DISCLOSURE", "STRIDE_TAMPERING"}});
  const ThreatCase without(text, RuleText("own-open", rule));
  EXPECT_EQ(Find(RegisterOf(without), "own-open@buy").kind, model::v1::RISK_KIND_INTEGRITY);
  text.rest += "    - {id: people, name: People, appetite: zero, kind: safety}\n";
  const ThreatCase with(text, RuleText("own-open", rule));
  const RiskRegister found = RegisterOf(with);
  EXPECT_EQ(Find(found, "own-open@buy").kind, model::v1::RISK_KIND_SAFETY);
  EXPECT_EQ(Find(found, "own-open@buy").category->name(), "People");
}

TEST(RiskRegisterTest, WhatSteersADeviceEndangersPeopleToo) {
  ModelText text = Shop("low");
  text.components =
      "- {id: buyer, name: Buyer, kind: external_entity}\n"
      "- {id: pump, name: Pump, kind: process, zone: inside, machine: device}\n"
      "- {id: web, name: Web, kind: process, zone: inside, processes: [cards]}\n";
  text.rest += "    - {id: people, name: People, appetite: zero, kind: safety}\n";
  const auto kind = [&](absl::string_view stride, const std::string& sends) {
    ModelText one = text;
    one.flows += "- {id: steer, name: F, source: web, target: pump" + sends + "}\n";
    const std::string rule = absl::StrReplaceAll(kRule, {{"STRIDE_INFORMATION_DISCLOSURE", stride}});
    const ThreatCase threats(one, RuleText("own-open", rule));
    return Find(RegisterOf(threats), "own-open@buy").kind;
  };
  EXPECT_EQ(kind("STRIDE_TAMPERING", ", sends: [cards]"), model::v1::RISK_KIND_SAFETY);
  EXPECT_NE(kind("STRIDE_TAMPERING", ", receives: [cards]"), model::v1::RISK_KIND_SAFETY) << "it only listens to it";
  EXPECT_NE(kind("STRIDE_REPUDIATION", ", sends: [cards]"), model::v1::RISK_KIND_SAFETY) << "nothing moves";
}

}  // namespace
}  // namespace metapowers::analysis
