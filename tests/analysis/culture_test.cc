#include "service/analysis/culture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(Culture, EveryThreatOfATeamIsOpenClosedOrDecided) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: web, name: W, kind: process, owner_team: core, custom_code: true, zone: inside, "
                              "internet_facing: yes, technology: [web-application]}\n"
                              "- {id: db, name: D, kind: datastore, technology: [postgresql]}\n"});
  const ThreatSource source(facts, nullptr, model::v1::Decisions());
  const CultureFacts culture(source.Get());
  int open = 0, closed = 0;
  for (const Threat& threat : source.Get().all()) {
    open += threat.open() ? 1 : 0;
    closed += threat.status == ThreatStatus::kControlled ? 1 : 0;
  }
  const TeamThreats& core = culture.threats.at("core");
  EXPECT_EQ(core.open, open);
  EXPECT_EQ(core.closed, closed);
  int by_rule = 0;
  for (const auto& [rule, count] : core.rules) by_rule += count;
  EXPECT_EQ(by_rule, open);
  EXPECT_LE(culture.severe_closed, culture.severe_once);
  EXPECT_EQ(culture.components.at("core"), 1) << "one without an owner counts for nobody";
  EXPECT_THAT(culture.builders, ElementsAre("core"));
}

TEST(Culture, ALessonIsOverdueAfterItsDateUnlessItIsDone) {
  const auto facts =
      FactsOf(ModelText{.rest = "incident_response:\n"
                                "  past_incidents:\n"
                                "  - id: outage\n"
                                "    title: Outage\n"
                                "    occurred_on: 2025-11-01\n"
                                "    actions:\n"
                                "    - {id: done, action: A, owner_team: core, due: 2026-01-01, done: true}\n"
                                "    - {id: late, action: B, owner_team: core, due: 2026-02-27, done: false}\n"
                                "    - {id: today, action: C, owner_team: core, due: 2026-03-01, done: false}\n"});
  const std::vector<OverdueLesson> lessons = OverdueLessons(facts->model());
  ASSERT_THAT(lessons, SizeIs(1));
  EXPECT_EQ(lessons[0].action->id(), "late");
  EXPECT_EQ(lessons[0].days, 2);
}

}  // namespace
}  // namespace metapowers::analysis
