// Open Threat Model: what each part becomes.
#include "service/importers/otm.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "service/importers/otm_words.h"
#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const std::string& text) { return ReadFormat(kOtm, {{"t.otm", text}}); }

class OtmTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { read_ = new ReadFormat(Read(FixtureOf("otm/complete.yaml"))); }
  static void TearDownTestSuite() { delete read_; }
  const ReadFormat& read() { return *read_; }
  static ReadFormat* read_;
};
ReadFormat* OtmTest::read_ = nullptr;

TEST_F(OtmTest, CountsAndFaults) {
  EXPECT_THAT(read().faults, IsEmpty());
  EXPECT_EQ(read().Counted("trust_boundaries"), 3);
  EXPECT_EQ(read().Counted("components"), 5);
  EXPECT_EQ(read().Counted("flows"), 4);
  EXPECT_EQ(read().Counted("broken_flows"), 2);
  EXPECT_EQ(read().Counted("data_assets"), 3);
  EXPECT_EQ(read().Counted("representations"), 2);
  EXPECT_EQ(read().Counted("threats"), 2);
  EXPECT_EQ(read().Counted("threats_on_elements"), 2);
  EXPECT_EQ(read().Counted("mitigations"), 1);
}

TEST_F(OtmTest, Project) {
  EXPECT_EQ(read().inventory.name, "Bike Hire");
  EXPECT_EQ(read().inventory.description, "Lends bikes.");
  EXPECT_THAT(
      read().Notes(v1::IMPORT_NOTE_KIND_KEPT),
      AllOf(Contains("t.otm:3 id of the project: bike-hire"), Contains("t.otm:6 owner of the project: Ada Byron"),
            Contains("t.otm:7 ownerContact of the project: ada@example.com"),
            Contains("t.otm:8 tags of the project: otm:attribute:cmdb=B-12, city"),
            Contains("t.otm:12 representation 'Code' of type 'code', repository https://git.example.com/bikes")));
}

TEST_F(OtmTest, AssetsBecomeDataClassesOfTheNearestLevel) {
  const auto& cards = ReadFormat::Find(read().inventory.data_classes, "cards");
  EXPECT_EQ(cards.value.name(), "Payment Cards");
  EXPECT_EQ(cards.value.confidentiality(), pb::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(cards.value.integrity(), pb::IMPORTANCE_CRITICAL);
  EXPECT_EQ(cards.value.availability(), pb::IMPORTANCE_IMPORTANT);
  EXPECT_EQ(cards.value.rating_justification(), "The scheme fines us.");
  EXPECT_THAT(cards.value.tags(), ElementsAre("otm:attribute:region=eu"));
  const auto& places = ReadFormat::Find(read().inventory.data_classes, "Places");
  EXPECT_EQ(places.value.confidentiality(), pb::CONFIDENTIALITY_PUBLIC);
  EXPECT_EQ(places.value.integrity(), pb::IMPORTANCE_OPERATIONAL);
  EXPECT_EQ(places.value.availability(), pb::IMPORTANCE_MISSION_CRITICAL);
  EXPECT_THAT(places.value.tags(),
              ElementsAre("otm:confidentiality=12.4", "otm:integrity=12.5", "otm:availability=90"));
  EXPECT_EQ(ReadFormat::Find(read().inventory.data_classes, "bare").value.confidentiality(),
            pb::CONFIDENTIALITY_UNSPECIFIED);
}

TEST(OtmWordsTest, EveryLevelComesBackAsItself) {
  for (int level = 1; level <= 5; ++level) {
    EXPECT_EQ(otm::LevelOf((level - 1) * 25), level);
    EXPECT_TRUE(otm::IsExactLevel((level - 1) * 25));
  }
  EXPECT_EQ(otm::LevelOf(37.4), 2);
  EXPECT_EQ(otm::LevelOf(37.5), 3);
  EXPECT_FALSE(otm::IsExactLevel(37.5));
}

TEST_F(OtmTest, TrustZones) {
  const auto& internet = read().Zone("Internet");
  EXPECT_EQ(internet.value.type(), pb::ZONE_TYPE_INTERNET);
  EXPECT_EQ(internet.bases.at("type").kind, v1::BASIS_OBSERVED);
  EXPECT_EQ(internet.value.imported_id(), "f0ba7722-39b6-4c81-8290-a30a248bb8d9");
  EXPECT_TRUE(internet.value.has_trust());
  EXPECT_EQ(internet.value.trust(), 0);
  const auto& cloud = read().Zone("cloud");
  EXPECT_EQ(cloud.value.name(), "Cloud");
  EXPECT_EQ(cloud.value.trust(), 67);
  EXPECT_EQ(cloud.bases.at("type").kind, v1::BASIS_ASSUMED);
  EXPECT_THAT(cloud.value.tags(),
              ElementsAre("otm:type=b61d6911-338d-46a8-9f39-8dcd24abfe91", "otm:attribute:tier=1", "otm:trust=66.6"));
  EXPECT_FALSE(read().Zone("inner").value.has_trust());
  EXPECT_EQ(read().ParentOf("inner"), "cloud");
}

TEST_F(OtmTest, Components) {
  const auto& rider = read().Component("rider");
  EXPECT_EQ(rider.value.kind(), pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  EXPECT_THAT(rider.bases.at("kind").reason, HasSubstr("has the word 'client'"));
  EXPECT_THAT(rider.value.technology(), ElementsAre("generic-client"));
  EXPECT_THAT(rider.value.tags(), ElementsAre("external", "External"));
  EXPECT_EQ(read().ZoneOf("rider"), "Internet");
  const auto& web = read().Component("Web");
  EXPECT_EQ(web.value.kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(web.value.description(), "Shows bikes.\nAnd more.");
  EXPECT_THAT(web.value.technology(), ElementsAre("cd-web-service"));
  EXPECT_THAT(web.value.tags(), ElementsAre("otm:type=CD-Web-Service"));
  EXPECT_EQ(read().ZoneOf("Web"), "inner");
  EXPECT_THAT(ReadFormat::Referred(web, "processes", read().inventory.data_classes), ElementsAre("cards"));
  EXPECT_THAT(ReadFormat::Referred(web, "stores", read().inventory.data_classes), ElementsAre("Places"));
}

TEST_F(OtmTest, OneNameTwiceStaysTwoComponents) {
  std::vector<std::string> names;
  for (const auto& component : read().inventory.components) {
    if (component.value.name() == "Store") names.push_back(component.name);
  }
  ASSERT_EQ(names.size(), 2u);
  EXPECT_NE(names[0], names[1]);
  EXPECT_THAT(names[0], testing::MatchesRegex("Store [0-9a-f]{8}"));
  const auto& first = read().Component(names[0]);
  EXPECT_EQ(first.value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(read().ZoneOf(names[0]), "inner") << "the zone of the component around it";
  EXPECT_THAT(first.value.tags(),
              ElementsAre("otm:parent=11111111-aaaa-4bbb-8ccc-000000000001", "otm:attribute:shard=3"));
  const auto& second = read().Component(names[1]);
  EXPECT_THAT(second.value.technology(), IsEmpty());
  EXPECT_THAT(second.value.tags(), ElementsAre("otm:type=empty-component"));
  EXPECT_EQ(read().ZoneOf(names[1]), "");
}

TEST_F(OtmTest, Flows) {
  EXPECT_THAT(read().Flows(), ElementsAre("rider > Web", testing::StartsWith("Web > Store ")));
  const auto& rides = read().Flow("df-1");
  EXPECT_EQ(rides.value.name(), "Rides");
  EXPECT_EQ(rides.value.purpose(), "Rents a bike.");
  EXPECT_EQ(rides.scope, "otm:t.otm");
  EXPECT_THAT(rides.value.tags(), ElementsAre("otm:bidirectional", "https"));
  EXPECT_THAT(ReadFormat::Referred(rides, "sends", read().inventory.data_classes), ElementsAre("cards"));
  EXPECT_THAT(ReadFormat::Referred(rides, "receives", read().inventory.data_classes), ElementsAre("cards"));
  EXPECT_THAT(ReadFormat::Referred(read().Flow("df-2"), "receives", read().inventory.data_classes), IsEmpty());
  EXPECT_EQ(rides.value.transport_security(), pb::TRANSPORT_SECURITY_UNSPECIFIED);
}

TEST_F(OtmTest, WhatIsLeftOutIsListed) {
  EXPECT_THAT(read().Skipped(),
              UnorderedElementsAre(
                  "t.otm:83 dataflow 'df-3': the file has no component 'ghost'; add it or name another",
                  "t.otm:84 dataflow 'df-4': it leads from a component to itself, which is no flow between two",
                  "t.otm:95 key 'views': OTM 0.2 has no such part"));
}

TEST_F(OtmTest, BrokenReferencesAndRatingsAreTold) {
  const auto warnings = read().Notes(v1::IMPORT_NOTE_KIND_WARNING);
  EXPECT_THAT(warnings, Contains("t.otm:35 ratings are from 0 to 100, not 101; it was left out"));
  EXPECT_THAT(warnings, Contains(HasSubstr("the file has no asset 'gone'; it was left out")).Times(2));
  EXPECT_THAT(warnings, Contains(HasSubstr("the file has no component 'nobody', in which "
                                           "'11111111-aaaa-4bbb-8ccc-000000000003' is")));
  EXPECT_THAT(warnings, Contains(HasSubstr("the file has no trust zone 'nowhere'; 'lonely' was left without a zone")));
  EXPECT_THAT(warnings, Contains(HasSubstr("attribute 'nested' of Cloud is no single value")));
  EXPECT_THAT(warnings, Contains(HasSubstr("places of 1 elements in diagrams")));
}

TEST_F(OtmTest, SecretsInAttributesAreNamedAndNotTaken) {
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_WARNING),
              AllOf(Contains(HasSubstr("attribute 'api_key' of Cloud holds a secret")),
                    Contains(HasSubstr("attribute 'password' of Store holds a secret"))));
  EXPECT_THAT(read().Everything(), Not(HasSubstr("sk-secret-in-zone-0001")));
  EXPECT_THAT(read().Everything(), Not(HasSubstr("hunter2-in-attribute")));
}

TEST_F(OtmTest, ThreatsAreKept) {
  const auto kept = read().Notes(v1::IMPORT_NOTE_KIND_KEPT);
  EXPECT_THAT(kept,
              Contains("t.otm:55 threat 'Stolen session' on component 'Web' is 'exposed'; mitigation 'Short "
                       "sessions' is 'implemented', mitigation 'm9', which the file does not have is 'required'"));
  EXPECT_THAT(kept,
              Contains(HasSubstr("threat 't2', which the file does not have on dataflow 'Rides' is 'mitigated'")));
  EXPECT_THAT(kept, Contains(HasSubstr("threat 'Stolen session': likelihood 50; impact 100; Spoofing; CWE-287; Someone "
                                       "rides for free.")));
  EXPECT_THAT(kept, Contains(HasSubstr("threat 'On nothing', on no element: impact 1")));
  EXPECT_THAT(kept, Contains(HasSubstr("mitigation 'Short sessions', lowers risk by 40: Ten minutes.")));
}

TEST(OtmFaultsTest, JsonIsReadAlike) {
  const ReadFormat read = Read(R"({"otmVersion": "0.1.0", "project": {"name": "P", "id": "p"},
    "trustZones": [{"id": "z", "name": "Z\u00fcrich", "risk": {"trustRating": 5}}],
    "components": [{"id": "c", "name": "C", "type": "db", "parent": {"trustZone": "z"}}], "dataflows": []})");
  EXPECT_THAT(read.faults, IsEmpty());
  EXPECT_EQ(read.Zone("z").value.name(), "Zürich");
  EXPECT_EQ(read.Component("c").value.kind(), pb::COMPONENT_KIND_DATASTORE);
}

TEST(OtmFaultsTest, UnknownVersionsAreRefusedWithMend) {
  const ReadFormat read = Read("otmVersion: 1.0.0\nproject: {name: P, id: p}\ncomponents: 7\n");
  EXPECT_EQ(read.claimed, 1u);
  EXPECT_THAT(read.Skipped(), ElementsAre("t.otm:1 OTM '1.0.0': versions 0.1 and 0.2 are read; export the threat model "
                                          "as one of them"));
  EXPECT_THAT(read.inventory.components, IsEmpty());
}

TEST(OtmFaultsTest, WrongFormsAreFaultsToldOnce) {
  const ReadFormat read = Read(
      "otmVersion: 0.1.0\nproject: [p]\ntrustZones:\n  - 7\n  - {name: Z}\n"
      "components:\n  - {id: c, name: [x], type: t, parent: {trustZone: z}}\n"
      "  - {id: c, name: D}\ndataflows: {a: b}\n");
  EXPECT_THAT(read.faults,
              ElementsAre("t.otm:4:5: trustZones[0]: must be a mapping, not text",
                          "t.otm:5:5: trustZones[1].id: is required: references name an element by its id",
                          "t.otm:7:19: components[0].name: must be text, not a list",
                          "t.otm:8:10: components[1].id: is 'c', which line 7 has too; an id stands for one element",
                          "t.otm:9:12: dataflows: must be a list, not a mapping",
                          "t.otm:2:10: project: must be a mapping, not a list"));
}

TEST(OtmFaultsTest, NothingIsInsideItself) {
  const ReadFormat read = Read(
      "otmVersion: 0.1.0\nproject: {name: P, id: p}\ntrustZones:\n"
      "  - {id: a, name: A, risk: {trustRating: 1}, parent: {trustZone: b}}\n"
      "  - {id: b, name: B, risk: {trustRating: 1}, parent: {trustZone: a}}\n"
      "components:\n  - {id: c, name: C, type: t, parent: {component: c}}\n");
  EXPECT_THAT(read.faults,
              ElementsAre(HasSubstr("puts trust zone 'a' into itself"), HasSubstr("puts trust zone 'b' into itself"),
                          HasSubstr("puts component 'c' into itself")));
}

TEST(OtmFaultsTest, NamesDoNotDependOnTheOrder) {
  const auto names = [](const std::vector<std::string>& ids) {
    std::string text = "otmVersion: 0.1.0\nproject: {name: P, id: p}\ncomponents:\n";
    for (const std::string& id : ids) absl::StrAppend(&text, "  - {id: '", id, "', name: Same, type: t}\n");
    std::map<std::string, std::string> out;
    for (const auto& component : Read(text).inventory.components) out[component.value.imported_id()] = component.name;
    return out;
  };
  EXPECT_EQ(names({"a.1", "b.2", "c.3"}), names({"c.3", "a.1", "b.2"}));
}

TEST(OtmPublicTest, CountsOfThePublicFiles) {
  struct Case {
    const char* file;
    int boundaries, components, flows, external, stores;
  };
  for (const Case& expected :
       {Case{"manual_threat_model.yaml", 3, 3, 2, 1, 1}, Case{"tf_example.yaml", 2, 29, 22, 4, 1}}) {
    SCOPED_TRACE(expected.file);
    const std::string text = PublicInput(absl::StrCat("otm/", expected.file));
    if (text.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/otm/" << expected.file << " near this tree";
    const ReadFormat read = Read(text);
    EXPECT_THAT(read.faults, IsEmpty());
    EXPECT_EQ(read.Counted("trust_boundaries"), expected.boundaries);
    EXPECT_EQ(read.inventory.zones.size(), static_cast<size_t>(expected.boundaries));
    EXPECT_EQ(read.Counted("components"), expected.components);
    EXPECT_EQ(read.inventory.components.size(), static_cast<size_t>(expected.components));
    EXPECT_EQ(read.Counted("flows"), expected.flows);
    EXPECT_EQ(read.inventory.flows.size(), static_cast<size_t>(expected.flows));
    EXPECT_EQ(read.Counted("data_assets"), 0);
    EXPECT_THAT(read.Skipped(), IsEmpty());
    int external = 0;
    int stores = 0;
    std::set<std::string> names;
    for (const auto& component : read.inventory.components) {
      external += component.value.kind() == pb::COMPONENT_KIND_EXTERNAL_ENTITY;
      stores += component.value.kind() == pb::COMPONENT_KIND_DATASTORE;
      EXPECT_TRUE(names.insert(component.name).second) << component.name;
      EXPECT_NE(read.ZoneOf(component.name), "");
    }
    EXPECT_EQ(external, expected.external);
    EXPECT_EQ(stores, expected.stores);
  }
}

}  // namespace
}  // namespace metapowers::importers
