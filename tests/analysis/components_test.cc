// Facts of one component: data, criticality, dependencies, exposure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Ids(const std::vector<const model::v1::DataClass*>& classes) {
  std::vector<std::string> ids;
  for (const model::v1::DataClass* data : classes) ids.push_back(data->id());
  return ids;
}

TEST(DataHandling, PutsEachClassInTheFirstListItBelongsTo) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, stores: [notes], processes: [accounts]}\n"
                    "- {id: api, name: Api, kind: process}\n",
      .flows = "- {id: web-api, name: F, source: web, target: api, sends: [notes, accounts], receives: [cards]}\n"});
  const ComponentFacts& web = *facts->Find("web");
  EXPECT_THAT(Ids(web.stores), ElementsAre("notes"));
  EXPECT_THAT(Ids(web.processes), ElementsAre("accounts"));
  EXPECT_THAT(Ids(web.transfers), ElementsAre("cards"));
  EXPECT_THAT(Ids(facts->Find("api")->transfers), ElementsAre("accounts", "cards", "notes"));
  EXPECT_EQ(web.confidentiality, model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
}

TEST(DataHandling, AnOverrideOfConfidentialityWins) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, stores: [cards], confidentiality_override: internal}\n"});
  EXPECT_EQ(facts->Find("web")->confidentiality, model::v1::CONFIDENTIALITY_INTERNAL);
}

TEST(Criticality, DataRaisesATierToOneLevelBelowItsOwn) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, tier: tier_2, stores: [cards], processes: [people]}\n"});
  EXPECT_EQ(facts->Find("web")->criticality.level, model::v1::CRITICALITY_HIGH);
  EXPECT_EQ(
      facts->Find("web")->criticality.derivation,
      "tier 2 -> medium; stores cards (confidentiality strictly confidential, one level less) -> high; highest is "
      "high");
}

TEST(Criticality, DataAloneDecidesUntilTheTierIsDeclared) {
  const auto facts = FactsOf(ModelText{.components = "- {id: web, name: Web, kind: process, stores: [cards]}\n"});
  EXPECT_EQ(facts->Find("web")->criticality.level, model::v1::CRITICALITY_CRITICAL);
}

TEST(Criticality, AttributesOfOneClassStandTogether) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, stores: [log], processes: [orders]}\n",
      .data_classes = "- {id: log, name: L, owner: core, confidentiality: restricted, integrity: operational}\n"
                      "- {id: orders, name: O, owner: core, confidentiality: internal, integrity: critical, "
                      "availability: mission_critical}\n"});
  EXPECT_EQ(facts->Find("web")->criticality.derivation,
            "processes orders (integrity critical, availability mission critical) -> critical; highest is critical");
}

TEST(Criticality, TierAloneDecidesWhereThereIsNoData) {
  const auto facts = FactsOf(ModelText{.components = "- {id: a, name: A, kind: process, tier: tier_0}\n"
                                                     "- {id: b, name: B, kind: process, tier: tier_1}\n"
                                                     "- {id: c, name: C, kind: process, tier: tier_3}\n"});
  EXPECT_EQ(facts->Find("a")->criticality.level, model::v1::CRITICALITY_CRITICAL);
  EXPECT_EQ(facts->Find("b")->criticality.level, model::v1::CRITICALITY_HIGH);
  EXPECT_EQ(facts->Find("c")->criticality.derivation, "tier 3 -> low; highest is low");
}

TEST(Criticality, AnOverrideReplacesWhatTheDataSays) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, stores: [cards], confidentiality_override: restricted, "
                    "availability_override: critical}\n"});
  EXPECT_EQ(facts->Find("web")->criticality.derivation,
            "confidentiality override restricted -> medium; availability override critical -> high; highest is high");
}

TEST(DataHandling, AFloorOfConfidentialityOnlyRaises) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: a, name: A, kind: process, stores: [cards], confidentiality_floor: internal}\n"
                    "- {id: b, name: B, kind: process, stores: [notes], confidentiality_floor: confidential}\n"
                    "- {id: c, name: C, kind: process, confidentiality_floor: restricted}\n"
                    "- {id: d, name: D, kind: process, confidentiality_floor: confidential, "
                    "confidentiality_override: internal}\n"});
  EXPECT_EQ(facts->Find("a")->confidentiality, model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL);
  EXPECT_EQ(facts->Find("b")->confidentiality, model::v1::CONFIDENTIALITY_CONFIDENTIAL);
  EXPECT_EQ(facts->Find("c")->confidentiality, model::v1::CONFIDENTIALITY_RESTRICTED);
  EXPECT_EQ(facts->Find("d")->confidentiality, model::v1::CONFIDENTIALITY_INTERNAL);
}

TEST(Criticality, AFloorOnlyRaises) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: a, name: A, kind: process, stores: [cards], confidentiality_floor: internal, "
                              "availability_floor: critical}\n"
                              "- {id: b, name: B, kind: process, integrity_floor: critical}\n"
                              "- {id: c, name: C, kind: process, tier: tier_3, availability_floor: critical}\n"});
  EXPECT_EQ(facts->Find("a")->criticality.level, model::v1::CRITICALITY_CRITICAL);
  EXPECT_EQ(facts->Find("b")->criticality.derivation, "floor (integrity critical) -> high; highest is high");
  EXPECT_EQ(facts->Find("c")->criticality.derivation,
            "tier 3 -> low; floor (availability critical, one level less) -> medium; highest is medium");
}

TEST(Criticality, IsUnknownWithoutTierAndData) {
  const auto facts = FactsOf(ModelText{});
  EXPECT_EQ(facts->Find("web")->criticality.level, model::v1::CRITICALITY_UNSPECIFIED);
  EXPECT_EQ(facts->Find("web")->criticality.derivation, "tier and data unknown");
}

TEST(Criticality, DataThatOnlyPassesDoesNotCount) {
  const auto facts = FactsOf(ModelText{
      .components = "- {id: web, name: Web, kind: process, tier: tier_3}\n- {id: api, name: Api, kind: process}\n",
      .flows = "- {id: f, name: F, source: web, target: api, sends: [cards]}\n"});
  EXPECT_EQ(facts->Find("web")->criticality.level, model::v1::CRITICALITY_LOW);
}

constexpr char kChain[] =
    "- {id: db, name: Db, kind: datastore}\n"
    "- {id: api, name: Api, kind: process}\n"
    "- {id: web, name: Web, kind: process}\n"
    "- {id: report, name: Report, kind: process}\n";

TEST(Dependencies, CountHardOnesOnly) {
  const auto facts = FactsOf(ModelText{.components = kChain,
                                       .flows = "- {id: a, name: F, source: web, target: api, dependency: hard}\n"
                                                "- {id: b, name: F, source: api, target: db, dependency: hard}\n"
                                                "- {id: c, name: F, source: report, target: db, dependency: soft}\n"
                                                "- {id: d, name: F, source: report, target: api}\n"});
  EXPECT_THAT(facts->Find("web")->depends_on, ElementsAre("api"));
  EXPECT_THAT(facts->Find("db")->dependents, ElementsAre("api"));
  EXPECT_THAT(facts->Find("report")->depends_on, IsEmpty());
  EXPECT_EQ(facts->Find("db")->transitive_dependents, 2);
  EXPECT_EQ(facts->Find("web")->transitive_dependents, 0);
  EXPECT_THAT(facts->restoration_order(), ElementsAre("db", "api", "report", "web"));
  EXPECT_THAT(facts->dependency_cycles(), IsEmpty());
}

TEST(Dependencies, CyclesAreListedAndBrokenAtTheSmallestId) {
  const auto facts = FactsOf(ModelText{.components = kChain,
                                       .flows = "- {id: a, name: F, source: web, target: api, dependency: hard}\n"
                                                "- {id: b, name: F, source: api, target: web, dependency: hard}\n"
                                                "- {id: c, name: F, source: api, target: db, dependency: hard}\n"});
  EXPECT_THAT(facts->dependency_cycles(), ElementsAre(ElementsAre("api", "web")));
  EXPECT_THAT(facts->restoration_order(), ElementsAre("db", "api", "web", "report"));
  EXPECT_EQ(facts->Find("web")->transitive_dependents, 1);
}

TEST(Dependencies, ExternalEntitiesAreNotCountedAmongWhatStops) {
  const auto facts =
      FactsOf(ModelText{.components = absl::StrCat(kChain, "- {id: customer, name: Customer, kind: external_entity}\n"),
                        .flows = "- {id: a, name: F, source: customer, target: web, dependency: hard}\n"
                                 "- {id: b, name: F, source: web, target: db, dependency: hard}\n"});
  EXPECT_EQ(facts->Find("web")->transitive_dependents, 0);
  EXPECT_EQ(facts->Find("db")->transitive_dependents, 1) << "web alone";
}

TEST(Exposure, IsDeclaredOrEnteredFromOutsideEveryZone) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: customer, name: C, kind: external_entity}\n"
                              "- {id: cdn, name: Cdn, kind: process, zone: open}\n"
                              "- {id: web, name: Web, kind: process, zone: inside}\n"
                              "- {id: api, name: Api, kind: process, zone: inside}\n"
                              "- {id: db, name: Db, kind: process, zone: vault}\n"
                              "- {id: admin, name: Admin, kind: process, zone: vault, internet_facing: \"yes\"}\n"
                              "- {id: private, name: P, kind: process, zone: vault}\n",
                .flows = "- {id: a, name: F, source: customer, target: web}\n"
                         "- {id: b, name: F, source: cdn, target: api}\n"
                         "- {id: c, name: F, source: web, target: db}\n"
                         "- {id: d, name: F, source: customer, target: private, vpn: true}\n"});
  EXPECT_TRUE(facts->Find("web")->exposed_to_internet);
  EXPECT_TRUE(facts->Find("api")->exposed_to_internet);
  EXPECT_TRUE(facts->Find("admin")->exposed_to_internet);
  EXPECT_FALSE(facts->Find("db")->exposed_to_internet);
  EXPECT_FALSE(facts->Find("private")->exposed_to_internet);
  EXPECT_FALSE(facts->Find("customer")->exposed_to_internet);
}

TEST(Exposure, AnUnknownZoneIsNoInternet) {
  const auto facts = FactsOf(ModelText{.components = "- {id: web, name: Web, kind: process, zone: inside}\n"
                                                     "- {id: lost, name: Lost, kind: process}\n",
                                       .flows = "- {id: a, name: F, source: lost, target: web}\n"});
  EXPECT_TRUE(facts->Find("lost")->zone_unknown);
  EXPECT_FALSE(facts->Find("web")->exposed_to_internet);
  EXPECT_THAT(facts->zone_crossings(), IsEmpty());
}

TEST(ZoneCrossings, AreFlowsBetweenDifferentZones) {
  const auto facts = FactsOf(ModelText{.components = "- {id: customer, name: C, kind: external_entity}\n"
                                                     "- {id: web, name: Web, kind: process, zone: inside}\n"
                                                     "- {id: api, name: Api, kind: process, zone: inside}\n"
                                                     "- {id: db, name: Db, kind: datastore, zone: vault}\n",
                                       .flows = "- {id: a, name: F, source: customer, target: web}\n"
                                                "- {id: b, name: F, source: web, target: api}\n"
                                                "- {id: c, name: F, source: api, target: db}\n"});
  ASSERT_EQ(facts->zone_crossings().size(), 2u);
  EXPECT_EQ(facts->zone_crossings()[0].flow->id(), "a");
  EXPECT_EQ(facts->zone_crossings()[0].from, nullptr);
  EXPECT_EQ(facts->zone_crossings()[0].to->id(), "inside");
  EXPECT_EQ(facts->zone_crossings()[1].flow->id(), "c");
  EXPECT_EQ(facts->zone_crossings()[1].to->id(), "vault");
}

TEST(EndOfLife, ListsWhatIsPastOrEndsWithin90Days) {
  const auto facts = FactsOf(
      ModelText{.components = "- {id: past, name: P, kind: process, version: PostgreSQL 11, eol_date: 2026-02-28}\n"
                              "- {id: last-day, name: L, kind: process, eol_date: 2026-03-01}\n"
                              "- {id: soon, name: S, kind: process, eol_date: 2026-05-30}\n"
                              "- {id: later, name: Z, kind: process, eol_date: 2026-05-31}\n",
                .rest = "infrastructure:\n- {id: cluster, name: K, kind: kubernetes_cluster, eol_date: 2025-03-01}\n"});
  std::vector<std::pair<std::string, int>> found;
  for (const EndOfLifeFact& fact : facts->end_of_life()) found.push_back({fact.id, fact.days_left});
  EXPECT_THAT(found, ElementsAre(testing::Pair("cluster", -365), testing::Pair("last-day", 0),
                                 testing::Pair("past", -1), testing::Pair("soon", 90)));
  EXPECT_EQ(facts->end_of_life()[2].version, "PostgreSQL 11");
}

}  // namespace
}  // namespace metapowers::analysis
