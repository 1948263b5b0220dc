#include "service/workspace/step_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/failpoint.h"
#include "service/workspace/log_segment.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kOther[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e22";
using Sequences = std::vector<int64_t>;

class StepLogTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void TearDown() override { (void)SetFailpoints(""); }

  void Open() {
    log_.reset();
    auto log = StepLog::Open(dir_.path(), options_);
    ASSERT_OK(log);
    log_ = *std::move(log);
    found_.clear();
    for (const JournalEntry& entry : log_->TakeEntries()) found_.push_back(entry.sequence);
  }
  absl::Status Append(int64_t sequence, const std::string& workspace = kUid, size_t bytes = 100) {
    return log_->Append({{sequence, workspace, std::string(bytes, 'a')}});
  }
  // Names of files, without their numbers.
  std::map<std::string, int> Files() const {
    std::map<std::string, int> files;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      const std::string name = entry.path().filename();
      ++files[name.substr(0, name.find('-'))];
    }
    return files;
  }
  std::string Segment(int number) const {
    return dir_ / absl::StrCat("journal-", absl::Hex(number, absl::kZeroPad16), ".log");
  }
  static void Change(const std::string& file, size_t at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put('!');
  }

  const TempDir dir_;
  StepLogOptions options_{.segment_bytes = 64 << 10, .most_segments = 4};
  std::unique_ptr<StepLog> log_;
  Sequences found_;  // at Open
};

TEST_F(StepLogTest, FindsWhatWasAppendedAndNotForgotten) {
  EXPECT_EQ(found_, Sequences{});
  ASSERT_OK(log_->Append({{1, kUid, "a"}, {2, kOther, "b"}}));
  ASSERT_OK(Append(3));
  Open();
  EXPECT_EQ(found_, (Sequences{1, 2, 3}));
  ASSERT_OK(Append(4));
  Open();
  EXPECT_EQ(found_, (Sequences{1, 2, 3, 4})) << "over two segments";
}

TEST_F(StepLogTest, TakesFilesAgainThatNobodyNeeds) {
  for (int64_t sequence = 1; sequence <= 1'000; ++sequence) {
    ASSERT_OK(Append(sequence, sequence % 2 == 0 ? kUid : kOther, 5'000));
    if (sequence > 10) log_->Forget(sequence % 2 == 0 ? kUid : kOther, sequence - 10);
  }
  EXPECT_LE(Files()["journal"] + Files()["spare"], 8) << "5 MB went through them";
  Open();
  ASSERT_FALSE(found_.empty());
  EXPECT_GT(found_.front(), 900) << "older ones are gone with their files";
  EXPECT_EQ(found_.back(), 1'000);
  log_->Forget(kUid, 1'000);
  log_->Forget(kOther, 1'000);
  EXPECT_EQ(Files()["journal"], 0);
  Open();
  EXPECT_EQ(found_, Sequences{});
}

TEST_F(StepLogTest, AnEntryMayBeLongerThanASegment) {
  ASSERT_OK(Append(1));
  ASSERT_OK(Append(2, kUid, 3 << 20));
  ASSERT_OK(Append(3));
  Open();
  EXPECT_EQ(found_, (Sequences{1, 2, 3}));
  log_->Forget(kUid, 3);
  ASSERT_OK(Append(4));
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    if (!absl::StartsWith(entry.path().filename().string(), "journal-")) continue;
    EXPECT_LE(entry.file_size(), (64u << 10) + (1u << 20)) << "it is cut when it is taken again";
  }
}

TEST_F(StepLogTest, WhoIsNeverStoredKeepsNoSegmentOfOthers) {
  int64_t sequence = 0;
  std::set<int64_t> moved;
  for (int round = 0; round < 40; ++round) {
    ASSERT_OK(Append(++sequence, kOther));  // whose repository takes nothing
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(++sequence, kUid, 7'000));
    log_->Forget(kUid, sequence);
    while (true) {
      ASSERT_OK_AND_ASSIGN(const std::vector<JournalEntry> stragglers, log_->Stragglers());
      if (stragglers.empty()) break;
      for (const JournalEntry& entry : stragglers) {
        EXPECT_EQ(entry.workspace, kOther);
        EXPECT_EQ(entry.body, std::string(100, 'a'));
        EXPECT_TRUE(moved.insert(entry.sequence).second) << "once";
        log_->Forget(kOther, entry.sequence);
      }
    }
    EXPECT_LE(Files()["journal"], 5);
  }
  Open();
  size_t left = 0;
  for (const int64_t found : found_) left += found % 11 == 1 && !moved.contains(found) ? 1 : 0;
  EXPECT_EQ(moved.size() + left, 40u) << "each was moved or is there";
}

TEST_F(StepLogTest, AWriteThatFailedLeavesNothing) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  EXPECT_THAT(Append(1, kUid, 20'000), HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", _));
  Open();
  EXPECT_EQ(found_, Sequences{});
  ASSERT_OK(Append(2));
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  EXPECT_FALSE(Append(3, kUid, 20'000).ok());
  Open();
  EXPECT_EQ(found_, Sequences{2});
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  EXPECT_FALSE(Append(4, kUid, 20'000).ok());
  ASSERT_OK(Append(5));
  Open();
  EXPECT_EQ(found_, (Sequences{2, 5}));
}

TEST_F(StepLogTest, AFullDiskIsNoFailedSync) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  ASSERT_OK(SetFailpoints("journal_fill=error:28"));
  const auto full = HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", _);
  EXPECT_THAT(Append(1), full);
  EXPECT_THAT(Append(2), full);
  ASSERT_OK(SetFailpoints(""));
  EXPECT_OK(Append(3));
  Open();
  EXPECT_EQ(found_, Sequences{3});
}

TEST_F(StepLogTest, AfterAFailedSyncNothingIsWritten) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  ASSERT_OK(SetFailpoints("journal_sync=error:5@1"));
  const auto failed = HasError(absl::StatusCode::kInternal, "STORAGE_FAILED", _);
  EXPECT_THAT(Append(1), failed);
  EXPECT_THAT(Append(2), failed);
}

TEST_F(StepLogTest, TellsDamageFromWhatWasBeingWritten) {
  ASSERT_OK(Append(1));
  ASSERT_OK(Append(2));
  log_.reset();
  const std::string first = ReadFileOrEmpty(Segment(1));
  Change(Segment(1), 2 * kLogBlock + 2);  // the second batch, the last
  Open();
  EXPECT_EQ(found_, Sequences{1}) << "it may have been being written";

  WriteFile(Segment(1), first);
  Open();
  ASSERT_EQ(found_, (Sequences{1, 2}));
  ASSERT_OK(Append(3));  // in the next segment, which knows where the first one ended
  log_.reset();
  Change(Segment(1), 2 * kLogBlock + 2);
  EXPECT_THAT(StepLog::Open(dir_.path(), options_),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("journal-0000000000000001.log")));
}

TEST_F(StepLogTest, ADamagedStartLosesNothing) {
  ASSERT_OK(Append(1));
  Open();
  ASSERT_OK(Append(2));  // in the second segment
  log_.reset();
  for (const int number : {1, 2}) Change(Segment(number), 10);
  Open();
  EXPECT_EQ(found_, (Sequences{1, 2}));
  ASSERT_OK(Append(3));
  log_.reset();
  // Of the second, nothing can be read, and the third followed it.
  WriteFile(Segment(2), std::string(3 * kLogBlock, 'x'));
  EXPECT_THAT(StepLog::Open(dir_.path(), options_),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("journal-0000000000000002.log")));
}

TEST_F(StepLogTest, ASegmentThatWasNotBegunIsFree) {
  ASSERT_OK(Append(1));
  log_.reset();
  std::filesystem::copy_file(Segment(1), Segment(2));  // as a rename before its start was written leaves it
  WriteFile(Segment(3), std::string(10'000, 'x'));
  WriteFile(dir_ / "notes.txt", "somebody's");
  Open();
  EXPECT_EQ(found_, Sequences{1});
  EXPECT_EQ(Files()["spare"], 2);
  EXPECT_EQ(ReadFileOrEmpty(dir_ / "notes.txt"), "somebody's");
}

}  // namespace
}  // namespace metapowers::workspace
