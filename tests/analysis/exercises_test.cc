#include "service/analysis/exercises.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;

// "drill 2026-03-31 late", in the order of the analysis; a missing one by the id of its rule.
std::vector<std::string> Lines(const std::string& exercises, const std::string& components = "") {
  ModelText text;
  if (!components.empty()) text.components = components;
  text.rest = absl::StrCat("recovery:\n", exercises);
  const auto facts = FactsOf(text);
  std::vector<std::string> lines;
  for (const ExerciseFact& fact : Exercises(facts->model())) {
    const char* words[] = {"on time", "late", "never run", "missing"};
    lines.push_back(absl::StrCat(fact.exercise == nullptr ? fact.rule->id() : fact.exercise->id(), " ",
                                 model::FormatDate(fact.next), " ", words[static_cast<int>(fact.state)]));
  }
  return lines;
}

TEST(Exercises, AreDueAnIntervalAfterTheLastOne) {
  EXPECT_THAT(Lines("  exercises:\n"
                    "  - {id: talk, name: T, kind: tabletop, interval_days: 30, last_run: 2026-02-20, pass_criterion: "
                    "P, owner: ciso}\n"
                    "  - {id: call, name: C, kind: notification, interval_days: 30, last_run: 2025-12-01, "
                    "pass_criterion: P, owner: ciso}\n"),
              ElementsAre("call 2025-12-31 late", "talk 2026-03-22 on time"));
}

TEST(Exercises, OneThatWasNeverRunIsDueSoon) {
  EXPECT_THAT(Lines("  exercises:\n"
                    "  - {id: talk, name: T, kind: tabletop, interval_days: 365, pass_criterion: P, owner: ciso}\n"
                    "  - {id: call, name: C, kind: notification, interval_days: 30, pass_criterion: P, owner: ciso}\n"),
              ElementsAre("call 2026-03-31 never run", "talk 2026-05-30 never run"));
}

TEST(Exercises, WhatAPlanNeedsAndLacksIsNamed) {
  EXPECT_THAT(Lines("  failover: {kind: none}\n"),
              ElementsAre("tabletop 2026-05-30 missing", "notification 2026-05-30 missing"));
  EXPECT_THAT(Lines("  failover: {kind: rebuild}\n", "- {id: db, name: D, kind: datastore, backup: {method: full}}\n"),
              ElementsAre("tabletop 2026-05-30 missing", "restore 2026-05-30 missing", "failover 2026-05-30 missing",
                          "notification 2026-05-30 missing"));
}

}  // namespace
}  // namespace metapowers::analysis
