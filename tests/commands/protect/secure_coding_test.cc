#include "service/commands/protect/secure_coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "service/knowledge/reviews.h"
#include "service/knowledge/threats.h"
#include "service/model/yaml_tree.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::SecureCodingResult;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

SecureCodingResult Reviewed(const std::string& yaml, const std::string& folder = "") {
  return SecureCoding(Case(yaml, folder).input());
}

SecureCodingResult ReviewedExample(const std::string& name) {
  return Reviewed(Example(name), "deploy/examples/" + name);
}

std::string Sarif(const std::string& rule, const std::string& cwe, const std::string& uri) {
  return R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Semgrep OSS", "rules": [{"id": ")" + rule +
         R"(", "properties": {"tags": [")" + cwe + R"("]}}]}}, "results": [{"ruleId": ")" + rule +
         R"(", "level": "error", "message": {"text": "Seen."}, "locations": [{"physicalLocation": {"artifactLocation": )" +
         R"({"uri": ")" + uri + R"("}, "region": {"startLine": 7}}}]}]}]})";
}

TEST(SecureCoding, TheNumbersReconcile) {
  for (const char* name : kExamples) {
    SCOPED_TRACE(name);
    const SecureCodingResult result = ReviewedExample(name);
    std::map<std::string, std::string> threats;
    int severe = 0;
    size_t findings = result.uncategorised_size();
    for (const auto& group : result.categories()) {
      for (const auto& row : group.threats()) {
        if (threats.emplace(row.key(), row.owner()).second)
          severe += row.severity() >= model::v1::SEVERITY_HIGH ? 1 : 0;
        EXPECT_FALSE(row.owner().empty() || row.due().empty()) << row.key();
      }
      findings += group.findings_size();
      EXPECT_EQ(group.has_threats(), group.threats_size() > 0);
      EXPECT_EQ(group.has_findings(), group.findings_size() > 0);
      EXPECT_EQ(group.has_rules(), group.rules_size() > 0);
    }
    EXPECT_EQ(result.totals().threats(), static_cast<int>(threats.size()));
    EXPECT_EQ(result.totals().severe(), severe);
    EXPECT_EQ(result.totals().findings(), static_cast<int>(findings));
    EXPECT_EQ(result.fixes_size(), static_cast<int>(findings));
    EXPECT_EQ(result.totals().components(), result.components_size());
    EXPECT_EQ(result.totals().repositories(), result.repositories_size());
    EXPECT_EQ(result.totals().questions(), result.questions_size());
    for (const auto& group : result.threats()) {
      const std::set<std::string> once(group.elements().begin(), group.elements().end());
      EXPECT_EQ(static_cast<int>(once.size()), group.elements_size()) << group.rule();
    }
  }
}

TEST(SecureCoding, PagesWherePeopleEnterCardNumbersHaveTheirDuties) {
  const SecureCodingResult result = ReviewedExample("api-platform");
  ASSERT_EQ(result.payment_pages_size(), knowledge::CodeReview().payment_pages_size());
  std::set<std::string> requirements;
  for (const auto& row : result.payment_pages()) {
    EXPECT_EQ(row.component(), "card-capture");
    EXPECT_THAT(row.state(), HasSubstr("implemented"));
    requirements.insert(row.references().begin(), row.references().end());
  }
  EXPECT_THAT(requirements, Contains(HasSubstr("6.4.3")));
  EXPECT_THAT(requirements, Contains(HasSubstr("11.6.1")));
  EXPECT_TRUE(std::any_of(result.questions().begin(), result.questions().end(), [](const auto& each) {
    return each.text().find("payment page of card-capture") != std::string::npos;
  }));
  EXPECT_EQ(ReviewedExample("team-notes").payment_pages_size(), 0);
  EXPECT_EQ(ReviewedExample("patient-platform").payment_pages_size(), 0);
}

TEST(SecureCoding, RulesAreThoseOfDeclaredLanguagesOnly) {
  const auto languages = [](const SecureCodingResult& result) {
    std::set<std::string> names;
    for (const auto& group : result.categories()) {
      for (const auto& rule : group.rules()) names.insert(rule.language());
    }
    return names;
  };
  EXPECT_EQ(languages(ReviewedExample("team-notes")), (std::set<std::string>{"Python", "SQL"}));
  EXPECT_THAT(languages(ReviewedExample("patient-platform")), Contains("C#"));
  EXPECT_THAT(languages(ReviewedExample("patient-platform")), Not(Contains("Go")));
  EXPECT_THAT(languages(ReviewedExample("api-platform")), Contains("Go"));
  const SecureCodingResult other =
      Reviewed(Edited(Example("team-notes"), {{"host: GitHub, language: Python", "host: GitHub, language: Elixir"},
                                              {"    language: Python\n", "    language: Elixir\n"}}));
  EXPECT_EQ(languages(other), (std::set<std::string>{"SQL"}));
  ASSERT_EQ(other.languages_without_rules_size(), 1);
  EXPECT_EQ(other.languages_without_rules(0), "Elixir");
}

TEST(SecureCoding, FindingsOfScannersStandUnderTheirCategory) {
  const SecureCodingResult result = ReviewedExample("api-platform");
  std::map<std::string, std::set<std::string>> places;
  for (const auto& group : result.categories()) {
    for (const auto& row : group.findings()) places[group.id()].insert(row.place());
  }
  EXPECT_THAT(places["A03"], Contains("services/payment-processor/internal/store/search.go:118"));
  EXPECT_THAT(places["A02"], Contains("services/tokenization-service/internal/token/alias.go:37"));
  EXPECT_EQ(result.totals().findings(), 3) << "those of the infrastructure's scanner are reviewed elsewhere";
}

TEST(SecureCoding, APathOutsideTheRepositoryIsNamedAndNotFollowed) {
  const std::string sarif = Sarif("go.sql", "CWE-89: SQL injection", "../../etc/passwd");
  evidence::Files files;
  files["payments-services-code"] = absl::string_view(sarif);
  const SecureCodingResult result = SecureCoding(Case(Example("api-platform"), files).input());
  ASSERT_EQ(result.fixes_size(), 1);
  EXPECT_THAT(result.fixes(0).place(), HasSubstr("leads out of the repository"));
  bool noted = false;
  for (const auto& row : result.scans()) {
    for (const std::string& note : row.notes()) noted |= note.find("leads out of the repository") != std::string::npos;
  }
  EXPECT_TRUE(noted);
}

TEST(SecureCoding, AMissingReportIsAQuestionAndNoFinding) {
  const SecureCodingResult result = Reviewed(Example("api-platform"));
  EXPECT_EQ(result.totals().findings(), 0);
  EXPECT_EQ(result.totals().unscanned(), result.totals().repositories());
  for (const auto& row : result.scans()) EXPECT_EQ(row.state(), "file missing");
  EXPECT_THAT(result.jobs(), Not(IsEmpty())) << "the tool is declared though its report is missing";
}

TEST(SecureCoding, TheLevelFollowsDataTierAndExposure) {
  std::map<std::string, int> levels;
  const SecureCodingResult result = ReviewedExample("api-platform");
  for (const auto& row : result.components()) {
    levels[row.id()] = row.level();
    EXPECT_FALSE(row.reason().empty()) << row.id();
  }
  EXPECT_EQ(levels.at("card-capture"), 3);
  for (const auto& [id, level] : levels) EXPECT_GE(level, 1) << id;
}

TEST(SecureCoding, JobsAreThoseOfDeclaredPlatformsAndToolsAndParse) {
  EXPECT_THAT(ReviewedExample("team-notes").jobs(), IsEmpty()) << "no scanner is declared";
  for (const char* name : {"api-platform", "patient-platform"}) {
    const SecureCodingResult result = ReviewedExample(name);
    ASSERT_EQ(result.jobs_size(), 1) << name;
    model::Faults faults;
    EXPECT_NE(model::YamlTree::Parse(result.jobs(0).yaml(), faults), nullptr);
    EXPECT_OK(faults.ToStatus("job.yml"));
  }
  EXPECT_EQ(ReviewedExample("api-platform").jobs(0).title(), "GitHub Actions");
  EXPECT_THAT(ReviewedExample("api-platform").jobs(0).yaml(), HasSubstr("p/golang"));
  EXPECT_EQ(ReviewedExample("patient-platform").jobs(0).title(), "Azure Pipelines");
}

TEST(SecureCoding, GatesNameWhatIsDeclaredAbsent) {
  std::map<std::string, int> missing;
  const auto result = ReviewedExample("api-platform");
  for (const auto& row : result.gates()) missing[row.repository()] = row.missing_size();
  EXPECT_EQ(missing.at("payments-services"), 0);
  EXPECT_EQ(missing.at("data-services"), 2);
}

TEST(SecureCoding, EveryCitedIdIsInTheCatalogues) {
  for (const char* name : kExamples) {
    const auto result = ReviewedExample(name);
    for (const auto& group : result.categories()) {
      for (const auto& rule : group.rules()) {
        EXPECT_NE(knowledge::FindWeakness(rule.cwe()), nullptr) << rule.cwe();
        EXPECT_NE(knowledge::FindAsvs(rule.asvs()), nullptr) << rule.asvs();
      }
    }
  }
}

TEST(SecureCoding, AModelWithoutCodeSaysSo) {
  const SecureCodingResult result = Reviewed(R"(schema_version: "1"
id: bare
name: Bare
description: One vault.
as_of: 2026-01-01
owner_team: team
organization: {name: Bare Inc., sector: software}
regions: [{id: here}]
teams: [{id: team, name: Team, lead: Lead}]
roles: [{id: lead, title: Lead, kind: system_owner, team: team}]
data_classes: [{id: papers, name: Papers, owner: team, confidentiality: internal}]
zones: [{id: office, name: Office, type: onprem}]
components: [{id: cabinet, name: Cabinet, kind: datastore, zone: office, stores: [papers]}]
)");
  EXPECT_EQ(result.totals().components(), 0);
  EXPECT_EQ(result.totals().threats(), 0);
  EXPECT_EQ(result.categories_size(), 10);
}

TEST(SecureCoding, OwnSecretsOfAComponentDoNotRaiseItsLevel) {
  const SecureCodingResult notes = ReviewedExample("team-notes");
  ASSERT_EQ(notes.components_size(), 1);
  EXPECT_EQ(notes.components(0).level(), 2);
  EXPECT_EQ(notes.components(0).data(), "confidential");
}

TEST(SecureCoding, AdministrationOfTheServerIsNoInput) {
  const SecureCodingResult notes = ReviewedExample("team-notes");
  for (const auto& row : notes.inputs()) EXPECT_NE(row.id(), "founder-to-server");
  for (const auto& row : notes.authentications()) EXPECT_NE(row.flow(), "founder-to-server");
}

TEST(SecureCoding, OnePersonBesidesTheAuthorIsTheLeast) {
  const SecureCodingResult notes = ReviewedExample("team-notes");
  for (const auto& gate : notes.gate_rules()) EXPECT_THAT(gate.rule(), Not(HasSubstr("0 people")));
}

}  // namespace
}  // namespace metapowers::commands::protect
