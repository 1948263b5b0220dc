#include "service/analysis/fix_versions.h"

#include <gtest/gtest.h>

namespace metapowers::analysis {
namespace {

using List = std::vector<std::string>;

TEST(FixVersions, AreThoseOfTheReleaseLineThatRuns) {
  EXPECT_EQ(FixVersions({"10.1.34"}, {"11.0.3, 10.1.35, 9.0.99"}), List{"10.1.35"});
  EXPECT_EQ(FixVersions({"2.14.1"}, {"2.15.0, 2.3.1, 2.12.2"}), List{"2.15.0"});
  EXPECT_EQ(FixVersions({"8.0.4"}, {"8.0.5", "8.0.5, 6.0.10"}), List{"8.0.5"});
  EXPECT_EQ(FixVersions({"v0.9.0"}, {"0.10.0"}), List{"0.10.0"}) << "numbers, not text";
}

TEST(FixVersions, OfAHigherMajorVersionStayWhereTheLineHasNone) {
  EXPECT_EQ(FixVersions({"1.33"}, {"2.0"}), List{"2.0"});
  EXPECT_EQ(FixVersions({"1.33"}, {"10.0, 2.0"}), (List{"2.0", "10.0"}));
}

TEST(FixVersions, AllStayWhereTheOrderIsNotKnown) {
  EXPECT_EQ(FixVersions({"2.36-9+deb12u1"}, {"2.36-9+deb12u3"}), List{"2.36-9+deb12u3"});
  EXPECT_EQ(FixVersions({"1.0"}, {"2.0-rc1, 1.1"}), (List{"1.1", "2.0-rc1"}));
  EXPECT_EQ(FixVersions({"1.0", "2.0"}, {"2.1, 1.1"}), (List{"1.1", "2.1"})) << "two copies run";
  EXPECT_EQ(FixVersions({"3.0"}, {"2.1, 1.1"}), (List{"1.1", "2.1"}))
      << "a source that contradicts itself loses nothing";
  EXPECT_EQ(FixVersions({}, {}), List{});
  EXPECT_EQ(FixVersions({"1"}, {"99999999999999999999"}), List{"99999999999999999999"});
}

}  // namespace
}  // namespace metapowers::analysis
