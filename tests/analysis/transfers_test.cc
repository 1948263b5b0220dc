#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "f EU->US people required"
std::vector<std::string> Borders(const ModelText& text) {
  std::vector<std::string> lines;
  const auto facts = FactsOf(text);
  for (const CrossBorderFlow& entry : facts->cross_border_flows()) {
    std::vector<std::string> data;
    for (const model::v1::DataClass* item : entry.data) data.push_back(item->id());
    lines.push_back(
        absl::StrCat(entry.flow->id(), " ", entry.from, "->", entry.to, " ", absl::StrJoin(data, ","),
                     entry.mechanism_required ? " required" : "",
                     entry.mechanism == nullptr ? "" : absl::StrCat(" ", model::YamlName(entry.mechanism->mechanism())),
                     entry.mechanism_expired ? " expired" : "", entry.lacks_mechanism() ? " lacking" : ""));
  }
  return lines;
}

constexpr char kEuAndUs[] =
    "- {id: app, name: App, kind: process, regions: [eu]}\n"
    "- {id: log, name: Log, kind: process, regions: [us]}\n";

TEST(CrossBorder, PersonalDataThatLeavesTheEuNeedsAMechanism) {
  EXPECT_THAT(Borders({.components = kEuAndUs,
                       .flows = "- {id: f, name: F, source: app, target: log, sends: [people, notes]}\n"}),
              ElementsAre("f EU->US people required lacking"));
}

TEST(CrossBorder, ReceivedDataMovesTheOtherWay) {
  EXPECT_THAT(Borders({.components = kEuAndUs,
                       .flows = "- {id: f, name: F, source: log, target: app, receives: [people]}\n"
                                "- {id: g, name: F, source: log, target: app, sends: [people]}\n"}),
              ElementsAre("f EU->US people required lacking", "g US->EU people"));
}

TEST(CrossBorder, DataThatIsNotRegulatedIsNone) {
  EXPECT_THAT(
      Borders({.components = kEuAndUs, .flows = "- {id: f, name: F, source: app, target: log, sends: [notes]}\n"}),
      IsEmpty());
}

TEST(CrossBorder, FinancialDataOfWhomeverIsListedButNeedsNoMechanism) {
  EXPECT_THAT(
      Borders({.components = kEuAndUs, .flows = "- {id: f, name: F, source: app, target: log, sends: [accounts]}\n"}),
      ElementsAre("f EU->US accounts"));
}

TEST(CrossBorder, AMechanismCoversUntilItExpires) {
  const char* flows = "- {id: f, name: F, source: app, target: log, sends: [people], transfer_mechanism: scc}\n";
  EXPECT_THAT(Borders({.components = kEuAndUs,
                       .flows = flows,
                       .rest = "transfer_mechanisms:\n- {id: scc, mechanism: standard_contractual_clauses, expires: "
                               "2026-03-01}\n"}),
              ElementsAre("f EU->US people required standard_contractual_clauses"));
  EXPECT_THAT(Borders({.components = kEuAndUs,
                       .flows = flows,
                       .rest = "transfer_mechanisms:\n- {id: scc, mechanism: standard_contractual_clauses, expires: "
                               "2026-02-28}\n"}),
              ElementsAre("f EU->US people required standard_contractual_clauses expired lacking"));
}

TEST(CrossBorder, OfSeveralRegionsOnlyThatOfTheSubjectsLeaves) {
  ModelText text{.components =
                     "- {id: app, name: App, kind: process, regions: [eu, us, uk]}\n"
                     "- {id: log, name: Log, kind: process, regions: [us]}\n",
                 .flows = "- {id: f, name: F, source: app, target: log, sends: [people]}\n"};
  EXPECT_THAT(Borders(text), ElementsAre("f EU->US people required lacking"));
  // Where the class does not say where its subjects are, each region's share may leave.
  text.flows = "- {id: f, name: F, source: app, target: log, sends: [cards]}\n";
  EXPECT_THAT(Borders(text), ElementsAre("f EU->US cards required lacking", "f UK->US cards required lacking"));
}

TEST(CrossBorder, WhereBothEndsShareTheRegionNothingLeaves) {
  EXPECT_THAT(Borders({.components = "- {id: app, name: App, kind: process, regions: [eu, us]}\n"
                                     "- {id: log, name: Log, kind: process, regions: [us, eu]}\n"
                                     "- {id: west, name: W, kind: process, regions: [us-west]}\n"
                                     "- {id: east, name: E, kind: process, regions: [us]}\n",
                       .flows = "- {id: f, name: F, source: app, target: log, sends: [people]}\n"
                                "- {id: g, name: F, source: west, target: east, sends: [people]}\n"}),
              IsEmpty());
}

TEST(CrossBorder, UkAndSwitzerlandCountAndAdequacyIsDeclared) {
  EXPECT_THAT(
      Borders({.components = "- {id: bern, name: B, kind: process, regions: [ch]}\n"
                             "- {id: york, name: Y, kind: process, regions: [uk]}\n",
               .flows = "- {id: f, name: F, source: bern, target: york, sends: [people], transfer_mechanism: ok}\n"
                        "- {id: g, name: F, source: york, target: bern, sends: [people]}\n",
               .rest = "transfer_mechanisms:\n- {id: ok, mechanism: adequacy_decision}\n"}),
      ElementsAre("f CH->UK people required adequacy_decision", "g UK->CH people required lacking"));
}

TEST(CrossBorder, ASuppliersRegionsStandInForMissingOnes) {
  EXPECT_THAT(Borders({.components = "- {id: app, name: App, kind: process, runs_on: cluster}\n"
                                     "- {id: crm, name: Crm, kind: external_entity, third_party: vendor}\n"
                                     "- {id: lost, name: Lost, kind: process}\n",
                       .flows = "- {id: f, name: F, source: app, target: crm, sends: [people]}\n"
                                "- {id: g, name: F, source: app, target: lost, sends: [people]}\n",
                       .rest = "third_parties:\n- {id: vendor, name: V, service: crm, regions: [us]}\n"
                               "infrastructure:\n- {id: cluster, name: K, kind: kubernetes_cluster, regions: [eu]}\n"}),
              ElementsAre("f EU->US people required lacking"));
}

TEST(CrossBorder, PeopleWhoDiscloseTheirOwnDataAreNoExporters) {
  const char* flows = "- {id: f, name: F, source: visitor, target: app, sends: [people]}\n";
  EXPECT_THAT(
      Borders({.components = "- {id: visitor, name: V, kind: external_entity, used_by_human: true, regions: [eu]}\n"
                             "- {id: app, name: App, kind: process, regions: [us]}\n",
               .flows = flows}),
      IsEmpty());
  EXPECT_THAT(Borders({.components = "- {id: visitor, name: V, kind: external_entity, regions: [eu]}\n"
                                     "- {id: app, name: App, kind: process, regions: [us]}\n",
                       .flows = flows}),
              ElementsAre("f EU->US people required lacking"));
}

// The vendor has the role, e.g. "processor"; the app of people in the EU sends to it, and it to another.
std::vector<std::string> BordersOutside(const std::string& role) {
  return Borders({.components = "- {id: visitor, name: V, kind: external_entity, used_by_human: true, regions: [eu]}\n"
                                "- {id: crm, name: Crm, kind: external_entity, third_party: vendor}\n"
                                "- {id: other, name: O, kind: external_entity, regions: [us-west]}\n"
                                "- {id: partner, name: P, kind: external_entity, regions: [eu]}\n",
                  .flows =
                      "- {id: app-to-crm, name: F, source: visitor, target: crm, sends: [people], receives: [people]}\n"
                      "- {id: crm-to-other, name: F, source: crm, target: other, sends: [people]}\n"
                      "- {id: partner-to-other, name: F, source: partner, target: other, sends: [people]}\n"
                      "- {id: visitor-to-other, name: F, source: visitor, target: other, sends: [people]}\n",
                  .rest = absl::StrCat("third_parties:\n- {id: vendor, name: V, service: crm, regions: [uk], roles: [",
                                       role, "]}\n")});
}

TEST(CrossBorder, BetweenOthersCountsWhatASupplierDoesForUs) {
  // People's data goes to our processor in the UK, who hands it on to the US; what others exchange is theirs.
  EXPECT_THAT(BordersOutside("processor"),
              ElementsAre("app-to-crm EU->UK people required lacking", "crm-to-other UK->US people required lacking"));
  EXPECT_THAT(BordersOutside("controller, processor"),
              ElementsAre("app-to-crm EU->UK people required lacking", "crm-to-other UK->US people required lacking"));
  EXPECT_THAT(BordersOutside(""),
              ElementsAre("app-to-crm EU->UK people required lacking", "crm-to-other UK->US people required lacking"));
}

TEST(CrossBorder, BetweenOthersIsNoneOfOursWhereEachIsAControllerOfItsOwn) {
  EXPECT_THAT(BordersOutside("controller"), IsEmpty());
}

}  // namespace
}  // namespace metapowers::analysis
