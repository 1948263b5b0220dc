// CycloneDX files in XML among the files of an import.
#include "service/evidence/cyclonedx_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/error.h"
#include "service/evidence/evidence.h"
#include "service/importers/classify.h"
#include "service/importers/cyclonedx.h"
#include "service/importers/import.h"
#include "service/model/validate.h"
#include "tests/importers/inventory_text.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kXml[] = R"xml(<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1" serialNumber="urn:uuid:77">
  <metadata>
    <timestamp>2026-03-04T05:06:07Z</timestamp>
    <component type="application" bom-ref="app"><name>App</name><version>3</version></component>
  </metadata>
  <components>
    <component type="library" bom-ref="l"><name>net</name><version>1</version><purl>pkg:npm/net@1</purl></component>
  </components>
  <services>
    <service bom-ref="orders">
      <provider><name>Acme</name></provider>
      <name>Orders</name>
      <endpoints><endpoint>https://orders.example.com/v1</endpoint></endpoints>
      <authenticated>true</authenticated>
      <trustZone>Private</trustZone>
      <data>
        <dataflow name="Order data" description="What customers order">
          <classification flow="inbound">PII</classification>
          <source><url>urn:cdx:77/1#app</url></source>
          <governance><owners><owner><organization><name>Sales</name></organization></owner></owners></governance>
        </dataflow>
        <dataflow name="Bookings"><classification flow="outbound">Ledger</classification>
          <destination><url>books</url><url>https://tax.example.net/in</url></destination></dataflow>
      </data>
      <services>
        <service bom-ref="books">
          <name>Books</name>
          <x-trust-boundary>true</x-trust-boundary>
          <data><classification flow="unknown">Rates</classification></data>
        </service>
      </services>
    </service>
  </services>
  <dependencies>
    <dependency ref="app"><dependency ref="orders"/></dependency>
  </dependencies>
</bom>
)xml";

constexpr char kJson[] =
    R"json({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "serialNumber": "urn:uuid:77",
  "metadata": {"timestamp": "2026-03-04T05:06:07Z",
    "component": {"type": "application", "bom-ref": "app", "name": "App", "version": "3"}},
  "components": [{"type": "library", "bom-ref": "l", "name": "net", "version": "1", "purl": "pkg:npm/net@1"}],
  "services": [{"bom-ref": "orders", "provider": {"name": "Acme"}, "name": "Orders",
    "endpoints": ["https://orders.example.com/v1"], "authenticated": true, "trustZone": "Private",
    "data": [
      {"name": "Order data", "description": "What customers order", "flow": "inbound", "classification": "PII",
       "source": ["urn:cdx:77/1#app"], "governance": {"owners": [{"organization": {"name": "Sales"}}]}},
      {"name": "Bookings", "flow": "outbound", "classification": "Ledger", "destination": ["books", "https://tax.example.net/in"]}],
    "services": [{"bom-ref": "books", "name": "Books", "x-trust-boundary": true,
      "data": [{"flow": "unknown", "classification": "Rates"}]}]}],
  "dependencies": [{"ref": "app", "dependsOn": ["orders"]}]})json";

// What a file shows, without the places in it.
std::string Shown(const std::string& file, const std::string& text) {
  Inventory inventory;
  FileFaults faults;
  const Classified classified = Classify({{file, text}}, inventory, faults);
  const auto documents = classified.documents.find(kCycloneDx.name);
  EXPECT_NE(documents, classified.documents.end()) << file;
  if (documents == classified.documents.end()) return "";
  kCycloneDx.import(documents->second, inventory, faults);
  EXPECT_TRUE(faults.empty()) << faults.ToStatus();
  EXPECT_EQ(inventory.attachments.size(), 1u);
  std::string shown = TextOfInventory(inventory);
  for (const auto& [path, content] : inventory.attachments) EXPECT_EQ(content, text) << "kept byte for byte";
  for (int line = 60; line > 0; --line) shown = absl::StrReplaceAll(shown, {{absl::StrCat(file, ":", line), "HERE"}});
  return absl::StrReplaceAll(shown, {{file, "FILE"}, {".xml", ".json"}});
}

TEST(CycloneDxXmlImportTest, ShowsWhatTheSameFileInJsonShows) {
  const std::string xml = Shown("bom.xml", kXml);
  EXPECT_EQ(xml, Shown("bom.json", kJson));
  EXPECT_THAT(xml, HasSubstr("Orders to Books"));
  EXPECT_THAT(xml, HasSubstr("path: \"sbom/app.json\""));
}

TEST(CycloneDxXmlImportTest, IsImportedWithThePlacesOfItsElements) {
  const auto response = ImportModel({{"bom.xml", kXml}}, {"shop", "2026-11-28", nullptr});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->format(), "cyclonedx");
  EXPECT_THAT(response->model_yaml(), HasSubstr("bom.xml:11"));
  EXPECT_THAT(response->model_yaml(), HasSubstr("name: Sales"));
  ASSERT_EQ(response->attachments_size(), 1);
  EXPECT_EQ(response->attachments(0).path(), "sbom/app.xml");
  EXPECT_EQ(response->attachments(0).content(), kXml);
  const auto model = model::Model::Parse(response->model_yaml(), "draft");
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ((*model)->proto().evidence_size(), 1);
  const auto report = evidence::Parse((*model)->proto().evidence(0), response->attachments(0).content());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->bom->packages.size(), 1u);
}

// "location item: reason" of what is skipped, and the faults, of one file.
std::vector<std::string> Told(const std::string& text) {
  Inventory inventory;
  FileFaults faults;
  const Classified classified = Classify({{"f.xml", text}}, inventory, faults);
  EXPECT_TRUE(classified.documents.empty());
  std::vector<std::string> told = model::Lines(faults.ToStatus());
  for (const auto& item : inventory.skipped) {
    told.push_back(absl::StrCat("skipped ", item.location(), " ", item.item(), ": ", item.reason()));
  }
  return told;
}

TEST(CycloneDxXmlImportTest, OtherXmlIsSkippedAndABrokenFileStopsTheImport) {
  EXPECT_THAT(Told("<project><version>1</version></project>"),
              ElementsAre("skipped f.xml file: is XML of another kind than CycloneDX, the one that is read"));
  EXPECT_THAT(Told("<project"), ElementsAre(HasSubstr("skipped f.xml file: cannot be read as XML: f.xml:1: the text")));
  EXPECT_THAT(Told("<!DOCTYPE html>\n<html/>"), ElementsAre(HasSubstr("f.xml:1: a document type")));
  EXPECT_THAT(Told(absl::StrReplaceAll(kXml, {{"</metadata>", "</meta>"}})),
              ElementsAre(HasSubstr("f.xml:6:5: : the text is no XML from here on: mismatched tag")));
  EXPECT_THAT(
      Told(absl::StrReplaceAll(kXml, {{"<bom ", "<!DOCTYPE bom [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>\n<bom "}})),
      ElementsAre(HasSubstr("f.xml:2:15: : a document type (<!DOCTYPE …>) is not read")));
  const auto broken = ImportModel({{"f.xml", absl::StrReplaceAll(kXml, {{"</metadata>", "</meta>"}})}},
                                  {"shop", "2026-11-28", nullptr});
  EXPECT_EQ(DetailsOf(broken.status()).reason, "MODEL_INVALID");
}

TEST(CycloneDxXmlImportTest, WrongFormsAreFaultsWithTheirLines) {
  Inventory inventory;
  FileFaults faults;
  const std::string text = absl::StrReplaceAll(
      kXml, {{"<classification flow=\"unknown\">Rates</classification>", "\n<classification flow=\"unknown\"/>"}});
  const Classified classified = Classify({{"f.xml", text}}, inventory, faults);
  kCycloneDx.import(classified.documents.at(kCycloneDx.name), inventory, faults);
  EXPECT_THAT(model::Lines(faults.ToStatus()),
              ElementsAre(HasSubstr("f.xml:31:1: services[0].services[0].data[0]: must be a mapping with the "
                                    "`classification` of the data")));
}

}  // namespace
}  // namespace metapowers::importers
