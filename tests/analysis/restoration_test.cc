#include "service/analysis/restoration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/analysis/facts_of.h"
#include "tests/support/golden.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kTiers[] =
    "recovery:\n  tiers:\n"
    "  - {tier: tier_0, rto_minutes: 60, rpo_minutes: 0}\n"
    "  - {tier: tier_2, rto_minutes: 480, rpo_minutes: 60}\n";

// "1 store 30 met", in the order of restoration; "+" where the sum is a lower bound.
std::vector<std::string> Order(const Restoration& restoration) {
  std::vector<std::string> lines;
  for (const RestorationStep& step : restoration.steps()) {
    const char* verdict = step.verdict == TargetVerdict::kMet      ? "met"
                          : step.verdict == TargetVerdict::kNotMet ? "late"
                                                                   : "unknown";
    lines.push_back(
        absl::StrCat(step.wave, " ", step.component->id(), " ", step.ready, step.complete ? "" : "+", " ", verdict));
  }
  return lines;
}

TEST(Restoration, WaitsForHardDependenciesAndSumsTheCriticalPath) {
  const auto facts =
      FactsOf(ModelText{.components = "- {id: web, name: W, kind: process, tier: tier_0, restore_minutes: 10}\n"
                                      "- {id: store, name: S, kind: datastore, tier: tier_0, restore_minutes: 30}\n"
                                      "- {id: cache, name: C, kind: datastore, tier: tier_0, restore_minutes: 5}\n"
                                      "- {id: api, name: A, kind: process, tier: tier_0, restore_minutes: 20}\n",
                        .flows = "- {id: a, name: F, source: web, target: api, dependency: hard}\n"
                                 "- {id: b, name: F, source: api, target: store, dependency: hard}\n"
                                 "- {id: c, name: F, source: api, target: cache, dependency: hard}\n"
                                 "- {id: d, name: F, source: web, target: cache, dependency: soft}\n",
                        .rest = kTiers});
  const Restoration restoration(*facts);
  EXPECT_THAT(Order(restoration), ElementsAre("1 cache 5 met", "1 store 30 met", "2 api 50 met", "3 web 60 met"));
  EXPECT_THAT(restoration.Find("web")->path, ElementsAre("store", "api", "web"));
  EXPECT_THAT(restoration.cycles(), IsEmpty());
  EXPECT_EQ(restoration.waves(), 3);
}

TEST(Restoration, AMeasuredRestoreThatTookLongerCounts) {
  const auto facts =
      FactsOf(ModelText{.components = "- {id: store, name: S, kind: datastore, tier: tier_0, restore_minutes: 30, "
                                      "backup: {method: full, last_restore_minutes: 90}}\n"
                                      "- {id: quick, name: Q, kind: datastore, tier: tier_0, restore_minutes: 30, "
                                      "backup: {method: full, last_restore_minutes: 20}}\n",
                        .rest = kTiers});
  const Restoration restoration(*facts);
  EXPECT_THAT(Order(restoration), ElementsAre("1 quick 30 met", "1 store 90 late"));
  EXPECT_TRUE(restoration.Find("store")->measured);
  EXPECT_FALSE(restoration.Find("quick")->measured);
}

TEST(Restoration, AnUndeclaredTimeMakesTheSumALowerBound) {
  const auto facts =
      FactsOf(ModelText{.components = "- {id: web, name: W, kind: process, tier: tier_0, restore_minutes: 10}\n"
                                      "- {id: far, name: F, kind: process, tier: tier_0, restore_minutes: 70}\n"
                                      "- {id: store, name: S, kind: datastore, tier: tier_0}\n",
                        .flows = "- {id: a, name: F, source: web, target: store, dependency: hard}\n"
                                 "- {id: b, name: F, source: far, target: store, dependency: hard}\n",
                        .rest = kTiers});
  EXPECT_THAT(Order(Restoration(*facts)), ElementsAre("1 store 0+ unknown", "2 far 70+ late", "2 web 10+ unknown"))
      << "above the target even without the time of the store";
}

TEST(Restoration, ACycleIsBrokenAtItsSmallestIdAndNamed) {
  const auto facts = FactsOf(ModelText{.components = "- {id: a, name: A, kind: process, restore_minutes: 1}\n"
                                                     "- {id: b, name: B, kind: process, restore_minutes: 1}\n"
                                                     "- {id: c, name: C, kind: process, restore_minutes: 1}\n",
                                       .flows = "- {id: ab, name: F, source: a, target: b, dependency: hard}\n"
                                                "- {id: bc, name: F, source: b, target: c, dependency: hard}\n"
                                                "- {id: ca, name: F, source: c, target: a, dependency: hard}\n"});
  const Restoration restoration(*facts);
  EXPECT_THAT(Order(restoration), ElementsAre("1 a 1 unknown", "2 c 2 unknown", "3 b 3 unknown"));
  EXPECT_THAT(restoration.cycles(), ElementsAre(ElementsAre("a", "b", "c")));
  EXPECT_THAT(restoration.Find("a")->starts_without, ElementsAre("b"));
  EXPECT_THAT(restoration.Find("b")->starts_without, IsEmpty());
}

TEST(Restoration, EveryDependencyComesFirstUnlessACycleIsBroken) {
  for (const char* name : {"api-platform", "patient-platform", "team-notes"}) {
    std::string path = absl::StrCat("deploy/examples/", name, "/system-model.yaml");
    const auto facts = FactsOf(testing_support::ReadTestFile(path));
    const Restoration restoration(*facts);
    std::set<std::string> done;
    for (const RestorationStep& step : restoration.steps()) {
      for (const std::string& id : step.waits_for) EXPECT_EQ(done.count(id), 1u) << step.component->id() << " " << id;
      done.insert(step.component->id());
    }
    EXPECT_EQ(done.size(), restoration.steps().size());
  }
}

TEST(Restoration, WhatIsNotOursInUseIsNoPartOfIt) {
  const auto facts = FactsOf(ModelText{.components = "- {id: web, name: W, kind: process, restore_minutes: 5}\n"
                                                     "- {id: bank, name: B, kind: external_entity}\n"
                                                     "- {id: next, name: N, kind: process, lifecycle: planned}\n"
                                                     "- {id: trial, name: T, kind: process, environment: staging}\n",
                                       .flows = "- {id: a, name: F, source: web, target: bank, dependency: hard}\n"
                                                "- {id: b, name: F, source: web, target: next, dependency: hard}\n"});
  const Restoration restoration(*facts);
  EXPECT_THAT(Order(restoration), ElementsAre("1 web 5 unknown"));
  EXPECT_THAT(restoration.Find("web")->external, ElementsAre("bank"));
}

TEST(Restoration, WhatAnImportantComponentNeedsComesFirstInItsWave) {
  const auto facts = FactsOf(ModelText{.components = "- {id: blog, name: B, kind: datastore, tier: tier_2}\n"
                                                     "- {id: store, name: S, kind: datastore, tier: tier_3}\n"
                                                     "- {id: web, name: W, kind: process, tier: tier_0}\n",
                                       .flows = "- {id: a, name: F, source: web, target: store, dependency: hard}\n"});
  const Restoration restoration(*facts);
  EXPECT_EQ(restoration.steps().front().component->id(), "store");
  EXPECT_EQ(restoration.steps().front().needed_by, model::v1::TIER_TIER_0);
}

TEST(Restoration, ADependencyWithMoreTimeIsNamed) {
  const auto facts = FactsOf(ModelText{.components = "- {id: store, name: S, kind: datastore, tier: tier_2}\n"
                                                     "- {id: web, name: W, kind: process, tier: tier_0}\n",
                                       .flows = "- {id: a, name: F, source: web, target: store, dependency: hard}\n",
                                       .rest = kTiers});
  const Restoration restoration(*facts);
  ASSERT_EQ(restoration.late_dependencies().size(), 1u);
  EXPECT_EQ(restoration.late_dependencies()[0].step->component->id(), "web");
  EXPECT_EQ(restoration.late_dependencies()[0].dependency->component->id(), "store");
}

TEST(Restoration, TheTierSetsTheTargetAndWithoutOneTheFunction) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: a, name: A, kind: process, tier: tier_0, business_function: sales}\n"
                              "- {id: b, name: B, kind: process, business_function: sales}\n"
                              "- {id: c, name: C, kind: process}\n",
                .rest = absl::StrCat(kTiers, "  targets:\n  - {business_function: sales, rto_minutes: 120}\n")});
  const Restoration restoration(*facts);
  EXPECT_EQ(restoration.Find("a")->objective.rto, 60);
  EXPECT_EQ(restoration.Find("a")->objective.basis, "tier 0");
  EXPECT_EQ(restoration.Find("b")->objective.rto, 120);
  EXPECT_EQ(restoration.Find("b")->objective.basis, "business function sales");
  EXPECT_FALSE(restoration.Find("c")->objective.rto.has_value());
}

TEST(Restoration, AFunctionIsBackWithItsLastComponent) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: a, name: A, kind: process, restore_minutes: 50, business_function: sales}\n"
                              "- {id: b, name: B, kind: process, restore_minutes: 130, business_function: sales}\n",
                .rest = "recovery:\n  targets:\n  - {business_function: sales, rto_minutes: 120}\n"
                        "  - {business_function: idle, rto_minutes: 60}\n"});
  const Restoration restoration(*facts);
  ASSERT_EQ(restoration.functions().size(), 2u);
  EXPECT_EQ(restoration.functions()[0].name, "idle");
  EXPECT_EQ(restoration.functions()[0].last, nullptr);
  EXPECT_EQ(restoration.functions()[1].last->component->id(), "b");
  EXPECT_EQ(restoration.functions()[1].verdict, TargetVerdict::kNotMet);
}

TEST(Restoration, AFlowOfUnknownDependencyIsListedUnlessAnotherOneDecides) {
  const auto facts =
      FactsOf(ModelText{.components = "- {id: a, name: A, kind: process}\n- {id: b, name: B, kind: process}\n"
                                      "- {id: c, name: C, kind: process}\n- {id: x, name: X, kind: external_entity}\n",
                        .flows = "- {id: a-to-b, name: F, source: a, target: b}\n"
                                 "- {id: a-to-c, name: F, source: a, target: c}\n"
                                 "- {id: a-to-c-again, name: F, source: a, target: c, dependency: hard}\n"
                                 "- {id: b-to-c, name: F, source: b, target: c, dependency: soft}\n"
                                 "- {id: c-to-x, name: F, source: c, target: x}\n"});
  const Restoration restoration(*facts);
  ASSERT_EQ(restoration.Undeclared().size(), 1u);
  EXPECT_EQ(restoration.Undeclared()[0]->id(), "a-to-b");
  EXPECT_EQ(restoration.Find("a")->wave, 2) << "it waits for C alone";
}

}  // namespace
}  // namespace metapowers::analysis
