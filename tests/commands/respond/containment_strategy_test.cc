// What can be cut off, what stops with it and who may order it follow the declared switches and dependencies.
#include "service/commands/respond/containment_strategy.h"

#include <map>
#include <set>
#include <string>

#include "tests/commands/respond/respond_checks.h"

namespace metapowers::commands::respond {
namespace {

namespace pb = security::respond::v1;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

pb::ContainmentStrategyResult Of(const std::string& yaml) { return ContainmentStrategy(Case(yaml).input()); }

std::map<std::string, pb::ComponentContainmentRow> ComponentsOf(const pb::ContainmentStrategyResult& result) {
  return RowsBy(result.components(), &pb::ComponentContainmentRow::component);
}

TEST(ContainmentStrategy, FiguresAgree) {
  for (const char* example : kExamples) {
    SCOPED_TRACE(example);
    const pb::ContainmentStrategyResult result = Of(Example(example));
    int covered = 0;
    for (const pb::ComponentContainmentRow& row : result.components()) covered += row.is_switch() ? 1 : 0;
    EXPECT_EQ(covered, result.totals().covered());
    EXPECT_EQ(result.components_size(), result.totals().components());
    EXPECT_EQ(result.recoveries_size(), result.totals().expected());
    EXPECT_EQ(result.trade_offs_size(), result.switches_size());
    int without = 0;
    for (const auto& row : result.findings()) without += row.rule() == "component-without-switch" ? 1 : 0;
    EXPECT_EQ(without, result.totals().expected() - result.totals().expected_covered());
    int phased = 0;
    for (const pb::ContainmentPhase& row : result.phases()) phased += row.components_size();
    EXPECT_EQ(phased, result.components_size());
  }
}

TEST(ContainmentStrategy, EveryComponentHasAnActionAndSomebodyWhoMayOrderIt) {
  for (const char* example : kExamples) {
    const pb::ContainmentStrategyResult result = Of(Example(example));
    for (const pb::ComponentContainmentRow& row : result.components()) {
      SCOPED_TRACE(row.component());
      EXPECT_THAT(row.action(), Not(IsEmpty()));
      EXPECT_THAT(row.action(), Not(HasSubstr("{")));
      EXPECT_THAT(row.ordered_by(), Not(IsEmpty()));
      EXPECT_EQ(row.is_switch(), row.undo().empty());
    }
  }
}

TEST(ContainmentStrategy, NoPlaceholderIsLeft) {
  for (const char* example : kExamples) {
    const pb::ContainmentStrategyResult result = Of(Example(example));
    for (const pb::EradicationRow& row : result.eradications()) {
      for (const std::string& check : row.verified_by()) EXPECT_THAT(check, Not(HasSubstr("{")));
      for (const std::string& step : row.steps()) EXPECT_THAT(step, Not(HasSubstr("{")));
    }
    for (const pb::ContainmentPhase& row : result.phases()) EXPECT_THAT(row.starts(), Not(HasSubstr("{")));
  }
}

TEST(ContainmentStrategy, BlastRadiusFollowsHardDependencies) {
  const std::string text = Example("team-notes");
  const auto before = ComponentsOf(Of(text));
  EXPECT_THAT(before.at("notes-db").stops(), Contains("web-app"));
  EXPECT_EQ(before.at("web-app").stops_size(), 0);
  const auto soft = ComponentsOf(Of(Edited(text, {{"receives: [notes, accounts, billing], dependency: hard",
                                                   "receives: [notes, accounts, billing], dependency: soft"}})));
  EXPECT_EQ(soft.at("notes-db").stops_size(), 0);
  EXPECT_THAT(soft.at("notes-db").degrades(), Contains("web-app"));
}

TEST(ContainmentStrategy, StoreComesBackBeforeWhatNeedsIt) {
  std::map<std::string, int> phase;
  for (const char* example : kExamples) {
    const Case model(Example(example));
    phase.clear();
    const pb::ContainmentStrategyResult result = ContainmentStrategy(model.input());
    for (const pb::ContainmentPhase& row : result.phases()) {
      for (const std::string& id : row.components()) phase[id] = row.number();
    }
    if (!result.cycles().empty()) continue;
    for (const auto& [id, number] : phase) {
      for (const std::string& needed : model.facts().Find(id)->depends_on) {
        EXPECT_TRUE(!phase.contains(needed) || phase[needed] < number) << id << " needs " << needed;
      }
    }
  }
}

TEST(ContainmentStrategy, SwitchWithoutTestIsFoundAndUnknownUndoAsked) {
  const pb::ContainmentStrategyResult notes = Of(Example("team-notes"));
  EXPECT_THAT(FindingsOf(notes), Contains("switch-untested maintenance-page"));
  EXPECT_THAT(FindingsOf(notes), Contains("component-without-switch notes-db"));
  EXPECT_THAT(QuestionsOf(Of(Example("api-platform"))), Contains("Can Switch to us-west-2 be undone?"));
}

// The highest tier is the main one of a system that declares neither tier 0 nor 1.
TEST(ContainmentStrategy, ASwitchIsExpectedOfTheHighestDeclaredTier) {
  const std::string text = Example("team-notes");
  const auto signed_off = [](const pb::ContainmentStrategyResult& result) {
    std::set<std::string> ids;
    for (const auto& row : result.recoveries()) ids.insert(row.component());
    return ids;
  };
  EXPECT_THAT(signed_off(Of(text)), Contains("web-app"));
  const std::string store =
      "    zone: server-local\n    regions: [falkenstein]\n    provider: hetzner\n    tier: tier_";
  const std::string higher = Edited(text, {{store + "2\n", store + "1\n"}});
  EXPECT_THAT(signed_off(Of(higher)), Not(Contains("web-app")));
}

TEST(ContainmentStrategy, SwitchOfAVacantRoleIsFound) {
  const pb::ContainmentStrategyResult result =
      Of(Edited(Example("team-notes"), {{"kind: engineering_lead, team: founders, holder: Founder Engineering,",
                                         "kind: engineering_lead, team: founders,"}}));
  EXPECT_THAT(FindingsOf(result), Contains("switch-ordered-by-nobody maintenance-page"));
}

TEST(ContainmentStrategy, WhatIsDoneByHandIsOrderedBySomebody) {
  int by_hand = 0;
  for (const auto& [id, row] : ComponentsOf(Of(Vacated(Example("team-notes"))))) {
    by_hand += row.is_switch() ? 0 : 1;
    EXPECT_THAT(row.ordered_by(), row.is_switch() ? HasSubstr(" (vacant)") : HasSubstr("Founders")) << id;
  }
  EXPECT_GT(by_hand, 0);
}

TEST(ContainmentStrategy, RoleThatDoesNotExistIsRefused) {
  const auto parsed = model::Model::Parse(Edited(Example("team-notes"), {{"reversible: yes, ordered_by: technical-lead",
                                                                          "reversible: yes, ordered_by: night-watch"}}),
                                          "m.yaml");
  EXPECT_FALSE(parsed.ok());
}

TEST(ContainmentStrategy, WithoutSwitchesEverythingIsByHandAndAsked) {
  std::string text = Example("team-notes");
  const size_t from = text.find("containment_switches:");
  text.erase(from, text.find("recovery:\n", from) - from);
  const pb::ContainmentStrategyResult result = Of(text);
  EXPECT_EQ(result.switches_size(), 0);
  EXPECT_EQ(result.totals().covered(), 0);
  EXPECT_THAT(QuestionsOf(result), Contains(HasSubstr("Which parts can be cut off at once")));
}

TEST(ContainmentStrategy, DevicesAreCutOffAfterSomebodyStandsIn) {
  const auto rows = ComponentsOf(Of(Example("patient-platform")));
  EXPECT_TRUE(rows.at("infusion-pumps").is_switch());
  EXPECT_EQ(rows.at("infusion-pumps").ordered_by(), "Chief Operating Officer");
  EXPECT_THAT(rows.at("ct-scanners").action(), HasSubstr("after somebody stands in"));
}

TEST(ContainmentStrategy, PlatformWordsComeFromTheModelAlone) {
  const std::string text = Of(Example("team-notes")).DebugString();
  for (const char* word : {"Kubernetes", "namespace", "container", "Vault"}) EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST(ContainmentStrategy, OrderOfTheModelDoesNotMatter) {
  const std::string text = Example("api-platform");
  EXPECT_EQ(Of(text).SerializeAsString(), Of(Reversed(text, "components")).SerializeAsString());
}

}  // namespace
}  // namespace metapowers::commands::respond
