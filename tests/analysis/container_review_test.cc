// Clusters with their zones and flows, settings of containers, and what is known of images.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "service/analysis/cluster_zones.h"
#include "service/analysis/container_settings.h"
#include "service/analysis/image_review.h"
#include "service/knowledge/software_rules.h"
#include "tests/analysis/threats_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Two namespaces and a subnet on one cluster, a store outside of it, and a supplier.
struct Platform {
  std::string container = "{runs_as_non_root: yes, privilege_escalation: no, drops_capabilities: yes}";
  std::string flow = "port: 8443";

  ModelText Text() const {
    return {.components = absl::StrCat(
                "- {id: web, name: Web, kind: process, zone: front, machine: container, runs_on: k8s, custom_code: "
                "true, container: ",
                container,
                "}\n"
                "- {id: api, name: Api, kind: process, zone: back, machine: container, runs_on: k8s}\n"
                "- {id: job, name: Job, kind: process, zone: subnet, machine: container, runs_on: k8s}\n"
                "- {id: store, name: Store, kind: datastore, zone: back, machine: vm}\n"
                "- {id: bank, name: Bank, kind: external_entity, zone: open}\n"),
            .flows = absl::StrCat("- {id: a, name: A, source: web, target: api, ", flow,
                                  "}\n"
                                  "- {id: b, name: B, source: api, target: store, port: 5432}\n"
                                  "- {id: c, name: C, source: api, target: bank, port: 443}\n"
                                  "- {id: d, name: D, source: job, target: api, port: 8443}\n"),
            .zones =
                "- {id: front, name: Front, type: k8s_namespace}\n- {id: back, name: Back, type: k8s_namespace}\n"
                "- {id: subnet, name: Subnet, type: security_group}\n- {id: open, name: Open, type: internet}\n",
            .rest = "infrastructure:\n- {id: k8s, name: Cluster, kind: kubernetes_cluster}\n"};
  }
};

TEST(ClusterZones, HoldTheComponentsOfACluster) {
  const auto facts = FactsOf(Platform().Text());
  std::map<std::string, std::vector<std::string>> zones;
  for (const ClusterZone& zone : ClusterZones(*facts)) {
    EXPECT_EQ(zone.cluster->id(), "k8s");
    EXPECT_EQ(zone.is_namespace(), zone.zone->id() != "subnet");
    for (const auto* component : zone.components) zones[zone.zone->id()].push_back(component->id());
  }
  EXPECT_EQ(zones.size(), 3u);
  EXPECT_THAT(zones.at("back"), ElementsAre("api")) << "the store is no container";
}

TEST(ClusterZones, APeerIsWhatARuleCanName) {
  const auto peers = [](const Platform& platform) {
    const auto facts = FactsOf(platform.Text());
    std::map<std::string, FlowPeer> found;
    for (const ClusterZone& zone : ClusterZones(*facts)) {
      if (zone.zone->id() != "back") continue;
      for (const ZoneFlow& flow : FlowsOf(facts->model(), zone)) {
        found[absl::StrCat(flow.flow->id(), flow.into ? " in" : " out")] = flow.peer;
      }
    }
    return found;
  };
  EXPECT_EQ(peers(Platform()), (std::map<std::string, FlowPeer>{{"a in", FlowPeer::kPod},
                                                                {"b out", FlowPeer::kAddress},
                                                                {"c out", FlowPeer::kPublic},
                                                                {"d in", FlowPeer::kAddress}}))
      << "of a pod in a subnet the rule knows no namespace";
  EXPECT_EQ(peers({.flow = "protocol: https"}).at("a in"), FlowPeer::kUndeclared);
}

TEST(ContainerSettings, WhatIsUnknownIsNoFinding) {
  const auto verdicts = [](const std::string& container) {
    const ThreatCase threats(Platform{.container = container}.Text(), "");
    std::map<std::string, SettingVerdict> found;
    for (const SettingFact& fact : ComponentSettings(threats.threats())) {
      if (fact.element() == "web") found[fact.setting->field()] = fact.verdict;
    }
    return found;
  };
  const auto some = verdicts("{runs_as_non_root: yes, privilege_escalation: yes}");
  EXPECT_EQ(some.at("runs_as_non_root"), SettingVerdict::kMeets);
  EXPECT_EQ(some.at("privilege_escalation"), SettingVerdict::kFails);
  EXPECT_EQ(some.at("read_only_root"), SettingVerdict::kUnknown);
}

TEST(ContainerSettings, AFailingOneHasADateAndASeverity) {
  const ThreatCase threats(Platform{.container = "{read_only_root: no}"}.Text(), "");
  for (const SettingFact& fact : ComponentSettings(threats.threats())) {
    if (fact.verdict != SettingVerdict::kFails) continue;
    EXPECT_EQ(fact.setting->field(), "read_only_root");
    if (fact.threat != nullptr) {
      EXPECT_EQ(fact.threat->rule->id(), fact.setting->threat());
    }
    EXPECT_NE(fact.severity, model::v1::SEVERITY_UNSPECIFIED);
    EXPECT_GT(fact.due, "2026-03-01");
  }
}

TEST(ContainerSettings, RestrictedNeedsThreeSettings) {
  const auto meets = [](const std::string& container) {
    const auto facts = FactsOf(Platform{.container = container}.Text());
    return MeetsRestricted(*facts->Find("web")->component);
  };
  EXPECT_TRUE(meets("{runs_as_non_root: yes, privilege_escalation: no, drops_capabilities: yes}"));
  EXPECT_FALSE(meets("{runs_as_non_root: yes, privilege_escalation: no}"));
  EXPECT_FALSE(meets("{runs_as_non_root: yes, privilege_escalation: yes, drops_capabilities: yes}"));
}

TEST(ImageReview, ADigestFixesAnImageAndATagDoesNot) {
  EXPECT_EQ(PinOf("registry.example:5000/base/jre@sha256:0123"), ImagePin::kDigest);
  EXPECT_EQ(PinOf("python:3.12"), ImagePin::kTag);
  EXPECT_EQ(PinOf("python:latest"), ImagePin::kNone);
  EXPECT_EQ(PinOf("registry.example:5000/base"), ImagePin::kNone) << "the port is no tag";
}

TEST(ImageReview, KnowsTheFilesThatBuildImages) {
  EXPECT_TRUE(IsImageFile("Dockerfile"));
  EXPECT_TRUE(IsImageFile("services/web/Dockerfile.prod"));
  EXPECT_TRUE(IsImageFile("web.dockerfile"));
  EXPECT_TRUE(IsImageFile("Containerfile"));
  EXPECT_FALSE(IsImageFile("docs/about-dockerfiles.md"));
  EXPECT_FALSE(IsImageFile("dockerfile/readme.md"));
}

TEST(ImageReview, AllShippedTasksHaveTheirRow) {
  std::map<int, int> rows;
  for (const auto& row : knowledge::ContainerRules().tasks()) ++rows[row.kind()];
  for (int i = 1; i < knowledge::v1::ContainerTaskKind_descriptor()->value_count(); ++i) EXPECT_EQ(rows[i], 1) << i;
}

// One result of hadolint.
std::string Hadolint(const std::string& rule, const std::string& file) {
  return absl::StrCat(
      R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Hadolint"}}, "results": [{"ruleId": ")", rule,
      R"(", "level": "error", "message": {"text": "m"}, "locations": [{"physicalLocation": )",
      R"({"artifactLocation": {"uri": ")", file, R"("}, "region": {"startLine": 1}}}]}]}]})");
}

TEST(ImageReview, AReportCoversItsSubjectAndItsFindingsFailTheirCheck) {
  ModelText text = Platform().Text();
  text.rest += "evidence:\n- {id: lint, format: sarif, path: lint.sarif, component: web, produced_on: 2026-02-20}\n";
  const auto facts = FactsOf(text);
  const std::string report = Hadolint("DL3002", "Dockerfile");
  const auto set = evidence::EvidenceSet::Build(facts->model(), {{"lint", absl::string_view(report)}});
  const auto judged = JudgeVulnerabilities(*facts, *set);
  const ImageFileReview review = ReviewImageFiles(*judged);
  EXPECT_THAT(review.reviewed, ElementsAre("web"));
  ASSERT_EQ(review.reports.size(), 1u);
  EXPECT_EQ(review.reports[0].findings, 1);
  for (const auto& check : knowledge::ContainerRules().dockerfile_checks()) {
    if (check.id() == "DL3002") {
      EXPECT_THAT(review.Failing(check), ElementsAre("web"));
    } else {
      EXPECT_THAT(review.Failing(check), IsEmpty()) << check.id();
    }
  }
}

TEST(ImageReview, AScanStopsOnWhatCanBeMended) {
  ModelText text = Platform().Text();
  text.rest += "evidence:\n- {id: scan, format: trivy, path: scan.json, component: web, produced_on: 2026-02-20}\n";
  const auto facts = FactsOf(text);
  const std::string report =
      R"({"SchemaVersion": 2, "Results": [{"Class": "os-pkgs", "Vulnerabilities": [
          {"VulnerabilityID": "CVE-2020-1", "PkgName": "a", "InstalledVersion": "1", "FixedVersion": "2", "Severity": "CRITICAL"},
          {"VulnerabilityID": "CVE-2020-2", "PkgName": "b", "InstalledVersion": "1", "Severity": "CRITICAL"},
          {"VulnerabilityID": "CVE-2020-3", "PkgName": "c", "InstalledVersion": "1", "FixedVersion": "2", "Severity": "LOW"}]}]})";
  const auto set = evidence::EvidenceSet::Build(facts->model(), {{"scan", absl::string_view(report)}});
  const auto judged = JudgeVulnerabilities(*facts, *set);
  int scans = 0;
  for (const ScanFact& scan : ScansNeeded(*facts, *judged)) {
    if (scan.need->kind() != knowledge::v1::SCAN_KIND_IMAGE || scan.target != "web") continue;
    ++scans;
    const ImageScan image = JudgeScan(scan, *judged);
    EXPECT_EQ(image.open.at(model::v1::SEVERITY_CRITICAL), 2);
    EXPECT_EQ(image.fixable, 2);
    EXPECT_EQ(image.stopping, 1);
    EXPECT_EQ(image.age_days, 9);
  }
  EXPECT_EQ(scans, 1);
}

}  // namespace
}  // namespace metapowers::analysis
