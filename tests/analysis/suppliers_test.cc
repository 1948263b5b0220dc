#include "service/analysis/suppliers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/analysis/supply_requirements.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Suppliers {
  explicit Suppliers(const ModelText& text)
      : facts(FactsOf(text)), restoration(*facts), all(SupplierFacts(*facts, restoration)) {}

  const std::shared_ptr<const Facts> facts;
  const Restoration restoration;
  const std::vector<SupplierFact> all;
};

TEST(Suppliers, AreRatedByWhatStopsAndWhatTheySee) {
  const Suppliers suppliers({.components = "- {id: gate, name: G, kind: external_entity, third_party: bank}\n"
                                           "- {id: web, name: W, kind: process, tier: tier_0}\n",
                             .flows = "- {id: a, name: F, source: web, target: gate, dependency: hard}\n",
                             .rest = "third_parties:\n"
                                     "- {id: bank, name: Bank, service: money}\n"
                                     "- {id: scribe, name: Scribe, service: notes, data_shared: [cards]}\n"
                                     "- {id: tool, name: Tool, service: tool, criticality: high}\n"
                                     "- {id: zero, name: Zero, service: zero}\n"});
  ASSERT_THAT(suppliers.all, SizeIs(4));
  EXPECT_EQ(suppliers.all[0].computed, model::v1::CRITICALITY_CRITICAL);
  EXPECT_EQ(suppliers.all[0].because, "stops web of tier 0");
  EXPECT_EQ(suppliers.all[0].tier, 1);
  EXPECT_EQ(suppliers.all[1].computed, model::v1::CRITICALITY_HIGH);
  EXPECT_EQ(suppliers.all[1].because, "sees cards");
  EXPECT_EQ(suppliers.all[1].tier, 2) << "nothing stops without it";
  EXPECT_EQ(suppliers.all[2].computed, model::v1::CRITICALITY_LOW);
  EXPECT_EQ(suppliers.all[2].tier, 2) << "declared high";
  EXPECT_EQ(suppliers.all[3].tier, 3);
}

TEST(Suppliers, AReportEndsOnItsDate) {
  const Suppliers suppliers(
      {.rest = "third_parties:\n"
               "- {id: a, name: A, service: S, attestation: soc2_t2, attestation_expires: 2026-02-27}\n"
               "- {id: b, name: B, service: S, attestation: soc2_t2, attestation_expires: 2026-03-31}\n"
               "- {id: c, name: C, service: S, attestation: none}\n"
               "- {id: d, name: D, service: S}\n"});
  EXPECT_EQ(suppliers.all[0].report_days_left, -2);
  EXPECT_EQ(suppliers.all[1].report_days_left, 30);
  EXPECT_FALSE(suppliers.all[2].report_days_left.has_value());
  EXPECT_FALSE(suppliers.all[3].report_days_left.has_value());
}

TEST(Suppliers, ANameBehindSeveralSuppliersIsAConcentration) {
  const Suppliers suppliers(
      {.rest = "third_parties:\n"
               "- {id: a, name: Alpha, service: S, subprocessors: [Cloud Inc], data_shared: [notes]}\n"
               "- {id: b, name: Beta, service: S, subprocessors: [cloud inc]}\n"
               "- {id: c, name: Cloud Inc, service: S}\n"});
  const std::vector<Concentration> found = Concentrations(suppliers.all);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].suppliers, ElementsAre("Alpha", "Beta", "Cloud Inc"));
  EXPECT_THAT(found[0].data, ElementsAre("notes"));
}

// Ids in one list of the requirement with this key.
std::vector<std::string> Ids(const std::vector<SupplyFact>& facts, const std::string& id,
                             std::vector<Element> SupplyFact::*list) {
  std::vector<std::string> ids;
  for (const SupplyFact& fact : facts) {
    if (fact.requirement->gap().id() != id) continue;
    for (const Element& element : fact.*list) ids.push_back(CurrentId(element));
  }
  return ids;
}

TEST(SupplyRequirements, SayWhatTheModelMeetsContradictsAndLeavesOpen) {
  const auto facts = FactsOf(ModelText{
      .rest =
          "third_parties:\n"
          "- {id: a, name: A, service: S, roles: [processor], attestation: soc2_t2, attestation_expires: 2026-02-27}\n"
          "- {id: b, name: B, service: S, roles: [processor], attestation: none, contract: yes}\n"
          "- {id: c, name: C, service: S, roles: [processor], contract: no, subprocessors: [X]}\n"
          "- {id: d, name: D, service: S, roles: [vendor], attestation: none}\n"});
  const Landscape landscape(*facts);
  const std::vector<SupplyFact> found = SupplyFacts(landscape);
  EXPECT_THAT(Ids(found, "attestation", &SupplyFact::met), ElementsAre("a"));
  EXPECT_THAT(Ids(found, "attestation", &SupplyFact::missing), ElementsAre("b"));
  EXPECT_THAT(Ids(found, "attestation", &SupplyFact::unknown), ElementsAre("c"));
  EXPECT_THAT(Ids(found, "attestation-current", &SupplyFact::missing), ElementsAre("a"));
  EXPECT_THAT(Ids(found, "contract", &SupplyFact::missing), ElementsAre("c"));
  EXPECT_THAT(Ids(found, "contract", &SupplyFact::unknown), ElementsAre("a", "d"));
  EXPECT_THAT(Ids(found, "subprocessors", &SupplyFact::missing), IsEmpty()) << "nobody wrote a list";
  EXPECT_THAT(Ids(found, "subprocessors", &SupplyFact::unknown), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace metapowers::analysis
