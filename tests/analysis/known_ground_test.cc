// No finding rests on what a model assumes: such a rule waits.
#include "service/analysis/known_ground.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/assumed_questions.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kTerms[] =
    "stride: STRIDE_TAMPERING impact { legs: [IMPACT_LEG_INTEGRITY] } controls { control: \"patching\" likelihood: 1 "
    "} ";

std::string Rule(const std::string& conditions, const std::string& subject = "COMPONENT") {
  return RuleText("own-rule", absl::StrCat(kTerms, "subject: THREAT_SUBJECT_", subject, " ", conditions));
}

// "element: condition" of what the test's own rules wait for.
std::vector<std::string> Waiting(const ThreatCase& threats) {
  std::vector<std::string> waiting;
  for (const UndecidedThreat& each : threats.threats().undecided()) {
    if (each.rule->id() != "own-rule") continue;
    for (const Condition* condition : each.unknown) {
      waiting.push_back(absl::StrCat(each.element_id(), ": ", condition->Say(each.element)));
    }
  }
  return waiting;
}

constexpr char kDatastore[] = "match { attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"datastore\" }";

ModelText Store(const std::string& mark) {
  return {.components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore", mark,
                                     "\n  zone: inside\n- {id: web, name: Web, kind: process, zone: inside}\n")};
}

TEST(KnownGroundTest, ADeclaredObservedOrDefaultValueIsGround) {
  for (const char* mark : {"", "  # observed k8s.yaml:4", "  # default of Kubernetes, see k8s.yaml:4",
                           "  # assumed once, and confirmed by the owner"}) {
    const ThreatCase threats(Store(mark), Rule(kDatastore));
    EXPECT_THAT(threats.Keys(), ElementsAre("own-rule@db")) << mark;
    EXPECT_THAT(Waiting(threats), IsEmpty()) << mark;
  }
}

TEST(KnownGroundTest, AnAssumedValueMakesTheRuleWait) {
  const ThreatCase threats(Store("  # assumed: the image keeps data"), Rule(kDatastore));
  EXPECT_THAT(threats.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(threats), ElementsAre("db: kind is datastore"));
}

TEST(KnownGroundTest, AnEmptyCellOfTheMatrixSaysThatItsRuleWaits) {
  const auto reason = [](const std::string& mark) {
    const ThreatCase threats(Store(mark), Rule(kDatastore));
    for (const StrideRow& row : threats.threats().coverage()) {
      if (row.element_id != "db") continue;
      for (const StrideCell& cell : row.cells) {
        if (cell.letter == knowledge::v1::STRIDE_REPUDIATION) return std::string(cell.reason);
      }
    }
    return std::string("no cell");
  };
  EXPECT_EQ(reason(""), "") << "action-denied applies to a datastore";
  EXPECT_EQ(reason("  # assumed: the image keeps data"), "action-denied: kind is datastore, assumed");
}

TEST(KnownGroundTest, WhatOnlyAnAssumptionRulesOutWaits) {
  const std::string process = "{ attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"process\" }";
  const std::string datastore = "{ attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"datastore\" }";
  const std::string zoned = "match { attribute: \"zone_type\" operator: MATCH_OPERATOR_IN values: \"vlan\" } unless ";
  for (const std::string& conditions : {"match " + process, zoned + datastore}) {
    const ThreatCase assumed(Store("  # assumed: the image keeps data"), Rule(conditions));
    EXPECT_THAT(assumed.Keys(), ElementsAre("own-rule@web")) << conditions;
    EXPECT_THAT(Waiting(assumed), ElementsAre("db: kind is datastore")) << conditions;
    const ThreatCase declared(Store(""), Rule(conditions));
    EXPECT_THAT(declared.Keys(), ElementsAre("own-rule@web")) << conditions;
    EXPECT_THAT(Waiting(declared), IsEmpty()) << conditions;
  }
}

TEST(KnownGroundTest, TheMatrixAsksAComponentOfAnAssumedKindForAllLetters) {
  const auto row_of = [](const std::string& mark) {
    const ThreatCase threats(Store(mark), Rule(kDatastore));
    std::string said;
    for (const StrideRow& row : threats.threats().coverage()) {
      if (row.element_id != "db") continue;
      absl::StrAppend(&said, row.kind, row.cells.size() == 6 ? ": all" : ": some");
      for (const StrideCell& cell : row.cells) {
        const bool spoofing = cell.letter == knowledge::v1::STRIDE_SPOOFING;
        if (spoofing && absl::EndsWith(cell.reason, ": kind is datastore, assumed")) said += ", waits";
      }
    }
    return said;
  };
  EXPECT_EQ(row_of(""), "data store: some");
  EXPECT_EQ(row_of("  # assumed: the image keeps data"), "not known, asked as a process: all, waits");
}

TEST(KnownGroundTest, WhatFollowsFromAnAssumptionIsAssumedToo) {
  const std::string cache = "match { attribute: \"capability\" operator: MATCH_OPERATOR_IN values: \"cache\" }";
  const auto with = [](const std::string& mark) {
    return ModelText{.components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore\n  technology: [redis]", mark,
                                                "\n- {id: web, name: Web, kind: process}\n")};
  };
  EXPECT_THAT(ThreatCase(with(""), Rule(cache)).Keys(), ElementsAre("own-rule@db"));
  EXPECT_THAT(ThreatCase(with("  # assumed: by its image"), Rule(cache)).Keys(), IsEmpty());
}

TEST(KnownGroundTest, ANeighbourIsGroundAsMuchAsTheElement) {
  ModelText model = Store("  # assumed: the image keeps data");
  model.flows = "- {id: web-to-db, name: F, source: web, target: db}\n";
  const ThreatCase threats(
      model, Rule("match { attribute: \"target.kind\" operator: MATCH_OPERATOR_IN values: \"datastore\" }", "FLOW"));
  EXPECT_THAT(threats.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(threats), ElementsAre("web-to-db: kind of db is datastore"));
}

TEST(KnownGroundTest, AnAssumedFlowHasNoFindings) {
  ModelText model = Store("");
  const std::string flow = "- id: web-to-db\n  name: F\n  source: web\n  protocol: http\n  target: db";
  const std::string rule =
      Rule("match { attribute: \"protocol\" operator: MATCH_OPERATOR_IN values: \"http\" }", "FLOW");
  model.flows = flow + "\n";
  EXPECT_THAT(ThreatCase(model, rule).Keys(), ElementsAre("own-rule@web-to-db"));
  model.flows = flow + "  # assumed: depends_on tells the order of starting\n";
  const ThreatCase threats(model, rule);
  EXPECT_THAT(threats.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(threats), IsEmpty());
}

TEST(KnownGroundTest, WhatAnAssumedFlowWouldConnectIsNotCalledUnconnected) {
  const auto unconnected = [](const std::string& flows) {
    ModelText model = Store("");
    model.flows = flows;
    const ThreatCase threats(model, "");
    std::vector<std::string> ids;
    for (const QualityFinding& finding : threats.threats().model_quality()) {
      if (finding.rule->id() == "component-without-flows") ids.push_back(finding.element_id);
    }
    return ids;
  };
  const std::string flow = "- id: web-to-db\n  name: F\n  source: web\n  target: db";
  EXPECT_THAT(unconnected(""), ElementsAre("db", "web"));
  EXPECT_THAT(unconnected(flow + "\n"), IsEmpty());
  EXPECT_THAT(unconnected(flow + "  # assumed: depends_on tells the order of starting\n"), IsEmpty());
}

TEST(KnownGroundTest, DataOfAnAssumedLevelIsNotAtStake) {
  const auto with = [](const std::string& mark) {
    return ModelText{.components = "- {id: web, name: Web, kind: process, processes: [notes]}\n",
                     .data_classes = absl::StrCat("- id: notes\n  name: Notes\n  owner: core\n  confidentiality: "
                                                  "confidential",
                                                  mark, "\n")};
  };
  const std::string rule = Rule(
      "match { attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"process\" } "
      "data { attribute: \"confidentiality\" operator: MATCH_OPERATOR_AT_LEAST values: \"confidential\" }");
  EXPECT_THAT(ThreatCase(with(""), rule).Keys(), ElementsAre("own-rule@web"));
  EXPECT_THAT(ThreatCase(with("  # assumed: a model must have it"), rule).Keys(), IsEmpty());
}

TEST(KnownGroundTest, AScoreIsMadeOfWhatIsKnown) {
  const auto score = [](const std::string& tier_mark, const std::string& data_mark) {
    const ModelText model = {
        .components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore\n  tier: tier_0", tier_mark,
                                   "\n  stores: [notes]", data_mark, "\n"),
        .data_classes =
            "- id: notes\n  name: Notes\n  owner: core\n  confidentiality: confidential\n  integrity: "
            "mission_critical\n  availability: operational\n"};
    const ThreatCase threats(
        model, RuleText("own-rule", absl::StrCat("stride: STRIDE_TAMPERING impact { legs: [IMPACT_LEG_INTEGRITY, "
                                                 "IMPACT_LEG_AVAILABILITY] } controls { control: \"patching\" "
                                                 "likelihood: 1 } subject: THREAT_SUBJECT_COMPONENT ",
                                                 kDatastore)));
    const Threat* threat = threats.threats().Find("own-rule@db");
    EXPECT_NE(threat, nullptr);
    if (threat == nullptr) return std::string();
    return absl::StrCat(threat->scores.inherent.impact, ": ", DerivationOf(*threat).impact, "; data ",
                        threat->data.size());
  };
  const std::string assumed = "  # assumed: as the others";
  const std::string declared = score("", "");
  EXPECT_THAT(declared, StartsWith("5: integrity of notes mission critical"));
  EXPECT_THAT(declared, EndsWith("; data 1"));
  EXPECT_THAT(score("", assumed), AllOf(HasSubstr("tier 0 of db"), Not(HasSubstr("notes")), EndsWith("; data 0")));
  EXPECT_THAT(score(assumed, assumed), StartsWith("2: no data or tier declared that would decide"));
  EXPECT_EQ(score(assumed, ""), declared) << "what is assumed decides nothing here";
}

TEST(KnownGroundTest, RulesThatWaitForAnElementOrItsDataAreCounted) {
  const ModelText model = {
      .components =
          "- {id: web, name: Web, kind: process}\n- id: db\n  name: DB\n  kind: datastore\n  stores: [notes]"
          "  # assumed: listed as processed\n",
      .flows =
          "- id: web-to-db\n  name: F\n  source: web\n  target: db  # assumed: the order of starting\n"
          "  protocol: http\n",
      .data_classes = "- {id: notes, name: Notes, owner: core, confidentiality: confidential}\n"};
  const ThreatCase data(model,
                        Rule(absl::StrCat(kDatastore,
                                          " data { attribute: \"confidentiality\" operator: MATCH_OPERATOR_AT_LEAST "
                                          "values: \"confidential\" }")));
  const ThreatCase flow(model,
                        Rule("match { attribute: \"protocol\" operator: MATCH_OPERATOR_IN values: \"http\" }", "FLOW"));
  const ThreatCase none(model, Rule(kDatastore));
  const auto of = [](const ThreatCase& threats, const std::string& id) {
    const auto found = threats.threats().waiting().find(id);
    return found == threats.threats().waiting().end() ? WaitingRules() : found->second;
  };
  EXPECT_EQ(of(data, "db").for_data, of(none, "db").for_data + 1);
  EXPECT_EQ(of(flow, "web-to-db").for_element, of(none, "web-to-db").for_element + 1);
}

// The kind of the row of `db` in the matrix, and its reason for a letter; "no row" without one.
std::string RowOf(const ThreatCase& threats, knowledge::v1::Stride letter) {
  for (const StrideRow& row : threats.threats().coverage()) {
    if (row.element_id != "db") continue;
    for (const StrideCell& cell : row.cells) {
      if (cell.letter == letter) return absl::StrCat(row.kind, ": ", cell.reason);
    }
  }
  return "no row";
}

TEST(KnownGroundTest, WhatOnlyAnAssumptionTakesOutWaits) {
  const std::string process = "match { attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"process\" }";
  const std::string zoned = "match { attribute: \"zone_type\" operator: MATCH_OPERATOR_IN values: \"vlan\" }";
  const auto outside = [](const std::string& mark) {
    return ModelText{.components = absl::StrCat("- id: db\n  name: DB\n  zone: inside\n  kind: external_entity", mark,
                                                "\n- {id: web, name: Web, kind: process, zone: inside}\n")};
  };
  for (const std::string& conditions : {process, zoned}) {
    const ThreatCase assumed(outside("  # assumed: another team runs it"), Rule(conditions));
    EXPECT_THAT(assumed.Keys(), ElementsAre("own-rule@web")) << conditions;
    EXPECT_THAT(Waiting(assumed), ElementsAre("db: kind is external entity")) << conditions;
    EXPECT_THAT(RowOf(assumed, knowledge::v1::STRIDE_SPOOFING), StartsWith("not known, asked as a process: "));
    EXPECT_THAT(RowOf(assumed, knowledge::v1::STRIDE_SPOOFING), EndsWith(": kind is external entity, assumed"));
    const ThreatCase declared(outside(""), Rule(conditions));
    EXPECT_THAT(Waiting(declared), IsEmpty()) << conditions;
    EXPECT_EQ(RowOf(declared, knowledge::v1::STRIDE_SPOOFING), "no row");
  }
}

TEST(KnownGroundTest, WhatOnlyAnAssumptionTakesOutOfScopeWaits) {
  const auto with = [](const std::string& mark) {
    return ModelText{.components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore\n  zone: inside\n  "
                                                "scope_justification: Bought.\n  out_of_scope: true",
                                                mark, "\n")};
  };
  const ThreatCase assumed(with("  # assumed: nobody named it"), Rule(kDatastore));
  EXPECT_THAT(assumed.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(assumed), ElementsAre("db: out of scope: yes"));
  EXPECT_EQ(RowOf(assumed, knowledge::v1::STRIDE_REPUDIATION), "data store: action-denied: out of scope: yes, assumed");
  const ThreatCase declared(with(""), Rule(kDatastore));
  EXPECT_THAT(Waiting(declared), IsEmpty());
  EXPECT_EQ(RowOf(declared, knowledge::v1::STRIDE_REPUDIATION), "no row");
}

TEST(KnownGroundTest, AFlowBetweenWhatOnlyAnAssumptionTakesOutWaits) {
  const auto with = [](const std::string& mark) {
    return ModelText{
        .components = absl::StrCat("- {id: bank, name: Bank, kind: external_entity}\n- id: db\n  name: DB\n"
                                   "  kind: external_entity",
                                   mark, "\n"),
        .flows = "- {id: bank-to-db, name: F, source: bank, target: db, protocol: http}\n"};
  };
  const std::string rule =
      Rule("match { attribute: \"protocol\" operator: MATCH_OPERATOR_IN values: \"http\" }", "FLOW");
  const ThreatCase assumed(with("  # assumed: another team runs it"), rule);
  EXPECT_THAT(assumed.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(assumed), ElementsAre("bank-to-db: kind of db is external entity"));
  EXPECT_THAT(Waiting(ThreatCase(with(""), rule)), IsEmpty());
}

TEST(KnownGroundTest, WhatIsAssumedOfDataMakesARuleWaitThatItRulesOut) {
  const auto with = [](const std::string& mark) {
    return ModelText{.components = "- {id: web, name: Web, kind: process, processes: [notes]}\n",
                     .data_classes = absl::StrCat(
                         "- id: notes\n  name: Notes\n  owner: core\n  confidentiality: public", mark, "\n")};
  };
  const std::string process = "match { attribute: \"kind\" operator: MATCH_OPERATOR_IN values: \"process\" } ";
  const std::string rule = Rule(absl::StrCat(
      process, "data { attribute: \"confidentiality\" operator: MATCH_OPERATOR_AT_LEAST values: \"confidential\" }"));
  const ThreatCase assumed(with("  # assumed: a model must have it"), rule);
  EXPECT_THAT(assumed.Keys(), IsEmpty());
  EXPECT_THAT(Waiting(assumed), ElementsAre("notes: confidentiality is public"));
  EXPECT_THAT(Waiting(ThreatCase(with(""), rule)), IsEmpty());
  const ThreatCase other(with("  # assumed: a model must have it"),
                         Rule(absl::StrCat(process,
                                           "data { attribute: \"categories\" operator: MATCH_OPERATOR_IN "
                                           "values: \"pii\" }")));
  EXPECT_THAT(Waiting(other), IsEmpty()) << "its categories are known";
}

// A placeholder is asked for as if it were not there, and nobody confirms what no answer can say.
TEST(AssumedQuestionsTest, WhatCanBeConfirmed) {
  EXPECT_TRUE(CanBeConfirmed({"components[db].kind", "Component.kind", "datastore", ""}));
  EXPECT_FALSE(CanBeConfirmed({"components[db].kind", "Component.kind", "", ""}));
  EXPECT_FALSE(CanBeConfirmed({"owner_team", "SystemModel.owner_team", "core", ""}));
  EXPECT_FALSE(CanBeConfirmed({"components[db].owner_team", "Component.owner_team", "to-be-named", ""}));
  EXPECT_FALSE(CanBeConfirmed({"teams[to-be-named].lead", "Team.lead", "Somebody", ""}));
}

}  // namespace
}  // namespace metapowers::analysis
