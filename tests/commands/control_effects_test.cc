// What controls do for the example models, and which command puts each in place.
#include "service/commands/control_effects.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/knowledge/threats.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands {
namespace {

// Ids of the contract.
std::set<std::string> CommandIds() {
  std::set<std::string> ids;
  for (absl::string_view line : absl::StrSplit(testing_support::ReadTestFile("tests/spec/commands.yaml"), '\n')) {
    if (absl::ConsumePrefix(&line, "      - id: ")) ids.insert(std::string(line));
  }
  return ids;
}

TEST(ControlEffects, EveryControlBelongsToACommand) {
  const std::set<std::string> ids = CommandIds();
  EXPECT_EQ(ids.size(), 39u);
  for (const knowledge::v1::SecurityControl& control : knowledge::SecurityControls().controls()) {
    EXPECT_EQ(ids.count(control.command()), 1u) << control.id() << " of " << control.command();
  }
}

// Both ways: what threats ask for stands in the rows of one command, and no row is there that no threat asks for.
TEST(ControlEffects, RowsAreTheControlsThatThreatsAskFor) {
  for (const char* name : kExamples) {
    const Case example(Example(name));
    std::map<std::string, int> asked;
    std::set<std::string> applicable;  // to some element
    for (const analysis::Threat& threat : example.input().threats.Get().all()) {
      for (const analysis::ControlOnThreat& each : threat.controls) {
        ++asked[each.control->id()];
        if (each.posture->state != model::v1::POSTURE_STATE_NOT_APPLICABLE) applicable.insert(each.control->id());
      }
    }
    std::erase_if(asked, [&](const auto& each) { return !applicable.contains(each.first); });
    std::map<std::string, int> shown;
    for (const std::string& command : CommandIds()) {
      google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect> rows;
      AddControlEffects(example.input(), command, rows);
      for (const metapowers::v1::ControlEffect& row : rows) {
        SCOPED_TRACE(absl::StrCat(name, ": ", row.id()));
        EXPECT_EQ(shown.count(row.id()), 0u);
        shown[row.id()] = row.threats();
        EXPECT_LE(row.open(), row.threats());
        EXPECT_LE(row.worst_target(), row.worst_now());
        EXPECT_EQ(row.due().empty(), row.owners().empty());
        for (const std::string& text : {row.measure(), row.verification()}) {
          EXPECT_EQ(text.find('{'), std::string::npos) << text;
        }
      }
    }
    EXPECT_EQ(shown, asked) << name;
  }
}

TEST(ControlEffects, AControlInPlaceTakesNothingAwayAnyMore) {
  const Case example(Example("api-platform"));
  google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect> rows;
  AddControlEffects(example.input(), "access-control", rows);
  ASSERT_GT(rows.size(), 0);
  for (int i = 1; i < rows.size(); ++i) EXPECT_GE(rows.Get(i - 1).points(), rows.Get(i).points());
  for (const metapowers::v1::ControlEffect& row : rows) {
    if (!row.missing_on().empty()) continue;
    EXPECT_EQ(row.points(), 0) << row.id();
  }
}

google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect> EffectsOf(const Case& example,
                                                                            const std::string& command) {
  google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect> rows;
  AddControlEffects(example.input(), command, rows);
  return rows;
}

const metapowers::v1::ControlEffect* Find(const google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect>& rows,
                                          const std::string& id) {
  for (const metapowers::v1::ControlEffect& row : rows) {
    if (row.id() == id) return &row;
  }
  return nullptr;
}

TEST(ControlEffects, AnElementIsMissingOneWhereAnOpenThreatWaitsForIt) {
  for (const char* name : kExamples) {
    const Case example(Example(name));
    std::map<std::string, std::set<std::string>> waiting;
    for (const analysis::Threat& threat : example.input().threats.Get().all()) {
      for (const analysis::ControlOnThreat& each : threat.controls) {
        const auto state = each.posture->state;
        const bool done =
            state == model::v1::POSTURE_STATE_IMPLEMENTED || state == model::v1::POSTURE_STATE_NOT_APPLICABLE;
        if (threat.open() && !done) waiting[each.control->id()].insert(threat.element_id());
      }
    }
    for (const std::string& command : CommandIds()) {
      for (const metapowers::v1::ControlEffect& row : EffectsOf(example, command)) {
        EXPECT_EQ(std::set<std::string>(row.missing_on().begin(), row.missing_on().end()), waiting[row.id()])
            << name << ": " << row.id();
      }
    }
  }
}

// What filters the internet does nothing for a connection that nobody outside reaches.
TEST(ControlEffects, FiltersOfTheInternetAreAskedForWhereOutsidersArrive) {
  const Case example(Example("api-platform"));
  const auto rows = EffectsOf(example, "api-security");
  for (const char* id : {"ddos_protection", "waf"}) {
    const auto* row = Find(rows, id);
    ASSERT_NE(row, nullptr) << id;
    for (const std::string& element : row->missing_on()) {
      EXPECT_EQ(element.find("-db"), std::string::npos) << id << " on " << element;
    }
  }
}

TEST(ControlEffects, TextsTakeTheirValuesFromThePolicy) {
  const Case notes(Example("team-notes"));
  const auto coding = EffectsOf(notes, "secure-coding");
  const auto* session = Find(coding, "session_security");
  ASSERT_NE(session, nullptr);
  EXPECT_NE(session->measure().find("24 hours"), std::string::npos) << session->measure();
  for (const std::string& element : session->missing_on()) EXPECT_NE(element, "founder-to-server");
  const Case platform(Example("api-platform"));
  const auto encryption = EffectsOf(platform, "encryption-strategy");
  const auto* floor = Find(encryption, "tls_floor");
  ASSERT_NE(floor, nullptr);
  EXPECT_NE(floor->measure().find("TLS 1.3"), std::string::npos) << floor->measure();
  EXPECT_NE(floor->verification().find("TLS 1.2"), std::string::npos) << floor->verification();
}

// The public has no addresses that somebody could list.
TEST(ControlEffects, NobodyListsTheAddressesOfTheCustomers) {
  const Case notes(Example("team-notes"));
  const auto rows = EffectsOf(notes, "api-security");
  const auto* list = Find(rows, "ip_allowlist");
  ASSERT_NE(list, nullptr);
  for (const std::string& element : list->missing_on()) {
    EXPECT_NE(element, "customer-to-app");
    EXPECT_NE(element, "web-app") << "the public enters it";
  }
}

// Nor does it have certificates of ours.
TEST(ControlEffects, NobodyAsksTheCustomersForACertificate) {
  const Case notes(
      Edited(Example("team-notes"), {{"min_tls: tls_1_2, authentication: session, authorization: end_user",
                                      "min_tls: tls_1_2, authentication: none, authorization: end_user"}}));
  int asked = 0;
  for (const analysis::Threat& threat : notes.input().threats.Get().all()) {
    if (threat.element_id() != "customer-to-app") continue;
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (each.control->id() != "mutual_authentication") continue;
      EXPECT_EQ(each.posture->state, model::v1::POSTURE_STATE_NOT_APPLICABLE) << threat.rule->id();
      ++asked;
    }
  }
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace metapowers::commands
