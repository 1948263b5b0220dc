// What goes wrong in one workspace, or in what all share, stays where it is, is told, and ends by itself when its cause
// does.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "service/base/failpoint.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/journal.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/log_segment.h"
#include "service/workspace/sqlite.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kOther[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e22";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

// Waits for it up to half a minute.
bool Becomes(const std::function<bool()>& condition) {
  for (int i = 0; i < 3'000 && !condition(); ++i) absl::SleepFor(absl::Milliseconds(10));
  return condition();
}

class EngineTroubleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
    Open();
    for (const char* uid : {kUid, kOther}) ASSERT_OK(engine_->CreateWorkspace(uid));
  }
  void TearDown() override {
    engine_.reset();
    (void)SetFailpoints("");
  }
  void Open(LocalEngineOptions options = {.flush_delay = absl::Milliseconds(1)}) {
    engine_.reset();
    options.report = [this](const EngineTrouble& trouble) {
      absl::MutexLock lock(&mutex_);
      told_.push_back(
          absl::StrCat(trouble.what, ": ", trouble.workspace, ": ", trouble.status.message(), ": ", trouble.failures));
    };
    auto data_dir = DataDir::Open(dir_ / "data");
    ASSERT_OK(data_dir);
    auto engine = NewLocalEngine(*data_dir, options);
    ASSERT_OK(engine);
    engine_ = *std::move(engine);
  }
  // How often it was told.
  int Told(absl::string_view what) {
    absl::MutexLock lock(&mutex_);
    return static_cast<int>(std::count_if(told_.begin(), told_.end(),
                                          [&](const std::string& line) { return absl::StrContains(line, what); }));
  }
  bool IsStored(const std::string& uid, const std::string& commit) {
    return Git(repository(uid), "rev-parse main").output == commit;
  }
  std::string repository(const std::string& uid) const { return dir_ / ("data/workspaces/" + uid + ".git"); }
  // Closes the engine, and puts `after` in the place of `before`, which is as long, wherever the journal's log has it.
  void ChangeLog(absl::string_view before, absl::string_view after) {
    engine_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / "data/journal")) {
      const std::string bytes = ReadFileOrEmpty(entry.path());
      WriteFile(entry.path(), absl::StrReplaceAll(bytes, {{before, after}}));
    }
  }
  // A step that is nothing but the record of a request.
  absl::Status Record(const std::string& uid, const std::string& request) {
    ASSIGN_OR_RETURN(const auto tip, engine_->Tip(uid));
    CommitBatch batch = Draft(tip).batch();
    batch.request = RequestRecord{request, "f", "the answer", {}};
    return engine_->Commit(uid, std::move(batch));
  }

  const TempDir dir_;
  absl::Mutex mutex_;
  std::vector<std::string> told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTroubleTest, OpeningOneWorkspaceStopsNoOther) {
  Open();
  ASSERT_OK(SetFailpoints("open_workspace=sleep:2000@1"));
  std::atomic<int> opened{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) callers.emplace_back([&] { opened += engine_->Head(kUid).ok() ? 1 : 0; });
  absl::SleepFor(absl::Milliseconds(100));
  const absl::Time start = absl::Now();
  EXPECT_OK(CommitFile(*engine_, kOther, kPath, "1"));
  EXPECT_OK(engine_->CreateWorkspace(NewUuid()));
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  EXPECT_EQ(opened, 0);
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(opened, 3);
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "1"));
}

TEST_F(EngineTroubleTest, OneOfManyCreatesAWorkspace) {
  const std::string uid = NewUuid();
  std::atomic<int> created{0}, existed{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const absl::Status status = engine_->CreateWorkspace(uid);
      (status.ok() ? created : existed) += 1;
      if (status.ok()) return;
      EXPECT_THAT(status, HasError(absl::StatusCode::kAlreadyExists, "WORKSPACE_EXISTS", _));
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(created, 1);
  for (const auto& entry : std::filesystem::directory_iterator(dir_ / "data/workspaces")) {
    EXPECT_EQ(entry.path().extension(), ".git") << "what the others built is gone";
  }
}

TEST_F(EngineTroubleTest, WhatCannotBeTakenUpIsTriedAgainWhenItIsUsed) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  ASSERT_OK(SetFailpoints("recovery_mid=error:24@1"));  // too many open files
  Open();
  EXPECT_EQ(Told("cannot take up what the journal holds"), 1);
  EXPECT_FALSE(engine_->Head(kUid).ok()) << "a step that was answered is missing";
  EXPECT_OK(CommitFile(*engine_, kOther, kPath, "1"));
  ASSERT_TRUE(Becomes([&] { return engine_->Head(kUid).ok(); }));
  EXPECT_EQ(engine_->Head(kUid).value()->commit(), commit.id);
  EXPECT_TRUE(Becomes([&] { return IsStored(kUid, commit.id); }));
  EXPECT_EQ(Told("cannot take up what the journal holds"), 1);
}

TEST_F(EngineTroubleTest, NewStepsDoNotEndThePauseAfterAFailure) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK(CommitFile(*engine_, kUid, kPath, absl::StrCat(i)));
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LE(Told("cannot store"), 9);  // after 10, 20, 40, 80, 160, 320, 640 ms
  EXPECT_GE(Told("cannot store"), 3);
  EXPECT_EQ(Told(": 3"), 1) << "failures are counted";
}

TEST_F(EngineTroubleTest, WhatChangesNothingIsAnsweredAfterTheStepBelow) {
  for (const bool fails : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
    // No step becomes durable while this answer holds the journal's thread.
    absl::Notification held, go, answered;
    ASSERT_OK_AND_ASSIGN(const auto other, engine_->Tip(kOther));
    Draft elsewhere(other);
    ASSERT_OK(elsewhere.AddCommit(Spec({{kPath, absl::StrCat(fails)}})));
    engine_->Submit(kOther, elsewhere.batch(), [&](const absl::Status&) {
      held.Notify();
      go.WaitForNotification();
    });
    held.WaitForNotification();
    Draft draft(head);
    ASSERT_OK(draft.AddCommit(Spec({{kPath, absl::StrCat(fails)}})));
    std::vector<absl::Status> answers;
    engine_->Submit(kUid, draft.batch(), [&](const absl::Status& status) { answers.push_back(status); });
    ASSERT_OK_AND_ASSIGN(const auto tip, engine_->Tip(kUid));
    EXPECT_EQ(tip->commit(), draft.commits().back().id);
    engine_->Submit(kUid, Draft(tip).batch(), [&](const absl::Status& status) {
      answers.push_back(status);
      answered.Notify();
    });
    EXPECT_FALSE(answered.HasBeenNotified());
    if (fails) ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
    go.Notify();
    answered.WaitForNotification();
    ASSERT_EQ(answers.size(), 2u);
    if (fails) {
      EXPECT_THAT(answers[0], HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", _));
      EXPECT_THAT(answers[1], HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
      EXPECT_EQ((*engine_->Head(kUid))->commit(), head->commit());
    } else {
      EXPECT_OK(answers[0]);
      EXPECT_OK(answers[1]);
      EXPECT_EQ((*engine_->Head(kUid))->commit(), tip->commit());
    }
  }
}

TEST_F(EngineTroubleTest, TheLockOfAPushHoldsUpItsOwnWorkspaceAlone) {
  std::vector<std::string> locks;
  std::string waits;
  for (int i = 0; i < 6; ++i) {
    const std::string uid = NewUuid();
    ASSERT_OK(engine_->CreateWorkspace(uid));
    ASSERT_OK(engine_->Head(uid));
    locks.push_back(repository(uid) + "/refs/heads/main.lock");
    WriteFile(locks.back(), "");
    ASSERT_OK(CommitFile(*engine_, uid, kPath, "1"));
    waits = uid;
  }
  absl::SleepFor(absl::Milliseconds(20));
  const absl::Time start = absl::Now();
  ASSERT_OK_AND_ASSIGN(const auto other, CommitFile(*engine_, kOther, kPath, "1"));
  ASSERT_TRUE(Becomes([&] { return IsStored(kOther, other.id); }));
  EXPECT_LT(absl::Now() - start, absl::Seconds(3)) << "nobody waits for the locks, a second for each";
  EXPECT_TRUE(Becomes([&] { return Told("another process holds its lock") >= 6; }));
  for (const std::string& lock : locks) std::filesystem::remove(lock);
  EXPECT_TRUE(Becomes([&] { return IsStored(waits, engine_->Head(waits).value()->commit()); }));
  ExpectFsckClean(repository(waits));
}

TEST_F(EngineTroubleTest, WhoWaitsForStoringIsNotToldOfALockThatGoes) {
  Open({.answer_when_stored = true});
  ASSERT_OK(engine_->Head(kUid));
  const std::string lock = repository(kUid) + "/refs/heads/main.lock";
  WriteFile(lock, "");
  std::thread push([&] {
    absl::SleepFor(absl::Milliseconds(200));
    std::filesystem::remove(lock);
  });
  const auto commit = CommitFile(*engine_, kUid, kPath, "1");
  push.join();
  ASSERT_OK(commit);
  EXPECT_TRUE(IsStored(kUid, commit->id));
  EXPECT_EQ(Told("cannot store"), 0);
}

TEST_F(EngineTroubleTest, ALockOfSomebodyAliveStaysAndOursDoesNot) {
  ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_TRUE(Becomes([&] { return IsStored(kUid, commit.id); }));
  engine_.reset();
  const std::string lock = repository(kUid) + "/refs/heads/main.lock";
  const std::string ours = lock + ".lock";
  WriteFile(lock, commit.id + "\n");  // of a push that goes on
  WriteFile(ours, std::string(40, 'a') + "\n");
  BareRepository::RemoveLeftovers(repository(kUid));
  EXPECT_TRUE(std::filesystem::exists(lock));
  EXPECT_FALSE(std::filesystem::exists(ours));
  std::filesystem::create_hard_link(lock, ours);  // as a killed engine leaves it
  ExpectFsckClean(repository(kUid));
  BareRepository::RemoveLeftovers(repository(kUid));
  EXPECT_FALSE(std::filesystem::exists(lock));
  EXPECT_FALSE(std::filesystem::exists(ours));
  WriteFile(lock, "");
  std::filesystem::last_write_time(lock, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2));
  BareRepository::RemoveLeftovers(repository(kUid));
  EXPECT_FALSE(std::filesystem::exists(lock)) << "nobody holds a lock so long";
}

TEST_F(EngineTroubleTest, AWalkThroughHistoryHoldsUpNoOtherWorkspace) {
  ASSERT_OK_AND_ASSIGN(const auto first, CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_TRUE(Becomes([&] { return IsStored(kUid, first.id); }));
  ASSERT_OK(engine_->Head(kOther));
  ASSERT_OK(SetFailpoints("journal_retire=sleep:300;follow_branch=sleep:2000"));
  ASSERT_OK_AND_ASSIGN(const auto second, CommitFile(*engine_, kUid, kPath, "2"));
  ASSERT_TRUE(Becomes([&] { return IsStored(kUid, second.id); }));
  GitOk(repository(kUid), "update-ref refs/heads/main " + first.id);
  std::thread walk([&] { EXPECT_OK(engine_->Head(kUid)); });
  absl::SleepFor(absl::Milliseconds(400));  // the journal has retired the second step by now
  const absl::Time start = absl::Now();
  EXPECT_OK(CommitFile(*engine_, kOther, kPath, "1"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  walk.join();
}

TEST_F(EngineTroubleTest, ADamagedRecordIsNotTakenForWhatItWas) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK(Record(kUid, "request-1"));
  ASSERT_OK(CommitFile(*engine_, kOther, kPath, "1"));
  ChangeLog("the answer", "the ansver");
  Open();
  EXPECT_THAT(engine_->Head(kUid), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("journal")));
  EXPECT_OK(engine_->Head(kOther));
}

TEST_F(EngineTroubleTest, AStepThatIsMissingInTheJournalIsDataLoss) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "2"));
  ASSERT_OK(Record(kUid, "request-1"));
  engine_.reset();
  ASSERT_OK_AND_ASSIGN(const auto journal, OpenJournal(dir_ / "data/journal", dir_ / "data/journal.sqlite"));
  ASSERT_OK_AND_ASSIGN(std::vector<JournalEntry> entries, journal->TakeEntries());
  ASSERT_EQ(entries.size(), 3u);
  ASSERT_OK(journal->Retire({{.workspace = kUid, .up_to = 3, .requests = {}}}));
  entries.erase(entries.begin() + 1);
  for (JournalEntry& entry : entries) entry.sequence += 10;
  ASSERT_OK(journal->Append(entries));
  Open();
  EXPECT_THAT(engine_->Head(kUid), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("missing")));
}

TEST_F(EngineTroubleTest, NobodyGoesOnWhenTheJournalLacksWhoKnowsWhose) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK(CommitFile(*engine_, kOther, kPath, "1"));
  engine_.reset();
  const std::string log = dir_ / "data/journal/journal-0000000000000001.log";
  std::string bytes = ReadFileOrEmpty(log);
  bytes.replace(kLogBlock, kLogBlock, kLogBlock, '\0');
  WriteFile(log, bytes);
  const auto data_dir = DataDir::Open(dir_ / "data");
  ASSERT_OK(data_dir);
  EXPECT_THAT(NewLocalEngine(*data_dir),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("journal-")));
}

TEST_F(EngineTroubleTest, AKeptAnswerThatIsDamagedIsNotGiven) {
  ASSERT_OK(Record(kUid, "request-1"));
  const auto retired = [&] {
    const auto found = engine_->FindRequest(kUid, "request-1");
    return found.ok() && found->has_value();
  };
  ASSERT_TRUE(retired());
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_TRUE(Becomes([&] { return Git(repository(kUid), "rev-parse --verify -q main").exit_code == 0; }));
  engine_.reset();
  {
    const auto database = OpenDatabase(dir_ / "data/journal.sqlite", /*create=*/false, "");
    ASSERT_OK(database);
    ASSERT_OK(Execute(database->get(), "UPDATE request SET answer = CAST('another!!!' AS BLOB)"));
  }
  Open();
  EXPECT_THAT(engine_->FindRequest(kUid, "request-1"), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", _));
}

TEST_F(EngineTroubleTest, HousekeepingThatFailsIsToldAtGrowingIntervals) {
  ASSERT_OK(SetFailpoints("housekeeping=error:5"));
  Open({.loose_object_limit = 1, .flush_delay = absl::Milliseconds(1)});
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, absl::StrCat(i)));
    ASSERT_TRUE(Becomes([&] { return IsStored(kUid, commit.id); }));
  }
  EXPECT_TRUE(Becomes([&] { return Told("cannot pack a repository") > 0; }));
  EXPECT_EQ(Told("cannot pack a repository"), 1) << "the next try is in a minute";
}

TEST_F(EngineTroubleTest, HousekeepingThatTakesTooLongIsEnded) {
  Open({.loose_object_limit = 1, .packing_time = absl::Milliseconds(20), .flush_delay = absl::Milliseconds(1)});
  std::mt19937_64 random(1);
  std::string noise(size_t{24} << 20, ' ');  // takes Git a second
  for (char& byte : noise) byte = static_cast<char>(random());
  ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, noise));
  EXPECT_TRUE(Becomes([&] { return Told("git repack took too long and was ended: 1") > 0; }));
  engine_.reset();
  EXPECT_TRUE(IsStored(kUid, commit.id));
  EXPECT_TRUE(std::filesystem::is_empty(repository(kUid) + "/objects/pack")) << "nothing of it is left";
  ExpectFsckClean(repository(kUid));
}

TEST_F(EngineTroubleTest, AnIndexThatCannotBeOpenedIsToldAndHistoriesAreWalked) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(dir_ / "data/history.sqlite" + suffix);
  WriteFile(dir_ / "data/history.sqlite/file", "where a database should be");
  Open();
  EXPECT_EQ(Told("cannot open the index of histories"), 1);
  ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(kUid, {.from = "", .path = kPath, .limit = 10}));
  EXPECT_EQ(page.commits.size(), 1u);
}

}  // namespace
}  // namespace metapowers::workspace
