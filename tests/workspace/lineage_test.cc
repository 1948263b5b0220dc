#include "service/workspace/lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "tests/support/status_matchers.h"
#include "tests/workspace/memory_commits.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int kCommits = 3'000;

class LineageTest : public ::testing::Test {
 protected:
  LineageTest() : first_(commits_->AddLine("", 1, 1'000)), head_(commits_->AddLine(first_, kCommits - 1, 1'001)) {
    // What an earlier process knew of the head, so that a walk down is needed.
    WriteFile(dir_ / "revision", absl::StrCat(head_, " ", kCommits, "\n"));
    lineage_ = std::make_unique<Lineage>(commits_, dir_ / "revision");
  }

  const TempDir dir_;
  const std::shared_ptr<MemoryCommits> commits_ = std::make_shared<MemoryCommits>();
  const std::string first_, head_;
  std::unique_ptr<Lineage> lineage_;
};

TEST_F(LineageTest, AWalkThroughAllHistoryHoldsUpNobody) {
  std::thread other;
  absl::Notification answered;
  bool in_time = false;
  commits_->on_read = [&](int reads) {
    if (reads != kCommits / 2) return;
    other = std::thread([&] {
      EXPECT_EQ(lineage_->RevisionOfHead(head_).value(), kCommits);
      answered.Notify();
    });
    in_time = answered.WaitForNotificationWithTimeout(absl::Seconds(20));
  };
  ASSERT_OK_AND_ASSIGN(const auto found, lineage_->Match(first_.substr(0, 12), head_, kCommits, 5));
  ASSERT_TRUE(other.joinable());
  other.join();
  EXPECT_TRUE(in_time) << "it waited for the walk";
  EXPECT_THAT(found, ElementsAre(first_));
}

TEST_F(LineageTest, FindsTheOldestAndKnowsWhatIsNotThere) {
  EXPECT_EQ(lineage_->Find(first_, head_).value(), 1);
  EXPECT_EQ(lineage_->Find(std::string(40, 'a'), head_).value(), std::nullopt);
  EXPECT_THAT(lineage_->Match(first_, head_, kCommits, 5).value(), ElementsAre(first_));
  EXPECT_THAT(lineage_->Match(head_, head_, kCommits - 1, 5).value(), IsEmpty()) << "above the newest";
  const int reads = commits_->reads;
  EXPECT_LT(reads, 2 * kCommits) << "each commit is walked once";
  ASSERT_OK_AND_ASSIGN(const auto page, lineage_->Revisions(kCommits, head_, {.after = 0, .limit = 2}));
  EXPECT_EQ(page.last, 2);
  EXPECT_EQ(page.commits.front().id, first_);
}

}  // namespace
}  // namespace metapowers::workspace
