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
    for (const analysis::Threat& threat : example.input().threats.Get().all()) {
      for (const analysis::ControlOnThreat& each : threat.controls) ++asked[each.control->id()];
    }
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

}  // namespace
}  // namespace metapowers::commands
