// OWASP Threat Dragon: what cells become.
#include "service/importers/threat_dragon.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/importers/read_format.h"

namespace metapowers::importers {
namespace {

namespace pb = model::v1;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

ReadFormat Read(const std::string& text) { return ReadFormat(kThreatDragon, {{"t.json", text}}); }

std::vector<std::string> ControlsOf(const google::protobuf::RepeatedPtrField<pb::ControlPosture>& posture) {
  std::vector<std::string> out;
  for (const pb::ControlPosture& control : posture) {
    out.push_back(absl::StrCat(control.control(), " ", pb::PostureState_Name(control.state())));
  }
  return out;
}

class ThreatDragonTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { read_ = new ReadFormat(Read(FixtureOf("threat_dragon/two_diagrams.json"))); }
  static void TearDownTestSuite() { delete read_; }
  const ReadFormat& read() { return *read_; }
  // The component of the process called `name`; there is an actor of that name as well.
  std::string ProcessCalled(const std::string& name) {
    for (const auto& component : read().inventory.components) {
      if (component.value.name() == name && component.value.kind() == pb::COMPONENT_KIND_PROCESS) return component.name;
    }
    return "";
  }
  static ReadFormat* read_;
};
ReadFormat* ThreatDragonTest::read_ = nullptr;

TEST_F(ThreatDragonTest, CountsAndHead) {
  EXPECT_THAT(read().faults, IsEmpty());
  EXPECT_EQ(read().inventory.name, "Library");
  EXPECT_EQ(read().inventory.description, "Lends books.");
  EXPECT_EQ(read().Counted("diagrams"), 2);
  EXPECT_EQ(read().Counted("trust_boundaries"), 4);
  EXPECT_EQ(read().Counted("components"), 7);
  EXPECT_EQ(read().Counted("flows"), 9);
  EXPECT_EQ(read().Counted("unconnected_flows"), 4);
  EXPECT_EQ(read().Counted("threats"), 3);
  EXPECT_EQ(read().Counted("open_threats"), 1);
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_KEPT),
              AllOf(Contains(HasSubstr("owner: Grace")), Contains(HasSubstr("reviewer: Linus")),
                    Contains(HasSubstr("contributors: Ada, Alan"))));
}

TEST_F(ThreatDragonTest, BoxesBecomeZonesAndCurvesNotes) {
  EXPECT_EQ(read().inventory.zones.size(), 3u);
  const auto& centre = read().Zone("Data centre");
  EXPECT_EQ(centre.value.description(), "Ours.");
  EXPECT_EQ(centre.value.imported_id(), "b1");
  EXPECT_EQ(centre.bases.at("type").kind, v1::BASIS_ASSUMED);
  std::string unnamed;
  for (const auto& zone : read().inventory.zones) {
    if (zone.value.imported_id() == "b2") unnamed = zone.name;
  }
  EXPECT_THAT(unnamed, MatchesRegex("Trust boundary [0-9a-f]{8}"));
  EXPECT_EQ(read().ParentOf(unnamed), "Data centre");
  EXPECT_EQ(read().ParentOf("Cellar"), "") << "boxes of other diagrams hold nothing here";
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("trust boundary 'Edge' is a curve")));
  EXPECT_EQ(read().ZoneOf(ProcessCalled("Desk")), unnamed) << "the innermost box";
  EXPECT_EQ(read().ZoneOf("Stacks"), "Data centre");
  EXPECT_EQ(read().ZoneOf("Reader"), "");
  EXPECT_EQ(read().ZoneOf("Gate"), "") << "across the edge";
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              Contains(HasSubstr("process 'Gate' lies across the edge of trust boundary 'Data centre'")).Times(1));
  EXPECT_THAT(
      read().Notes(v1::IMPORT_NOTE_KIND_WARNING),
      Contains(HasSubstr("store 'Stacks' is in trust boundary 'Cellar' here and in another trust boundary in an "
                         "earlier diagram, which stands")));
}

TEST_F(ThreatDragonTest, KindsAreWhatIsDrawn) {
  EXPECT_EQ(read().Component("Reader").value.kind(), pb::COMPONENT_KIND_EXTERNAL_ENTITY);
  EXPECT_EQ(read().Component("Stacks").value.kind(), pb::COMPONENT_KIND_DATASTORE);
  EXPECT_EQ(read().Component(ProcessCalled("Desk")).value.kind(), pb::COMPONENT_KIND_PROCESS);
  EXPECT_EQ(read().Component("Reader").bases.count("kind"), 0u) << "observed";
}

TEST_F(ThreatDragonTest, OneElementInTwoDiagramsIsOneComponentAndTwinsAreTwo) {
  std::set<std::string> desks, twins;
  for (const auto& component : read().inventory.components) {
    if (component.value.name() == "Desk") desks.insert(component.name);
    if (component.value.name() == "Twin") twins.insert(component.name);
  }
  EXPECT_EQ(desks.size(), 2u) << "the process of both diagrams, and the actor";
  EXPECT_EQ(twins.size(), 2u);
  EXPECT_EQ(read().Component(ProcessCalled("Desk")).value.description(), "Where one asks.");
}

TEST_F(ThreatDragonTest, WhatIsTickedIsTakenOver) {
  const auto& stacks = read().Component("Stacks");
  EXPECT_THAT(ControlsOf(stacks.value.posture()), ElementsAre("encryption_at_rest POSTURE_STATE_IMPLEMENTED"));
  EXPECT_EQ(stacks.value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED) << "how is not said";
  EXPECT_THAT(stacks.value.tags(), UnorderedElementsAre("threat-dragon:isALog", "threat-dragon:isSigned",
                                                        "threat-dragon:storesCredentials"));
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_QUESTION),
              Contains(HasSubstr("which credentials does store 'Stacks' keep, and of whom?")));
  const auto& desk = read().Component(ProcessCalled("Desk"));
  EXPECT_THAT(desk.value.technology(), ElementsAre("web-application"));
  EXPECT_THAT(desk.value.scope_tags(), ElementsAre(pb::SCOPE_TAG_PCI_CDE));
  EXPECT_TRUE(desk.value.out_of_scope());
  EXPECT_EQ(desk.value.scope_justification(), "Not said in t.json");
  EXPECT_EQ(desk.bases.at("scope_justification").kind, v1::BASIS_ASSUMED);
  EXPECT_EQ(read().Component("Reader").value.scope_justification(), "A person");
  EXPECT_THAT(read().Component("Reader").value.tags(), ElementsAre("threat-dragon:providesAuthentication"));
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("privilege level of process 'Desk': root")));
}

TEST_F(ThreatDragonTest, WhatIsNotTickedSaysNothing) {
  const auto& gate = read().Component("Gate");
  EXPECT_THAT(gate.value.posture(), IsEmpty());
  EXPECT_EQ(gate.value.encryption_at_rest(), pb::ENCRYPTION_AT_REST_UNSPECIFIED);
  EXPECT_EQ(gate.value.internet_facing(), pb::TRISTATE_UNSPECIFIED);
  EXPECT_EQ(gate.value.scope_tags_size(), 0);
}

TEST_F(ThreatDragonTest, Flows) {
  const std::string desk = ProcessCalled("Desk");
  const auto& ask = read().Flow("Ask");
  EXPECT_EQ(ask.value.protocol(), "https");
  EXPECT_EQ(ask.value.transport_security(), pb::TRANSPORT_SECURITY_TLS);
  EXPECT_THAT(ControlsOf(ask.value.posture()), ElementsAre("transport_encryption POSTURE_STATE_IMPLEMENTED"));
  EXPECT_THAT(ask.value.tags(), ElementsAre("threat-dragon:isBidirectional", "threat-dragon:isPublicNetwork"));
  EXPECT_EQ(ask.value.purpose(), "For a book.");
  EXPECT_EQ(read().Flow("Desk to Stacks").value.transport_security(), pb::TRANSPORT_SECURITY_NONE);
  EXPECT_THAT(read().Flows(), Contains("Reader > " + desk));
  EXPECT_THAT(read().Flows(), Contains(desk + " > Stacks").Times(1)) << "the same in both diagrams";
  EXPECT_THAT(read().Flows(), Contains("Stacks > " + desk));
  EXPECT_EQ(read().inventory.flows.size(), 5u);
  int encrypted = 0;
  for (const auto& flow : read().inventory.flows) {
    if (flow.value.name() != "Pass") continue;
    EXPECT_EQ(flow.value.transport_security(), pb::TRANSPORT_SECURITY_UNSPECIFIED) << "encrypted, by what is not said";
    encrypted += flow.value.posture_size();
  }
  EXPECT_EQ(encrypted, 1);
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_KEPT), Contains(HasSubstr("is out of scope: Local")));
  EXPECT_THAT(read().Notes(v1::IMPORT_NOTE_KIND_QUESTION), Contains(HasSubstr("which end opens the connection")));
}

TEST_F(ThreatDragonTest, WhatIsLeftOutIsListed) {
  EXPECT_THAT(
      read().Skipped(),
      UnorderedElementsAre(HasSubstr("flow 'Loose': its source is connected to nothing; connect it in the diagram"),
                           HasSubstr("flow 'Dangling': its target is cell 'gone', which the diagram does not have"),
                           HasSubstr("flow 'Into a wall': its target is trust boundary 'Data centre', which"),
                           HasSubstr("flow 'Round': it leads to where it comes from"),
                           HasSubstr("cell 'odd': type 'tm.Cloud' is none of Threat Dragon 2")));
}

TEST_F(ThreatDragonTest, ThreatsAreKept) {
  EXPECT_THAT(
      read().Notes(v1::IMPORT_NOTE_KIND_KEPT),
      AllOf(Contains(HasSubstr("threat 'Fire' on store 'Stacks' is Open; type Denial of service; severity High; "
                               "description: It burns.; mitigation: Sprinklers.")),
            Contains(HasSubstr("threat 'Moths' on store 'Stacks' is Mitigated")),
            Contains(HasSubstr("threat 'Noise' on flow 'Ask' is NA"))));
}

TEST(ThreatDragonFaultsTest, OtherVersionsAreRefusedWithMend) {
  const ReadFormat first =
      Read(R"({"summary": {"title": "T"}, "detail": {"diagrams": [{"diagramJson": {"cells": []}}]}})");
  EXPECT_EQ(first.claimed, 1u);
  EXPECT_THAT(first.Skipped(), ElementsAre("t.json:1 Threat Dragon model, version '': version 1 is not read; open the "
                                           "model in Threat Dragon 2 and save it again"));
  const ReadFormat third =
      Read(R"({"version": "3.0", "summary": {"title": "T"}, "detail": {"diagrams": [{"cells": 4}]}})");
  EXPECT_THAT(
      third.Skipped(),
      ElementsAre("t.json:1 Threat Dragon model, version '3.0': versions 2.x are read; save the model in one of "
                  "them"));
  EXPECT_THAT(third.faults, IsEmpty());
}

TEST(ThreatDragonFaultsTest, WrongFormsAreFaults) {
  const ReadFormat read = Read(
      "{\"version\": \"2.0\", \"summary\": {\"title\": []}, \"detail\": {\"diagrams\": [{\"cells\": [\n"
      "{\"id\": \"a\", \"data\": {\"type\": \"tm.Store\", \"name\": \"S\", \"isEncrypted\": \"maybe\"}},\n"
      "{\"id\": \"a\", \"data\": {\"type\": \"tm.Store\", \"name\": \"T\"}},\n"
      "{\"data\": {\"type\": \"tm.Store\", \"name\": \"U\"}},\n"
      "{\"id\": \"b\", \"position\": {\"x\": \"left\", \"y\": 1}, \"size\": {\"width\": 1, \"height\": 1},"
      " \"data\": {\"type\": \"tm.Store\", \"name\": \"V\"}}, 7]}]}}");
  EXPECT_THAT(read.faults, UnorderedElementsAre(HasSubstr("summary.title: must be text, not a list"),
                                                HasSubstr("isEncrypted: must be true or false, not 'maybe'"),
                                                HasSubstr("is 'a', which line 2 of the same diagram has too"),
                                                HasSubstr("is required: flows name a cell by its id"),
                                                HasSubstr("must be a number, not 'left'"),
                                                HasSubstr("cells[4]: must be a mapping, not text")));
}

TEST(ThreatDragonPublicTest, CountsOfThePublicFiles) {
  struct Case {
    const char* file;
    int boundaries, components, flows, unconnected, threats;
    size_t zones;
  };
  for (const Case& expected :
       {Case{"renting-car.json", 3, 15, 15, 0, 0, 3}, Case{"three-tier-web-app.json", 2, 3, 3, 0, 2, 2},
        Case{"v2-threat-model.json", 3, 7, 10, 1, 14, 0}}) {
    SCOPED_TRACE(expected.file);
    const std::string text = PublicInput(absl::StrCat("threat-dragon/", expected.file));
    if (text.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/threat-dragon/" << expected.file << " near this tree";
    const ReadFormat read = Read(text);
    EXPECT_THAT(read.faults, IsEmpty());
    EXPECT_EQ(read.Counted("trust_boundaries"), expected.boundaries);
    EXPECT_EQ(read.inventory.zones.size(), expected.zones);
    EXPECT_EQ(read.Counted("components"), expected.components);
    EXPECT_EQ(read.inventory.components.size(), static_cast<size_t>(expected.components));
    EXPECT_EQ(read.Counted("flows"), expected.flows);
    EXPECT_EQ(read.Counted("unconnected_flows"), expected.unconnected);
    EXPECT_EQ(read.inventory.flows.size(), static_cast<size_t>(expected.flows - expected.unconnected));
    EXPECT_EQ(read.Counted("threats"), expected.threats);
    EXPECT_EQ(read.Counted("data_assets"), 0);
    EXPECT_EQ(read.inventory.skipped.size(), static_cast<size_t>(expected.unconnected));
  }
}

TEST(ThreatDragonPublicTest, BoxesOfTheRentedCarHoldWhatIsDrawnInThem) {
  const std::string text = PublicInput("threat-dragon/renting-car.json");
  if (text.empty()) GTEST_SKIP() << "NOTE: no shared/testdata/threat-dragon near this tree";
  const ReadFormat read = Read(text);
  std::map<std::string, int> inside;
  for (const auto& component : read.inventory.components) ++inside[read.ZoneOf(component.name)];
  EXPECT_EQ(inside["DMZ"], 1);
  EXPECT_EQ(read.ZoneOf("API AI"), "DMZ");
  EXPECT_EQ(read.ZoneOf("API Gateway"), read.ZoneOf("Cars DB"));
  EXPECT_EQ(read.ZoneOf("Customer phone"), read.ZoneOf("Connected Car"));
  EXPECT_EQ(read.ZoneOf("Whatson"), "");
}

}  // namespace
}  // namespace metapowers::importers
