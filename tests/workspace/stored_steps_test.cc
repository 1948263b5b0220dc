#include "service/workspace/stored_steps.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/status_matchers.h"
#include "tests/workspace/memory_commits.h"

namespace metapowers::workspace {
namespace {

TEST(StoredStepsTest, CountsWhatTheBranchContains) {
  MemoryCommits commits;
  const std::string base = commits.AddLine("", 3, 1'000);
  std::vector<std::string> ids;
  std::vector<journal::v1::Step> steps;
  for (std::string below = base; steps.size() < 6; below = ids.back()) {
    ids.push_back(commits.AddLine(below, 1, 2'000 + static_cast<int64_t>(steps.size())));
    steps.emplace_back().set_expected_head(below);
    steps.back().add_commits()->set_id(ids.back());
    steps.emplace_back().set_expected_head(ids.back());  // the record of a request, without a commit
  }
  const auto count = [&](const std::string& branch) { return CountStored(commits, steps, branch).value(); };
  EXPECT_EQ(count(base), 0u);
  EXPECT_EQ(count(ids[0]), 2u);
  EXPECT_EQ(count(ids[2]), 6u);
  EXPECT_EQ(count(commits.AddLine(ids[1], 4, 5'000)), 4u) << "a push on top";
  const std::string theirs = commits.AddLine(base, 2, 6'000);
  EXPECT_EQ(count(commits.Add({theirs, ids[1]}, 7'000)), 4u) << "a merge, with ours beside its line";
  EXPECT_EQ(count(theirs), 0u);
  EXPECT_EQ(count(""), 0u);
  EXPECT_EQ(CountStored(commits, {}, theirs).value(), 0u);
}

}  // namespace
}  // namespace metapowers::workspace
