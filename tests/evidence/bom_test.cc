#include "service/evidence/bom.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/error.h"
#include "tests/evidence/fixtures.h"
#include "tests/support/status_matchers.h"

namespace metapowers::evidence {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCycloneDx[] = R"json({
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
  "metadata": {"timestamp": "2026-10-19T04:12:30Z", "tools": {"components": [{"name": "syft", "version": "1.33.0"}]},
    "component": {"bom-ref": "root", "type": "container", "name": "registry/api", "version": "7"}},
  "components": [
    {"bom-ref": "a", "type": "library", "name": "net", "group": "golang.org/x", "version": "v0.17.0", "purl": "pkg:golang/golang.org/x/net@v0.17.0",
     "hashes": [{"alg": "SHA-256", "content": "00"}], "licenses": [{"license": {"id": "BSD-3-Clause"}}], "supplier": {"name": "Go"}},
    {"bom-ref": "b", "type": "library", "name": "text", "purl": "pkg:golang/golang.org/x/text@v0.14.0", "licenses": [{"expression": "MIT OR GPL-2.0-only"}]},
    {"bom-ref": "b2", "type": "library", "name": "text", "purl": "pkg:golang/golang.org/x/text@v0.14.0", "hashes": [{}], "licenses": [{"license": {"name": "Own terms"}}]},
    {"bom-ref": "c", "type": "library", "name": "loop", "version": "1", "components": [{"bom-ref": "d", "type": "library", "name": "nested", "version": "2"}]},
    {"bom-ref": "e", "type": "operating-system", "name": "debian", "version": "12"},
    {"bom-ref": "f", "type": "library", "name": "lonely"},
    {"type": "library", "name": ""}, 7],
  "dependencies": [
    {"ref": "root", "dependsOn": ["a", "root"]}, {"ref": "a", "dependsOn": ["b2", "a"]}, {"ref": "b", "dependsOn": ["c"]},
    {"ref": "c", "dependsOn": ["a", "d"]}, {"ref": "d", "dependsOn": ["nowhere"]}]})json";

constexpr char kSpdx[] = R"json({
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "notes",
  "creationInfo": {"created": "2026-10-02T00:00:00Z", "creators": ["Organization: Example", "Tool: syft-1.33.0"]},
  "packages": [
    {"SPDXID": "SPDXRef-root", "name": "notes", "versionInfo": "3"},
    {"SPDXID": "SPDXRef-a", "name": "flask", "versionInfo": "3.0.3", "licenseConcluded": "NOASSERTION", "licenseDeclared": "BSD-3-Clause",
     "supplier": "Organization: Pallets", "checksums": [{"algorithm": "SHA256", "checksumValue": "00"}],
     "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
                      {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pypi/flask@3.0.3"}]},
    {"SPDXID": "SPDXRef-b", "name": "jinja2", "versionInfo": "3.1.4", "licenseDeclared": "NONE"}],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"},
    {"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-a"}]})json";

Report Read(model::v1::EvidenceFormat format, absl::string_view text) {
  const auto report = Parse(Declare(format), text);
  EXPECT_OK(report);
  if (!report.ok()) return {};
  EXPECT_TRUE(report->bom.has_value());
  return *report;
}

const Package& ByName(const Bom& bom, const std::string& name) {
  static const Package none;
  for (const Package& package : bom.packages) {
    if (package.name == name) return package;
  }
  ADD_FAILURE() << "no package " << name;
  return none;
}

std::vector<std::string> Path(const Bom& bom, const std::string& name) {
  std::vector<std::string> names;
  for (const Package* package : bom.PathTo(ByName(bom, name))) names.push_back(package->name);
  return names;
}

std::string Fault(model::v1::EvidenceFormat format, absl::string_view text) {
  const auto report = Parse(Declare(format), text);
  EXPECT_FALSE(report.ok());
  const ErrorDetails details = DetailsOf(report.status());
  return details.violations.empty() ? "" : details.violations[0].field + ": " + details.violations[0].description;
}

TEST(CycloneDxBom, ReadsPackagesSubjectAndGraph) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, kCycloneDx);
  const Bom& bom = *report.bom;
  EXPECT_EQ(report.content, Content::kComponents);
  EXPECT_EQ(report.tool, "syft");
  EXPECT_EQ(bom.subject, "registry/api");
  EXPECT_EQ(bom.subject_version, "7");
  EXPECT_EQ(bom.subject_reference, "root");
  EXPECT_EQ(bom.created_on, "2026-10-19");
  EXPECT_TRUE(bom.has_graph);
  ASSERT_EQ(bom.packages.size(), 5u) << "a package that the file has twice counts once, and a distribution is none";
  const Package& net = ByName(bom, "golang.org/x/net");
  EXPECT_EQ(net.version, "v0.17.0");
  EXPECT_EQ(net.supplier, "Go");
  EXPECT_TRUE(net.hashed);
  EXPECT_EQ(net.depth, Package::Depth::kDirect);
  EXPECT_EQ(EcosystemOf(net), "golang");
  const Package& text = ByName(bom, "golang.org/x/text");
  EXPECT_EQ(text.version, "v0.14.0") << "of the package URL";
  EXPECT_THAT(text.licences, ElementsAre("MIT OR GPL-2.0-only", "Own terms"));
  EXPECT_TRUE(text.hashed);
  EXPECT_EQ(text.depth, Package::Depth::kTransitive);
  EXPECT_EQ(ByName(bom, "lonely").depth, Package::Depth::kUnknown);
  EXPECT_EQ(EcosystemOf(ByName(bom, "lonely")), "");
}

TEST(CycloneDxBom, FollowsCyclesOnceAndNamesReferencesThatLeadNowhere) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, kCycloneDx);
  EXPECT_THAT(Path(*report.bom, "nested"), ElementsAre("golang.org/x/net", "golang.org/x/text", "loop", "nested"));
  EXPECT_THAT(Path(*report.bom, "golang.org/x/net"), ElementsAre("golang.org/x/net"));
  EXPECT_THAT(Path(*report.bom, "lonely"), IsEmpty());
  EXPECT_THAT(report.warnings, Contains(HasSubstr("\"nowhere\" is no package of the file")));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("components[6]: has no name")));
  EXPECT_THAT(report.warnings, Contains(HasSubstr("components[7]: is no object")));
}

TEST(CycloneDxBom, WithoutASubjectInTheGraphNothingIsDirect) {
  const Report report =
      Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, R"json({"bomFormat": "CycloneDX", "specVersion": "1.4",
    "components": [{"bom-ref": "a", "type": "library", "name": "a"}, {"bom-ref": "b", "type": "library", "name": "b"}],
    "dependencies": [{"ref": "a", "dependsOn": ["b"]}]})json");
  EXPECT_FALSE(report.bom->has_graph);
  EXPECT_EQ(ByName(*report.bom, "b").depth, Package::Depth::kUnknown);
}

TEST(CycloneDxBom, AFileWithVulnerabilitiesAndComponentsIsBoth) {
  const Report report =
      Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, R"json({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "components": [{"bom-ref": "a", "type": "library", "name": "a", "version": "1"}],
    "vulnerabilities": [{"id": "CVE-2024-0001", "affects": [{"ref": "a"}]}]})json");
  EXPECT_EQ(report.content, Content::kScan);
  EXPECT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.bom->packages.size(), 1u);
  const auto vex = Parse(Declare(model::v1::EVIDENCE_FORMAT_CYCLONEDX), kVex);
  ASSERT_OK(vex);
  EXPECT_FALSE(vex->bom.has_value()) << "statements alone are no bill of materials";
}

TEST(SpdxBom, ReadsPackagesSubjectAndGraph) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_SPDX, kSpdx);
  const Bom& bom = *report.bom;
  EXPECT_EQ(report.content, Content::kComponents);
  EXPECT_EQ(report.tool, "syft-1.33.0");
  EXPECT_EQ(bom.subject, "notes");
  EXPECT_EQ(bom.created_on, "2026-10-02");
  ASSERT_EQ(bom.packages.size(), 2u) << "the subject is no package of its own";
  const Package& flask = ByName(bom, "flask");
  EXPECT_EQ(flask.purl, "pkg:pypi/flask@3.0.3");
  EXPECT_EQ(flask.supplier, "Pallets");
  EXPECT_THAT(flask.licences, ElementsAre("BSD-3-Clause")) << "nothing is concluded, so what is declared counts";
  EXPECT_TRUE(flask.hashed);
  EXPECT_EQ(flask.depth, Package::Depth::kDirect);
  EXPECT_THAT(ByName(bom, "jinja2").licences, IsEmpty());
  EXPECT_THAT(Path(bom, "jinja2"), ElementsAre("flask", "jinja2"));
}

TEST(Bom, NamesWrongFormatsAndVersions) {
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_SPDX, R"({"spdxVersion": "SPDX-2.1"})"),
              HasSubstr("spdxVersion: is \"SPDX-2.1\", and SPDX-2.2 and SPDX-2.3 are read"));
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_SPDX, R"({"@context": "https://spdx.org/rdf/3.0.1"})"),
              HasSubstr("as in SPDX 3"));
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_CYCLONEDX, R"({"bomFormat": "CycloneDX", "specVersion": "1.1"})"),
              HasSubstr("specVersion: is \"1.1\", and 1.2 or a later 1.x is read"));
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_SPDX, kCycloneDx), HasSubstr("looks like cyclonedx"));
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_CYCLONEDX, kSpdx), HasSubstr("looks like spdx"));
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_SPDX, R"({"spdxVersion": "SPDX-2.3", "packages": {}})"),
              HasSubstr("packages: is no list"));
}

TEST(Bom, TakesVersionsBeforeVulnerabilitiesWereAdded) {
  for (const char* version : {"1.2", "1.3"}) {
    const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX,
                               absl::StrCat(R"({"bomFormat": "CycloneDX", "specVersion": ")", version,
                                            R"(", "metadata": {"tools": [{"name": "maven", "version": "2"}]},
                             "components": [{"type": "library", "name": "net", "version": "1"}]})"));
    EXPECT_EQ(report.bom->packages.size(), 1u) << version;
    EXPECT_EQ(report.tool, "maven") << version;
  }
}

TEST(Bom, HostileTextStaysOnOneLineAndShort) {
  const Report report = Read(
      model::v1::EVIDENCE_FORMAT_CYCLONEDX,
      absl::StrCat(
          R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "a\n# b)",
          std::string(5000, 'x'), R"(", "purl": "pkg:%zz", "licenses": [{"license": {}}, 3, {"license": "x"}]}]})"));
  ASSERT_EQ(report.bom->packages.size(), 1u);
  const Package& package = report.bom->packages[0];
  EXPECT_LE(package.name.size(), kMaxTextBytes + 3) << "and the mark of the cut";
  EXPECT_EQ(package.name.find('\n'), std::string::npos);
  EXPECT_THAT(package.licences, IsEmpty());
}

// What a generator writes of an image with many packages: each with hash, licence and two dependencies.
std::string Large(size_t packages) {
  std::vector<std::string> components;
  std::vector<std::string> dependencies = {R"({"ref":"root","dependsOn":["pkg:npm/%40scope/package-0@1.0.0"]})"};
  const auto purl = [&](size_t i) {
    return absl::StrCat("pkg:npm/%40scope/package-", i % packages, "@1.", i % 7, ".0");
  };
  const auto ref = [&](size_t i) { return absl::StrCat("pkg:npm/%40scope/package-", i % packages, "@1.0.0"); };
  for (size_t i = 0; i < packages; ++i) {
    components.push_back(absl::StrCat(
        R"({"bom-ref":")", ref(i), R"(","type":"library","group":"@scope","name":"package-)", i, R"(","version":"1.)",
        i % 7, R"(.0","purl":")", purl(i), R"(","hashes":[{"alg":"SHA-512","content":"00"}],)",
        R"("licenses":[{"license":{"id":"MIT"}}],"properties":[{"name":"a","value":"b"},{"name":"c","value":"d"}]})"));
    dependencies.push_back(
        absl::StrCat(R"({"ref":")", ref(i), R"(","dependsOn":[")", ref(i + 1), R"(",")", ref(i * 2), R"("]})"));
  }
  return absl::StrCat(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"root","name":"big"}},"components":[)",
      absl::StrJoin(components, ","), R"(],"dependencies":[)", absl::StrJoin(dependencies, ","), "]}");
}

TEST(Bom, TakesFiftyThousandPackagesOnAChain) {
  const Report report = Read(model::v1::EVIDENCE_FORMAT_CYCLONEDX, Large(50'000));
  ASSERT_EQ(report.bom->packages.size(), 50'000u);
  EXPECT_TRUE(std::all_of(report.bom->packages.begin(), report.bom->packages.end(),
                          [](const Package& package) { return package.depth != Package::Depth::kUnknown; }));
  EXPECT_THAT(report.warnings, IsEmpty());
}

TEST(Bom, RefusesMorePackagesThanTheLimit) {
  EXPECT_THAT(Fault(model::v1::EVIDENCE_FORMAT_CYCLONEDX, Large(kMaxPackages + 1)), HasSubstr("more than"));
}

}  // namespace
}  // namespace metapowers::evidence
