#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/facts_of.h"

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "ledger: 1 replica [ledger, payments]"
std::vector<std::string> Points(const ModelText& text) {
  std::vector<std::string> lines;
  const auto facts = FactsOf(text);
  for (const SinglePoint& point : facts->single_points()) {
    lines.push_back(absl::StrCat(point.id, ": ", point.reason, " [", absl::StrJoin(point.stops, ", "), "]"));
  }
  return lines;
}

TEST(SinglePoints, OneReplicaStopsItselfAndItsHardDependents) {
  EXPECT_THAT(Points({.components = "- {id: ledger, name: L, kind: datastore, tier: tier_0, replicas: 1}\n"
                                    "- {id: payments, name: P, kind: process, tier: tier_1, replicas: 3}\n"
                                    "- {id: blog, name: B, kind: process, tier: tier_3, replicas: 2}\n",
                      .flows = "- {id: a, name: F, source: payments, target: ledger, dependency: hard}\n"
                               "- {id: b, name: F, source: blog, target: ledger, dependency: hard}\n"}),
              ElementsAre("ledger: 1 replica [ledger, payments]"));
}

TEST(SinglePoints, ALowTierComponentCountsForWhatItStops) {
  const char* components =
      "- {id: cache, name: C, kind: process, tier: tier_3, replicas: 1}\n"
      "- {id: payments, name: P, kind: process, tier: tier_0, replicas: 3}\n";
  EXPECT_THAT(Points({.components = components,
                      .flows = "- {id: a, name: F, source: payments, target: cache, dependency: hard}\n"}),
              ElementsAre("cache: 1 replica [payments]"));
  EXPECT_THAT(Points({.components = components,
                      .flows = "- {id: a, name: F, source: payments, target: cache, dependency: soft}\n"}),
              IsEmpty());
}

TEST(SinglePoints, AnUnknownNumberOfReplicasIsAQuestion) {
  EXPECT_THAT(Points({.components = "- {id: ledger, name: L, kind: datastore, tier: tier_0}\n"}), IsEmpty());
}

TEST(SinglePoints, WhatIsDeclaredOfRedundancyCountsBeforeReplicas) {
  EXPECT_THAT(
      Points({.components = "- {id: a, name: A, kind: process, tier: tier_0, redundant: no}\n"
                            "- {id: b, name: B, kind: process, tier: tier_0, redundant: no, replicas: 3}\n"
                            "- {id: c, name: C, kind: process, tier: tier_0, redundant: yes, replicas: 1}\n"
                            "- {id: d, name: D, kind: process, tier: tier_0, redundant: unknown, replicas: 1}\n"}),
      ElementsAre("a: not redundant [a]", "b: not redundant with 3 replicas [b]", "d: 1 replica [d]"));
}

TEST(SinglePoints, MultiRegionPlannedAndStagingAreNone) {
  EXPECT_THAT(
      Points({.components = "- {id: a, name: A, kind: process, tier: tier_0, replicas: 1, multi_region: true}\n"
                            "- {id: b, name: B, kind: process, tier: tier_0, replicas: 1, lifecycle: planned}\n"
                            "- {id: c, name: C, kind: process, tier: tier_0, replicas: 1, environment: staging}\n"
                            "- {id: d, name: D, kind: external_entity, tier: tier_0, replicas: 1}\n"}),
      IsEmpty());
}

TEST(SinglePoints, TheOnlyWayFromOutside) {
  const char* components =
      "- {id: buyer, name: B, kind: external_entity}\n"
      "- {id: gateway, name: G, kind: process, tier: tier_2, replicas: 1}\n"
      "- {id: payments, name: P, kind: process, tier: tier_0, replicas: 3}\n"
      "- {id: settle, name: S, kind: process, tier: tier_1, replicas: 3}\n"
      "- {id: ledger, name: L, kind: datastore, tier: tier_0, replicas: 3}\n";
  const std::string flows =
      "- {id: a, name: F, source: buyer, target: gateway}\n"
      "- {id: b, name: F, source: gateway, target: payments, dependency: soft}\n"
      "- {id: c, name: F, source: payments, target: settle, dependency: async}\n"
      "- {id: d, name: F, source: payments, target: ledger, dependency: hard}\n";
  EXPECT_THAT(Points({.components = components, .flows = flows}),
              ElementsAre("gateway: 1 replica; only way from outside to payments and settle [payments, settle]"));
  // A second way in takes it off the list, an engineers' way does not.
  EXPECT_THAT(
      Points({.components = components, .flows = flows + "- {id: e, name: F, source: buyer, target: payments}\n"}),
      IsEmpty());
  EXPECT_THAT(Points({.components = components,
                      .flows = flows + "- {id: e, name: F, source: buyer, target: payments, usage: devops}\n"}),
              ElementsAre(testing::StartsWith("gateway: 1 replica; only way")));
}

TEST(SinglePoints, OneRegionContradictsDeclaredFailover) {
  ModelText text{.components =
                     "- {id: ledger, name: L, kind: datastore, tier: tier_0, replicas: 3, regions: [eu]}\n"
                     "- {id: api, name: A, kind: process, tier: tier_0, replicas: 3, regions: [eu, us]}\n"};
  EXPECT_THAT(Points(text), IsEmpty());
  text.rest = "recovery:\n  failover: {kind: active_passive, primary: eu, standby: [us]}\n";
  EXPECT_THAT(Points(text),
              ElementsAre("ledger: 1 region (eu) although recovery declares active passive failover [ledger]"));
}

TEST(SinglePoints, FailoverThatLeavesARegionOutSaysSo) {
  EXPECT_THAT(
      Points({.components = "- {id: ledger, name: L, kind: datastore, tier: tier_0, replicas: 3, regions: [eu]}\n",
              .rest = "recovery:\n  failover: {kind: active_passive, primary: us}\n"}),
      ElementsAre("ledger: 1 region (eu) that the declared active passive failover leaves out [ledger]"));
}

TEST(SinglePoints, ASystemOfLowTiersIsJudgedByItsHighest) {
  const std::string notes = "- {id: notes, name: N, kind: datastore, tier: tier_2, replicas: 1}\n";
  const std::string archive = "- {id: archive, name: A, kind: datastore, tier: tier_3, replicas: 1}\n";
  EXPECT_THAT(Points({.components = notes + archive}), ElementsAre("notes: 1 replica [notes]"));
  EXPECT_THAT(Points({.components = notes + archive + "- {id: pay, name: P, kind: process, tier: tier_1}\n"}),
              IsEmpty());
}

TEST(SinglePoints, ReasonsOfOneElementStandTogether) {
  EXPECT_THAT(
      Points({.components = "- {id: ledger, name: L, kind: datastore, tier: tier_0, replicas: 1, regions: [eu]}\n",
              .rest = "recovery:\n  failover: {kind: active_active}\n"}),
      ElementsAre("ledger: 1 replica; 1 region (eu) although recovery declares active active failover [ledger]"));
}

TEST(SinglePoints, ASupplierBehindAHardDependency) {
  const char* components =
      "- {id: psp, name: Psp, kind: external_entity, third_party: acquirer}\n"
      "- {id: payments, name: P, kind: process, tier: tier_0, replicas: 3}\n"
      "- {id: mail, name: M, kind: external_entity, third_party: mailer}\n";
  const char* rest =
      "third_parties:\n- {id: acquirer, name: Acquirer, service: payments}\n"
      "- {id: mailer, name: Mailer, service: mail}\n";
  EXPECT_THAT(Points({.components = components,
                      .flows = "- {id: a, name: F, source: payments, target: psp, dependency: hard}\n"
                               "- {id: b, name: F, source: payments, target: mail, dependency: soft}\n",
                      .rest = rest}),
              ElementsAre("acquirer: operates psp; no second supplier is declared [payments]"));
}

TEST(SinglePoints, AClusterThatRunsAllInstances) {
  const char* components =
      "- {id: payments, name: P, kind: process, tier: tier_0, replicas: 3, runs_on: main}\n"
      "- {id: blog, name: B, kind: process, tier: tier_3, replicas: 3, runs_on: main}\n"
      "- {id: api, name: A, kind: process, tier: tier_0, replicas: 3, runs_on: account}\n";
  const std::string infrastructure =
      "infrastructure:\n- {id: main, name: Main, kind: kubernetes_cluster, regions: [eu]}\n"
      "- {id: account, name: Account, kind: cloud_account}\n";
  EXPECT_THAT(Points({.components = components, .rest = infrastructure}),
              ElementsAre("main: runs every instance of payments [payments]"));
  // A cluster that stands by in the failover region takes over.
  const std::string standby = infrastructure + "- {id: spare, name: S, kind: kubernetes_cluster, regions: [us]}\n";
  EXPECT_THAT(Points({.components = components,
                      .rest = standby + "recovery:\n  failover: {kind: cold_standby, standby: [us]}\n"}),
              IsEmpty());
  EXPECT_THAT(Points({.components = components, .rest = standby}),
              ElementsAre("main: runs every instance of payments [payments]"));
}

}  // namespace
}  // namespace metapowers::analysis
