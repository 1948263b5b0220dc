#include "service/commands/protect/dependency_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "service/knowledge/software_rules.h"
#include "tests/commands/command_fixture.h"
#include "tests/commands/snippet_checks.h"

namespace metapowers::commands::protect {
namespace {

using security::protect::v1::DependencyScanResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Folder(const std::string& example) { return "deploy/examples/" + example; }

DependencyScanResult Scan(const std::string& yaml, const std::string& folder = "") {
  return DependencyScan(Case(yaml, folder).input());
}

DependencyScanResult OfExample(const std::string& example) { return Scan(Example(example), Folder(example)); }

template <class Rows>
auto* Find(const Rows& rows, const std::string& id, const std::string& subject = "") {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
    if constexpr (requires { row.subject(); }) {
      if (!subject.empty() && row.subject() != subject) return false;
    }
    if constexpr (requires { row.id(); }) {
      return row.id() == id;
    } else {
      return row.package() == id;
    }
  });
  return at == rows.end() ? nullptr : &*at;
}

TEST(DependencyScan, CountsInTextTablesAndTotalsAgree) {
  for (const char* name : kExamples) {
    const DependencyScanResult result = OfExample(name);
    const auto& totals = result.totals();
    EXPECT_EQ(totals.packages(), totals.direct() + totals.transitive() + totals.unplaced()) << name;
    int listed = 0;
    for (const auto& row : result.boms())
      listed += row.state() == "current" || row.state() == "outdated" ? row.packages() : 0;
    EXPECT_EQ(totals.packages(), listed) << name;
    int licensed = 0;
    for (const auto& row : result.licences()) licensed += row.packages();
    EXPECT_EQ(totals.packages(), licensed) << name;
    licensed = 0;
    for (const auto& row : result.licence_policy()) licensed += row.packages();
    EXPECT_EQ(totals.packages(), licensed) << name;
    EXPECT_EQ(totals.vulnerabilities(), result.vulnerabilities_size() + totals.unlisted()) << name;
    EXPECT_EQ(totals.licence_findings(), result.licence_findings_size() + totals.unlisted_findings()) << name;
    EXPECT_EQ(totals.steps(), result.steps_size()) << name;
    EXPECT_EQ(totals.built(), result.coverage_size()) << name;
    int open = 0;
    int overdue = 0;
    for (const auto& term : result.terms()) {
      open += term.open();
      overdue += term.overdue();
    }
    EXPECT_EQ(totals.vulnerabilities(), open) << name;
    EXPECT_EQ(totals.overdue(), overdue) << name;
    std::set<std::string> planned;
    for (const auto& step : result.steps()) {
      for (const std::string& id : step.mends()) planned.insert(step.subject() + id);
      EXPECT_NE(step.owner(), "") << name;
    }
    std::set<std::string> reported;
    for (const auto& row : result.vulnerabilities()) reported.insert(row.subject() + row.id());
    EXPECT_EQ(planned, reported) << name;
  }
}

TEST(DependencyScan, NamesThePathToAVulnerablePackage) {
  const DependencyScanResult result = OfExample("api-platform");
  const auto* yaml = Find(result.vulnerabilities(), "CVE-2022-1471", "ledger-service");
  ASSERT_NE(yaml, nullptr);
  EXPECT_EQ(yaml->place(), "transitive");
  EXPECT_EQ(yaml->path(), "com.northlane:ledger-rules 4.2.0 > org.yaml:snakeyaml 1.33");
  const auto* jwt = Find(result.vulnerabilities(), "CVE-2025-30204", "api-gateway");
  ASSERT_NE(jwt, nullptr);
  EXPECT_EQ(jwt->place(), "direct");
  const auto* step = Find(result.steps(), "com.northlane:ledger-rules 4.2.0", "ledger-service");
  ASSERT_NE(step, nullptr);
  EXPECT_THAT(step->mends(), ElementsAre("CVE-2022-1471"));
  EXPECT_THAT(step->action(), HasSubstr("org.yaml:snakeyaml from 1.33 to 2.0"));
  EXPECT_NE(step->due(), "");
  EXPECT_EQ(Find(result.vulnerabilities(), "CVE-2022-42889"), nullptr) << "a justified statement takes it out";
}

TEST(DependencyScan, PackagesOfTheDistributionComeWithTheBaseImage) {
  const DependencyScanResult result = OfExample("patient-platform");
  const auto* coreutils = Find(result.steps(), "coreutils", "patient-portal");
  ASSERT_NE(coreutils, nullptr);
  EXPECT_FALSE(coreutils->has_fix());
  EXPECT_THAT(coreutils->action(), HasSubstr("remove or shield coreutils"));
}

TEST(DependencyScan, LicencesAreJudgedByHowPackagesReachUsers) {
  const DependencyScanResult result = OfExample("patient-platform");
  const auto* shipped = Find(result.licence_findings(), "jspdf-signature 1.0.4");
  ASSERT_NE(shipped, nullptr);
  EXPECT_EQ(shipped->decision(), "refused");
  EXPECT_EQ(shipped->distribution(), "handed to users");
  EXPECT_EQ(Find(result.licence_findings(), "coreutils 9.1-1"), nullptr) << "no copy of the server leaves it";
  const auto* unknown = Find(result.licence_findings(), "Legacy.AppointmentClient 2.1.0");
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->decision(), "review");
  EXPECT_EQ(unknown->licence(), "");
  const DependencyScanResult payments = OfExample("api-platform");
  const auto* network = Find(payments.licence_findings(), "com.itextpdf:kernel 7.2.5");
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(network->decision(), "refused");
  EXPECT_EQ(network->distribution(), "service");
}

// Two tables would otherwise ask for opposite things.
TEST(DependencyScan, ARefusedPackageIsReplacedAndNotRaised) {
  const DependencyScanResult result = OfExample("patient-platform");
  const auto* step = Find(result.steps(), "jspdf-signature 1.0.4");
  ASSERT_NE(step, nullptr);
  EXPECT_THAT(step->action(), HasSubstr("replace jspdf-signature 1.0.4"));
}

TEST(DependencyScan, WithoutEvidenceItSaysWhatToRunAndNamesNoPackage) {
  const DependencyScanResult result = OfExample("team-notes");
  EXPECT_EQ(result.totals().packages(), 0);
  EXPECT_THAT(result.licences(), IsEmpty());
  ASSERT_EQ(result.coverage_size(), 1);
  EXPECT_EQ(result.coverage(0).state(), "not covered");
  std::vector<std::string> commands;
  for (const auto& task : result.tasks()) {
    commands.push_back(task.command());
    EXPECT_NE(task.due(), "");
    EXPECT_NE(task.owner(), "");
  }
  EXPECT_THAT(commands, ElementsAre(HasSubstr("cyclonedx-py requirements"), HasSubstr("npm sbom")));
  for (const auto& question : result.questions()) {
    EXPECT_THAT(question.text(), Not(HasSubstr("web-app"))) << "the task with its command is asked once";
  }
  EXPECT_THAT(result.DebugString(), Not(HasSubstr("ubernetes")));
}

TEST(DependencyScan, ComponentsTakeThePackageManagersOfTheirLanguage) {
  const DependencyScanResult result = OfExample("api-platform");
  const auto* ledger = Find(result.coverage(), "ledger-service");
  const auto* notification = Find(result.coverage(), "notification-service");
  ASSERT_NE(ledger, nullptr);
  ASSERT_NE(notification, nullptr);
  EXPECT_THAT(ledger->managers(), ElementsAre("Maven"));
  EXPECT_THAT(notification->managers(), ElementsAre("Go modules"));
}

TEST(DependencyScan, AFileThatDescribesSomethingElseCountsForNothing) {
  const std::string bom =
      R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"name": "billing"}},
                              "components": [{"type": "library", "name": "a"}]})";
  const Case c(Example("patient-platform"), {{"patient-portal-packages", absl::string_view(bom)}});
  const DependencyScanResult result = DependencyScan(c.input());
  ASSERT_EQ(result.boms_size(), 1);
  EXPECT_EQ(result.boms(0).state(), "describes something else");
  EXPECT_EQ(result.boms(0).describes(), "billing");
  EXPECT_EQ(result.totals().packages(), 0);
  EXPECT_THAT(result.DebugString(), HasSubstr("Which component or repository is the bill of materials"));
}

TEST(DependencyScan, AnOldFileIsOutdatedAndToBeMadeAgain) {
  const DependencyScanResult result =
      Scan(Edited(Example("api-platform"),
                  {{"api-gateway-2026-10-19.cdx.json, component: api-gateway, produced_on: 2026-10-19",
                    "api-gateway-2026-10-19.cdx.json, component: api-gateway, produced_on: 2026-06-19"}}),
           Folder("api-platform"));
  EXPECT_EQ(Find(result.coverage(), "api-gateway")->state(), "outdated");
  const auto task = std::find_if(result.tasks().begin(), result.tasks().end(),
                                 [](const auto& row) { return row.subject() == "api-gateway"; });
  ASSERT_NE(task, result.tasks().end());
  EXPECT_EQ(task->outdated(), "api-gateway-packages");
}

TEST(DependencyScan, HostileFilesStayText) {
  const std::string bom =
      R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "a|b`c\n## x", "version": "<b>",
          "licenses": [{"license": {"name": "x | y"}}]}, {"type": "library", "name": "a|b`c\n## x", "version": "2"}]})";
  const Case c(Example("patient-platform"), {{"patient-portal-packages", absl::string_view(bom)}});
  const DependencyScanResult result = DependencyScan(c.input());
  EXPECT_EQ(result.totals().packages(), 2);
  EXPECT_EQ(result.totals().unplaced(), 2);
  ASSERT_EQ(result.duplicates_size(), 1);
  EXPECT_THAT(result.DebugString(), HasSubstr("with the graph of dependencies"));
}

TEST(DependencyScan, TermsReconcileWithPci) {
  const DependencyScanResult result = OfExample("api-platform");
  ASSERT_GT(result.terms_size(), 0);
  EXPECT_EQ(result.terms(0).severity(), model::v1::SEVERITY_CRITICAL);
  EXPECT_THAT(result.terms(0).pci(), HasSubstr("1 month"));
  EXPECT_THAT(result.terms(0).verdict(), HasSubstr("shorter one and holds"));
  const DependencyScanResult slow =
      Scan(Edited(Example("api-platform"), {{"{severity: critical, hours: 48}", "{severity: critical, hours: 1440}"}}));
  EXPECT_THAT(slow.terms(0).verdict(), HasSubstr("longer than PCI DSS 6.3.3 allows"));
}

TEST(DependencyScan, ConfigurationIsOfTheDeclaredPlatformAndParses) {
  for (const char* name : kExamples) {
    const DependencyScanResult result = OfExample(name);
    EXPECT_GT(result.files_size(), 0) << name;
    for (const auto& file : result.files()) ExpectParses(file);
  }
  const auto paths = [](const DependencyScanResult& result) {
    std::set<std::string> all;
    for (const auto& file : result.files()) all.insert(file.file());
    return all;
  };
  EXPECT_THAT(paths(OfExample("api-platform")),
              ElementsAre(".github/dependabot.yml", ".github/workflows/dependencies.yml"));
  EXPECT_THAT(paths(OfExample("patient-platform")),
              ElementsAre(".github/dependabot.yml", "pipelines/dependencies.yml"));
  const DependencyScanResult other = Scan(Edited(
      Example("team-notes"), {{"host: GitHub", "host: GitLab"}, {"platform: GitHub Actions", "platform: GitLab CI"}}));
  EXPECT_THAT(paths(other), ElementsAre(".gitlab/dependencies.gitlab-ci.yml", "renovate.json"));
  for (const auto& file : other.files()) ExpectParses(file);
  EXPECT_THAT(other.files(0).json(), HasSubstr("\"minimumReleaseAge\": \"7 days\""));
}

TEST(DependencyScan, TheCheckReadsTheBillsOfMaterialsThatItWrites) {
  const auto text = [](const DependencyScanResult& result) {
    std::string all;
    for (const auto& file : result.files()) all += file.yaml();
    return all;
  };
  const std::string named = text(OfExample("team-notes"));
  EXPECT_THAT(named, HasSubstr("grype sbom:evidence/team-notes-npm.cdx.json --fail-on high"));
  EXPECT_THAT(named, HasSubstr("grype sbom:evidence/team-notes-pip.cdx.json --fail-on high"));
  // Its generator gives the file a name of its own.
  const std::string found =
      text(Scan(Edited(Example("team-notes"), {{"package_managers: [pip, npm]", "package_managers: [cargo]"}})));
  EXPECT_THAT(found, HasSubstr("for bom in $(find . -name '*.cdx.json'"));
}

TEST(DependencyScan, UpdatesNameTheTermsOfTheirTeam) {
  const DependencyScanResult result = OfExample("team-notes");
  EXPECT_THAT(result.files(0).note(),
              HasSubstr("and the team Founders installs critical ones within 72 hours and high ones within 14 days"));
  EXPECT_THAT(result.files(0).yaml(), HasSubstr("updates:  # of [web-app]"));
}

TEST(DependencyScan, OrderInTheFileNeverMatters) {
  const std::string text = Example("api-platform");
  for (const char* list : {"components", "evidence"}) {
    EXPECT_EQ(Scan(Reversed(text, list), Folder("api-platform")).SerializeAsString(),
              OfExample("api-platform").SerializeAsString())
        << list;
  }
}

TEST(DependencyScan, EachTaskWritesAFileOfItsOwn) {
  for (const char* name : kExamples) {
    std::set<std::string> files;
    const DependencyScanResult result = OfExample(name);
    for (const auto& task : result.tasks()) {
      EXPECT_TRUE(files.insert(task.subject() + task.manager() + task.command()).second);
      const bool several = std::count_if(result.tasks().begin(), result.tasks().end(),
                                         [&](const auto& other) { return other.subject() == task.subject(); }) > 1;
      if (!several) continue;
      EXPECT_THAT(task.command(), HasSubstr(task.subject() + "-"));
    }
  }
}

}  // namespace
}  // namespace metapowers::commands::protect
