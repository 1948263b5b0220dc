#include "service/analysis/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metapowers::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StronglyConnected, PutsTargetsBeforeWhatPointsToThem) {
  EXPECT_THAT(StronglyConnected({{1}, {2}, {1}, {0}}), ElementsAre(ElementsAre(1, 2), ElementsAre(0), ElementsAre(3)));
  EXPECT_THAT(StronglyConnected({}), IsEmpty());
}

TEST(StronglyConnected, WalksAPathOf100000NodesWithoutRecursion) {
  Adjacency path(100000);
  for (int i = 0; i + 1 < 100000; ++i) path[i] = {i + 1};
  EXPECT_EQ(StronglyConnected(path).size(), 100000u);
}

TEST(OrderAfterTargets, TakesTheSmallestOfWhatIsReady) {
  EXPECT_THAT(OrderAfterTargets({{3}, {}, {}, {}}), ElementsAre(1, 2, 3, 0));
}

TEST(OrderAfterTargets, BreaksACycleAtItsSmallestNode) {
  // 0 -> 1 -> 2 -> 0: 0 first, then 2, which points to 0 only, then 1.
  EXPECT_THAT(OrderAfterTargets({{1}, {2}, {0}}), ElementsAre(0, 2, 1));
  // What the cycle needs comes before it, what needs the cycle after it.
  EXPECT_THAT(OrderAfterTargets({{1}, {2}, {1, 3}, {}}), ElementsAre(3, 1, 2, 0));
}

TEST(ImmediateDominators, IsTheLastNodeThatAllPathsPass) {
  // 0 -> 1 -> 2 -> 4, 1 -> 3 -> 4; 5 is out of reach.
  EXPECT_THAT(ImmediateDominators({{1}, {2, 3}, {4}, {4}, {}, {4}}, 0), ElementsAre(-1, 0, 1, 1, 1, -1));
}

TEST(ImmediateDominators, HoldsInALoop) {
  // 0 -> 1 -> 2 -> 1, 2 -> 3.
  EXPECT_THAT(ImmediateDominators({{1}, {2}, {1, 3}, {}}, 0), ElementsAre(-1, 0, 1, 2));
}

TEST(Reachability, FollowsPathsAndCyclesAndLeavesTheNodeItselfOut) {
  const Reachability reach({{1}, {2}, {1}, {}});
  EXPECT_THAT(reach.Reached(0), ElementsAre(1, 2));
  EXPECT_THAT(reach.Reached(1), ElementsAre(2));
  EXPECT_THAT(reach.Reached(2), ElementsAre(1));
  EXPECT_THAT(reach.Reached(3), IsEmpty());
  EXPECT_EQ(reach.Count(0), 2);
  EXPECT_TRUE(reach.Reaches(0, 2));
  EXPECT_FALSE(reach.Reaches(2, 0));
}

TEST(Reachability, CrossesTheEdgeOfAWord) {
  Adjacency path(130);
  for (int i = 0; i + 1 < 130; ++i) path[i] = {i + 1};
  const Reachability reach(path);
  EXPECT_EQ(reach.Count(0), 129);
  EXPECT_EQ(reach.Count(129), 0);
  EXPECT_TRUE(reach.Reaches(0, 129));
  EXPECT_FALSE(reach.Reaches(65, 64));
}

}  // namespace
}  // namespace metapowers::analysis
