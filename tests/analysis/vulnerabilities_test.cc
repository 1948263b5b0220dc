#include "service/analysis/vulnerabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "service/analysis/scan_coverage.h"
#include "service/knowledge/knowledge.h"
#include "service/knowledge/rules.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One vulnerability of Trivy's format.
std::string Vuln(const std::string& id, const std::string& package = "lib", double score = 7.5,
                 const std::string& extra = "") {
  return absl::StrCat(
      R"({"VulnerabilityID": ")", id, R"(", "PkgName": ")", package,
      R"(", "InstalledVersion": "1.0", "FixedVersion": "1.1", "Severity": "HIGH", "CVSS": {"nvd": {"V3Score": )", score,
      "}}", extra, "}");
}

std::string Trivy(const std::string& vulnerabilities) {
  return absl::StrCat(R"({"SchemaVersion": 2, "Results": [{"Class": "os-pkgs", "Vulnerabilities": [)", vulnerabilities,
                      "]}]}");
}

std::string Statement(const std::string& id, const std::string& ref, const std::string& state = "not_affected",
                      const std::string& justification = "code_not_reachable") {
  return absl::StrCat(R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [{"id": ")", id,
                      R"(", "analysis": {"state": ")", state, R"(", "justification": ")", justification,
                      R"("}, "affects": [)", ref.empty() ? "" : absl::StrCat(R"({"ref": ")", ref, "\"}"), "]}]}");
}

std::string Sarif(const std::string& uri) {
  return absl::StrCat(R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep"}}, "results": [
      {"ruleId": "rule", "level": "error", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": ")",
                      uri, R"("}, "region": {"startLine": 3}}}]}]}]})");
}

// A web component that the internet reaches, an api that it calls, a store behind that.
struct World {
  ModelText text = {
      .components =
          "- {id: user, name: User, kind: external_entity, zone: open}\n"
          "- {id: web, name: Web, kind: process, zone: inside, internet_facing: yes, machine: container, custom_code: "
          "true, "
          "repository: mono, processes: [notes], owner_team: core}\n"
          "- {id: api, name: Api, kind: process, zone: inside, internet_facing: no, machine: container, custom_code: "
          "true, "
          "repository: mono, processes: [cards], owner_team: core}\n"
          "- {id: job, name: Job, kind: process, zone: vault, internet_facing: no, machine: container, processes: "
          "[people]}\n",
      .flows =
          "- {id: f1, name: F1, source: user, target: web}\n- {id: f2, name: F2, source: web, target: api}\n"
          "- {id: f3, name: F3, source: api, target: job}\n"};
  std::string evidence = "- {id: a, format: trivy, path: a.json, component: web, produced_on: 2026-02-01}\n";
  std::string terms = "  patch_sla:\n  - {severity: critical, hours: 48}\n  - {severity: high, hours: 240}\n";
  std::map<std::string, std::string> files = {};

  std::unique_ptr<const VulnerabilityFacts> Judge() {
    text.rest = absl::StrCat("delivery:\n  repositories:\n  - {id: mono, name: mono, package_managers: [go]}\n",
                             "policy_parameters:\n", terms, "evidence:\n", evidence);
    facts = FactsOf(text);
    evidence::Files views;
    for (const auto& [id, bytes] : files) views[id] = absl::string_view(bytes);
    set = evidence::EvidenceSet::Build(facts->model(), views);
    return JudgeVulnerabilities(*facts, *set);
  }

  std::shared_ptr<const Facts> facts = nullptr;
  std::shared_ptr<const evidence::EvidenceSet> set = nullptr;
};

TEST(Vulnerabilities, EffectiveRiskIsScoreTimesExposureTimesData) {
  const std::tuple<std::string, double, double> cases[] = {{"web", 1.0, 0.7}, {"api", 0.8, 1.0}, {"job", 0.6, 0.9}};
  for (const auto& [component, exposure, data] : cases) {
    World world;
    world.evidence = absl::StrCat("- {id: a, format: trivy, path: a.json, component: ", component, "}\n");
    world.files = {{"a", Trivy(Vuln("CVE-2020-1"))}};
    const auto judged = world.Judge();
    ASSERT_THAT(judged->open, SizeIs(1));
    EXPECT_EQ(judged->open[0].exposure_factor, exposure) << component;
    EXPECT_EQ(judged->open[0].data_factor, data) << component;
    EXPECT_DOUBLE_EQ(judged->open[0].effective, 7.5 * exposure * data) << component;
  }
}

TEST(Vulnerabilities, WithoutAScoreTheWordOfTheSourceSetsTheFloor) {
  World world;
  world.files = {{"a", Trivy(R"({"VulnerabilityID": "CVE-2020-1", "PkgName": "a", "Severity": "CRITICAL"},
                                {"VulnerabilityID": "CVE-2020-2", "PkgName": "a", "Severity": "UNKNOWN"})")}};
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(2));
  EXPECT_EQ(judged->open[0].severity, model::v1::SEVERITY_CRITICAL);
  EXPECT_EQ(judged->open[0].score, 9.0);
  EXPECT_FALSE(judged->open[0].cvss.has_value());
  EXPECT_EQ(judged->open[1].severity, model::v1::SEVERITY_UNSPECIFIED)
      << "an unknown severity is no finding of a rating";
  EXPECT_EQ(judged->open[1].effective, 0);
  EXPECT_EQ(judged->open[1].due, "");
}

TEST(Vulnerabilities, AreOnceForSeveralSourcesAndNames) {
  World world;
  world.evidence =
      "- {id: a, format: trivy, path: a.json, component: web, produced_on: 2026-02-01}\n"
      "- {id: b, format: grype, path: b.json, component: web, produced_on: 2026-01-15}\n";
  world.files = {
      {"a", Trivy(Vuln("CVE-2020-1"))},
      {"b",
       R"({"matches": [{"vulnerability": {"id": "GHSA-x", "severity": "High", "cvss": [{"version": "3.1", "metrics": {"baseScore": 8.1}}]},
                    "relatedVulnerabilities": [{"id": "CVE-2020-1"}], "artifact": {"name": "lib", "version": "1.0"}}]})"}};
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(1));
  const Vulnerability& one = judged->open[0];
  EXPECT_EQ(one.id, "CVE-2020-1");
  EXPECT_THAT(one.aliases, ElementsAre("GHSA-x"));
  EXPECT_THAT(one.evidence, ElementsAre("a", "b"));
  EXPECT_EQ(one.score, 8.1) << "the highest";
  EXPECT_EQ(one.first_seen, "2026-01-15");
  EXPECT_EQ(one.due, "2026-01-25");
  EXPECT_TRUE(one.overdue);
}

TEST(Vulnerabilities, StayApartInOtherPackagesComponentsAndUnderOneAdvisory) {
  World world;
  world.evidence =
      "- {id: a, format: trivy, path: a.json, component: web}\n- {id: b, format: trivy, path: b.json, component: "
      "api}\n";
  world.files = {{"a", Trivy(absl::StrCat(Vuln("CVE-2020-1", "one"), ",", Vuln("CVE-2020-1", "two"), ",",
                                          Vuln("CVE-2020-2", "one", 7.5, R"(, "VendorIDs": ["DSA-1"])"), ",",
                                          Vuln("CVE-2020-3", "one", 7.5, R"(, "VendorIDs": ["DSA-1"])")))},
                 {"b", Trivy(Vuln("CVE-2020-1", "one"))}};
  EXPECT_THAT(world.Judge()->open, SizeIs(5));
}

TEST(Vulnerabilities, OrderOfTheEvidenceNeverMatters) {
  const auto describe = [](bool swap) {
    World world;
    const std::string a = "- {id: a, format: trivy, path: a.json, component: web, produced_on: 2026-02-01}\n";
    const std::string b = "- {id: b, format: cyclonedx, path: b.json, component: web, produced_on: 2026-02-02}\n";
    world.evidence = swap ? b + a : a + b;
    world.files = {
        {"a", Trivy(Vuln("CVE-2020-1"))},
        {"b", R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}], "vulnerabilities": [
                      {"id": "GHSA-x", "references": [{"id": "CVE-2020-1"}], "affects": [{"ref": "lib"}]}]})"}};
    const auto judged = world.Judge();
    std::string text;
    for (const Vulnerability& one : judged->open)
      absl::StrAppend(&text, one.id, one.evidence.size(), one.due, one.title);
    return text;
  };
  EXPECT_EQ(describe(false), describe(true));
}

TEST(Vulnerabilities, OfARepositoryGoToTheComponentThatThePathNames) {
  World world;
  world.evidence = "- {id: a, format: sarif, path: a.json, repository: mono}\n";
  world.files = {{"a", Sarif("services/api/main.go")}};
  auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(1));
  EXPECT_EQ(judged->open[0].component, "api");
  EXPECT_EQ(judged->open[0].severity, model::v1::SEVERITY_HIGH);
  world.files = {{"a", Sarif("pkg/shared/apix.go")}};
  judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(2)) << "the path names none, so that all of the repository have it";
}

TEST(Vulnerabilities, OnlyAJustifiedStatementOnTheSamePackageTakesOut) {
  const std::tuple<std::string, bool, const char*> cases[] = {
      {Statement("CVE-2020-1", "lib"), true, "same package"},
      {Statement("CVE-2020-1", ""), true, "no package: all of the component"},
      {Statement("CVE-2020-1", "pkg:oci/web@sha256:1"), true, "the component itself"},
      {Statement("CVE-2020-1", "other"), false, "another package"},
      {Statement("CVE-2020-2", "lib"), false, "another vulnerability"},
      {Statement("CVE-2020-1", "lib", "false_positive"), true, "false positive"},
      {Statement("CVE-2020-1", "lib", "in_triage"), false, "not judged yet"},
      {Statement("CVE-2020-1", "lib", "not_affected", ""), false, "no justification"},
  };
  for (const auto& [statement, out, why] : cases) {
    World world;
    world.evidence += "- {id: v, format: cyclonedx, path: v.json, component: web, produced_on: 2026-02-03}\n";
    world.files = {{"a", Trivy(Vuln("CVE-2020-1"))}, {"v", statement}};
    const auto judged = world.Judge();
    EXPECT_EQ(judged->excluded.size(), out ? 1u : 0u) << why;
    for (const Vulnerability& one : judged->excluded) EXPECT_EQ(one.statement, "v");
  }
}

TEST(Vulnerabilities, AStatementOfAnotherComponentTakesNothingOut) {
  World world;
  world.evidence += "- {id: v, format: cyclonedx, path: v.json, component: api, produced_on: 2026-02-03}\n";
  world.files = {{"a", Trivy(Vuln("CVE-2020-1"))}, {"v", Statement("CVE-2020-1", "lib")}};
  EXPECT_THAT(world.Judge()->excluded, IsEmpty());
}

TEST(Vulnerabilities, TheNewestReportOfASeriesSaysWhatIsOpen) {
  World world;
  world.evidence += "- {id: b, format: trivy, path: b.json, component: web, produced_on: 2026-02-20}\n";
  world.files = {{"a", Trivy(absl::StrCat(Vuln("CVE-2020-1"), ",", Vuln("CVE-2020-2")))},
                 {"b", Trivy(absl::StrCat(Vuln("CVE-2020-2"), ",", Vuln("CVE-2020-3")))}};
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(2));
  EXPECT_EQ(judged->open[0].id, "CVE-2020-2");
  EXPECT_EQ(judged->open[0].first_seen, "2026-02-01") << "the older report starts the term";
  EXPECT_EQ(judged->open[1].first_seen, "2026-02-20");
  ASSERT_THAT(judged->trends, SizeIs(1));
  EXPECT_THAT(judged->trends[0].added, ElementsAre("CVE-2020-3 (lib)"));
  EXPECT_THAT(judged->trends[0].fixed, ElementsAre("CVE-2020-1 (lib)"));
  EXPECT_THAT(judged->trends[0].remaining, ElementsAre("CVE-2020-2 (lib)"));
  EXPECT_THAT(judged->baselines, IsEmpty());
}

TEST(Vulnerabilities, ReportsOfOtherToolsOrSubjectsAreNoTrend) {
  World world;
  world.evidence += "- {id: b, format: trivy, path: b.json, component: api, produced_on: 2026-02-20}\n";
  world.files = {{"a", Trivy(Vuln("CVE-2020-1"))}, {"b", Trivy(Vuln("CVE-2020-1"))}};
  const auto judged = world.Judge();
  EXPECT_THAT(judged->trends, IsEmpty());
  EXPECT_THAT(judged->baselines, SizeIs(2));
}

TEST(Vulnerabilities, WithoutATermThereIsNoDueDate) {
  World world;
  world.files = {{"a", Trivy(Vuln("CVE-2020-1", "lib", 5.0))}};
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(1));
  EXPECT_EQ(judged->open[0].due, "");
  EXPECT_FALSE(judged->open[0].overdue);
  EXPECT_THAT(judged->without_term, ElementsAre(model::v1::SEVERITY_MEDIUM));
}

TEST(Vulnerabilities, PciCapsTheTermOfCriticalOnesInScope) {
  World world;
  world.terms = "  patch_sla:\n  - {severity: critical, hours: 2400}\n  - {severity: high, hours: 2400}\n";
  world.evidence =
      "- {id: a, format: trivy, path: a.json, component: api, produced_on: 2026-01-31}\n"
      "- {id: b, format: trivy, path: b.json, component: job, produced_on: 2026-01-31}\n";
  world.files = {{"a", Trivy(absl::StrCat(Vuln("CVE-2020-1", "lib", 9.8), ",", Vuln("CVE-2020-2", "lib", 8.0)))},
                 {"b", Trivy(Vuln("CVE-2020-1", "lib", 9.8))}};
  world.text.flows = "- {id: f1, name: F1, source: user, target: web}\n";
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(3));
  for (const Vulnerability& one : judged->open) {
    const bool capped = one.component == "api" && one.id == "CVE-2020-1";
    EXPECT_EQ(one.basis, capped ? DueBasis::kPciMonth : DueBasis::kPolicy) << one.component << one.id;
    EXPECT_EQ(one.due, capped ? "2026-02-28" : "2026-05-11") << "a month later is the last of a shorter one";
  }
}

TEST(Vulnerabilities, OfAnAbsurdReportTakeBoundedTimeAndSpace) {
  World world;
  world.evidence = "- {id: a, format: trivy, path: a.json, repository: mono}\n";
  world.text.components = "- {id: user, name: User, kind: external_entity, zone: open}\n";
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&world.text.components, "- {id: c", i,
                    ", name: C, kind: process, zone: inside, repository: mono}\n");
  }
  world.text.flows = "";
  // One vulnerability in tens of thousands of versions, each with aliases of its own.
  std::string many;
  for (int i = 0; i < 40'000; ++i) {
    absl::StrAppend(&many, i == 0 ? "" : ",",
                    R"({"VulnerabilityID": "CVE-2020-1", "PkgName": "lib", "InstalledVersion": ")", i,
                    R"(", "VendorIDs": ["A-)", i, "\", \"B-", i, R"("], "Severity": "HIGH"})");
  }
  world.files = {{"a", Trivy(many)}};
  const auto judged = world.Judge();
  ASSERT_THAT(judged->open, SizeIs(1)) << "too many for 200 components: the repository is the subject";
  EXPECT_EQ(judged->open[0].repository, "mono");
  EXPECT_EQ(judged->open[0].component, "");
  EXPECT_THAT(judged->open[0].installed, SizeIs(16));
  EXPECT_THAT(judged->open[0].aliases, SizeIs(16));
}

TEST(Vulnerabilities, MissingAndUnreadableFilesShowNothing) {
  World world;
  world.evidence += "- {id: b, format: sarif, path: b.json, component: web}\n";
  world.files = {{"b", "{"}};
  const auto judged = world.Judge();
  EXPECT_THAT(judged->open, IsEmpty());
  EXPECT_FALSE(judged->evidence[0].IsScan());
  EXPECT_FALSE(judged->evidence[1].IsScan());
}

// --- Coverage ---

const ScanFact* FindScan(const std::vector<ScanFact>& scans, knowledge::v1::ScanKind kind, const std::string& target) {
  for (const ScanFact& scan : scans) {
    if (scan.need->kind() == kind && scan.target == target) return &scan;
  }
  return nullptr;
}

TEST(ScansNeeded, FollowFromWhatAComponentIs) {
  World world;
  world.evidence = "- {id: a, format: trivy, path: a.json, component: web, produced_on: 2026-02-01}\n";
  const auto judged = world.Judge();
  const auto scans = ScansNeeded(*world.facts, *judged);
  const ScanFact* image = FindScan(scans, knowledge::v1::SCAN_KIND_IMAGE, "web");
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->command, "trivy image --format json --output evidence/web.json $REGISTRY/web:$TAG");
  EXPECT_EQ(image->due, "2026-03-08") << "7 days where the internet reaches it";
  EXPECT_EQ(image->team, "core");
  EXPECT_FALSE(image->covered());
  const ScanFact* libraries = FindScan(scans, knowledge::v1::SCAN_KIND_DEPENDENCIES, "mono");
  ASSERT_NE(libraries, nullptr);
  EXPECT_THAT(libraries->components, ElementsAre("api", "web"));
  EXPECT_NE(FindScan(scans, knowledge::v1::SCAN_KIND_EXTERNAL, "web"), nullptr);
  EXPECT_EQ(FindScan(scans, knowledge::v1::SCAN_KIND_EXTERNAL, "api"), nullptr);
  EXPECT_EQ(FindScan(scans, knowledge::v1::SCAN_KIND_IMAGE, "user"), nullptr)
      << "external entities are not scanned here";
  EXPECT_EQ(FindScan(scans, knowledge::v1::SCAN_KIND_DEPENDENCIES, "job"), nullptr) << "not own code";
}

TEST(ScansNeeded, AFileOfCodeWithoutARepositoryIsNamedAfterItsComponent) {
  World world;
  world.evidence = "- {id: a, format: trivy, path: a.json, component: own, produced_on: 2026-02-01}\n";
  world.text.components =
      "- {id: user, name: User, kind: external_entity, zone: open}\n"
      "- {id: own, name: Own, kind: process, zone: inside, custom_code: true}\n";
  world.text.flows = "";
  const auto judged = world.Judge();
  const auto scans = ScansNeeded(*world.facts, *judged);
  const ScanFact* code = FindScan(scans, knowledge::v1::SCAN_KIND_CODE, "own");
  ASSERT_NE(code, nullptr);
  EXPECT_EQ(code->command, "semgrep scan --config p/default --sarif --output evidence/own-code.sarif");
}

TEST(ScansNeeded, AreCoveredByCurrentReportsOfAFittingTool) {
  const std::tuple<std::string, std::string, bool, bool> cases[] = {
      // evidence, file, covered, outdated
      {"{id: a, format: trivy, path: a, component: web, produced_on: 2026-02-01}", Trivy(""), true, false},
      {"{id: a, format: trivy, path: a, component: api, produced_on: 2026-02-01}", Trivy(""), false, false},
      {"{id: a, format: trivy, path: a, component: web, produced_on: 2025-11-30}", Trivy(""), false, true},
      {"{id: a, format: trivy, path: a, component: web}", Trivy(""), false, true},
      {"{id: a, format: sarif, path: a, component: web, produced_on: 2026-02-01}", Sarif("a"), false, false},
      {"{id: a, format: trivy, path: a, component: web, produced_on: 2026-02-01}", "{", false, false},
      {"{id: a, format: cyclonedx, path: a, component: web, produced_on: 2026-02-01}", Statement("CVE-1", "lib"), false,
       false},
  };
  for (const auto& [entry, file, covered, outdated] : cases) {
    World world;
    world.evidence = absl::StrCat("- ", entry, "\n");
    world.files = {{"a", file}};
    const auto judged = world.Judge();
    const auto scans = ScansNeeded(*world.facts, *judged);
    const ScanFact* image = FindScan(scans, knowledge::v1::SCAN_KIND_IMAGE, "web");
    ASSERT_NE(image, nullptr);
    EXPECT_EQ(image->covered(), covered) << entry;
    EXPECT_EQ(!image->outdated_by.empty(), outdated) << entry;
  }
}

// --- Rules ---

TEST(VulnerabilityRules, AreComplete) {
  const knowledge::v1::VulnerabilityRules& rules = knowledge::VulnerabilityRules();
  EXPECT_EQ(rules.max_age_days(), 90);
  EXPECT_EQ(rules.pci_critical_months(), 1) << "PCI DSS 4.0.1 6.3.3";
  for (const knowledge::v1::ScanDuty& duty : rules.duties()) {
    for (const std::string& reference : duty.references()) {
      EXPECT_NE(knowledge::FindRequirement(reference), nullptr) << reference;
    }
  }
  for (int ask = 1; ask < knowledge::v1::VulnerabilityAsk_ARRAYSIZE; ++ask) {
    EXPECT_EQ(std::count_if(rules.questions().begin(), rules.questions().end(),
                            [&](const auto& row) { return row.ask() == ask; }),
              1)
        << ask;
  }
  for (int level = 0; level < model::v1::Confidentiality_ARRAYSIZE; ++level) {
    EXPECT_EQ(std::count_if(rules.data().begin(), rules.data().end(),
                            [&](const auto& row) { return row.confidentiality() == level; }),
              1)
        << level;
  }
  for (int i = 1; i < rules.bands_size(); ++i) EXPECT_GT(rules.bands(i - 1).lowest(), rules.bands(i).lowest());
  for (const knowledge::v1::ScanNeed& need : rules.needs()) EXPECT_GT(need.commands_size(), 0) << need.title();
  EXPECT_EQ(rules.tools(rules.tools_size() - 1).name(), "") << "the last row is for any other tool";
}

}  // namespace
}  // namespace metapowers::analysis
