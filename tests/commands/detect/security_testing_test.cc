// The chain from threat to test has no loose end that is not named, and the figures agree.
#include "service/commands/detect/security_testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "service/analysis/security_tests.h"
#include "service/model/yaml_tree.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::detect {
namespace {

namespace pb = security::detect::v1;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

pb::SecurityTestingResult Of(const std::string& yaml) { return SecurityTesting(Case(yaml).input()); }

std::set<std::string> TestIds(const pb::SecurityTestingResult& result) {
  std::set<std::string> ids;
  for (const pb::TestRow& row : result.tests()) ids.insert(row.id());
  return ids;
}

TEST(SecurityTesting, EverySevereThreatHasControlAndTestAndIsDetectedOrABlindSpot) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case model(Example(example));
    const pb::SecurityTestingResult result = SecurityTesting(model.input());
    std::set<std::string> listed;
    for (const pb::ChainRow& row : result.chain()) {
      EXPECT_TRUE(listed.insert(row.threat()).second) << row.threat();
      EXPECT_GT(row.controls_size(), 0) << row.threat();
      EXPECT_GT(row.tests_size(), 0) << row.threat();
      EXPECT_TRUE(row.detections_size() > 0 || !row.blind().empty()) << row.threat();
    }
    int others = 0;
    for (const analysis::Threat& threat : model.input().threats.Get().all()) {
      if (threat.status == analysis::ThreatStatus::kFalsePositive) continue;
      const bool severe = threat.severity() >= model::v1::SEVERITY_HIGH;
      EXPECT_EQ(severe, listed.contains(threat.key())) << threat.key();
      others += severe ? 0 : 1;
    }
    for (const pb::ChainCount& row : result.chain_counts()) others -= row.threats();
    EXPECT_EQ(others, 0);
    EXPECT_EQ(result.totals().severe(), result.chain_size());
  }
}

TEST(SecurityTesting, EveryControlDetectionAndTestBelongsToAThreatOrIsNamedAsALooseEnd) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const Case model(Example(example));
    const analysis::Threats& threats = model.input().threats.Get();
    const auto sources = analysis::LogSources::Of(threats.landscape());
    const auto detections = analysis::Detections::Of(threats, sources);
    const auto plan = analysis::SecurityTestPlan::Of(threats, sources, *detections);
    std::set<std::string> loose;
    const pb::SecurityTestingResult result = SecurityTesting(model.input());
    for (const pb::OrphanRow& row : result.orphans()) loose.insert(row.kind() + " " + row.id());
    for (const auto& detection : detections->all()) {
      EXPECT_EQ(detection.threats.empty(), loose.contains("detection " + detection.row->id())) << detection.row->id();
    }
    for (const auto& test : plan->tests()) {
      EXPECT_EQ(test.threats.empty(), loose.contains("test " + test.id)) << test.id;
    }
    // Each control of each threat is tried by one of its tests.
    for (const auto& link : plan->chain()) {
      for (const auto& control : link.threat->controls) {
        bool tried = false;
        for (const auto* test : link.tests) {
          const auto& keys = test->kind->controls();
          tried |= std::find(keys.begin(), keys.end(), control.control->id()) != keys.end() ||
                   test->id == "control-check@" + control.control->id();
        }
        EXPECT_TRUE(tried) << link.threat->key() << " " << control.control->id();
      }
    }
  }
}

TEST(SecurityTesting, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const pb::SecurityTestingResult result = Of(Example(example));
    int by_type = 0;
    for (const pb::TestTypeRow& row : result.types()) by_type += row.tests();
    int by_date = 0;
    for (const pb::CadenceRow& row : result.cadence()) by_date += row.tests();
    EXPECT_EQ(by_type, result.totals().tests());
    EXPECT_EQ(by_date, result.totals().tests());
    int blind = 0;
    for (const pb::ChainRow& row : result.chain()) blind += row.blind().empty() ? 0 : 1;
    EXPECT_EQ(blind, result.totals().blind());
    EXPECT_LE(result.totals().complete() + blind, result.totals().severe());
  }
}

TEST(SecurityTesting, ServiceProviderTriesSegmentationEverySixMonths) {
  const pb::SecurityTestingResult result = Of(Example("api-platform"));
  EXPECT_TRUE(result.pentest().service_provider());
  EXPECT_EQ(result.pentest().interval(), "12 months");
  EXPECT_EQ(result.pentest().segmentation_interval(), "180 days") << "declared, and shorter than six months";
  EXPECT_GT(result.pentest().cde_size(), 0);
  EXPECT_GT(result.pentest().permissions_size(), 0);

  const std::string yearly =
      Edited(Example("api-platform"), {{"Segmentation test from each namespace, test_interval_days: 180",
                                        "Segmentation test from each namespace, test_interval_days: 365"}});
  EXPECT_EQ(Of(yearly).pentest().segmentation_interval(), "6 months");
  const pb::SecurityTestingResult merchant = Of(Edited(yearly, {{", payment_service_provider", ""}}));
  EXPECT_EQ(merchant.pentest().segmentation_interval(), "12 months");
}

// "due, kind, last on record" of the row that names the element.
std::string DueOf(const pb::SecurityTestingResult& result, const std::string& kind, const std::string& element) {
  for (const pb::CadenceRow& row : result.cadence()) {
    if (row.kind() != kind) continue;
    for (const std::string& id : row.elements()) {
      if (id == element) return (row.overdue() ? "overdue " : "") + row.next() + ", " + row.last();
    }
  }
  return "no row";
}

TEST(SecurityTesting, DatesCountFromTheTestOnRecord) {
  const std::string text = Example("api-platform");
  const pb::SecurityTestingResult result = Of(text);
  EXPECT_EQ(result.pentest().next(), "2027-05-29");
  EXPECT_EQ(result.pentest().last(), "2026-05-29 (control penetration-testing)");
  EXPECT_EQ(result.pentest().segmentation_next(), "2027-01-17");
  EXPECT_EQ(result.pentest().segmentation_last(), "2026-07-21 (control network-segmentation)");
  EXPECT_FALSE(result.pentest().overdue());
  EXPECT_EQ(DueOf(result, "restore-test", "platform-db"), "overdue 2026-09-16, 2026-06-18 (backup.last_restore_test)");
  EXPECT_EQ(DueOf(result, "restore-test", "card-vault-db"), "2026-12-21, 2026-09-22 (backup.last_restore_test)");
  EXPECT_EQ(DueOf(result, "phishing-exercise", "api-platform"), "2027-01-30, ") << "no record, and it says so";

  const std::string last = "Retest of all high findings, test_interval_days: 365, last_tested: ";
  const pb::SecurityTestingResult late = Of(Edited(text, {{last + "2026-05-29", last + "2025-05-29"}}));
  EXPECT_TRUE(late.pentest().overdue());
  EXPECT_EQ(late.pentest().next(), "2026-05-29");
  EXPECT_GT(late.totals().overdue(), result.totals().overdue());

  const pb::SecurityTestingResult hospital = Of(Example("patient-platform"));
  EXPECT_THAT(DueOf(hospital, "restore-test", "ehr-database"), StartsWith("overdue 2026-09-01"));
  EXPECT_THAT(DueOf(hospital, "restore-test", "pharmacy-database"), StartsWith("overdue 2026-08-10"));
  EXPECT_THAT(DueOf(hospital, "restore-test", "active-directory"), StartsWith("overdue 2026-10-13"));
  EXPECT_THAT(DueOf(hospital, "restore-test", "secret-store"), StartsWith("overdue 2026-10-13"));
  EXPECT_EQ(DueOf(hospital, "restore-test", "lab-database"), "2027-04-30, ");
  EXPECT_EQ(hospital.pentest().next(), "2026-11-01") << "none is on record, so that it is due at once";
  EXPECT_EQ(hospital.pentest().last(), "");
  EXPECT_FALSE(hospital.pentest().overdue());
  EXPECT_EQ(hospital.pentest().segmentation_next(), "2026-11-10");
}

TEST(SecurityTesting, WhatBelongsToNoTeamAloneHasARole) {
  const pb::SecurityTestingResult result = Of(Example("api-platform"));
  for (const pb::CadenceRow& row : result.cadence()) {
    if (row.kind() == "segmentation-test" || row.kind() == "phishing-exercise" || row.kind() == "detection-test" ||
        row.kind() == "control-check" || row.kind() == "penetration-test") {
      EXPECT_THAT(row.owners(), ElementsAre("Security lead")) << row.kind();
    }
  }
  const pb::SecurityTestingResult hospital = Of(Example("patient-platform"));
  for (const pb::TestRow& row : hospital.tests()) {
    if (row.id().rfind("segmentation-test@", 0) == 0) {
      EXPECT_EQ(row.owner(), "HIPAA security official") << row.id();
    }
  }
}

TEST(SecurityTesting, AVacantRoleNeitherLooksNorAccepts) {
  const pb::SecurityTestingResult result = Of(Vacated(Example("team-notes")));
  EXPECT_EQ(result.triage(0).looks(), "Founders") << "the team that owns the system";
  EXPECT_EQ(result.triage(1).accepts(), "Managing director (vacant)") << "of severity high";
}

TEST(SecurityTesting, TestsFollowTheDeclaredFacts) {
  const std::set<std::string> api = TestIds(Of(Example("api-platform")));
  EXPECT_THAT(api, Contains("sast@payments-services"));
  EXPECT_THAT(api, Contains("image-scan@api-gateway"));
  const pb::SecurityTestingResult hospital = Of(Example("patient-platform"));
  for (const std::string& id : hospital.pentest().outside()) {
    EXPECT_THAT(hospital.pentest().devices(), Not(Contains(id)));
  }
  for (const std::string& id : TestIds(Of(Example("team-notes")))) EXPECT_THAT(id, Not(StartsWith("image-scan@")));
}

TEST(SecurityTesting, SnippetsAreYamlForTheDeclaredPlatform) {
  for (const auto& [example, platform] :
       {std::pair("api-platform", "GitHub Actions"), std::pair("patient-platform", "Azure Pipelines")}) {
    const pb::SecurityTestingResult result = Of(Example(example));
    ASSERT_GT(result.snippets_size(), 0);
    for (const metapowers::v1::ConfigSnippet& row : result.snippets()) {
      EXPECT_EQ(row.title(), platform);
      model::Faults faults;
      const auto tree = model::YamlTree::Parse(row.yaml(), faults);
      EXPECT_TRUE(faults.empty()) << row.yaml();
      ASSERT_NE(tree, nullptr);
      EXPECT_NE(tree->root().Find(std::string(platform) == "GitHub Actions" ? "jobs" : "steps"), nullptr);
      if (std::string(platform) != "GitHub Actions") {
        EXPECT_THAT(row.yaml(), HasSubstr("PublishPipelineArtifact@1"));
        continue;
      }
      for (const char* action : {"checkout", "upload-artifact"}) {
        EXPECT_THAT(row.yaml(), ContainsRegex(absl::StrCat("uses: 'actions/", action, "@[0-9a-f]{40}'  # v[0-9.]+\n")));
      }
      EXPECT_THAT(row.yaml(), Not(ContainsRegex("uses: [^\n]*@v")));
    }
  }
}

TEST(SecurityTesting, ImagesAreScannedWhereTheyAreBuilt) {
  const pb::SecurityTestingResult result = Of(Example("api-platform"));
  for (const metapowers::v1::ConfigSnippet& row : result.snippets()) {
    const bool payments = row.elements(0) == "payments-services";
    EXPECT_EQ(payments, row.yaml().find("\"$IMAGE_API_GATEWAY\"") != std::string::npos) << row.elements(0);
    if (payments) {
      EXPECT_THAT(row.note(), HasSubstr("IMAGE"));
    }
  }
}

TEST(SecurityTesting, TermsComeFromThePolicyAndElseAreQuestions) {
  const pb::SecurityTestingResult result = Of(Example("team-notes"));
  EXPECT_EQ(result.triage(0).term(), "72 hours");
  EXPECT_THAT(result.triage(3).term(), IsEmpty());
  bool asked = false;
  for (const auto& question : result.questions()) asked |= question.text().find("severity low") != std::string::npos;
  EXPECT_TRUE(asked);
}

TEST(SecurityTesting, ExampleOfADecisionIsAccepted) {
  const std::string yaml = Example("api-platform");
  const pb::SecurityTestingResult result = Of(yaml);
  ASSERT_THAT(result.decision(), HasSubstr("false_positive"));
  const Case model(yaml);
  EXPECT_OK(model::ParseDecisions(result.decision(), "decisions.yaml", model.model()));
  EXPECT_THAT(result.decision(), HasSubstr("approved_by: ceo"));
  EXPECT_THAT(result.decision(), HasSubstr("agreed by the Chief Information Security Officer"));
  EXPECT_THAT(result.decision(), HasSubstr("expires_on: '2026-12-01'")) << "30 days, as the appetite says";
}

TEST(SecurityTesting, ADateThatIsPastIsNoExampleOfAFalsePositive) {
  for (const char* example : kExamples) {
    const pb::SecurityTestingResult result = Of(Example(example));
    EXPECT_THAT(result.decision(), Not(HasSubstr("out-of-support"))) << example;
  }
  EXPECT_THAT(Of(Example("patient-platform")).decision(), Not(IsEmpty()));
}

TEST(SecurityTesting, WhatBindsServiceProvidersIsNotAskedOfMerchants) {
  const auto asked = [](const std::string& yaml) {
    const pb::SecurityTestingResult result = Of(yaml);
    for (const auto& row : result.types()) {
      if (row.id() == "segmentation-test") {
        return std::vector<std::string>(row.references().begin(), row.references().end());
      }
    }
    return std::vector<std::string>();
  };
  const std::string provider = Example("api-platform");
  const std::string merchant = Edited(provider, {{"processor, payment_service_provider, ", "processor, merchant, "}});
  EXPECT_THAT(asked(provider), Contains(HasSubstr("11.4.6")));
  EXPECT_THAT(asked(merchant), Contains(HasSubstr("11.4.5")));
  EXPECT_THAT(asked(merchant), Not(Contains(HasSubstr("11.4.6"))));
}

TEST(SecurityTesting, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("patient-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "components")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::detect
