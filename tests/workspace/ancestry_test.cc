#include "service/workspace/ancestry.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"
#include "tests/workspace/memory_commits.h"

namespace metapowers::workspace {
namespace {

bool Has(const ObjectSource& objects, const std::string& tip, const std::string& commit) {
  const absl::StatusOr<bool> contains = Contains(objects, tip, commit);
  EXPECT_OK(contains);
  return contains.ok() && *contains;
}

TEST(AncestryTest, FindsACommitBelowAnyParent) {
  MemoryCommits commits;
  const std::string base = commits.AddLine("", 10, 1'000);
  const std::string ours = commits.AddLine(base, 5, 2'000), theirs = commits.AddLine(base, 5, 2'000);
  const std::string merge = commits.Add({theirs, ours}, 3'000);
  const std::string above = commits.AddLine(merge, 3, 3'001);
  for (const std::string& contained : {ours, theirs, base, merge, above}) EXPECT_TRUE(Has(commits, above, contained));
  EXPECT_FALSE(Has(commits, theirs, ours));
  EXPECT_FALSE(Has(commits, ours, above));
  EXPECT_FALSE(Has(commits, "", ours));
  EXPECT_FALSE(Has(commits, ours, ""));
}

TEST(AncestryTest, ClocksThatAreWrongChangeNothing) {
  MemoryCommits commits;
  const std::string base = commits.AddLine("", 10, 9'000);
  const std::string ours = commits.AddLine(base, 5, 5'000);     // all before the base
  const std::string early = commits.AddLine(ours, 20, 10);      // long before it
  const std::string other = commits.AddLine(base, 30, 90'000);  // long after
  const std::string merge = commits.Add({other, early}, 1);
  EXPECT_TRUE(Has(commits, merge, ours));
  EXPECT_TRUE(Has(commits, merge, base));
  EXPECT_FALSE(Has(commits, other, ours));
  EXPECT_FALSE(Has(commits, early, other));
}

TEST(AncestryTest, ReadsWhatDiffersAndNotAllHistory) {
  MemoryCommits commits;
  const std::string base = commits.AddLine("", 5'000, 1'000);
  const std::string ours = commits.AddLine(base, 3, 10'000), theirs = commits.AddLine(base, 4, 10'000);
  EXPECT_TRUE(Has(commits, commits.Add({theirs}, 20'000), theirs));
  EXPECT_LT(commits.reads, 10);
  EXPECT_FALSE(Has(commits, theirs, ours));
  EXPECT_LT(commits.reads, 40);
  EXPECT_FALSE(Has(commits, base, ours)) << "rewound";
  EXPECT_LT(commits.reads, 50);
}

TEST(AncestryTest, WhatIsGoneIsFoundByItsIdAndDamageIsTold) {
  MemoryCommits commits;
  const std::string base = commits.AddLine("", 3, 1'000);
  const std::string gone = commits.AddLine(base, 1, 2'000);
  const std::string above = commits.AddLine(gone, 2, 3'000);
  const std::string other = commits.AddLine(base, 2, 4'000);
  commits.Remove(gone);
  EXPECT_TRUE(Has(commits, above, gone));
  EXPECT_FALSE(Has(commits, other, gone));
  EXPECT_TRUE(absl::IsDataLoss(Contains(commits, above, other).status()));
}

}  // namespace
}  // namespace metapowers::workspace
