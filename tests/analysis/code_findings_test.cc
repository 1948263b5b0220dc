// Findings and threats on own code, and which gates are absent.
#include "service/analysis/code_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

ModelText Shop(const std::string& repository = "") {
  return {.components =
              "- {id: web, name: Web, kind: process, zone: inside, custom_code: true, repository: mono, language: Go}\n"
              "- {id: job, name: Job, kind: process, zone: inside, custom_code: true, repository: mono, language: Go}\n"
              "- {id: bought, name: Bought, kind: process, zone: inside}\n",
          .flows =
              "- {id: to-web, name: T, source: bought, target: web}\n- {id: to-bought, name: T, source: web, target: "
              "bought}\n",
          .rest = absl::StrCat("delivery:\n  repositories:\n  - {id: mono, name: Mono, host: GitHub, language: Go",
                               repository,
                               "}\n  - {id: manifests, name: Manifests, host: GitHub}\n"
                               "evidence:\n- {id: scan, format: sarif, path: scan.sarif, repository: mono, "
                               "produced_on: 2026-02-20}\n")};
}

// One result of the rule `sql`, which is about this weakness.
std::string Result(int line) {
  return absl::StrCat(R"({"ruleId": "sql", "level": "error", "message": {"text": "m"}, "locations": [)",
                      R"({"physicalLocation": {"artifactLocation": {"uri": "main.go"}, "region": {"startLine": )", line,
                      "}}}]}");
}

std::string Sarif(const std::string& results, const std::string& weakness) {
  return absl::StrCat(
      R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep", "rules": [{"id": "sql", )",
      R"("properties": {"tags": ["external/cwe/)", weakness, R"("]}}]}}, "results": [)", results, "]}]}");
}

struct World {
  ThreatCase threats;
  CodeScope scope;
  std::shared_ptr<const evidence::EvidenceSet> set;
  std::unique_ptr<const VulnerabilityFacts> judged;

  explicit World(const std::string& sarif, const ModelText& text = Shop(), const std::string& rules = "")
      : threats(text, rules), scope(FindCodeScope(threats.threats().landscape())) {
    const Facts& facts = threats.threats().landscape().facts();
    set = evidence::EvidenceSet::Build(facts.model(), {{"scan", absl::string_view(sarif)}});
    judged = JudgeVulnerabilities(facts, *set);
  }
};

TEST(CodeFindings, StandOnceForAllComponentsBuiltFromThere) {
  const std::string sarif = Sarif(absl::StrCat(Result(3), ", ", Result(7)), "cwe-89");
  const World world(sarif);
  const std::vector<CodeFinding> findings = CodeFindings(world.scope, *world.judged);
  ASSERT_EQ(findings.size(), 2u);
  for (const CodeFinding& finding : findings) {
    EXPECT_THAT(finding.components, UnorderedElementsAre("job", "web"));
    ASSERT_NE(finding.rule, nullptr);
    EXPECT_EQ(finding.rule->cwe(), "CWE-89");
    ASSERT_NE(finding.category, nullptr);
    EXPECT_EQ(finding.category->id(), finding.rule->category());
  }
}

TEST(CodeFindings, AWeaknessWithoutRuleOfItsLanguageTakesTheCategoryOfAThreatRule) {
  const std::string sarif = Sarif(Result(3), "cwe-306");
  const World world(sarif);
  const std::vector<CodeFinding> findings = CodeFindings(world.scope, *world.judged);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, nullptr);
  ASSERT_NE(findings[0].category, nullptr);
  EXPECT_EQ(findings[0].category->id(), "A07");
}

TEST(CodeFindings, ThreatsAreOnCodeByTheirElement) {
  const std::string rest =
      " stride: STRIDE_TAMPERING impact { legs: IMPACT_LEG_INTEGRITY } controls { control: 'code_review' likelihood: 1 "
      "}";
  const World world("{}", Shop(),
                    RuleText("own-component", "subject: THREAT_SUBJECT_COMPONENT" + rest) +
                        RuleText("own-flow", "subject: THREAT_SUBJECT_FLOW" + rest) +
                        RuleText("own-repository", "subject: THREAT_SUBJECT_REPOSITORY" + rest) +
                        RuleText("own-system", "subject: THREAT_SUBJECT_SYSTEM" + rest) +
                        RuleText("own-system-code",
                                 "subject: THREAT_SUBJECT_SYSTEM match { attribute: 'own_code' operator: "
                                 "MATCH_OPERATOR_IN values: 'true' }" +
                                     rest));
  std::vector<std::string> keys;
  for (const std::string& key : world.threats.Keys()) {
    if (IsOnCode(world.scope, world.threats[key])) keys.push_back(key);
  }
  EXPECT_THAT(keys, UnorderedElementsAre("own-component@job", "own-component@web", "own-flow@to-web",
                                         "own-repository@mono", testing::StartsWith("own-system-code@")));
}

TEST(CodeFindings, AReportCoversUntilItIsTooOld) {
  const std::string sarif = Sarif(Result(3), "cwe-89");
  const World world(sarif);
  ASSERT_EQ(world.scope.repositories.size(), 1u);
  const EvidenceFact* scan = CurrentScan(world.scope.repositories[0], *world.judged);
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->declaration->id(), "scan");
  ModelText old = Shop();
  old.rest.replace(old.rest.find("2026-02-20"), 10, "2025-01-01");
  const World stale(sarif, old);
  EXPECT_EQ(CurrentScan(stale.scope.repositories[0], *stale.judged), nullptr);
}

TEST(CodeFindings, OnlyWhatIsDeclaredAbsentIsAnAbsentGate) {
  const auto absent = [](const std::string& repository, const std::string& policy) {
    ModelText text = Shop(repository);
    text.rest += policy;
    const World world("{}", text);
    std::vector<std::string> names;
    const model::Model& model = world.threats.threats().landscape().model();
    for (const knowledge::v1::ReviewGate* gate : AbsentGates(model, *world.scope.repositories[0].repository)) {
      names.push_back(gate->field());
    }
    return names;
  };
  EXPECT_THAT(absent("", ""), IsEmpty()) << "unknown is a question";
  EXPECT_THAT(absent(", branch_protection: no, static_analysis: yes", "policy_parameters: {code_reviewers: 0}\n"),
              ElementsAre("branch_protection", "code_reviewers"));
  EXPECT_THAT(absent(", secret_scanning: no", "policy_parameters: {code_reviewers: 1}\n"),
              ElementsAre("secret_scanning"));
}

}  // namespace
}  // namespace metapowers::analysis
