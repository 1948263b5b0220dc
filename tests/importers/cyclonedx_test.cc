// CycloneDX files: bills of materials, services, statements on vulnerabilities.
#include "service/importers/cyclonedx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "service/evidence/evidence.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const std::string& text) { return ReadFormat(kCycloneDx, {{"bom.json", text}}); }

// Each file that is kept must be one that the evidence layer reads.
void ExpectReadable(const ReadFormat& run) {
  for (const auto& shown : run.inventory.evidence) {
    const auto report = evidence::Parse(shown.value, run.inventory.attachments.at(shown.value.path()));
    EXPECT_TRUE(report.ok()) << report.status();
  }
  EXPECT_EQ(run.inventory.evidence.size(), run.inventory.attachments.size());
}

constexpr char kBom[] = R"json({
  "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "serialNumber": "urn:uuid:0",
  "metadata": {"timestamp": "2026-03-04T05:06:07Z", "tools": {"components": [{"name": "syft", "version": "1.33.0"}]},
    "component": {"bom-ref": "root", "type": "container", "name": "ghcr.io/acme/orders:7", "version": "sha256:0",
                  "purl": "pkg:oci/orders@sha256:0?repository_url=ghcr.io/acme/orders"}},
  "components": [
    {"bom-ref": "a", "type": "library", "name": "net", "version": "1", "components": [{"type": "library", "name": "inner"}]},
    {"bom-ref": "b", "type": "library", "name": "net", "version": "1"},
    {"bom-ref": "c", "type": "operating-system", "name": "debian"}]})json";

TEST(CycloneDxTest, ABillOfMaterialsIsEvidenceOfItsSubject) {
  const ReadFormat run = Read(kBom);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("packages"), 2);
  const auto& component = ReadFormat::Find(run.inventory.components, "ghcr.io/acme/orders:7");
  EXPECT_THAT(component.names, ElementsAre("acme/orders", "orders", "orders"));
  EXPECT_EQ(component.value.machine(), pb::MACHINE_CONTAINER);
  EXPECT_EQ(component.value.version(), "sha256:0");
  EXPECT_EQ(component.bases.at("kind").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(Refers(component, "sbom"), "sbom-ghcr-io-acme-orders-7");
  const auto& evidence = ReadFormat::Find(run.inventory.evidence, "sbom-ghcr-io-acme-orders-7");
  EXPECT_EQ(evidence.value.path(), "sbom/ghcr-io-acme-orders-7.json");
  EXPECT_EQ(evidence.value.produced_on(), "2026-03-04");
  EXPECT_EQ(evidence.value.tool(), "syft 1.33.0");
  EXPECT_EQ(Refers(evidence, "component"), "ghcr.io/acme/orders:7");
  EXPECT_EQ(run.inventory.as_of, "") << "when a bill was made is not the day that the model is true on";
  EXPECT_EQ(run.inventory.attachments.at("sbom/ghcr-io-acme-orders-7.json"), kBom);
  ExpectReadable(run);
}

TEST(CycloneDxTest, FilesOfOneSubjectAreKeptApart) {
  const ReadFormat run = ReadFormat(kCycloneDx, {{"a.json", kBom}, {"b.json", std::string(kBom) + "\n"}});
  EXPECT_EQ(run.inventory.attachments.size(), 2u);
  EXPECT_EQ(run.inventory.attachments.count("sbom/ghcr-io-acme-orders-7-2.json"), 1u);
  EXPECT_EQ(run.Counted("packages"), 4);
}

TEST(CycloneDxTest, WithoutASubjectTheQuestionIsAsked) {
  const ReadFormat run =
      Read(R"({"bomFormat": "CycloneDX", "specVersion": "1.2", "components": [{"type": "library", "name": "x"}]})");
  EXPECT_EQ(run.Counted("packages"), 1);
  EXPECT_THAT(run.inventory.components, IsEmpty());
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_QUESTION), ElementsAre(HasSubstr("which component is it?")));
  EXPECT_EQ(run.inventory.evidence[0].value.path(), "sbom/bom-json.json");
  EXPECT_EQ(run.inventory.evidence[0].value.produced_on(), "");
  ExpectReadable(run);
}

TEST(CycloneDxTest, NothingOfWorthIsNoEvidence) {
  const ReadFormat run = Read(
      R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"name": "a", "type": "application"}}})");
  EXPECT_THAT(run.inventory.evidence, IsEmpty());
  EXPECT_EQ(run.inventory.components.size(), 1u);
}

TEST(CycloneDxTest, WhatIsNoPackageIsTold) {
  const ReadFormat run(kCycloneDx, {{"bom.json", R"({"bomFormat": "CycloneDX", "specVersion": "1.6",
    "metadata": {"component": {"type": "application", "name": "shop"}}, "components": [
      {"type": "operating-system", "name": "debian"}, {"type": "library", "name": "a",
       "components": [{"type": "file", "name": "b"}, {"type": "file", "name": "c"}]}]})"}});
  EXPECT_EQ(run.Counted("packages"), 1);
  EXPECT_THAT(
      run.Notes(v1::IMPORT_NOTE_KIND_KEPT),
      ElementsAre("bom.json:2 lists what is no package and has no place in the model: 2 of type file, 1 of type "
                  "operating-system"));
}

TEST(CycloneDxTest, ClaimsAndVersions) {
  EXPECT_TRUE(IsClaimed(kCycloneDx, kBom));
  for (const char* other : {"{}", R"({"bomFormat": []})", R"({"spdxVersion": "SPDX-2.3"})"})
    EXPECT_FALSE(IsClaimed(kCycloneDx, other));
  const struct {
    const char* text;
    const char* skipped;
  } kCases[] = {
      {R"({"bomFormat": "CycloneDX", "specVersion": "1.1"})", "CycloneDX of version 1.1"},
      {R"({"bomFormat": "CycloneDX", "specVersion": "2.0"})", "CycloneDX of version 2.0"},
      {R"({"bomFormat": "CycloneDX"})", "CycloneDX of version"},
      {R"({"bomFormat": "Other", "specVersion": "1.4"})", "bill of materials of format Other"},
      {"bomFormat: CycloneDX\nspecVersion: '1.4'", "CycloneDX that is neither JSON nor XML"},
  };
  for (const auto& test : kCases) {
    const ReadFormat run = Read(test.text);
    EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr(test.skipped))) << test.text;
    EXPECT_THAT(run.faults, IsEmpty()) << test.text;
  }
}

TEST(CycloneDxTest, WrongFormsAreFaults) {
  EXPECT_THAT(Read(R"({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": {"a": 1}})").faults,
              ElementsAre(HasSubstr("components")));
  EXPECT_THAT(Read(R"({"bomFormat": "CycloneDX", "specVersion": "1.4", "services": {"a": 1}})").faults,
              ElementsAre(HasSubstr("services: must be a list")));
  const ReadFormat run = Read(R"({"bomFormat": "CycloneDX", "specVersion": "1.4",
    "services": [7, {}, {"name": "a", "data": [7, {"flow": "inbound"}], "endpoints": [{}]}]})");
  EXPECT_THAT(run.faults, Contains(HasSubstr("services[0]: must be a mapping with the `name`")));
  EXPECT_THAT(run.faults, Contains(HasSubstr("services[2].data[1]: must be a mapping with the `classification`")));
}

TEST(CycloneDxTest, ServicesOfOneNameAndWaysOfData) {
  const ReadFormat run = Read(R"json({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "metadata": {"component": {"bom-ref": "app", "name": "App", "type": "application"}},
    "services": [
      {"bom-ref": "db1", "name": "Postgres", "endpoints": ["postgres://u:hunter2@db1.example.com:5432/x?password=hunter2"], "trustZone": "data",
       "data": [{"classification": "PII", "flow": "inbound"}, {"classification": "Internal", "flow": "outbound"}, {"classification": "X", "flow": "unknown"}]},
      {"bom-ref": "db2", "name": "Postgres", "trustZone": "data"},
      {"name": "Quiet"}],
    "dependencies": [{"ref": "app", "dependsOn": ["db1", "db2", "gone", "app"]}, {"ref": "gone", "dependsOn": ["db1"]}, {"ref": "app", "dependsOn": ["db1"]}]})json");
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("services"), 3);
  EXPECT_EQ(run.Counted("flows"), 2);
  EXPECT_EQ(run.Counted("trust_boundaries"), 1);
  EXPECT_EQ(run.Counted("data_assets"), 3);
  EXPECT_EQ(run.Counted("endpoints"), 1);
  EXPECT_EQ(run.Counted("unauthenticated_operations"), 0);
  EXPECT_THAT(FlowsOf(run.inventory), ElementsAre("App>Postgres", "App>Postgres db2"));
  const auto& flow = ReadFormat::Find(run.inventory.flows, "App to Postgres");
  EXPECT_EQ(Refers(flow, "sends"), "PII");
  EXPECT_EQ(Refers(flow, "receives"), "Internal");
  EXPECT_EQ(flow.value.port(), 5432);
  EXPECT_EQ(flow.value.protocol(), "postgresql");
  const auto& store = ReadFormat::Find(run.inventory.components, "Postgres");
  EXPECT_EQ(store.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(Refers(store, "zone"), "data");
  EXPECT_EQ(Refers(store, "processes"), "Internal PII X");
  EXPECT_EQ(run.inventory.apis[0].value.endpoints(0).path(), "/x");
  EXPECT_EQ(run.inventory.apis[0].value.endpoints(0).authenticated(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              Contains(HasSubstr("which way does the data X of Postgres go?")));
  EXPECT_THAT(run.Everything(), ::testing::Not(HasSubstr("hunter2")));
}

constexpr char kDataBom[] = R"json({"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:77",
  "metadata": {"component": {"bom-ref": "app", "name": "App", "type": "application"}},
  "services": [
    {"bom-ref": "orders", "name": "Orders", "endpoints": ["https://orders.example.com/v1"],
     "data": [
       {"classification": "PII", "flow": "inbound", "name": "Order data", "source": ["urn:cdx:77/1#app"],
        "governance": {"owners": [{"organization": {"name": "Sales"}}, {"organization": {"name": "Support"}}],
                       "stewards": [{"contact": {"name": "Ann", "email": "ann@example.com"}}], "custodians": [{}]}},
       {"classification": "Ledger", "flow": "outbound", "name": "Bookings", "destination": ["books", "https://tax.example.net/in"]},
       {"classification": "Metrics", "flow": "outbound"}]},
    {"bom-ref": "books", "name": "Books", "endpoints": ["https://books.example.com"],
     "data": [{"classification": "Ledger", "flow": "inbound", "source": ["https://orders.example.com/export"]},
              {"classification": "Rates", "flow": "bi-directional", "source": ["urn:cdx:88/1#other", "other"], "destination": []}]},
    {"bom-ref": "mail", "name": "Mail", "data": [{"classification": "PII", "flow": "outbound", "destination": ["mail", "books"]}]}],
  "dependencies": [{"ref": "app", "dependsOn": ["orders"]}, {"ref": "mail", "dependsOn": ["books"]}]})json";

std::vector<std::string> RefersAll(const ReadFormat& run, const std::string& flow) {
  const auto& found = ReadFormat::Find(run.inventory.flows, flow);
  return {absl::StrCat("sends ", Refers(found, "sends")), absl::StrCat("receives ", Refers(found, "receives"))};
}

TEST(CycloneDxTest, DataGoesWhereItsSourceAndDestinationSay) {
  const ReadFormat run = Read(kDataBom);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(FlowsOf(run.inventory), ElementsAre("App>Orders", "Mail>Books", "Orders>Books"));
  EXPECT_THAT(RefersAll(run, "App to Orders"), ElementsAre("sends PII", "receives Metrics"))
      << "what is only for Books does not go to App";
  EXPECT_THAT(RefersAll(run, "Mail to Books"), ElementsAre("sends PII", "receives Rates"));
  EXPECT_THAT(RefersAll(run, "Orders to Books"), ElementsAre("sends Ledger", "receives Rates"));
  const auto& made = ReadFormat::Find(run.inventory.flows, "Orders to Books");
  EXPECT_EQ(made.value.purpose(), "Bookings.");
  EXPECT_EQ(made.bases.at("source").kind, v1::BASIS_ASSUMED) << "who opens the connection is not said";
  EXPECT_EQ(made.bases.at("target").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(made.value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(ReadFormat::Find(run.inventory.flows, "App to Orders").bases.count("source"), 0u);
  EXPECT_EQ(run.Counted("flows"), 3);
  EXPECT_EQ(run.Counted("data_assets"), 4);
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              ::testing::IsSupersetOf(
                  {HasSubstr("the data Ledger of Orders goes to https://tax.example.net/in, which is no service"),
                   HasSubstr("the data Rates of Books comes from urn:cdx:88/1#other, which is no service"),
                   HasSubstr("the data Rates of Books comes from other, which is no service")}));
}

TEST(CycloneDxTest, AnOrganisationThatOwnsDataIsATeam) {
  const ReadFormat run = Read(kDataBom);
  ASSERT_EQ(run.inventory.teams.size(), 1u);
  EXPECT_EQ(run.inventory.teams[0].name, "Sales");
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.data_classes, "PII"), "owner"), "Sales");
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.data_classes, "Ledger"), "owner"), "");
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT),
              ::testing::IsSupersetOf(
                  {HasSubstr("the data PII is owned by Support"), HasSubstr("the data PII is stewarded by Ann")}));
}

TEST(CycloneDxTest, AFileThatHoldsASecretIsNotKept) {
  const std::string text = absl::StrReplaceAll(kBom, {{"\"name\": \"net\", \"version\": \"1\", ",
                                                       "\"name\": \"net\", \"version\": \"1\", \"purl\": "
                                                       "\"pkg:npm/net@1?u=https://ci:hunter2@git.example.com/x\", "}});
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_THAT(run.inventory.evidence, IsEmpty());
  EXPECT_THAT(run.inventory.attachments, IsEmpty());
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.components, "ghcr.io/acme/orders:7"), "sbom"), "");
  EXPECT_THAT(run.Skipped(), ElementsAre(HasSubstr("the file as evidence: line 7 holds a password: take it out")));
  EXPECT_THAT(run.Everything(), ::testing::Not(HasSubstr("hunter2")));
}

// --- Public files --------------------------------------------------------------------------------------------------

TEST(PublicCycloneDxTest, Dropwizard) {
  const std::string text = PublicInput("sbom/cyclonedx-dropwizard-1.3.15.json");
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("packages"), 167);
  EXPECT_EQ(run.inventory.components.size(), 1u);
  EXPECT_EQ(run.inventory.components[0].name, "dropwizard-parent");
  EXPECT_EQ(run.inventory.evidence[0].value.produced_on(), "2020-08-02");
  EXPECT_EQ(run.inventory.evidence[0].value.tool(), "CycloneDX Maven plugin 2.0.2");
  ExpectReadable(run);
}

TEST(PublicCycloneDxTest, SaasBom) {
  const std::string text = PublicInput("sbom/cyclonedx-saasbom-apigateway-microservices.json");
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("services"), 6);
  EXPECT_EQ(run.Counted("endpoints"), 7);
  EXPECT_EQ(run.Counted("unauthenticated_operations"), 2);
  EXPECT_EQ(run.Counted("packages"), 0);
  EXPECT_EQ(run.Counted("trust_boundaries"), 2);
  EXPECT_EQ(run.Counted("data_assets"), 3);
  EXPECT_EQ(run.Counted("flows"), 6);
  EXPECT_THAT(
      FlowsOf(run.inventory),
      UnorderedElementsAre("Acme Cloud Example>API Gateway", "API Gateway>Microservice 1", "API Gateway>Microservice 2",
                           "API Gateway>Microservice 3", "Microservice 1>Postgres", "Microservice 3>S3"));
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.components, "Microservice 1"), "zone"), "Zone of API Gateway");
  EXPECT_EQ(Refers(ReadFormat::Find(run.inventory.components, "S3"), "zone"), "Zone of S3");
  EXPECT_EQ(ReadFormat::Find(run.inventory.flows, "API Gateway to Microservice 2").value.transport_security(),
            pb::TRANSPORT_SECURITY_TLS);
  EXPECT_EQ(run.inventory.name, "Acme Cloud Example");
  EXPECT_THAT(run.inventory.evidence, IsEmpty());
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_WARNING), IsEmpty());
}

TEST(PublicCycloneDxTest, Vex) {
  const std::string text = PublicInput("sbom/cyclonedx-vex-cisa-case6.json");
  if (text.empty()) GTEST_SKIP() << "the public inputs are not beside this checkout";
  const ReadFormat run = Read(text);
  EXPECT_THAT(run.faults, IsEmpty());
  EXPECT_EQ(run.Counted("packages"), 0);
  EXPECT_EQ(run.Counted("vulnerabilities"), 2);
  EXPECT_EQ(ReadFormat::Find(run.inventory.components, "ABC").references.size(), 0u);
  EXPECT_EQ(Refers(run.inventory.evidence[0], "component"), "ABC");
  EXPECT_THAT(run.Notes(v1::IMPORT_NOTE_KIND_KEPT), ElementsAre(HasSubstr("it lists no packages and is no scan")));
  ExpectReadable(run);
}

}  // namespace
}  // namespace metapowers::importers
