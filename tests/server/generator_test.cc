// Purity: the same inputs give the same bytes, however they come about.
#include "service/server/generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::StartsWith;

TEST(GeneratorTest, TheSameInputsAndTimeMakeTheSameCommit) {
  std::vector<std::string> commits;
  for (int i = 0; i < 2; ++i) {
    TestServer server;
    identify::AssetInventoryResponse response;
    EXPECT_TRUE(Client(server.channel()).Inventory(Ungated(), &response).ok());
    commits.push_back(response.outcome().commit());
  }
  EXPECT_EQ(commits[0], commits[1]);
  EXPECT_EQ(commits[0].size(), 40u);
}

TEST(GeneratorTest, CachedAndUncachedGiveTheSame) {
  Generator fresh(0);  // keeps nothing
  Generator cached(64 << 20);
  for (int round = 0; round < 2; ++round) {
    Inputs a, b;
    ASSERT_OK_AND_ASSIGN(a.model, fresh.Load(ModelText(), "shop"));
    ASSERT_OK_AND_ASSIGN(b.model, cached.Load(ModelText(), "shop"));
    ASSERT_OK_AND_ASSIGN(a.decisions, fresh.LoadDecisions(absl::nullopt, *a.model));
    ASSERT_OK_AND_ASSIGN(b.decisions, cached.LoadDecisions(absl::nullopt, *b.model));
    for (const CommandEntry& entry : CommandIndex::Get().commands()) {
      if (entry.command == nullptr) continue;
      ASSERT_OK_AND_ASSIGN(const auto from_fresh, fresh.Generate(entry, a));
      ASSERT_OK_AND_ASSIGN(const auto from_cached, cached.Generate(entry, b));
      EXPECT_EQ(from_fresh->section, from_cached->section);
      EXPECT_THAT(from_fresh->section, StartsWith(absl::StrCat("## ", entry.spec->heading(), "\n")));
    }
  }
}

}  // namespace
}  // namespace metapowers::server
