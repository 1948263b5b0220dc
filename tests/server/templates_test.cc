#include "service/server/templates.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "service/server/warm_up.h"

namespace metapowers::server {
namespace {

TEST(Templates, EachCommandHasOneWhoeverAsksFirst) {
  std::vector<std::set<const render::Template*>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine] {
      const WarmUp warm_up;  // ends while it reads
      for (const commands::Command& command : commands::Commands()) {
        const auto found = TemplateOf(command);
        if (found.ok()) mine.insert(*found);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : seen) EXPECT_EQ(mine, seen.front());
  EXPECT_EQ(seen.front().size(), commands::Commands().size());
}

}  // namespace
}  // namespace metapowers::server
