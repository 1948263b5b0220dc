// Who waits for the calls under way.
#include "service/server/under_way.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace metapowers::server {
namespace {

TEST(UnderWayTest, EndsOnceAllBeforeHaveAndNotForThoseWhoComeLater) {
  UnderWay under_way;
  UnderWay::Ticket first = under_way.Enter("w");
  const auto ended = under_way.Ended("w");
  const UnderWay::Ticket later = under_way.Enter("w");
  EXPECT_FALSE(ended->HasBeenNotified());
  first.reset();
  EXPECT_TRUE(ended->HasBeenNotified());
}

TEST(UnderWayTest, ALongLineOfThoseWhoWaitEndsAtOnce) {
  UnderWay under_way;
  UnderWay::Ticket first = under_way.Enter("w");
  std::vector<std::shared_ptr<const absl::Notification>> all;
  for (int i = 0; i < 300'000; ++i) all.push_back(under_way.Ended("w"));
  first.reset();
  for (const auto& ended : all) ASSERT_TRUE(ended->HasBeenNotified());
}

}  // namespace
}  // namespace metapowers::server
