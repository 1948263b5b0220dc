// CycloneDX in XML: the same as in JSON, whatever hostile texts say.
#include "service/evidence/cyclonedx_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/error.h"
#include "service/evidence/evidence.h"
#include "tests/evidence/fixtures.h"
#include "tests/support/status_matchers.h"

namespace metapowers::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kFormat = model::v1::EVIDENCE_FORMAT_CYCLONEDX;

// Twins: what one says in XML, the other says in JSON.
constexpr char kXml[] = R"xml(<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:0" version="1" xmlns:x="urn:other">
  <metadata>
    <timestamp>2026-10-19T04:12:30Z</timestamp>
    <tools><components><component type="application"><name>syft</name><version>1.33.0</version></component></components></tools>
    <component type="container" bom-ref="root" x:note="unread"><name>registry/api</name><version>7</version></component>
  </metadata>
  <components>
    <component type="library" bom-ref="a">
      <supplier><name>Go</name></supplier>
      <group>golang.org/x</group><name>net</name><version>v0.17.0</version>
      <hashes><hash alg="SHA-256">00</hash></hashes>
      <licenses><license><id>BSD-3-Clause</id><text encoding="base64">AAAA</text></license></licenses>
      <purl>pkg:golang/golang.org/x/net@v0.17.0</purl>
      <x:other><name>not ours</name></x:other>
      <properties><property name="p">v</property></properties>
    </component>
    <component type="library" bom-ref="b"><name>text &amp; more</name>
      <licenses><expression acknowledgement="declared">MIT OR GPL-2.0-only</expression></licenses>
      <components><component type="library" bom-ref="d"><name><![CDATA[<nested>]]></name><version>2</version></component></components>
    </component>
    <component type="operating-system" bom-ref="e"><name>debian</name><version>12</version></component>
    <component type="library"><name/></component>
  </components>
  <dependencies>
    <dependency ref="root"><dependency ref="a"/></dependency>
    <dependency ref="a"><dependency ref="b"/><provides ref="x"/></dependency>
    <dependency ref="b"/>
  </dependencies>
  <vulnerabilities>
    <vulnerability bom-ref="v1">
      <id>CVE-2026-0001</id>
      <source><name>NVD</name><url>https://nvd.nist.gov</url></source>
      <references><reference><id>GHSA-aaaa-bbbb-cccc</id></reference></references>
      <ratings><rating><score>9.8</score><severity>critical</severity><method>CVSSv31</method>
        <vector>CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</vector></rating></ratings>
      <cwes><cwe>79</cwe><cwe>502</cwe></cwes>
      <description>Bad.</description>
      <analysis><state>not_affected</state><justification>code_not_reachable</justification><detail>Off.</detail></analysis>
      <affects><target><ref>a</ref><versions><version><version>v0.17.0</version><status>affected</status></version></versions></target>
        <target><ref>d</ref></target></affects>
    </vulnerability>
  </vulnerabilities>
</bom>
)xml";

constexpr char kJson[] = R"json({
  "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:0", "version": 1,
  "metadata": {"timestamp": "2026-10-19T04:12:30Z",
    "tools": {"components": [{"type": "application", "name": "syft", "version": "1.33.0"}]},
    "component": {"type": "container", "bom-ref": "root", "name": "registry/api", "version": "7"}},
  "components": [
    {"type": "library", "bom-ref": "a", "supplier": {"name": "Go"}, "group": "golang.org/x", "name": "net", "version": "v0.17.0",
     "hashes": [{"alg": "SHA-256", "content": "00"}], "licenses": [{"license": {"id": "BSD-3-Clause"}}],
     "purl": "pkg:golang/golang.org/x/net@v0.17.0"},
    {"type": "library", "bom-ref": "b", "name": "text & more", "licenses": [{"expression": "MIT OR GPL-2.0-only"}],
     "components": [{"type": "library", "bom-ref": "d", "name": "<nested>", "version": "2"}]},
    {"type": "operating-system", "bom-ref": "e", "name": "debian", "version": "12"},
    {"type": "library", "name": ""}],
  "dependencies": [{"ref": "root", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b"}],
  "vulnerabilities": [
    {"bom-ref": "v1", "id": "CVE-2026-0001", "source": {"name": "NVD"}, "references": [{"id": "GHSA-aaaa-bbbb-cccc"}],
     "ratings": [{"score": 9.8, "severity": "critical", "method": "CVSSv31", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
     "cwes": [79, 502], "description": "Bad.",
     "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "Off."},
     "affects": [{"ref": "a", "versions": [{"version": "v0.17.0", "status": "affected"}]}, {"ref": "d"}]}]})json";

Report Read(absl::string_view text) {
  const auto report = Parse(Declare(kFormat), text);
  EXPECT_OK(report);
  return report.ok() ? *report : Report();
}

// "place: cause; mend" of a text that is refused.
std::string Refusal(absl::string_view text) {
  const auto report = Parse(Declare(kFormat), text);
  EXPECT_FALSE(report.ok());
  const ErrorDetails details = DetailsOf(report.status());
  return details.violations.empty() ? ""
                                    : absl::StrCat(details.violations[0].field, ": ", details.violations[0].description,
                                                   "; ", details.next_step);
}

std::string Bom(const std::string& inner, const std::string& version = "1.6") {
  return absl::StrCat("<bom xmlns=\"http://cyclonedx.org/schema/bom/", version, "\">\n", inner, "</bom>");
}

TEST(CycloneDxXmlTest, SaysWhatTheSameFileInJsonSays) {
  const Report xml = Read(kXml);
  EXPECT_EQ(xml, Read(kJson));
  EXPECT_EQ(xml.content, Content::kScan);
  EXPECT_EQ(xml.tool, "syft");
  ASSERT_TRUE(xml.bom.has_value());
  EXPECT_EQ(xml.bom->packages.size(), 3u);
  EXPECT_EQ(xml.bom->subject, "registry/api");
  ASSERT_EQ(xml.findings.size(), 2u);
  EXPECT_EQ(xml.findings[0].cvss->score, 9.8);
  EXPECT_EQ(xml.findings[0].cwes, (std::vector<std::string>{"CWE-502", "CWE-79"}));
}

TEST(CycloneDxXmlTest, AllVersionsAreOneForm) {
  const std::string old_tools =
      "<metadata><tools><tool><vendor>V</vendor><name>maker</name><version>2</version></tool></tools></metadata>\n"
      "<components><component type=\"library\"><name>a</name></component></components>\n";
  for (const char* version : {"1.2", "1.3", "1.4", "1.5", "1.6"}) {
    const Report report = Read(Bom(old_tools, version));
    EXPECT_EQ(report.tool, "maker") << version;
    EXPECT_EQ(report.tool_version, "2") << version;
    EXPECT_EQ(report.bom->packages.size(), 1u) << version;
  }
  for (const char* version : {"1.0", "1.1", "2.0", ""}) {
    EXPECT_THAT(Refusal(Bom("", version)), HasSubstr("specVersion: is \"")) << version;
  }
  EXPECT_THAT(Refusal("<project xmlns='http://maven.apache.org/POM/4.0.0'/>"), HasSubstr("XML of another kind"));
  EXPECT_THAT(Refusal("<bom/>"), HasSubstr("XML of another kind"));
}

TEST(CycloneDxXmlTest, ValuesHaveThePlacesOfTheirElements) {
  const CycloneDxXml xml = ReadCycloneDxXml(kXml, 10'000);
  ASSERT_NE(xml.tree, nullptr);
  const model::YamlNode* components = xml.tree->root().Find("components");
  ASSERT_NE(components, nullptr);
  EXPECT_EQ(components->at, (model::Position{9, 3}));
  ASSERT_EQ(components->items.size(), 4u);
  EXPECT_EQ(components->items[1]->at.line, 19);
  EXPECT_EQ(components->items[0]->Find("properties"), nullptr) << "read nowhere";
}

// Definitions without end, files of the machine, deep and endless texts.
TEST(CycloneDxXmlTest, HostileTextsAreRefusedWithTheirPlace) {
  const std::string bomb =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE bom [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n" +
      Bom("<metadata><component><name>&b;</name></component></metadata>");
  EXPECT_THAT(Refusal(bomb), HasSubstr("line 2: a document type (<!DOCTYPE …>) is not read"));
  EXPECT_TRUE(ReadCycloneDxXml(bomb, 100).is_cyclonedx);
  const std::string file = "<!DOCTYPE bom SYSTEM \"file:///etc/passwd\">\n" + Bom("");
  EXPECT_THAT(Refusal(file), HasSubstr("line 1: a document type"));
  EXPECT_THAT(Refusal(Bom("<metadata>&passwd;</metadata>\n")), HasSubstr("line 2: the text is no XML from here on: "));

  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "<components><component>";
  EXPECT_THAT(Refusal(Bom(deep)), HasSubstr("nested deeper than 64 levels"));
  std::string kinds;
  for (int i = 0; i < 300; ++i) kinds += absl::StrCat("<k", i, "/>");
  EXPECT_THAT(Refusal(Bom("<metadata>" + kinds + "</metadata>")), HasSubstr("has more than 256 attributes and kinds"));
  std::string attributes;
  for (int i = 0; i < 300; ++i) attributes += absl::StrCat(" k", i, "=''");
  EXPECT_THAT(Refusal(Bom("<metadata" + attributes + "/>")), HasSubstr("has more than 256 attributes and kinds"));

  EXPECT_THAT(Refusal(Bom("<metadata>\n</components>\n")), HasSubstr("line 3: the text is no XML from here on: "));
  EXPECT_THAT(Refusal("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">"), HasSubstr("no element found"));
  EXPECT_THAT(Refusal("<?xml version='1.0' encoding='windows-1252'?>" + Bom("")), HasSubstr("unknown encoding"));
  EXPECT_THAT(Refusal(Bom("<metadata>\xff</metadata>")), HasSubstr("no XML from here on"));
}

TEST(CycloneDxXmlTest, TheNumberOfValuesIsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "<component type='library'><name>a</name></component>";
  const std::string text = Bom("<components>" + many + "</components>");
  EXPECT_NE(ReadCycloneDxXml(text, 3'100).tree, nullptr);
  const CycloneDxXml refused = ReadCycloneDxXml(text, 1'000);
  ASSERT_TRUE(refused.fault.has_value());
  EXPECT_TRUE(refused.is_cyclonedx);
  EXPECT_EQ(refused.tree, nullptr);
  EXPECT_THAT(refused.fault->cause, HasSubstr("one value too many; the limit is 1000"));
}

TEST(CycloneDxXmlTest, WhatAnElementHasSeveralTimesIsAListAndTheFirstMemberStands) {
  const CycloneDxXml xml =
      ReadCycloneDxXml(Bom("<metadata><author>A</author><b/><author>B</author><author>C</author></metadata>"
                           "<components><component name='x' type='library'/></components>"),
                       100);
  ASSERT_NE(xml.tree, nullptr);
  const model::YamlNode* author = xml.tree->root().Find("metadata")->Find("author");
  ASSERT_EQ(author->items.size(), 3u);
  EXPECT_EQ(author->items[2]->text, "C");
}

// Cut and bent anywhere, a file is read or refused.
TEST(CycloneDxXmlTest, SurvivesTruncationAndMutation) {
  const std::string text = kXml;
  for (size_t size = 0; size < text.size(); size += 7) {
    const CycloneDxXml cut = ReadCycloneDxXml(absl::string_view(text).substr(0, size), 1'000);
    EXPECT_TRUE(cut.fault.has_value() || cut.tree == nullptr) << size;
  }
  const std::vector<std::string> pieces = {"<",    ">",       "</", "/>",     "&",          "]]>",          "<!--",
                                           "<?",   "\"",      "=",  "<data>", "<licenses>", "<dependency>", "<tools>",
                                           "&#0;", "xmlns=''"};
  std::mt19937 random(11);
  int read = 0;
  for (int run = 0; run < 3000; ++run) {
    std::string bent = text;
    for (unsigned change = random() % 3; change < 3; ++change) {
      const size_t at = random() % bent.size();
      switch (random() % 3) {
        case 0:
          bent.erase(at, random() % 40);
          break;
        case 1:
          bent.insert(at, pieces[random() % pieces.size()]);
          break;
        default:
          bent[at] = static_cast<char>(random() % 256);
      }
    }
    const auto report = Parse(Declare(kFormat), bent);
    read += report.ok() ? 1 : 0;
    if (!report.ok()) {
      EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument) << run;
    }
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace metapowers::evidence
