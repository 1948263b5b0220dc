// Terms to mend, licences of packages, thresholds, and which policies and jobs are for a source of infrastructure code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "service/analysis/iac_review.h"
#include "service/analysis/licence_audit.h"
#include "service/analysis/patch_terms.h"
#include "service/analysis/thresholds.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PatchTerms, TheShorterTermHolds) {
  const auto state = [](const std::string& category, const std::string& policy) {
    ModelText text;
    text.data_classes = absl::StrCat("- {id: held, name: Held, owner: core, confidentiality: restricted, categories: [",
                                     category, "]}\n");
    text.components = "- {id: web, name: Web, kind: process, stores: [held]}\n";
    text.rest = policy;
    const auto facts = FactsOf(text);
    const std::vector<PatchTermFact> terms = PatchTerms(*facts, {});
    EXPECT_EQ(terms.front().severity, model::v1::SEVERITY_CRITICAL);
    EXPECT_EQ(terms.front().pci, category == "pan");
    for (size_t i = 1; i < terms.size(); ++i) EXPECT_FALSE(terms[i].pci) << "its month is for critical ones";
    return terms.front().state;
  };
  const std::string two_days = "policy_parameters: {patch_sla: [{severity: critical, hours: 48}]}\n";
  const std::string two_months = "policy_parameters: {patch_sla: [{severity: critical, hours: 1440}]}\n";
  EXPECT_EQ(state("financial", ""), TermState::kNone);
  EXPECT_EQ(state("financial", two_months), TermState::kOwn);
  EXPECT_EQ(state("pan", ""), TermState::kPciAlone);
  EXPECT_EQ(state("pan", two_days), TermState::kOwn);
  EXPECT_EQ(state("pan", two_months), TermState::kTooLong);
}

TEST(Thresholds, TheBadSideDependsOnTheDirection) {
  const auto facts = FactsOf(ModelText());
  model::v1::Threshold threshold;
  threshold.set_tolerance(10);
  threshold.set_limit(20);
  EXPECT_EQ(JudgeThreshold(*facts, threshold).state, ThresholdState::kNotMeasured);
  const auto state = [&](double value) {
    threshold.set_current(value);
    return JudgeThreshold(*facts, threshold).state;
  };
  EXPECT_EQ(state(10), ThresholdState::kWithinTolerance);
  EXPECT_EQ(state(11), ThresholdState::kOverTolerance);
  EXPECT_EQ(state(21), ThresholdState::kOverLimit);
  threshold.set_direction(model::v1::THRESHOLD_DIRECTION_AT_LEAST);
  threshold.set_tolerance(99);
  threshold.set_limit(95);
  EXPECT_EQ(state(99), ThresholdState::kWithinTolerance);
  EXPECT_EQ(state(98), ThresholdState::kOverTolerance);
  EXPECT_EQ(state(94), ThresholdState::kOverLimit);
}

TEST(LicenceAudit, WhatIsHandedOnIsJudgedMoreStrictly) {
  const auto audit = [](const std::string& technology) {
    ModelText text;
    text.components =
        absl::StrCat("- {id: web, name: Web, kind: process, custom_code: true, technology: [", technology, "]}\n");
    text.rest = "evidence:\n- {id: bom, format: cyclonedx, path: bom.json, component: web, produced_on: 2026-02-20}\n";
    const std::string bom =
        R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"name": "web"}}, "components": [
            {"type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1", "licenses": [{"license": {"id": "GPL-3.0-only"}}]},
            {"type": "library", "name": "b", "version": "1", "purl": "pkg:npm/b@1", "licenses": [{"license": {"id": "MIT"}}]},
            {"type": "library", "name": "c", "version": "1", "purl": "pkg:npm/c@1", "licenses": [{"license": {"id": "MIT"}}]}]})";
    const auto facts = FactsOf(text);
    const auto set = evidence::EvidenceSet::Build(facts->model(), {{"bom", absl::string_view(bom)}});
    const auto judged = JudgeVulnerabilities(*facts, *set);
    const SoftwareBill bill(*facts, *judged);
    std::vector<const BomFact*> boms;
    for (const BomFact& fact : bill.boms()) boms.push_back(&fact);
    const LicenceAudit found = AuditLicences(*facts, boms);
    EXPECT_EQ(found.uses.size(), 2u);
    EXPECT_EQ(found.uses[0].licence.expression, "GPL-3.0-only") << "most binding first";
    EXPECT_EQ(found.uses[1].packages, 2);
    std::vector<int> decisions;
    for (const LicenceIssue& issue : found.issues) {
      EXPECT_EQ(issue.package->name, "a");
      decisions.push_back(issue.policy->decision());
    }
    return decisions;
  };
  const auto service = audit("go-service");
  const auto shipped = audit("web-application");
  EXPECT_THAT(shipped, ElementsAre(knowledge::v1::LICENCE_DECISION_REFUSED));
  EXPECT_NE(service, shipped);
}

ModelText Sources(const std::string& platform) {
  ModelText text;
  text.rest = absl::StrCat(
      "infrastructure:\n- {id: account, name: Account, kind: cloud_account, provider: aws}\n"
      "- {id: other, name: Other, kind: cloud_account, provider: azure}\n"
      "delivery:\n  pipelines:\n  - {id: build, name: Build, platform: ",
      platform,
      ", deploys_to: [account]}\n"
      "  iac:\n  - {id: tf, tool: Terraform, manages: [account]}\n"
      "  - {id: bicep, tool: Bicep, manages: [other]}\n"
      "  - {id: own, tool: Scripts, manages: [account]}\n");
  return text;
}

TEST(IacReview, PoliciesAndJobsAreForTheirToolProviderAndPlatform) {
  const auto facts = FactsOf(Sources("GitHub Actions"));
  const model::Model& model = facts->model();
  std::map<std::string, const model::v1::IacSource*> sources;
  for (const auto& source : model.proto().delivery().iac()) sources[source.id()] = &source;
  for (const auto* policy : PoliciesFor(model, *sources.at("tf"))) EXPECT_THAT(policy->tools(), Contains("Terraform"));
  EXPECT_FALSE(PoliciesFor(model, *sources.at("tf")).empty());
  EXPECT_THAT(PoliciesFor(model, *sources.at("own")), IsEmpty()) << "no such tool is shipped";
  ASSERT_EQ(PipelinesOf(model, *sources.at("tf")).size(), 1u);
  EXPECT_THAT(PipelinesOf(model, *sources.at("bicep")), IsEmpty());
  const auto jobs = JobsFor(model, *sources.at("tf"));
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_THAT(jobs[0]->providers(), Contains(model::v1::PROVIDER_AWS));
  EXPECT_THAT(JobsFor(model, *sources.at("bicep")), IsEmpty());
  const auto unknown = FactsOf(Sources("Jenkins"));
  for (const auto& source : unknown->model().proto().delivery().iac()) {
    EXPECT_THAT(JobsFor(unknown->model(), source), IsEmpty());
  }
}

}  // namespace
}  // namespace metapowers::analysis
