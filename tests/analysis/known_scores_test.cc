// Scores and levels are made of what is known: what a model only assumes counts for none of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/attack_surface.h"
#include "service/analysis/code_scope.h"
#include "service/analysis/landscape.h"
#include "service/analysis/severity_ladder.h"
#include "service/analysis/vulnerabilities.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAssumed[] = "  # assumed: as the others";

// A store whose lines take a mark each.
ModelText Store(const std::string& data_mark, const std::string& tier_mark = "") {
  return {.components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore\n  zone: inside\n  tier: tier_2",
                                     tier_mark, "\n  stores: [cards]", data_mark, "\n  custom_code: true\n")};
}

TEST(KnownFactsTest, AModelWithoutAssumptionsIsItsOwnGround) {
  const auto facts = FactsOf(Store(""));
  EXPECT_EQ(&facts->known(), facts.get());
  const auto assumed = FactsOf(Store(kAssumed));
  ASSERT_NE(&assumed->known(), assumed.get());
  EXPECT_THAT(assumed->known().Find("db")->stores, IsEmpty());
}

TEST(KnownScoresTest, CriticalityNamesWhatItDoesNotCount) {
  const auto declared = FactsOf(Store(""));
  EXPECT_EQ(declared->Find("db")->criticality.level, model::v1::CRITICALITY_HIGH);
  EXPECT_EQ(declared->Find("db")->presumed_criticality, model::v1::CRITICALITY_HIGH);
  EXPECT_THAT(declared->Find("db")->criticality.derivation, Not(HasSubstr("assumes")));
  const auto assumed = FactsOf(Store(kAssumed));
  EXPECT_EQ(assumed->Find("db")->criticality.level, model::v1::CRITICALITY_MEDIUM);
  EXPECT_EQ(assumed->Find("db")->presumed_criticality, model::v1::CRITICALITY_HIGH);
  EXPECT_EQ(
      assumed->Find("db")->criticality.derivation,
      absl::StrCat("tier 2 -> medium; highest is medium; with what the model only assumes, which does not count, ",
                   declared->Find("db")->criticality.derivation));
  const auto all = FactsOf(Store(kAssumed, kAssumed));
  EXPECT_EQ(all->Find("db")->criticality.level, model::v1::CRITICALITY_UNSPECIFIED);
}

// A web server that the internet calls; `flow` and `web` take further lines.
ModelText Called(const std::string& flow, const std::string& web) {
  return {
      .components = absl::StrCat("- {id: user, name: User, kind: external_entity, zone: open, used_by_human: true}\n"
                                 "- id: web\n  name: Web\n  zone: inside\n",
                                 web),
      .flows = absl::StrCat("- id: call\n  name: Call\n  source: user\n  ip_filtered: no\n", flow)};
}

TEST(KnownScoresTest, AWayInIsScoredByWhatIsKnown) {
  const auto score = [](const std::string& mark) {
    const auto facts =
        FactsOf(Called(absl::StrCat("  target: web\n  authentication: mfa", mark, "\n"), "  kind: process\n"));
    const AttackSurface surface = AnalyseAttackSurface(*facts);
    EXPECT_EQ(surface.entries.size(), 1u);
    EXPECT_THAT(surface.assumed, IsEmpty());
    return surface.scores.empty() ? SurfaceScore() : surface.scores[0];
  };
  EXPECT_GT(score(kAssumed).open, score("").open) << "what is assumed is unknown";
}

TEST(KnownScoresTest, AWayInThatIsOnlyAssumedIsNamedApart) {
  const std::string web = "  kind: process\n";
  const auto facts = FactsOf(Called(absl::StrCat("  authentication: none\n  target: web", kAssumed, "\n"), web));
  const AttackSurface surface = AnalyseAttackSurface(*facts);
  EXPECT_THAT(surface.entries, IsEmpty());
  EXPECT_THAT(surface.findings, IsEmpty());
  EXPECT_THAT(surface.assumed, ElementsAre("call"));
}

std::vector<std::string> SurfaceFindings(const ModelText& text) {
  const auto facts = FactsOf(text);
  std::vector<std::string> findings;
  for (const SurfaceFindingFact& finding : AnalyseAttackSurface(*facts).findings) {
    findings.push_back(knowledge::v1::SurfaceFinding_Name(finding.finding).substr(16));
  }
  return findings;
}

TEST(KnownScoresTest, AFindingOfTheSurfaceRestsOnNothingAssumedAndOnNothingUnknown) {
  const std::string flow = "  target: web\n  authentication: mfa\n";
  EXPECT_THAT(SurfaceFindings(Called(flow, "  kind: datastore\n")), testing::Contains("STORE_EXPOSED"));
  EXPECT_THAT(SurfaceFindings(Called(flow, absl::StrCat("  kind: datastore", kAssumed, "\n"))),
              Not(testing::Contains("STORE_EXPOSED")));
  // Without the technology that is assumed nothing would say that it is a gateway itself.
  EXPECT_THAT(SurfaceFindings(Called(flow, "  kind: process\n")), testing::Contains("NO_GATEWAY"));
  EXPECT_THAT(
      SurfaceFindings(Called(flow, absl::StrCat("  kind: process\n  technology: [api-gateway]", kAssumed, "\n"))),
      Not(testing::Contains("NO_GATEWAY")));
}

TEST(KnownScoresTest, AVulnerabilityWeighsByKnownDataAndExposure) {
  const auto judged = [](const std::string& data_mark, const std::string& facing_mark) {
    ModelText text = {.components = absl::StrCat("- id: web\n  name: Web\n  kind: process\n  zone: inside\n"
                                                 "  internet_facing: \"yes\"",
                                                 facing_mark, "\n  processes: [cards]", data_mark, "\n")};
    text.rest = "evidence:\n- {id: a, format: trivy, path: a.json, component: web, produced_on: 2026-02-01}\n";
    const auto facts = FactsOf(text);
    const std::string report =
        R"({"SchemaVersion": 2, "Results": [{"Class": "os-pkgs", "Vulnerabilities": [{"VulnerabilityID": "CVE-2026-1",
            "PkgName": "lib", "InstalledVersion": "1.0", "Severity": "HIGH", "CVSS": {"nvd": {"V3Score": 7.5}}}]}]})";
    const auto set = evidence::EvidenceSet::Build(facts->model(), {{"a", absl::string_view(report)}});
    const auto found = JudgeVulnerabilities(*facts, *set);
    EXPECT_EQ(found->open.size(), 1u);
    return found->open.empty() ? Vulnerability() : found->open[0];
  };
  const Vulnerability declared = judged("", "");
  EXPECT_EQ(declared.data, model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(declared.exposure, knowledge::v1::VULNERABILITY_EXPOSURE_INTERNET);
  EXPECT_EQ(judged(kAssumed, "").data, model::v1::CONFIDENTIALITY_UNSPECIFIED);
  EXPECT_NE(judged("", kAssumed).exposure, knowledge::v1::VULNERABILITY_EXPOSURE_INTERNET);
  EXPECT_TRUE(judged("", kAssumed).exposure_unknown);
  EXPECT_LT(judged(kAssumed, kAssumed).effective, declared.effective);
}

TEST(KnownScoresTest, MetricsAndLevelsCountWhatIsKnown) {
  const auto stores = [](const std::string& mark) {
    return FactsOf(ModelText{.components = absl::StrCat("- id: db\n  name: DB\n  kind: datastore\n  stores: [cards]\n"
                                                        "  encryption_at_rest: none",
                                                        mark, "\n")})
        ->Metric(model::v1::THRESHOLD_METRIC_UNENCRYPTED_SENSITIVE_STORES)
        .value;
  };
  EXPECT_EQ(stores(""), 1);
  EXPECT_EQ(stores(kAssumed), 0);
  const auto owned = FactsOf(ModelText{
      .components = absl::StrCat("- id: web\n  name: Web\n  kind: process\n  owner_team: core", kAssumed, "\n")});
  EXPECT_EQ(owned->Metric(model::v1::THRESHOLD_METRIC_UNOWNED_COMPONENTS).value, 0) << "none is missing";

  ModelText ladder = Store(kAssumed);
  ladder.rest =
      "incident_response:\n  severities:\n  - {id: SEV-1, name: Worst, criterion: Cards are lost, data_classes: "
      "[cards]}\n";
  const auto facts = FactsOf(ladder);
  EXPECT_EQ(SeverityLadder(*facts).LevelOf("db"), nullptr);
  ladder.components = Store("").components;
  const auto declared = FactsOf(ladder);
  EXPECT_NE(SeverityLadder(*declared).LevelOf("db"), nullptr);

  const auto level = [](const std::string& mark) {
    const auto of = FactsOf(Store(mark));
    const Landscape landscape(*of);
    const CodeScope scope = FindCodeScope(landscape);
    return scope.components.empty() ? -1 : static_cast<int>(scope.components[0].confidentiality);
  };
  EXPECT_EQ(level(""), model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(level(kAssumed), model::v1::CONFIDENTIALITY_UNSPECIFIED);
}

}  // namespace
}  // namespace metapowers::analysis
