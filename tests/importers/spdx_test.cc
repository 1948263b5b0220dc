// SPDX files: bills of materials.
#include "service/importers/spdx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/evidence/evidence.h"
#include "service/importers/cyclonedx.h"
#include "service/importers/import.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSbom[] = R"json({
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "orders-sbom", "dataLicense": "CC0-1.0",
  "creationInfo": {"created": "2026-03-04T05:06:07Z", "creators": ["Organization: Acme", "Tool: syft-1.33.0"]},
  "packages": [
    {"SPDXID": "SPDXRef-a", "name": "flask", "versionInfo": "3.0.3", "downloadLocation": "NOASSERTION",
     "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
                      {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pypi/flask@3.0.3"}]},
    {"SPDXID": "SPDXRef-root", "name": "ghcr.io/acme/orders", "versionInfo": "7", "primaryPackagePurpose": "CONTAINER",
     "summary": "Takes orders",
     "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:oci/orders@sha256%3A0"}]},
    {"SPDXID": "SPDXRef-b", "name": "jinja2", "versionInfo": "3.1.4"}],
  "files": [{"SPDXID": "SPDXRef-f", "fileName": "./a.py"}, {"SPDXID": "SPDXRef-g", "fileName": "./b.py"}],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"}]})json";

ReadFormat Read(const std::string& text) { return ReadFormat(kSpdx, {{"orders.spdx.json", text}}); }

TEST(SpdxTest, TheDescribedPackageIsAComponentAndTheOthersItsEvidence) {
  const ReadFormat run = Read(kSbom);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("packages"), 2);
  ASSERT_EQ(run.inventory.components.size(), 1u);
  const auto& component = run.Component("ghcr.io/acme/orders");
  EXPECT_THAT(component.names, ElementsAre("acme/orders", "orders", "orders"));
  EXPECT_EQ(component.value.machine(), pb::MACHINE_CONTAINER);
  EXPECT_EQ(component.value.version(), "7");
  EXPECT_EQ(component.value.description(), "Takes orders");
  EXPECT_EQ(component.spot.at.line, 8);
  EXPECT_EQ(Refers(component, "sbom"), "sbom-ghcr-io-acme-orders");
  const auto& evidence = ReadFormat::Find(run.inventory.evidence, "sbom-ghcr-io-acme-orders");
  EXPECT_EQ(evidence.value.format(), pb::EVIDENCE_FORMAT_SPDX);
  EXPECT_EQ(evidence.value.path(), "sbom/ghcr-io-acme-orders.json");
  EXPECT_EQ(evidence.value.produced_on(), "2026-03-04");
  EXPECT_EQ(evidence.value.tool(), "syft-1.33.0");
  EXPECT_EQ(run.inventory.attachments.at("sbom/ghcr-io-acme-orders.json"), kSbom);
  EXPECT_TRUE(evidence::Parse(evidence.value, kSbom).ok());
  EXPECT_THAT(run.Skipped(),
              ElementsAre(HasSubstr("orders.spdx.json:12 2 files: a bill of materials is read for its")));
}

TEST(SpdxTest, WithoutADescribedPackageTheQuestionIsAsked) {
  const ReadFormat run = Read(absl::StrReplaceAll(kSbom, {{"\"DESCRIBES\"", "\"CONTAINS\""}}));
  EXPECT_THAT(run.inventory.components, IsEmpty());
  EXPECT_EQ(run.Counted("packages"), 3);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_QUESTION), ElementsAre(HasSubstr("which component is it?")));
  EXPECT_EQ(run.inventory.evidence[0].value.path(), "sbom/orders-spdx-json.json");
}

TEST(SpdxTest, DocumentDescribesSaysItToo) {
  const ReadFormat run = Read(absl::StrReplaceAll(
      kSbom, {{"\"DESCRIBES\"", "\"CONTAINS\""}, {"\"files\"", "\"documentDescribes\": [\"SPDXRef-b\"], \"files\""}}));
  ASSERT_EQ(run.inventory.components.size(), 1u);
  EXPECT_EQ(run.inventory.components[0].name, "jinja2");
  EXPECT_EQ(run.Counted("packages"), 2);
}

TEST(SpdxTest, ClaimsAndVersions) {
  EXPECT_TRUE(IsClaimed(kSpdx, kSbom));
  for (const char* other : {"{}", R"({"spdxVersion": []})", R"({"@context": "https://schema.org"})"}) {
    EXPECT_FALSE(IsClaimed(kSpdx, other)) << other;
  }
  const struct {
    const char* text;
    const char* skipped;
  } kCases[] = {
      {R"({"spdxVersion": "SPDX-2.1", "packages": []})", "SPDX of version SPDX-2.1: 2.2 and 2.3 are read"},
      {R"({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []})", "SPDX of version 3: 2.2"},
      {"spdxVersion: SPDX-2.3\nname: x", "SPDX that is not JSON: export it as SPDX 2.3 JSON"},
  };
  for (const auto& test : kCases) {
    const ReadFormat run = Read(test.text);
    EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr(test.skipped))) << test.text;
    EXPECT_THAT(run.faults, IsEmpty()) << test.text;
  }
  EXPECT_THAT(Read(R"({"spdxVersion": "SPDX-2.3", "packages": {"a": 1}})").faults, ElementsAre(HasSubstr("packages")));
}

// One image that two tools describe is one component, with the packages of both files.
TEST(SpdxTest, IsMergedWithCycloneDxOfTheSameSubject) {
  const std::string bom = R"({"bomFormat": "CycloneDX", "specVersion": "1.6",
    "metadata": {"component": {"type": "container", "name": "ghcr.io/acme/orders"}},
    "components": [{"type": "library", "name": "x"}]})";
  const auto response = ImportModel({{"a.json", bom}, {"b.json", kSbom}}, {"shop", "2026-11-28", nullptr});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->format(), "cyclonedx,spdx");
  const auto model = model::Model::Parse(response->model_yaml(), "draft");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->proto().components_size(), 1);
  EXPECT_EQ((*model)->proto().evidence_size(), 2);
  ASSERT_EQ(response->attachments_size(), 2);
  EXPECT_EQ(response->attachments(0).path(), "sbom/ghcr-io-acme-orders-2.json");
  EXPECT_EQ(response->attachments(1).path(), "sbom/ghcr-io-acme-orders.json");
}

}  // namespace
}  // namespace metapowers::importers
