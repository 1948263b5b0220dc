#include "service/analysis/continuity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kSuppliers[] =
    "third_parties:\n"
    "- {id: bank, name: B, service: money, criticality: low}\n"
    "- {id: mail, name: M, service: mail, criticality: low}\n"
    "- {id: host, name: H, service: hosting, criticality: critical}\n"
    "- {id: other, name: O, service: other}\n";

TEST(Continuity, ASupplierIsCriticalByDeclarationOrByWhatStops) {
  const auto facts = FactsOf(ModelText{.components = "- {id: gate, name: G, kind: external_entity, third_party: bank}\n"
                                                     "- {id: post, name: P, kind: external_entity, third_party: mail}\n"
                                                     "- {id: web, name: W, kind: process, business_function: sales}\n"
                                                     "- {id: pay, name: Y, kind: process, business_function: sales}\n",
                                       .flows = "- {id: a, name: F, source: pay, target: gate, dependency: hard}\n"
                                                "- {id: b, name: F, source: web, target: pay, dependency: hard}\n"
                                                "- {id: c, name: F, source: web, target: post, dependency: async}\n",
                                       .rest = kSuppliers});
  const Restoration restoration(*facts);
  const std::vector<SupplierContinuity> critical = CriticalSuppliers(*facts, restoration);
  ASSERT_THAT(critical, SizeIs(2));
  EXPECT_EQ(critical[0].supplier->id(), "bank");
  EXPECT_THAT(critical[0].stops, ElementsAre("pay", "web"));
  EXPECT_THAT(critical[0].functions, ElementsAre("sales"));
  EXPECT_EQ(critical[0].because, "pay does not work without it");
  EXPECT_EQ(critical[1].supplier->id(), "host");
  EXPECT_EQ(critical[1].because, "declared critical");
  EXPECT_THAT(critical[1].stops, IsEmpty());
}

TEST(Continuity, WhatGoesOnWithoutASupplierDegrades) {
  const auto facts =
      FactsOf(ModelText{.components = "- {id: gate, name: G, kind: external_entity, third_party: host}\n"
                                      "- {id: web, name: W, kind: process}\n"
                                      "- {id: job, name: J, kind: process}\n",
                        .flows = "- {id: a, name: F, source: web, target: gate, dependency: soft}\n"
                                 "- {id: b, name: F, source: job, target: gate, dependency: not_needed}\n",
                        .rest = kSuppliers});
  const Restoration restoration(*facts);
  const std::vector<SupplierContinuity> critical = CriticalSuppliers(*facts, restoration);
  ASSERT_THAT(critical, SizeIs(1));
  EXPECT_THAT(critical[0].stops, IsEmpty());
  EXPECT_THAT(critical[0].degrades, ElementsAre("web"));
}

TEST(Continuity, ProceduresAreComparedWithTheRestoreAndTheLastTest) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: W, kind: process, business_function: sales, restore_minutes: 180}\n",
      .rest =
          "recovery:\n"
          "  functions:\n"
          "  - {id: sales, name: sales, criticality: high, max_outage_minutes: 120}\n"
          "  procedures:\n"
          "  - {id: long, name: L, business_function: sales, trigger: T, steps: S, max_hours: 3, owner_team: core, "
          "last_tested: 2025-03-01}\n"
          "  - {id: short, name: S, business_function: sales, trigger: T, steps: S, max_hours: 2, owner_team: core}\n"
          "  - {id: stale, name: X, business_function: idle, trigger: T, steps: S, owner_team: core, "
          "last_tested: 2025-02-28}\n"});
  const Restoration restoration(*facts);
  const std::vector<FunctionContinuity> functions = FunctionContinuities(*facts, restoration);
  ASSERT_FALSE(functions.empty());
  EXPECT_EQ(functions[0].outage, TargetVerdict::kNotMet);
  ASSERT_THAT(functions[0].procedures, SizeIs(2));
  ASSERT_THAT(functions[0].ends_too_early, SizeIs(1));
  EXPECT_EQ(functions[0].ends_too_early[0]->id(), "short");
  const auto& procedures = facts->model().proto().recovery().procedures();
  EXPECT_EQ(StateOf(facts->model(), procedures[0]), ProcedureState::kTested);
  EXPECT_EQ(StateOf(facts->model(), procedures[1]), ProcedureState::kUntested);
  EXPECT_EQ(StateOf(facts->model(), procedures[2]), ProcedureState::kOld);
}

}  // namespace
}  // namespace metapowers::analysis
