// The threat model of the example models: numbers that agree, threats that say all they must, nothing left open.
#include "service/commands/identify/threat_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/terms.h"
#include "tests/analysis/facts_of.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;

pb::ThreatModelResult Made(const Input& input) {
  pb::ThreatModelResult result;
  ThreatModel(input, result);
  return result;
}

class ThreatModelTest : public testing::TestWithParam<const char*> {
 protected:
  ThreatModelTest() : case_(Example(GetParam())), result_(Made(case_.input())) {}

  static bool IsOpen(const pb::Finding& finding) {
    return finding.status() == pb::FINDING_STATUS_OPEN || finding.status() == pb::FINDING_STATUS_OPEN_AGAIN ||
           finding.status() == pb::FINDING_STATUS_MITIGATING;
  }

  std::vector<pb::RuleGroup> Rules() const {
    std::vector<pb::RuleGroup> rules;
    for (const pb::StrideChapter& chapter : result_.catalogue()) {
      rules.insert(rules.end(), chapter.rules().begin(), chapter.rules().end());
      rules.insert(rules.end(), chapter.minor_rules().begin(), chapter.minor_rules().end());
      rules.insert(rules.end(), chapter.controlled_rules().begin(), chapter.controlled_rules().end());
    }
    return rules;
  }

  const Case case_;
  const pb::ThreatModelResult result_;
};

INSTANTIATE_TEST_SUITE_P(Examples, ThreatModelTest, testing::ValuesIn(kExamples), [](const auto& param_info) {
  std::string name = param_info.param;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return name;
});

TEST_P(ThreatModelTest, NumbersAgreeInFindingsTablesAndTotals) {
  std::map<pb::FindingStatus, int> by_status;
  std::map<model::v1::Severity, int> open;
  for (const pb::Finding& finding : result_.findings()) {
    ++by_status[finding.status()];
    if (IsOpen(finding)) ++open[finding.severity()];
  }
  const pb::ThreatTotals& totals = result_.totals();
  EXPECT_EQ(totals.considered(), result_.findings_size() - by_status[pb::FINDING_STATUS_FALSE_POSITIVE]);
  EXPECT_EQ(totals.open(), by_status[pb::FINDING_STATUS_OPEN] + by_status[pb::FINDING_STATUS_OPEN_AGAIN] +
                               by_status[pb::FINDING_STATUS_MITIGATING]);
  EXPECT_EQ(totals.controlled(), by_status[pb::FINDING_STATUS_CONTROLLED]);
  EXPECT_EQ(totals.considered(), totals.open() + totals.controlled() + totals.decided());
  EXPECT_EQ(totals.open(), totals.critical() + totals.high() + totals.medium() + totals.low());
  EXPECT_EQ(totals.critical(), open[model::v1::SEVERITY_CRITICAL]);
  EXPECT_EQ(totals.high(), open[model::v1::SEVERITY_HIGH]);
  int lesser = 0;
  for (const pb::LesserThreats& row : result_.lesser()) lesser += row.medium() + row.low();
  EXPECT_EQ(result_.priorities_size() + lesser, totals.open());
  int mitigated = 0;
  for (const pb::MitigationRow& row : result_.mitigations()) mitigated += row.keys_size();
  EXPECT_EQ(mitigated, totals.critical() + totals.high());
  EXPECT_EQ(result_.open_findings_size(), totals.open());
  int in_catalogue = 0;
  for (const pb::RuleGroup& rule : Rules()) {
    in_catalogue += rule.rows_size() + rule.controlled_size();
    for (const pb::AlikeThreats& alike : rule.low()) in_catalogue += alike.elements_size();
  }
  EXPECT_EQ(in_catalogue, result_.findings_size());
}

TEST_P(ThreatModelTest, WhatAllThreatsOfARuleShareStandsWithTheRule) {
  for (const pb::RuleGroup& rule : Rules()) {
    SCOPED_TRACE(rule.id());
    for (const std::string* text : {&rule.scenario(), &rule.precondition()}) {
      EXPECT_FALSE(text->empty());
      EXPECT_EQ(text->find('{'), std::string::npos) << *text;
    }
    EXPECT_EQ(rule.controls_size(), rule.control_ids_size());
    EXPECT_FALSE(rule.controls().empty());
  }
}

TEST_P(ThreatModelTest, OnlyLowThreatsShareARow) {
  for (const pb::RuleGroup& rule : Rules()) {
    for (const int position : rule.rows()) {
      const pb::Finding& finding = result_.findings(position);
      EXPECT_EQ(finding.rule_id(), rule.id());
      EXPECT_GT(finding.severity(), model::v1::SEVERITY_LOW) << finding.key();
      EXPECT_NE(finding.status(), pb::FINDING_STATUS_CONTROLLED) << finding.key();
    }
    for (const pb::AlikeThreats& alike : rule.low()) {
      const pb::Finding& example = result_.findings(alike.example());
      EXPECT_EQ(example.rule_id(), rule.id());
      EXPECT_EQ(example.severity(), model::v1::SEVERITY_LOW) << example.key();
    }
  }
}

TEST_P(ThreatModelTest, PrioritiesAreOpenThreatsWorstFirst) {
  int last = 25;
  for (const pb::Priority& row : result_.priorities()) {
    const pb::Finding& finding = result_.findings(row.finding());
    EXPECT_TRUE(IsOpen(finding)) << finding.key();
    EXPECT_TRUE(absl::EndsWith(row.likelihood(), absl::StrCat(" (", finding.current().likelihood(), ")")));
    EXPECT_TRUE(absl::EndsWith(row.impact(), absl::StrCat(" (", finding.current().impact(), ")")));
    if (finding.severity() == model::v1::SEVERITY_CRITICAL) {
      EXPECT_LE(finding.current().likelihood() * finding.current().impact(), last);
      last = finding.current().likelihood() * finding.current().impact();
    }
    EXPECT_EQ(row.scenario().find('{'), std::string::npos) << row.scenario();
  }
}

TEST_P(ThreatModelTest, ControlsNameTheOpenThreatsThatTheyLower) {
  for (const pb::ControlRow& control : result_.controls()) {
    SCOPED_TRACE(control.id());
    EXPECT_EQ(control.findings_size(), control.threats());
    for (const std::string* text : {&control.measure(), &control.verification()}) {
      EXPECT_EQ(text->find('{'), std::string::npos) << *text;
    }
    for (const int position : control.findings()) EXPECT_TRUE(IsOpen(result_.findings(position)));
  }
}

TEST_P(ThreatModelTest, EveryFindingSaysAllThatAReviewerNeeds) {
  std::set<std::string> keys;
  for (const pb::Finding& finding : result_.findings()) {
    SCOPED_TRACE(finding.key());
    EXPECT_TRUE(keys.insert(finding.key()).second);
    EXPECT_FALSE(finding.element_ids().empty());
    EXPECT_EQ(finding.key().rfind(finding.rule_id() + "@", 0), 0u);
    EXPECT_NE(finding.stride(), knowledge::v1::STRIDE_UNSPECIFIED);
    const pb::FindingAssessment& assessment = result_.assessments(finding.assessment());
    EXPECT_NE(assessment.derivation().find("; "), std::string::npos) << assessment.derivation();
    EXPECT_FALSE(finding.fingerprint().empty());
    EXPECT_EQ(assessment.due().empty(), !IsOpen(finding));
    EXPECT_FALSE(assessment.owner().empty());
    EXPECT_LE(finding.current().likelihood(), finding.inherent().likelihood());
    EXPECT_LE(finding.current().impact(), finding.inherent().impact());
    EXPECT_LE(finding.target().likelihood() * finding.target().impact(),
              finding.current().likelihood() * finding.current().impact());
  }
}

TEST_P(ThreatModelTest, NoCriticalOrHighThreatIsWithoutControlOwnerAndDate) {
  for (const pb::MitigationRow& row : result_.mitigations()) {
    SCOPED_TRACE(row.keys(0));
    EXPECT_FALSE(row.controls().empty());
    EXPECT_FALSE(row.owner().empty());
    EXPECT_FALSE(row.due().empty());
    EXPECT_LE(row.target(), row.severity());
  }
}

TEST_P(ThreatModelTest, EveryStrideCellIsConsideredOrHasAReason) {
  std::set<std::pair<std::string, knowledge::v1::Stride>> reasons;
  for (const pb::CoverageReason& reason : result_.coverage_reasons()) {
    EXPECT_FALSE(reason.reason().empty()) << reason.elements(0) << " " << reason.letter();
    for (const std::string& element : reason.elements()) reasons.insert({element, reason.letter()});
  }
  std::set<std::string> elements;
  for (const pb::CoverageRow& row : result_.coverage()) {
    const std::pair<knowledge::v1::Stride, const std::string*> cells[] = {
        {knowledge::v1::STRIDE_SPOOFING, &row.spoofing()},
        {knowledge::v1::STRIDE_TAMPERING, &row.tampering()},
        {knowledge::v1::STRIDE_REPUDIATION, &row.repudiation()},
        {knowledge::v1::STRIDE_INFORMATION_DISCLOSURE, &row.disclosure()},
        {knowledge::v1::STRIDE_DENIAL_OF_SERVICE, &row.denial()},
        {knowledge::v1::STRIDE_ELEVATION_OF_PRIVILEGE, &row.elevation()}};
    for (const std::string& element : row.elements()) {
      EXPECT_TRUE(elements.insert(element).second) << element;
      for (const auto& [letter, text] : cells) {
        EXPECT_EQ(*text == "none", reasons.count({element, letter}) > 0) << element << " " << letter;
        const bool process_or_store = row.kind() != "flow";
        EXPECT_FALSE(process_or_store && *text == "none") << element << " " << letter << ": no rule considers it";
      }
    }
  }
  for (const analysis::ZoneCrossing& crossing : case_.facts().zone_crossings()) {
    const auto ours = [&](const std::string& id) {
      const auto& component = *case_.facts().Find(id)->component;
      return !analysis::IsExternal(component) && !component.out_of_scope();
    };
    if (!ours(crossing.flow->source()) && !ours(crossing.flow->target())) continue;
    EXPECT_EQ(elements.count(crossing.flow->id()), 1u) << crossing.flow->id();
  }
}

TEST_P(ThreatModelTest, EveryFlowIsDrawnOnce) {
  std::multiset<std::string> drawn;
  for (const metapowers::v1::ZoneMap& map : result_.boundaries()) {
    for (const metapowers::v1::MapFlow& flow : map.flows()) drawn.insert(flow.id());
  }
  EXPECT_EQ(drawn.size(), static_cast<size_t>(case_.model().proto().flows_size()));
  for (const model::v1::Flow& flow : case_.model().proto().flows()) EXPECT_EQ(drawn.count(flow.id()), 1u) << flow.id();
}

// --- Single changes on the payments platform ---

std::map<std::string, std::string> Scores(const std::string& yaml) {
  std::map<std::string, std::string> scores;
  const Case changed(yaml);
  const pb::ThreatModelResult result = Made(changed.input());
  for (const pb::Finding& finding : result.findings()) {
    scores[finding.key()] = absl::StrCat(finding.current().likelihood(), " x ", finding.current().impact());
  }
  return scores;
}

TEST(ThreatModelChangeTest, RenamingAnElementKeepsEveryKey) {
  const std::string before = Example("api-platform");
  std::string after = before;
  for (size_t at = 0; (at = after.find("payment-processor", at)) != std::string::npos; at += 8) {
    after.replace(at, std::string("payment-processor").size(), "card-processor");
  }
  after =
      Edited(after, {{"  - id: card-processor\n", "  - id: card-processor\n    renamed_from: [payment-processor]\n"}});
  const auto old_scores = Scores(before);
  const auto new_scores = Scores(after);
  for (const auto& [key, score] : old_scores) {
    const auto found = new_scores.find(key);
    ASSERT_NE(found, new_scores.end()) << key;
    EXPECT_EQ(found->second, score) << key;
  }
  EXPECT_EQ(old_scores.size(), new_scores.size());
}

TEST(ThreatModelChangeTest, AnUnrelatedComponentChangesNothingElse) {
  const std::string before = Example("api-platform");
  const std::string after = Edited(
      before,
      {{"\nflows:\n",
        "\n  - {id: zz-wiki, name: Wiki, kind: process, owner_team: platform, zone: supplier-saas, out_of_scope: true, "
        "scope_justification: Bought as a service.}\nflows:\n"}});
  const auto old_scores = Scores(before);
  const auto new_scores = Scores(after);
  for (const auto& [key, score] : old_scores) {
    const auto found = new_scores.find(key);
    ASSERT_NE(found, new_scores.end()) << key;
    EXPECT_EQ(found->second, score) << key;
  }
}

TEST(ThreatModel, WhatIsAssumedWaitsAndIsAsked) {
  std::string yaml = Example("team-notes");
  const size_t kind = yaml.find("    kind: process\n");
  ASSERT_NE(kind, std::string::npos);
  const auto findings = [](const pb::ThreatModelResult& result, const std::string& rule) {
    return std::count_if(result.findings().begin(), result.findings().end(),
                         [&](const pb::Finding& finding) { return finding.rule_id() == rule; });
  };
  const Case declared(yaml);
  const auto before = findings(Made(declared.input()), "process-caller-impersonated");
  yaml.replace(kind, 18, "    kind: process  # assumed: it is built from code\n");
  const Case assumed(yaml);
  const pb::ThreatModelResult result = Made(assumed.input());
  EXPECT_EQ(findings(result, "process-caller-impersonated"), before - 1);
  const bool waits = std::any_of(result.undecided().begin(), result.undecided().end(),
                                 [](const auto& row) { return row.unknown() == "kind is process, assumed"; });
  EXPECT_TRUE(waits);
  const bool asked = std::any_of(result.questions().begin(), result.questions().end(), [](const auto& question) {
    return question.field() == "Component.kind" && absl::StrContains(question.text(), "that kind is process, as");
  });
  EXPECT_TRUE(asked);
}

TEST(ThreatModel, FlowsThatAreOnlyAssumedAreNamedBesideThoseThatCount) {
  const auto flows = [](const std::string& mark) {
    const Case c(analysis::ModelText{
        .components = "- {id: web, name: Web, kind: process}\n- {id: db, name: DB, kind: datastore}\n",
        .flows = absl::StrCat("- id: web-to-db\n  name: F\n  source: web\n  target: db", mark, "\n")}
                     .Yaml());
    return Made(c.input()).phrases().flows();
  };
  EXPECT_EQ(flows(""), "1 flow");
  EXPECT_EQ(flows("  # assumed: listed first"), "0 flows (1 more is assumed and waits for confirmation: web-to-db)");
}

TEST(ThreatModel, ARuleWaitsOnceForDataThatSeveralComponentsKeep) {
  const std::string store = "kind: datastore, zone: vault, encryption_at_rest: none, stores: [notes]}\n";
  const Case c(analysis::ModelText{.components = absl::StrCat("- {id: one, name: One, ", store,  //
                                                              "- {id: two, name: Two, ", store),
                                   .data_classes = "- id: notes\n  name: Notes\n  owner: core\n"
                                                   "  confidentiality: public  # assumed: a model must have it\n"}
                   .Yaml());
  const pb::ThreatModelResult result = Made(c.input());
  std::vector<std::string> rules;
  for (const pb::UndecidedRow& row : result.undecided()) {
    if (row.unknown() != "confidentiality is public, assumed") continue;
    if (std::find(row.elements().begin(), row.elements().end(), "notes") == row.elements().end()) continue;
    rules.insert(rules.end(), row.rules().begin(), row.rules().end());
  }
  EXPECT_EQ(std::count(rules.begin(), rules.end(), "unencrypted-storage"), 1);
}

TEST(ThreatModel, AWayIntoTheNodeIsNamedWithItsPlace) {
  std::string yaml = Example("team-notes");
  const size_t kind = yaml.find("    kind: process\n");
  ASSERT_NE(kind, std::string::npos);
  yaml.insert(
      kind,
      "    container: {node_access: [{kind: privileged, what: \"privileged: true\", evidence: \"compose.yaml:9\"}, "
      "{kind: host_path, what: /etc}]}\n");
  const Case c(absl::StrReplaceAll(yaml, {{"    machine: vm\n", "    machine: container\n"}}));
  const pb::ThreatModelResult result = Made(c.input());
  std::map<std::string, std::string> evidence;
  for (const pb::Finding& finding : result.findings()) {
    const std::string& text = result.assessments(finding.assessment()).evidence();
    if (!text.empty()) evidence[finding.rule_id()] = text;
  }
  EXPECT_EQ(evidence, (std::map<std::string, std::string>{{"container-privileged", "privileged: true (compose.yaml:9)"},
                                                          {"container-host-path", "/etc"}}));
}

}  // namespace
}  // namespace metapowers::commands::identify
