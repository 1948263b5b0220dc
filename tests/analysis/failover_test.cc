#include "service/analysis/failover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Ids(const std::vector<const RestorationStep*>& steps) {
  return absl::StrJoin(
      steps, ",", [](std::string* out, const RestorationStep* step) { absl::StrAppend(out, step->component->id()); });
}

// "eu: on web; moves api; down store; late", and "people leaves" for residency.
std::vector<std::string> Losses(const std::string& components, const std::string& failover) {
  const auto facts = FactsOf(
      ModelText{.components = components,
                .rest = absl::StrCat("recovery:\n  tiers:\n  - {tier: tier_0, rto_minutes: 60, rpo_minutes: 0}\n",
                                     failover.empty() ? "" : absl::StrCat("  failover: ", failover, "\n"))});
  const Restoration restoration(*facts);
  std::vector<std::string> lines;
  for (const RegionLoss& loss : RegionLosses(*facts, restoration)) {
    lines.push_back(absl::StrCat(loss.region->id(), ": on ", Ids(loss.goes_on), "; moves ", Ids(loss.moves), "; down ",
                                 Ids(loss.stays_down),
                                 loss.in_time == TargetVerdict::kNotMet ? "; late"
                                 : loss.in_time == TargetVerdict::kMet  ? "; in time"
                                                                        : ""));
    for (const ResidencyFact& fact : loss.residency) {
      for (const auto* data : fact.leaving) lines.push_back(absl::StrCat(data->id(), " leaves ", loss.region->id()));
    }
  }
  return lines;
}

constexpr char kTwoRegions[] =
    "- {id: api, name: A, kind: process, tier: tier_0, regions: [us, us-west]}\n"
    "- {id: store, name: S, kind: datastore, tier: tier_0, regions: [us]}\n"
    "- {id: web, name: W, kind: process, tier: tier_0, regions: [us, us-west], multi_region: true}\n";

TEST(Failover, WithoutOneOnlyWhatSurvivesARegionGoesOn) {
  EXPECT_THAT(Losses(kTwoRegions, ""),
              ElementsAre("us: on web; moves ; down api,store", "us-west: on web; moves ; down api"));
}

TEST(Failover, AStandbyTakesOverWhatHasAnInstanceThere) {
  EXPECT_THAT(Losses(kTwoRegions, "{kind: active_passive, primary: us, standby: [us-west], switch_minutes: 30}"),
              ElementsAre("us: on web; moves api; down store; in time", "us-west: on api,web; moves ; down "))
      << "the loss of a region that stands by stops nothing";
}

TEST(Failover, ASwitchThatTakesLongerThanTheShortestRtoIsLate) {
  EXPECT_THAT(Losses(kTwoRegions, "{kind: active_passive, primary: us, standby: [us-west], switch_minutes: 61}"),
              Contains("us: on web; moves api; down store; late"));
  EXPECT_THAT(Losses(kTwoRegions, "{kind: active_passive, primary: us, standby: [us-west]}"),
              Contains("us: on web; moves api; down store"));
}

TEST(Failover, ARebuildMovesAllThatRemains) {
  EXPECT_THAT(Losses(kTwoRegions, "{kind: rebuild, primary: us, standby: [us-west], switch_minutes: 600}"),
              Contains("us: on web; moves api,store; down ; late"));
}

TEST(Failover, DevicesStayWhereTheyAre) {
  EXPECT_THAT(Losses("- {id: pump, name: P, kind: process, machine: device, regions: [us]}\n",
                     "{kind: rebuild, primary: us, standby: [us-west]}"),
              ElementsAre("us: on ; moves ; down pump"));
}

TEST(Failover, PersonalDataMustStayInItsJurisdiction) {
  const char* components = "- {id: store, name: S, kind: datastore, regions: [eu], stores: [people]}\n";
  EXPECT_THAT(Losses(components, "{kind: rebuild, primary: eu, standby: [us]}"),
              ElementsAre("eu: on ; moves store; down ", "people leaves eu"));
  EXPECT_THAT(Losses(components, "{kind: rebuild, primary: us, standby: [us-west]}"),
              ElementsAre("eu: on ; moves ; down store"));
}

TEST(Failover, AComponentInBothJurisdictionsKeepsWhatHasNoSubjectsThere) {
  const char* both =
      "- {id: edge, name: E, kind: process, regions: [eu, us], multi_region: true, processes: [people, notes]}\n";
  EXPECT_THAT(Losses(both, ""), ElementsAre("eu: on edge; moves ; down ", "people leaves eu",
                                            "us: on edge; moves ; down ", "people leaves us"));
  const char* notes =
      "- {id: edge, name: E, kind: process, regions: [eu, us], multi_region: true, processes: [notes]}\n";
  EXPECT_THAT(Losses(notes, ""), ElementsAre("eu: on edge; moves ; down ", "us: on edge; moves ; down "));
}

TEST(Failover, ARegionWithoutComponentsIsNoRow) {
  EXPECT_THAT(Losses("- {id: w, name: W, kind: process}\n", ""), IsEmpty());
}

}  // namespace
}  // namespace metapowers::analysis
