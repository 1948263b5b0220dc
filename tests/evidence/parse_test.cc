#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/error.h"
#include "tests/evidence/fixtures.h"
#include "tests/support/status_matchers.h"

namespace metapowers::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Report Read(model::v1::EvidenceFormat format, absl::string_view text) {
  const auto report = Parse(Declare(format), text);
  EXPECT_OK(report);
  return report.ok() ? *report : Report();
}

const Finding& ById(const Report& report, const std::string& id) {
  static const Finding none;
  for (const Finding& finding : report.findings) {
    if (finding.id == id) return finding;
  }
  ADD_FAILURE() << "no finding " << id;
  return none;
}

// The violation of a file that cannot be used.
Violation FaultOf(model::v1::EvidenceFormat format, absl::string_view text) {
  const auto report = Parse(Declare(format), text);
  EXPECT_FALSE(report.ok());
  const ErrorDetails details = DetailsOf(report.status());
  EXPECT_EQ(details.reason, "EVIDENCE_INVALID");
  EXPECT_EQ(details.metadata.at("evidence"), "scan-1");
  EXPECT_EQ(details.metadata.at("path"), "evidence/scan-1.json");
  EXPECT_NE(details.next_step, "");
  return details.violations.empty() ? Violation() : details.violations[0];
}

TEST(Trivy, ReadsPackagesMisconfigurationsAndSecrets) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_TRIVY, kTrivy);
  EXPECT_EQ(report.content, Content::kScan);
  EXPECT_EQ(report.tool, "Trivy");
  EXPECT_EQ(report.tool_version, "0.66.0");
  ASSERT_EQ(report.findings.size(), 4u);
  const Finding& glibc = ById(report, "CVE-2023-4911");
  EXPECT_EQ(glibc.package, "libc6");
  EXPECT_EQ(glibc.file, "") << "the target is the name of the image";
  EXPECT_EQ(glibc.installed_version, "2.36-9+deb12u1");
  EXPECT_EQ(glibc.fixed_version, "2.36-9+deb12u3");
  EXPECT_EQ(glibc.severity, "high");
  EXPECT_THAT(glibc.cwes, ElementsAre("CWE-122", "CWE-787"));
  EXPECT_EQ(glibc.component_id, "api");
  EXPECT_EQ(glibc.evidence_id, "scan-1");
  const Finding& net = ById(report, "CVE-2023-44487");
  EXPECT_EQ(net.package, "golang.org/x/net");
  EXPECT_EQ(net.file, "app/api");
  EXPECT_THAT(net.aliases, ElementsAre("GHSA-qppj-fm5r-hxr3"));
  ASSERT_TRUE(net.cvss.has_value());
  EXPECT_EQ(net.cvss->score, 7.5);
  EXPECT_EQ(net.cvss->version, "3.1");
  EXPECT_EQ(ById(report, "DS002").line, 3);
  EXPECT_EQ(ById(report, "aws-access-key-id").file, "app/config.yml");
}

TEST(Trivy, NeverKeepsASecret) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_TRIVY, kTrivy);
  for (const Finding& finding : report.findings) {
    EXPECT_THAT(absl::StrCat(finding.title, finding.file, finding.package), Not(HasSubstr("HUNTER2")));
  }
}

TEST(Trivy, RefusesTheOldSchema) {
  EXPECT_EQ(FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, R"([{"Target": "a"}])").field, "the whole file");
  const Violation schema = FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, R"({"SchemaVersion": 1, "Results": []})");
  EXPECT_EQ(schema.field, "SchemaVersion");
  EXPECT_THAT(schema.description, HasSubstr("only 2"));
}

TEST(Trivy, AReportWithoutResultsIsACleanScan) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_TRIVY, R"({"SchemaVersion": 2, "ArtifactName": "x"})");
  EXPECT_EQ(report.content, Content::kScan);
  EXPECT_THAT(report.findings, IsEmpty());
}

TEST(Grype, ReadsMatches) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_GRYPE, kGrype);
  EXPECT_EQ(report.tool, "Grype");
  ASSERT_EQ(report.findings.size(), 2u);
  const Finding& log4j = ById(report, "GHSA-jfh8-c2jp-5v3q");
  EXPECT_THAT(log4j.aliases, ElementsAre("CVE-2021-44228"));
  EXPECT_EQ(log4j.package, "org.apache.logging.log4j:log4j-core") << "as the package URL has it";
  EXPECT_EQ(log4j.fixed_version, "2.15.0");
  EXPECT_EQ(log4j.file, "app/lib/log4j-core-2.14.1.jar");
  ASSERT_TRUE(log4j.cvss.has_value());
  EXPECT_EQ(log4j.cvss->score, 10.0) << "version 3.1 goes before a primary score of version 2.0";
  EXPECT_EQ(ById(report, "CVE-2016-2781").fixed_version, "") << "the fix is stated not to exist";
  EXPECT_FALSE(ById(report, "CVE-2016-2781").cvss.has_value());
}

TEST(Osv, ComputesScoresOfVectorsAndNamesTheFileAlone) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_OSV, kOsv);
  const Finding& werkzeug = ById(report, "GHSA-2g68-c3qc-8985");
  EXPECT_EQ(werkzeug.file, "requirements.txt");
  EXPECT_EQ(werkzeug.fixed_version, "3.0.3");
  ASSERT_TRUE(werkzeug.cvss.has_value());
  EXPECT_EQ(werkzeug.cvss->score, 7.5);
  EXPECT_TRUE(werkzeug.cvss->computed);
  EXPECT_THAT(werkzeug.cwes, ElementsAre("CWE-352"));
  const Finding& other = ById(report, "GHSA-no-score-0001");
  ASSERT_TRUE(other.cvss.has_value());
  EXPECT_EQ(other.cvss->score, 6.9) << "of the group, since version 4.0 is not computed";
  EXPECT_EQ(other.cvss->version, "4.0");
}

TEST(Sarif, ReadsResultsWithTheirRules) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_SARIF, kSarif);
  EXPECT_EQ(report.tool, "Semgrep OSS");
  const Finding& sql = ById(report, "go.sql-injection");
  EXPECT_EQ(sql.title, "SQL built from input");
  EXPECT_EQ(sql.file, "services/api/store.go");
  EXPECT_EQ(sql.line, 42);
  EXPECT_EQ(sql.severity, "error");
  EXPECT_THAT(sql.cwes, ElementsAre("CWE-89"));
  const Finding& curl = ById(report, "CVE-2023-38545");
  EXPECT_EQ(curl.package, "curl");
  EXPECT_EQ(curl.fixed_version, "7.88.1-10+deb12u4");
  EXPECT_EQ(curl.severity, "warning") << "the default of the standard";
}

TEST(Sarif, FindsRuleAndFileByIndex) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_SARIF, kSarif);
  const auto page = std::find_if(report.findings.begin(), report.findings.end(),
                                 [](const Finding& finding) { return finding.file == "web/page.js"; });
  ASSERT_NE(page, report.findings.end());
  EXPECT_EQ(page->id, "js/xss");
  EXPECT_THAT(page->cwes, ElementsAre("CWE-79"));
  ASSERT_TRUE(page->cvss.has_value());
  EXPECT_EQ(page->cvss->score, 6.1);
}

TEST(Sarif, LeavesOutPathsThatLeaveTheRepositoryAndPassedResults) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_SARIF, kSarif);
  EXPECT_EQ(report.findings.size(), 6u);
  for (const Finding& finding : report.findings) EXPECT_THAT(finding.file, Not(HasSubstr("passwd")));
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("runs[0].results[2]"), HasSubstr("without a justification")));
}

TEST(Sarif, ASuppressionNeedsAJustification) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_SARIF, kSarif);
  int suppressed = 0;
  for (const Finding& finding : report.findings) {
    if (finding.vex != VexState::kFalsePositive) continue;
    ++suppressed;
    EXPECT_EQ(finding.file, "web/other.js");
    EXPECT_EQ(finding.justification, "Output is a constant");
  }
  EXPECT_EQ(suppressed, 1);
}

TEST(Sarif, RefusesWhatItDoesNotKnow) {
  const auto format = model::v1::EVIDENCE_FORMAT_SARIF;
  EXPECT_EQ(FaultOf(format, R"({"version": "2.0.0", "runs": []})").field, "version");
  EXPECT_EQ(FaultOf(format, R"({"version": "2.1.0", "runs": []})").field, "runs");
  EXPECT_EQ(FaultOf(format, R"({"version": "2.1.0", "runs": {}})").field, "runs");
  EXPECT_EQ(FaultOf(format, R"({"version": "2.1.0", "runs": [{}]})").field, "runs[0].tool.driver.name");
  EXPECT_EQ(
      FaultOf(format, R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": 1}]})").field,
      "runs[0].results");
}

TEST(CycloneDx, ReadsStatements) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, kVex);
  EXPECT_EQ(report.content, Content::kStatements);
  EXPECT_EQ(report.tool, "vexctl");
  const Finding& text = ById(report, "CVE-2022-42889");
  EXPECT_EQ(text.vex, VexState::kNotAffected);
  EXPECT_EQ(text.justification, "code not reachable: No interpolator is used");
  EXPECT_EQ(text.package, "org.apache.commons:commons-text");
  EXPECT_EQ(text.installed_version, "1.9");
  EXPECT_THAT(text.cwes, ElementsAre("CWE-94"));
  EXPECT_EQ(text.cvss->score, 9.8);
  EXPECT_EQ(std::count_if(report.findings.begin(), report.findings.end(),
                          [](const Finding& finding) { return finding.id == "CVE-2021-44228"; }),
            2);
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("\"imagined\" is no state")));
}

TEST(CycloneDx, WithoutVulnerabilitiesItIsABillOfMaterials) {
  const std::string bom = R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "a"}]})";
  EXPECT_EQ(Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, bom).content, Content::kComponents);
  EXPECT_EQ(Read(model::v1::EVIDENCE_FORMAT_SPDX, R"({"spdxVersion": "SPDX-2.3"})").content, Content::kComponents);
}

TEST(CycloneDx, ComponentsGiveNamesAndMakeItAReport) {
  const std::string bom = R"({"bomFormat": "CycloneDX", "specVersion": "1.4",
    "components": [{"bom-ref": "a", "name": "outer", "components": [{"bom-ref": "b", "group": "@scope", "name": "inner", "version": "1.0", "purl": "pkg:npm/%40scope/inner@1.0"}]}, {"bom-ref": "a", "name": "twin"}],
    "vulnerabilities": [{"id": "CVE-2020-1", "affects": [{"ref": "b"}]}]})";
  const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, bom);
  EXPECT_EQ(report.content, Content::kScan);
  EXPECT_EQ(ById(report, "CVE-2020-1").package, "@scope/inner");
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("two have the reference \"a\"")));
}

TEST(CycloneDx, RefusesVersionsBeforeVulnerabilitiesExisted) {
  const auto format = model::v1::EVIDENCE_FORMAT_CYCLONEDX;
  EXPECT_EQ(FaultOf(format, R"({"bomFormat": "CycloneDX", "specVersion": "1.1"})").field, "specVersion");
  EXPECT_EQ(FaultOf(format, R"({"bomFormat": "Other", "specVersion": "1.4"})").field, "bomFormat");
  EXPECT_EQ(FaultOf(model::v1::EVIDENCE_FORMAT_SPDX, R"({"@context": "https://spdx.org/rdf/3.0.1"})").field,
            "spdxVersion");
}

TEST(Parse, AnotherFormatThanDeclaredIsNamed) {
  const Violation fault = FaultOf(model::v1::EVIDENCE_FORMAT_SARIF, kGrype);
  EXPECT_EQ(fault.field, "the whole file");
  EXPECT_THAT(fault.description, HasSubstr("declared as sarif, and looks like grype"));
  const auto status = Parse(Declare(model::v1::EVIDENCE_FORMAT_SARIF), kGrype).status();
  EXPECT_EQ(DetailsOf(status).next_step, "declare `format: grype`");
}

TEST(Parse, MalformedTextNamesTheByte) {
  const auto format = model::v1::EVIDENCE_FORMAT_TRIVY;
  EXPECT_EQ(FaultOf(format, "").field, "the whole file");
  EXPECT_EQ(FaultOf(format, R"({"SchemaVersion": 2,})").field, "byte 21");
  EXPECT_THAT(FaultOf(format, R"({"SchemaVersion": 2)").field, HasSubstr("byte"));
  EXPECT_THAT(FaultOf(format, R"({"SchemaVersion": 1e999})").field, HasSubstr("byte"));
  EXPECT_THAT(FaultOf(format, "{\"SchemaVersion\": \"\xff\"}").field, HasSubstr("byte"));
  EXPECT_THAT(FaultOf(format, std::string("\xff\xfe{\0}\0", 6)).field, HasSubstr("byte"));
}

TEST(Parse, AMemberTwiceIsRefused) {
  const Violation fault =
      FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, R"({"SchemaVersion": 2, "Results": [{"Target": "a", "Target": "b"}]})");
  EXPECT_EQ(fault.field, "Results[0].Target");
  EXPECT_THAT(fault.description, HasSubstr("twice"));
}

TEST(Parse, NestingIsLimited) {
  std::string deep = R"({"SchemaVersion": 2, "unread": )";
  deep += std::string(5'000'000, '[');
  EXPECT_THAT(FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, deep).description, HasSubstr("deeper than 64"));
}

TEST(Parse, SizeIsLimitedBeforeParsing) {
  const std::string huge(kMaxFileBytes + 1, ' ');
  EXPECT_THAT(FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, huge).description, HasSubstr("the limit is 67108864"));
}

TEST(Parse, ValuesAndFindingsAreLimited) {
  std::string many = R"({"SchemaVersion": 2, "Results": [)";
  for (int i = 0; i <= kMaxValues; ++i) many += i == 0 ? "0" : ",0";
  EXPECT_THAT(FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, many + "]}").description,
              HasSubstr("more than 2000000 values"));
  std::string findings = R"({"SchemaVersion": 2, "Results": [{"Vulnerabilities": [)";
  for (int i = 0; i <= kMaxFindings; ++i) {
    absl::StrAppend(&findings, i == 0 ? "" : ",", "{\"VulnerabilityID\": \"CVE-1-", i, "\"}");
  }
  const Violation fault = FaultOf(model::v1::EVIDENCE_FORMAT_TRIVY, findings + "]}]}");
  EXPECT_THAT(fault.description, HasSubstr("more than 50000 findings"));
  EXPECT_EQ(fault.field, "Results[0].Vulnerabilities[50000]");
}

TEST(Parse, LongListsInsideOfAFindingTakeBoundedTime) {
  std::string vulnerabilities;
  std::string groups;
  for (int i = 0; i < 40'000; ++i) {
    absl::StrAppend(&vulnerabilities, i == 0 ? "" : ",", "{\"id\": \"GHSA-", i, "\"}");
    absl::StrAppend(&groups, i == 0 ? "" : ",", "{\"ids\": [\"GHSA-", i, "\"], \"max_severity\": \"7.0\"}");
  }
  std::string aliases;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&aliases, ",\"A-", i, "\"");
  const Report report = Read(
      model::v1::EVIDENCE_FORMAT_OSV,
      absl::StrCat(
          R"({"results": [{"packages": [{"package": {"name": "p"}, "vulnerabilities": [{"id": "GHSA-x", "aliases": ["A")",
          aliases, "]},", vulnerabilities, R"(], "groups": [)", groups, "]}]}]}"));
  ASSERT_EQ(report.findings.size(), 40'001u);
  EXPECT_EQ(ById(report, "GHSA-x").aliases.size(), kMaxAliases);
  EXPECT_EQ(ById(report, "GHSA-7").cvss->score, 7.0);
}

TEST(Parse, WarningsAreLimited) {
  std::string text = R"({"SchemaVersion": 2, "Results": [0)";
  for (int i = 0; i < 2 * kMaxWarnings; ++i) text += ",0";
  const Report report = Read(model::v1::EVIDENCE_FORMAT_TRIVY, text + "]}");
  ASSERT_EQ(report.warnings.size(), kMaxWarnings + 1u);
  EXPECT_EQ(report.warnings.back(), absl::StrCat("and ", kMaxWarnings + 1, " more warnings"));
}

TEST(Parse, TextIsCleanedAndCut) {
  const std::string evil = std::string("a\\nb\\u0007\\u202e") + std::string(5000, 'x');
  const Report report =
      Read(model::v1::EVIDENCE_FORMAT_TRIVY,
           absl::StrReplaceAll(R"({"SchemaVersion": 2, "Results": [{"Class": "os-pkgs", "Vulnerabilities": [
      {"VulnerabilityID": "CVE-1", "Title": "EVIL"}, {"Title": "no id"}, 7]}]})",
                               {{"EVIL", evil}}));
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].title.substr(0, 5), "a bxx");
  EXPECT_LE(report.findings[0].title.size(), kMaxTextBytes + 3);
  EXPECT_THAT(report.warnings,
              ElementsAre(HasSubstr("Vulnerabilities[1]: has no id"), HasSubstr("Vulnerabilities[2]: is no object")));
}

TEST(Parse, DuplicatesAreOneFinding) {
  const std::string entry = R"({"VulnerabilityID": "CVE-1", "PkgName": "a"})";
  const Report report =
      Read(model::v1::EVIDENCE_FORMAT_TRIVY,
           absl::StrCat(R"({"SchemaVersion": 2, "Results": [{"Vulnerabilities": [)", entry, ",", entry, "]}]}"));
  EXPECT_EQ(report.findings.size(), 1u);
}

// Every prefix, and every byte replaced, dropped or doubled: an error or a report, never a crash, and text on one line.
TEST(Parse, SurvivesTruncationAndMutation) {
  const std::pair<model::v1::EvidenceFormat, std::string> reports[] = {{model::v1::EVIDENCE_FORMAT_TRIVY, kTrivy},
                                                                       {model::v1::EVIDENCE_FORMAT_GRYPE, kGrype},
                                                                       {model::v1::EVIDENCE_FORMAT_OSV, kOsv},
                                                                       {model::v1::EVIDENCE_FORMAT_SARIF, kSarif},
                                                                       {model::v1::EVIDENCE_FORMAT_CYCLONEDX, kVex}};
  for (const auto& [format, text] : reports) {
    const model::v1::Evidence declaration = Declare(format);
    const auto check = [&](const std::string& mutant) {
      const auto report = Parse(declaration, mutant);
      if (!report.ok()) {
        ASSERT_EQ(DetailsOf(report.status()).reason, "EVIDENCE_INVALID") << mutant;
        ASSERT_EQ(DetailsOf(report.status()).violations.size(), 1u);
        return;
      }
      for (const Finding& finding : report->findings) {
        ASSERT_NE(finding.id, "");
        ASSERT_EQ(absl::StrCat(finding.title, finding.file, finding.package).find('\n'), std::string::npos);
        ASSERT_EQ(absl::StrCat("/", finding.file, "/").find("/../"), std::string::npos);
        ASSERT_NE(finding.file.substr(0, 1), "/");
        const double score = finding.cvss.has_value() ? finding.cvss->score : 0;
        ASSERT_TRUE(score >= 0 && score <= 10);
      }
    };
    for (size_t i = 0; i < text.size(); ++i) {
      ASSERT_FALSE(Parse(declaration, text.substr(0, i)).ok()) << "a prefix is no report";
      for (const char byte : {'"', '{', ']', '0', '\\', '\n', '\x80', '\0'}) {
        std::string mutant = text;
        mutant[i] = byte;
        check(mutant);
      }
      check(text.substr(0, i) + text.substr(i + 1));
      check(text.substr(0, i) + text[i] + text.substr(i));
    }
  }
}

}  // namespace
}  // namespace metapowers::evidence
