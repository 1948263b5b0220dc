// What untrusted origins reach.
#include "service/analysis/reachability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Search {
  std::shared_ptr<const Facts> facts;
  UntrustedReach reach;

  explicit Search(const ModelText& text) : facts(FactsOf(text)), reach(*facts) {}

  size_t At(absl::string_view origin, EntryExposure exposure) const {
    for (size_t i = 0; i < reach.origins().size(); ++i) {
      if (reach.origins()[i].id == origin && reach.origins()[i].exposure == exposure) return i;
    }
    ADD_FAILURE() << "no origin " << origin;
    std::abort();
  }

  // "component hops/guarded" of each.
  std::vector<std::string> From(absl::string_view origin, EntryExposure exposure = EntryExposure::kInternet) const {
    std::vector<std::string> list;
    for (const Reached& one : reach.ReachedFrom(At(origin, exposure))) {
      list.push_back(absl::StrCat(one.component->component->id(), " ", one.hops, "/", one.guarded));
    }
    return list;
  }

  // Flow ids of the path.
  std::vector<std::string> Path(absl::string_view origin, absl::string_view to,
                                EntryExposure exposure = EntryExposure::kInternet) const {
    std::vector<std::string> list;
    for (const ReachStep& step : reach.PathTo(At(origin, exposure), to)) {
      list.push_back(step.flow == nullptr ? "touch" : step.flow->id());
    }
    return list;
  }

  std::vector<std::string> Origins() const {
    std::vector<std::string> list;
    for (const Origin& origin : reach.origins()) list.push_back(origin.id);
    return list;
  }
};

constexpr const char* kComponents =
    "- {id: user, name: U, kind: external_entity, zone: open}\n"
    "- {id: web, name: W, kind: process, zone: inside}\n"
    "- {id: app, name: A, kind: process, zone: inside}\n"
    "- {id: db, name: D, kind: datastore, zone: vault}\n"
    "- {id: island, name: I, kind: process, zone: vault}\n";

TEST(Reachability, FollowsFlowsFromTheirSource) {
  const Search search({.components = kComponents,
                       .flows = "- {id: a, name: F, source: user, target: web}\n"
                                "- {id: b, name: F, source: web, target: app, authentication: token}\n"
                                "- {id: c, name: F, source: app, target: db, authentication: none}\n"
                                "- {id: d, name: F, source: island, target: web}\n"});
  EXPECT_THAT(search.From("internet"), ElementsAre("web 1/0", "app 2/1", "db 3/1"));
  EXPECT_THAT(search.Path("internet", "db"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(search.Path("internet", "island"), IsEmpty());
  EXPECT_EQ(search.reach.Find(0, "island"), nullptr);
}

TEST(Reachability, TakesTheShortestThenTheLeastGuardedWay) {
  const Search search({.components = kComponents,
                       .flows = "- {id: a, name: F, source: user, target: web}\n"
                                "- {id: b, name: F, source: user, target: app, authentication: mfa}\n"
                                "- {id: c, name: F, source: app, target: db}\n"
                                "- {id: d, name: F, source: web, target: db}\n"
                                "- {id: e, name: F, source: web, target: app}\n"});
  EXPECT_THAT(search.From("internet"), ElementsAre("app 1/1", "web 1/0", "db 2/0"));
  EXPECT_THAT(search.Path("internet", "db"), ElementsAre("a", "d"));
}

TEST(Reachability, OfEqualWaysTheSmallestFlowIdCountsWhateverTheOrder) {
  const std::string first = "- {id: a, name: F, source: user, target: web}\n";
  const std::string second = "- {id: b, name: F, source: user, target: web}\n";
  for (const std::string& flows : {first + second, second + first}) {
    EXPECT_THAT(Search({.components = kComponents, .flows = flows}).Path("internet", "web"), ElementsAre("a"));
  }
}

TEST(Reachability, GatewaysGuardAndCyclesEnd) {
  const Search search({.components = "- {id: user, name: U, kind: external_entity, zone: open}\n"
                                     "- {id: front, name: F, kind: process, zone: inside, technology: [waf]}\n"
                                     "- {id: web, name: W, kind: process, zone: inside}\n",
                       .flows = "- {id: a, name: F, source: user, target: front}\n"
                                "- {id: b, name: F, source: front, target: web}\n"
                                "- {id: c, name: F, source: web, target: front}\n"});
  EXPECT_THAT(search.From("internet"), ElementsAre("front 1/1", "web 2/1"));
  EXPECT_TRUE(search.reach.PathTo(0, "web")[0].gateway);
}

TEST(Reachability, APartyOutsideIsNoWayThroughButAnOriginOfItsOwn) {
  const Search search({.components = "- {id: user, name: U, kind: external_entity, zone: open}\n"
                                     "- {id: web, name: W, kind: process, zone: inside}\n"
                                     "- {id: saas, name: S, kind: external_entity, zone: hosted, third_party: acme}\n"
                                     "- {id: store, name: T, kind: datastore, zone: vault}\n"
                                     "- {id: puller, name: P, kind: process, zone: vault}\n",
                       .flows = "- {id: a, name: F, source: user, target: web}\n"
                                "- {id: b, name: F, source: web, target: saas, sends: [notes]}\n"
                                "- {id: c, name: F, source: saas, target: store}\n"
                                "- {id: d, name: F, source: puller, target: saas, receives: [notes]}\n",
                       .rest = "third_parties:\n- {id: acme, name: Acme Inc., service: logs}\n"});
  EXPECT_THAT(search.Origins(), ElementsAre("internet", "acme"));
  EXPECT_THAT(search.From("internet"), ElementsAre("web 1/0"));
  EXPECT_THAT(search.From("acme", EntryExposure::kSupplier), ElementsAre("puller 1/0", "store 1/0"));
  EXPECT_TRUE(search.reach.PathTo(1, "puller")[0].pulled);
  EXPECT_EQ(search.reach.origins()[1].name, "Acme Inc.");
}

TEST(Reachability, TheInternetDoesNotComeThroughAVpn) {
  const Search search({.components = "- {id: staff, name: S, kind: external_entity, zone: open}\n"
                                     "- {id: web, name: W, kind: process, zone: inside}\n",
                       .flows = "- {id: a, name: F, source: staff, target: web, vpn: true}\n"});
  EXPECT_THAT(search.From("internet"), IsEmpty());
  EXPECT_THAT(search.From("VPN users", EntryExposure::kInside), ElementsAre("web 1/0"));
}

TEST(Reachability, PeopleInsideAndWhoStandsBeforeADeviceAreOrigins) {
  const Search search({.components = "- {id: clerk, name: C, kind: external_entity, zone: inside}\n"
                                     "- {id: pump, name: P, kind: process, zone: vault, machine: device}\n"
                                     "- {id: web, name: W, kind: process, zone: inside}\n",
                       .flows = "- {id: a, name: F, source: clerk, target: web}\n"
                                "- {id: b, name: F, source: pump, target: web, authentication: client_cert}\n"});
  EXPECT_THAT(search.From("inside", EntryExposure::kInside), ElementsAre("web 1/0"));
  EXPECT_THAT(search.From("vault", EntryExposure::kOnSite), ElementsAre("pump 1/0", "web 2/1"));
  EXPECT_THAT(search.Path("vault", "web", EntryExposure::kOnSite), ElementsAre("touch", "b"));
}

TEST(Reachability, ALongChainIsWalkedWithoutRecursion) {
  std::string components = "- {id: user, name: U, kind: external_entity, zone: open}\n";
  std::string flows = "- {id: f0, name: F, source: user, target: c0}\n";
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&components, "- {id: c", i, ", name: C, kind: process, zone: inside}\n");
    if (i > 0) absl::StrAppend(&flows, "- {id: f", i, ", name: F, source: c", i - 1, ", target: c", i, "}\n");
  }
  const Search search({.components = components, .flows = flows});
  EXPECT_EQ(search.reach.ReachedFrom(0).back().hops, 1000);
  EXPECT_EQ(search.reach.PathTo(0, "c999").size(), 1000u);
}

}  // namespace
}  // namespace metapowers::analysis
