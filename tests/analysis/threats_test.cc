// Keys, scores, decisions and coverage of threats, on rules that the tests write themselves.
#include "service/analysis/threats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/analysis/threats_of.h"
#include "tests/support/status_matchers.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFlowRule[] =
    "stride: STRIDE_INFORMATION_DISCLOSURE subject: THREAT_SUBJECT_FLOW "
    "match { attribute: 'transport_security' operator: MATCH_OPERATOR_IN values: 'none' } "
    "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'message_signing' likelihood: 2 }";

// An outsider calls a process, which writes to a store.
ModelText Shop() {
  return {
      .components =
          "- {id: buyer, name: Buyer, kind: external_entity}\n"
          "- {id: ledger, name: Ledger, kind: datastore, zone: vault, stores: [cards, notes]}\n"
          "- {id: web, name: Web, kind: process, zone: inside, processes: [cards]}\n",
      .flows =
          "- {id: buy, name: Buy, source: buyer, target: web, sends: [cards], transport_security: none}\n"
          "- {id: write, name: Write, source: web, target: ledger, sends: [cards, notes], transport_security: tls}\n"};
}

ModelText Edited(ModelText text, const std::string& from, const std::string& to) {
  for (std::string* part : {&text.components, &text.flows, &text.data_classes, &text.rest}) {
    *part = absl::StrReplaceAll(*part, {{from, to}});
  }
  return text;
}

TEST(ThreatsTest, KeyNamesRuleElementAndDataClass) {
  const std::string rules =
      RuleText("own-flow", kFlowRule) +
      RuleText("own-data",
               "stride: STRIDE_TAMPERING subject: THREAT_SUBJECT_COMPONENT per_data_class: true "
               "data { attribute: 'categories' operator: MATCH_OPERATOR_IN values: 'pan' } "
               "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'backup' impact: 1 }");
  const ThreatCase shop(Shop(), rules);
  EXPECT_THAT(shop.Keys(), ElementsAre("own-data@ledger/cards", "own-data@web/cards", "own-flow@buy"));
  EXPECT_EQ(ScenarioOf(shop["own-flow@buy"]), "S buy Cards.");
  EXPECT_THAT(BecauseOf(shop["own-flow@buy"]), ElementsAre("transport security is none"));
}

TEST(ThreatsTest, UnknownIsAQuestionAndNoThreat) {
  const ThreatCase shop(Edited(Shop(), ", transport_security: none", ""), RuleText("own-flow", kFlowRule));
  EXPECT_THAT(shop.Keys(), IsEmpty());
  std::vector<std::string> own;
  for (const UndecidedThreat& undecided : shop.threats().undecided()) {
    if (undecided.rule->id() != "own-flow") continue;
    const Condition& unknown = *undecided.unknown.at(0);
    own.push_back(undecided.element_id() + " " + unknown.Say(undecided.element) + " " + unknown.Field());
  }
  EXPECT_THAT(own, ElementsAre("buy transport security is unknown Flow.transport_security"));
}

TEST(ThreatsTest, KeySurvivesRenamingAndReordering) {
  const ThreatCase before(Shop(), RuleText("own-flow", kFlowRule));
  ModelText renamed = Edited(Shop(), "{id: buy,", "{id: purchase, renamed_from: [buy],");
  const ThreatCase after(renamed, RuleText("own-flow", kFlowRule));
  EXPECT_EQ(after.Keys(), before.Keys());
  EXPECT_EQ(after["own-flow@buy"].element_id(), "purchase");
  EXPECT_EQ(FingerprintOf(after["own-flow@buy"]), FingerprintOf(before["own-flow@buy"]));
  EXPECT_EQ(after["own-flow@buy"].scores.current, before["own-flow@buy"].scores.current);
}

TEST(ThreatsTest, AnUnrelatedComponentChangesNoKeyAndNoScore) {
  ModelText more = Shop();
  more.components += "- {id: aaa, name: Other, kind: process, zone: inside, processes: [notes]}\n";
  const ThreatCase before(Shop(), RuleText("own-flow", kFlowRule));
  const ThreatCase after(more, RuleText("own-flow", kFlowRule));
  for (const Threat& threat : before.threats().all()) {
    EXPECT_EQ(after[threat.key()].scores.current, threat.scores.current) << threat.key();
    EXPECT_EQ(FingerprintOf(after[threat.key()]), FingerprintOf(threat)) << threat.key();
  }
}

TEST(ThreatsTest, EncryptingAFlowClosesOnlyItsThreats) {
  const ThreatCase before(Shop(), RuleText("own-flow", kFlowRule));
  const ThreatCase after(Edited(Shop(), "transport_security: none", "transport_security: tls"),
                         RuleText("own-flow", kFlowRule));
  EXPECT_THAT(after.Keys(), IsEmpty());
  for (const Threat& threat : before.threats().all()) {
    if (after.threats().Find(threat.key()) != nullptr) continue;
    EXPECT_THAT(threat.key(), HasSubstr("buy")) << "closed although it is about something else";
  }
}

// --- Scores ---

TEST(ThreatsTest, APortOfOpenReachIsScoredFromItsNetworkAndSaysWhatIsOpen) {
  const auto likelihood = [](const std::string& web) {
    const ThreatCase shop(
        ModelText{.components = "- {id: web, name: Web, kind: process, processes: [notes]" + web + "}\n"},
        RuleText("own-port",
                 "stride: STRIDE_TAMPERING subject: THREAT_SUBJECT_COMPONENT "
                 "match { attribute: 'kind' operator: MATCH_OPERATOR_IN values: 'process' } "
                 "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'patching' likelihood: 1 }"));
    return DerivationOf(shop["own-port@web"]).likelihood;
  };
  EXPECT_EQ(likelihood(""), "no declared way from outside 1 = 1");
  EXPECT_EQ(likelihood(", host_ports: [{port: 8080}]"),
            "open on the network of its host, whose reach is to be answered 3 = 3");
  EXPECT_EQ(likelihood(", host_ports: [{port: 8080}], internet_facing: \"no\""), "no declared way from outside 1 = 1");
}

TEST(ThreatsTest, ScorePrintsItsTerms) {
  const ThreatCase shop(
      Shop(), RuleText("own-flow", std::string(kFlowRule) +
                                       "likelihood { privilege: PRIVILEGE_USER adjust: -1 adjust_reason: 'rare' }"));
  const RiskScores& scores = shop["own-flow@buy"].scores;
  EXPECT_EQ(scores.inherent, OnGrid(3, 5));
  EXPECT_EQ(scores.current, OnGrid(3, 5));
  EXPECT_EQ(scores.target, OnGrid(1, 5));
  const ScoreDerivation derivation = DerivationOf(shop["own-flow@buy"]);
  EXPECT_EQ(derivation.likelihood, "open to the internet 5, needs an account or key -1, rare -1 = 3");
  EXPECT_EQ(derivation.impact, "confidentiality of cards strictly confidential 5 = 5");
}

TEST(ThreatsTest, ControlsLowerTheCurrentScore) {
  const auto with = [](const std::string& state) {
    return Edited(Shop(), "transport_security: none}",
                  "transport_security: none, posture: [{control: message_signing, state: " + state + "}]}");
  };
  const auto likelihood = [&](const std::string& state) {
    const ThreatCase shop(with(state), RuleText("own-flow", kFlowRule));
    return shop["own-flow@buy"].scores.current.likelihood;
  };
  EXPECT_EQ(likelihood("absent"), 5);
  EXPECT_EQ(likelihood("planned"), 5);
  EXPECT_EQ(likelihood("partial"), 4);
  EXPECT_EQ(likelihood("implemented"), 3);
  const ThreatCase controlled(with("implemented"), RuleText("own-flow", kFlowRule));
  EXPECT_EQ(controlled["own-flow@buy"].status, ThreatStatus::kControlled);
  const ThreatCase senseless(with("not_applicable"), RuleText("own-flow", kFlowRule));
  EXPECT_EQ(senseless["own-flow@buy"].status, ThreatStatus::kOpen) << "nothing lowers it, and nobody decided";
  EXPECT_EQ(senseless["own-flow@buy"].scores.target, senseless["own-flow@buy"].scores.current);
}

// Reading the token takes no right that hardening withholds; a call that is refused takes its use away.
TEST(ThreatsTest, OnlyWhatKeepsTheTokenFromItsClusterLowersIt) {
  const auto likelihood = [](const std::string& posture) {
    const ThreatCase shop(
        {.components = absl::StrCat("- {id: web, name: Web, kind: process, zone: inside, "
                                    "internet_facing: yes, machine: container, runs_on: cluster, ",
                                    posture,
                                    "container: {mounts_account_token: yes, runs_as_non_root: yes, "
                                    "read_only_root: yes, privilege_escalation: no, "
                                    "drops_capabilities: yes}}\n"),
         .rest = "infrastructure:\n- {id: cluster, name: Cluster, kind: kubernetes_cluster, provider: "
                 "aws, owner_team: core, regions: [eu], origin: declared}\n"},
        "");
    return shop["container-mounts-account-token@web"].scores.current.likelihood;
  };
  EXPECT_EQ(likelihood(""), 3) << "hardened as it is";
  EXPECT_EQ(likelihood("posture: [{control: egress_filtering, state: implemented}], "), 2);
}

// The rule does not ask whether the target has a second instance or the flow another way.
TEST(ThreatsTest, NoFlowIsTakenToBeReroutedByItself) {
  const ThreatCase shop(Shop(), "");
  const ScoreDerivation derivation = DerivationOf(shop["flow-interrupted@buy"]);
  EXPECT_EQ(derivation.likelihood, "open to the internet 5, lasts only as long as the attacker keeps it up -2 = 3");
  EXPECT_THAT(derivation.impact, HasSubstr(", comes late, and is not lost -1 = "));
}

TEST(ThreatsTest, AnOverrideOfAComponentReplacesWhatItsDataSays) {
  const std::string rule =
      RuleText("own-component",
               "stride: STRIDE_TAMPERING subject: THREAT_SUBJECT_COMPONENT "
               "impact { legs: IMPACT_LEG_CONFIDENTIALITY } controls { control: 'backup' impact: 1 }");
  EXPECT_EQ(ThreatCase(Shop(), rule)["own-component@web"].scores.inherent.impact, 5);
  const ThreatCase copy(Edited(Shop(), "zone: inside, processes: [cards]",
                               "zone: inside, processes: [cards], confidentiality_override: internal"),
                        rule);
  EXPECT_EQ(copy["own-component@web"].scores.inherent.impact, 2);
  EXPECT_EQ(DerivationOf(copy["own-component@web"]).impact, "confidentiality set for web internal 2 = 2");
}

TEST(ThreatsTest, AFloorOfAComponentIsTheLeastThatCounts) {
  const std::string rule =
      RuleText("own-component",
               "stride: STRIDE_DENIAL_OF_SERVICE subject: THREAT_SUBJECT_COMPONENT match { attribute: "
               "\"data_availability\" operator: MATCH_OPERATOR_AT_LEAST values: \"critical\" } impact { legs: "
               "IMPACT_LEG_AVAILABILITY } controls { control: 'backup' impact: 1 }");
  EXPECT_EQ(ThreatCase(Shop(), rule).threats().Find("own-component@web"), nullptr);
  const ThreatCase rated(Edited(Shop(), "zone: inside, processes: [cards]",
                                "zone: inside, processes: [cards], availability_floor: critical"),
                         rule);
  EXPECT_EQ(rated["own-component@web"].scores.inherent.impact, 4);
  EXPECT_EQ(DerivationOf(rated["own-component@web"]).impact, "availability of web at least critical 4 = 4");
}

TEST(RiskGridTest, ImpactFiveIsNeverBelowMediumAndProductsDecide) {
  for (int likelihood = 1; likelihood <= 5; ++likelihood) {
    for (int impact = 1; impact <= 5; ++impact) {
      const int product = likelihood * impact;
      model::v1::Severity expected = product >= 20   ? model::v1::SEVERITY_CRITICAL
                                     : product >= 12 ? model::v1::SEVERITY_HIGH
                                     : product >= 6  ? model::v1::SEVERITY_MEDIUM
                                                     : model::v1::SEVERITY_LOW;
      if (impact == 5) expected = std::max(expected, model::v1::SEVERITY_MEDIUM);
      EXPECT_EQ(OnGrid(likelihood, impact).severity, expected) << likelihood << " x " << impact;
    }
  }
}

// --- Decisions ---

model::v1::Decisions Deciding(const std::string& status, const std::string& rest) {
  model::v1::Decisions decisions;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "schema_version: '1' decisions { finding: 'own-flow@buy' status: " + status +
          " requested_by: 'lead' approved_by: 'ciso' rationale: 'R' decided_on: '2026-02-01' " + rest + "}",
      &decisions));
  return decisions;
}

TEST(ThreatDecisionsTest, AnAcceptedThreatIsNoLongerOpen) {
  const ThreatCase shop(Shop(), RuleText("own-flow", kFlowRule),
                        Deciding("DECISION_STATUS_ACCEPTED", "authority: SEVERITY_CRITICAL expires_on: '2026-08-01'"));
  EXPECT_EQ(shop["own-flow@buy"].status, ThreatStatus::kAccepted);
  EXPECT_FALSE(shop["own-flow@buy"].open());
  EXPECT_EQ(*shop["own-flow@buy"].due, "");
}

TEST(ThreatDecisionsTest, ReopensWhenItsTimeOrItsGroundsAreGone) {
  const std::string rule = RuleText("own-flow", kFlowRule);
  const auto reopened = [&](const std::string& rest) {
    const ThreatCase shop(Shop(), rule, Deciding("DECISION_STATUS_ACCEPTED", rest));
    EXPECT_EQ(shop["own-flow@buy"].status, ThreatStatus::kOpen);
    EXPECT_EQ(shop["own-flow@buy"].decision, nullptr);
    return *shop["own-flow@buy"].reopened;
  };
  EXPECT_EQ(reopened("authority: SEVERITY_CRITICAL expires_on: '2026-03-01'"), "expired on 2026-03-01");
  EXPECT_THAT(reopened("authority: SEVERITY_CRITICAL expires_on: '2026-08-01' fingerprint: '000000000000'"),
              HasSubstr("what it rests on is"));
  EXPECT_THAT(reopened("authority: SEVERITY_LOW expires_on: '2026-08-01'"), HasSubstr("above the authority, low"));
}

TEST(ThreatDecisionsTest, HoldsWhileTheFingerprintDoes) {
  const std::string rule = RuleText("own-flow", kFlowRule);
  const ThreatCase undecided(Shop(), rule);
  const std::string rest = "authority: SEVERITY_CRITICAL expires_on: '2026-08-01' fingerprint: '" +
                           FingerprintOf(undecided["own-flow@buy"]) + "'";
  EXPECT_EQ(ThreatCase(Shop(), rule, Deciding("DECISION_STATUS_TRANSFERRED", rest))["own-flow@buy"].status,
            ThreatStatus::kTransferred);
  // The data at stake is another one: what was decided on has changed.
  const ModelText other =
      Edited(Shop(), "sends: [cards], transport_security: none", "sends: [people], transport_security: none");
  EXPECT_EQ(ThreatCase(other, rule, Deciding("DECISION_STATUS_TRANSFERRED", rest))["own-flow@buy"].status,
            ThreatStatus::kOpen);
}

TEST(ThreatDecisionsTest, ADecisionOnNothingIsListed) {
  ModelText safe = Edited(Shop(), "transport_security: none", "transport_security: tls");
  const ThreatCase shop(safe, RuleText("own-flow", kFlowRule),
                        Deciding("DECISION_STATUS_ACCEPTED", "authority: SEVERITY_CRITICAL expires_on: '2026-08-01'"));
  ASSERT_EQ(shop.threats().orphaned().size(), 1u);
  EXPECT_EQ(shop.threats().orphaned()[0].decision->finding(), "own-flow@buy");
}

// --- Coverage ---

TEST(StrideCoverageTest, EveryLetterOfAProcessAndAStoreIsConsideredOrHasAReason) {
  const ThreatCase shop(Shop(), RuleText("own-flow", kFlowRule));
  std::map<std::string, size_t> letters;
  for (const StrideRow& row : shop.threats().coverage()) {
    letters[row.element_id] = row.cells.size();
    for (const StrideCell& cell : row.cells) {
      EXPECT_TRUE(cell.considered > 0 || !cell.reason.empty()) << row.element_id << " " << cell.letter;
    }
  }
  // Four are asked of a store and of a flow; the shipped rules find a fifth on ledger and write.
  EXPECT_THAT(letters, ElementsAre(testing::Pair("buy", 4u), testing::Pair("ledger", 5u), testing::Pair("web", 6u),
                                   testing::Pair("write", 5u)));
}

TEST(StrideCoverageTest, ALetterThatIsNotAskedShowsItsThreats) {
  const auto elevations_of_ledger = [](const std::string& rules) {
    const ThreatCase shop(Shop(), rules);
    int considered = 0;
    for (const StrideRow& row : shop.threats().coverage()) {
      for (const StrideCell& cell : row.cells) {
        const bool is_counted =
            row.element_id == "ledger" && cell.letter == knowledge::v1::STRIDE_ELEVATION_OF_PRIVILEGE;
        if (is_counted) considered += cell.considered;
      }
    }
    return considered;
  };
  const std::string own = RuleText("own-store",
                                   "stride: STRIDE_ELEVATION_OF_PRIVILEGE subject: THREAT_SUBJECT_COMPONENT "
                                   "match { attribute: 'kind' operator: MATCH_OPERATOR_IN values: 'datastore' } "
                                   "impact { legs: IMPACT_LEG_CONFIDENTIALITY } "
                                   "controls { control: 'backup' impact: 1 }");
  EXPECT_EQ(elevations_of_ledger(own), elevations_of_ledger("") + 1);
}

// --- Dates and the quality of the model ---

TEST(ThreatsTest, AKeyThatEndsEarlierSetsTheDay) {
  const auto due = [](const std::string& expires) {
    ModelText text = Shop();
    text.rest =
        "keys:\n- {id: site, name: S, algorithm: RSA 2048, use: tls_certificate, storage: Disk, expires: " + expires +
        "}\n";
    const ThreatCase shop(text, RuleText("own-key",
                                         "stride: STRIDE_DENIAL_OF_SERVICE subject: THREAT_SUBJECT_KEY "
                                         "match { attribute: 'use' operator: MATCH_OPERATOR_IN values: "
                                         "'tls_certificate' } impact { legs: IMPACT_LEG_AVAILABILITY } "
                                         "controls { control: 'certificate_monitoring' likelihood: 2 }"));
    return *shop["own-key@site"].due;
  };
  EXPECT_EQ(due("2026-03-20"), "2026-03-20");
  EXPECT_NE(due("2027-03-20"), "2027-03-20") << "the term of the severity is over before";
  EXPECT_NE(due("2026-02-20"), "2026-02-20") << "it has ended already";
}

TEST(ThreatsTest, AdviceNamesTheDataThatIsPassedOnUndeclared) {
  ModelText text = Shop();
  text.data_classes += "- {id: trail, name: Audit trail, owner: core, confidentiality: internal, categories: [logs]}\n";
  text.flows += "- {id: trace, name: F, source: web, target: ledger, sends: [trail]}\n";
  std::map<std::string, std::string> advice;
  const ThreatCase shop(text, "");
  for (const QualityFinding& finding : shop.threats().model_quality()) {
    if (finding.rule->id() == "data-passed-on-undeclared") advice[finding.element_id] = finding.advice;
  }
  EXPECT_THAT(advice, ElementsAre(testing::Pair("web", HasSubstr("Notes"))));
  EXPECT_THAT(advice["web"], testing::Not(HasSubstr("Audit trail"))) << "what it writes about itself";
}

// --- Rules of a team ---

TEST(OwnRulesTest, EveryFaultIsNamedAtOnce) {
  knowledge::v1::ThreatRules rows;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      RuleText("own-a",
               "stride: STRIDE_SPOOFING subject: THREAT_SUBJECT_FLOW impact { legs: IMPACT_LEG_INTEGRITY } "
               "match { attribute: 'authentification' operator: MATCH_OPERATOR_IN values: 'none' } "
               "match { attribute: 'protocol' operator: MATCH_OPERATOR_AT_LEAST values: '1' } "
               "match { attribute: 'authentication' operator: MATCH_OPERATOR_IN values: 'nonne' } "
               "cwe: 'CWE-1008' controls { control: 'rate_limit' likelihood: 1 } "),
      &rows));
  const auto set = RuleSet::WithOwn({{"own.yaml", rows}});
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(DetailsOf(set.status()).reason, "RULES_INVALID");
  std::string all;
  for (const Violation& v : DetailsOf(set.status()).violations)
    absl::StrAppend(&all, v.location, " ", v.field, ": ", v.description, "\n");
  EXPECT_THAT(all, HasSubstr("'authentification' is no attribute of a flow; did you mean 'authentication'?"));
  EXPECT_THAT(all, HasSubstr("a text knows IN"));
  EXPECT_THAT(all, HasSubstr("'nonne' is no value of authentication; did you mean 'none'?"));
  EXPECT_THAT(all, HasSubstr("'CWE-1008' is in no catalogue"));
  EXPECT_THAT(all, HasSubstr("'rate_limit' is no control of the catalogue; did you mean 'rate_limiting'?"));
  EXPECT_THAT(all, HasSubstr("own.yaml"));
}

TEST(OwnRulesTest, TakesNoIdOfAShippedRule) {
  knowledge::v1::ThreatRules rows;
  const std::string taken = RuleSet::Shipped().rules().front().row->id();
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(RuleText(taken, kFlowRule), &rows));
  const auto set = RuleSet::WithOwn({{"own.yaml", rows}});
  ASSERT_FALSE(set.ok());
  EXPECT_THAT(DetailsOf(set.status()).violations[0].description, HasSubstr("is taken by another rule"));
}

}  // namespace
}  // namespace metapowers::analysis
