#include "service/workspace/local_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/failpoint.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/history_index.h"
#include "service/workspace/staged_objects.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class LocalEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    ASSERT_OK(engine_->CreateWorkspace(kUid));
  }
  // Most look at what is stored: an answer waits for that.
  void Open(LocalEngineOptions options = {}, bool answer_when_stored = true) {
    options.answer_when_stored = answer_when_stored;
    engine_.reset();
    auto data_dir = DataDir::Open(dir_ / "data");
    ASSERT_OK(data_dir);
    auto engine = NewLocalEngine(*data_dir, options);
    ASSERT_OK(engine);
    engine_ = *std::move(engine);
  }
  std::string repository() const { return dir_.path() + "/data/workspaces/" + kUid + ".git"; }

  const TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(LocalEngineTest, ChainIsReadableByStockGit) {
  ASSERT_OK_AND_ASSIGN(const auto base, engine_->Head(kUid));
  Draft draft(base);
  std::vector<std::string> ids;
  for (int i = 1; i <= 21; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit,
                         draft.AddCommit(Spec({{kPath, absl::StrCat("version ", i, "\n")}},
                                              absl::StrCat("commit ", i, "\n\nMetapowers-Step: ", i))));
    ids.push_back(commit->id);
  }
  ASSERT_OK(engine_->Commit(kUid, draft.batch()));

  ExpectFsckClean(repository());
  EXPECT_EQ(GitOk(repository(), "rev-list --count --first-parent main"), "21");
  EXPECT_EQ(GitOk(repository(), absl::StrCat("cat-file blob main:", kPath)), "version 21");
  EXPECT_EQ(GitOk(repository(), "log -1 --format=%an,%ae,%cn,%ct,%s"),
            "Ann,ann@example.com,metapowers,1700000000,commit 21");
  EXPECT_EQ(GitOk(repository(), "log -1 --format='%(trailers:key=Metapowers-Step,valueonly)'"), "21");

  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->commit(), ids.back());
  EXPECT_EQ(head->revision(), 21);
  EXPECT_EQ(head->TreeId(".metapowers/security").value(), GitOk(repository(), "rev-parse main:.metapowers/security"));
  EXPECT_EQ(head->BlobId(kPath).value(), GitOk(repository(), absl::StrCat("rev-parse main:", kPath)));
  ASSERT_OK_AND_ASSIGN(const auto old, engine_->At(kUid, ids[4]));
  EXPECT_EQ(old->revision(), 5);
  EXPECT_THAT(old->ReadFile(kPath).value(), Optional(std::string("version 5\n")));
}

TEST_F(LocalEngineTest, WorkspacesHaveNamesOfTheServer) {
  EXPECT_THAT(engine_->CreateWorkspace("../x"), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
  EXPECT_THAT(engine_->CreateWorkspace(kUid), HasError(absl::StatusCode::kAlreadyExists, "WORKSPACE_EXISTS", _));
}

TEST_F(LocalEngineTest, ConcurrentWritersLoseNothing) {
  constexpr int kThreads = 4, kEach = 25;
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach;) {
        const auto commit = CommitFile(*engine_, kUid, absl::StrCat("t", t, "/", i, ".md"), "x");
        if (commit.ok()) {
          ++i;
        } else {
          ASSERT_THAT(commit, HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
          ++refused;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), kThreads * kEach);
  EXPECT_EQ(GitOk(repository(), "rev-list --count main"), absl::StrCat(kThreads * kEach));
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(GitOk(repository(), "ls-tree -r --name-only main"), '\n')).size(),
            static_cast<size_t>(kThreads * kEach));
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, OutsidePushIsSeenAndNeverOverwritten) {
  ASSERT_OK_AND_ASSIGN(const auto first, CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK_AND_ASSIGN(const auto base, engine_->Head(kUid));
  Draft draft(base);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "2"}})));
  GitOk(dir_.path(), absl::StrCat("clone -q '", repository(), "' clone"));
  WriteFile(dir_ / "clone/pushed.md", "by hand\n");
  GitOk(dir_ / "clone", "add pushed.md");
  GitOk(dir_ / "clone", "commit -q -m pushed");
  GitOk(dir_ / "clone", "push -q origin main");
  EXPECT_THAT(engine_->Commit(kUid, draft.batch()), HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->revision(), 2);
  EXPECT_THAT(head->ReadFile("pushed.md").value(), Optional(std::string("by hand\n")));
}

TEST_F(LocalEngineTest, RewoundBranchIsNumberedAnew) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(CommitFile(*engine_, kUid, kPath, absl::StrCat(i)).value().id);
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 5);
  GitOk(repository(), absl::StrCat("update-ref refs/heads/main ", ids[1]));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 2);
  EXPECT_THAT(engine_->At(kUid, ids[4]), HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _));
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "other"));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 3);
}

// The history of a document is that of `git log`, page by page, whether the index has it or not.
TEST_F(LocalEngineTest, HistoriesOfDocumentsAreThoseOfGitLog) {
  const auto path_of = [](int i) { return absl::StrCat(".metapowers/security/topic-", i % 3, "/0", i % 2, "-x.md"); };
  for (int i = 0; i < 60; ++i) ASSERT_OK(CommitFile(*engine_, kUid, path_of(i), absl::StrCat(i)));
  const auto expect_like_git = [&](const std::string& path) {
    SCOPED_TRACE(path);
    std::string seen;
    HistoryQuery query{.from = "", .path = path, .limit = 7, .cursor = ""};
    do {
      ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(kUid, query));
      for (const CommitInfo& commit : page.commits) {
        absl::StrAppend(&seen, commit.id, "\n");
        EXPECT_EQ(absl::StrCat(commit.revision), GitOk(repository(), "rev-list --count " + commit.id));
      }
      query.cursor = page.next_cursor;
    } while (!query.cursor.empty());
    EXPECT_EQ(seen, GitOk(repository(), "log --format=%H main -- " + path) + "\n");
  };
  const auto expect_all = [&] {
    for (const char* path : {".metapowers/security/topic-1", ".metapowers/security/topic-1/01-x.md",
                             ".metapowers/security/topic-2/00-x.md", ".metapowers/security"}) {
      expect_like_git(path);
    }
  };
  expect_all();
  // Lost, it is built again; until then, the history is walked.
  engine_.reset();
  std::filesystem::remove(dir_ / "data/history.sqlite");
  Open();
  expect_all();
  ASSERT_OK(CommitFile(*engine_, kUid, path_of(1), "after"));
  expect_all();
  // Damaged, likewise.
  engine_.reset();
  WriteFile(dir_ / "data/history.sqlite", "no database at all, and long enough to be read as one");
  Open();
  expect_all();
  // Rewritten by somebody else.
  GitOk(repository(), "update-ref refs/heads/main main~20");
  expect_all();
  for (int i = 0; i < 5; ++i) ASSERT_OK(CommitFile(*engine_, kUid, path_of(i), absl::StrCat("again ", i)));
  expect_all();
}

TEST(HistoryIndexTest, FollowsAndFinds) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const auto index, HistoryIndex::Open(dir / "history.sqlite"));
  const auto objects = std::make_shared<StagedObjects>(nullptr);
  Draft draft(std::make_shared<const Snapshot>(objects, "", "", 0));
  std::vector<std::string> ids;
  for (int i = 1; i <= 2'500; ++i) {
    const std::string path = absl::StrCat(".metapowers/security/t", i % 2, "/evidence/scan.json");
    ids.push_back(draft.AddCommit(Spec({{path, absl::StrCat(i)}})).value()->id);
  }
  objects->Add(draft.batch().objects);
  EXPECT_EQ(index->Newest(kUid).value(), std::nullopt);
  index->Follow(kUid, objects, ids[999]);
  index->Settle();
  EXPECT_EQ(index->Newest(kUid).value(), (IndexedRevision{1'000, ids[999]}));
  index->Follow(kUid, objects, ids.back());
  index->Settle();
  EXPECT_EQ(index->Newest(kUid).value(), (IndexedRevision{2'500, ids.back()}));
  for (const char* path :
       {".metapowers/security/t1", ".metapowers/security/t1/evidence", ".metapowers/security/t1/evidence/scan.json"}) {
    EXPECT_TRUE(HistoryIndex::Covers(path));
    EXPECT_THAT(index->Find(kUid, path, 2'500, 2).value(),
                ElementsAre(IndexedRevision{2'499, ids[2'498]}, IndexedRevision{2'497, ids[2'496]}));
    EXPECT_EQ(index->Find(kUid, path, 10, 100).value().size(), 5u);
  }
  EXPECT_TRUE(index->Find("another", ".metapowers/security/t1", 2'500, 2).value().empty());
  EXPECT_FALSE(HistoryIndex::Covers(".metapowers/security"));
  EXPECT_FALSE(HistoryIndex::Covers("src/main.cc"));
}

TEST_F(LocalEngineTest, LeftoversOfAKilledProcessAreRemoved) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  const std::vector<std::string> leftovers = {
      "refs/heads/main.lock",    "packed-refs.lock",       "HEAD.lock", "config.lock", "objects/tmp_obj_x",
      "objects/pack/tmp_pack_x", "objects/pack/pack-1.idx"};
  for (const std::string& name : leftovers) {
    WriteFile(repository() + "/" + name, "");
    std::filesystem::last_write_time(repository() + "/" + name,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2));
  }
  WriteFile(dir_ / "data/workspaces/tmp-x/objects/y", "");
  Open();
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "2"));
  for (const std::string& name : leftovers) EXPECT_FALSE(std::filesystem::exists(repository() + "/" + name)) << name;
  EXPECT_FALSE(std::filesystem::exists(dir_ / "data/workspaces/tmp-x"));
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, KilledWriterLeavesOldOrNewHead) {
  engine_.reset();
  int acknowledged = 0;
  for (int round = 0; round < 8; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      Open();
      for (int i = 0;; ++i) {
        if (!CommitFile(*engine_, kUid, absl::StrCat("r", round, "/", i, ".md"), std::string(3000, 'x')).ok())
          ::_exit(1);
        if (::write(pipe_fds[1], "a", 1) != 1) ::_exit(2);
      }
    }
    ::close(pipe_fds[1]);
    char byte;
    for (int seen = 0; seen < 3 + round; ++seen) {
      ASSERT_EQ(::read(pipe_fds[0], &byte, 1), 1) << "the writer failed";
      ++acknowledged;
    }
    absl::SleepFor(absl::Microseconds(300 * round));  // another point of the commit under way each time
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_fds[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe_fds[0]);
    ExpectFsckClean(repository());
  }
  Open();
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_GE(head->revision(), acknowledged) << "what was answered is there";
  EXPECT_LE(head->revision(), acknowledged + 8) << "and at most the commit under way besides";
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "after"));
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, DamagedLooseObjectIsDataLossNotAHang) {
  std::string noise;  // compresses badly, so that every bit of the file matters
  for (int i = 0; i < 5'000; ++i) noise += NewUuid();
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, noise));
  const std::string blob = engine_->Head(kUid).value()->BlobId(kPath).value();
  const std::string file = absl::StrCat(repository(), "/objects/", blob.substr(0, 2), "/", blob.substr(2));
  const std::string whole = ReadFileOrEmpty(file);
  ASSERT_GT(whole.size(), 100u);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 0x40;
  for (const std::string& damaged : {std::string(), whole.substr(0, 1), whole.substr(0, whole.size() / 2),
                                     whole.substr(0, whole.size() - 1), whole + "x", flipped, std::string("no zlib")}) {
    WriteFile(file, damaged);
    Open();
    EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath),
                HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr(blob)))
        << damaged.size() << " of " << whole.size() << " bytes";
  }
  std::filesystem::remove(file);
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", _));
}

TEST_F(LocalEngineTest, TornObjectOfAnEarlierCrashIsReplaced) {
  ASSERT_OK_AND_ASSIGN(const auto base, engine_->Head(kUid));
  Draft draft(base);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "content"}})));
  for (const ObjectPtr& object : draft.batch().objects) {
    WriteFile(absl::StrCat(repository(), "/objects/", object->id.substr(0, 2), "/", object->id.substr(2)), "");
  }
  ASSERT_OK(engine_->Commit(kUid, draft.batch()));
  ExpectFsckClean(repository());
  Open();
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("content")));
}

TEST_F(LocalEngineTest, FullStorageIsToldAndReadersGoOn) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    // A limit on file size fails a write as a full disk does, for root as well.
    ::signal(SIGXFSZ, SIG_IGN);
    Open();
    const rlimit limit = {.rlim_cur = 500'000, .rlim_max = 500'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::string noise;
    for (int i = 0; i < 30'000; ++i) noise += NewUuid();
    const auto refused = CommitFile(*engine_, kUid, "big.md", noise);
    if (refused.ok()) ::_exit(1);  // that it is for want of space is tested below
    if (!engine_->Head(kUid).value()->ReadFile(kPath).value().has_value()) ::_exit(3);
    if (engine_->Tip(kUid).value()->revision() != 1) ::_exit(4);
    if (!CommitFile(*engine_, kUid, "small.md", "x").ok()) ::_exit(5);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "step " << WEXITSTATUS(status);
  Open();
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 2);
  ExpectFsckClean(repository());
  EXPECT_TRUE(std::filesystem::is_empty(repository() + "/objects/pack"));
}

TEST_F(LocalEngineTest, AnUnwritableRepositoryHoldsUpNobodyAndIsStoredLater) {
  std::atomic<int> told{0};
  Open({.report =
            [&](const EngineTrouble& trouble) {
              EXPECT_EQ(trouble.workspace, kUid);
              EXPECT_THAT(trouble.status, HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_READ_ONLY", _));
              ++told;
            }},
       /*answer_when_stored=*/false);
  ASSERT_OK(SetFailpoints("flush_before_objects=error:30"));
  ASSERT_OK_AND_ASSIGN(const auto first, CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK_AND_ASSIGN(const auto second, CommitFile(*engine_, kUid, kPath, "2"));
  EXPECT_EQ(engine_->Head(kUid).value()->commit(), second.id);
  for (int i = 0; i < 600 && told == 0; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_GT(told, 0);
  EXPECT_NE(Git(repository(), "rev-parse --verify -q main").exit_code, 0) << "stock Git has nothing yet";
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("2")));
  ASSERT_OK(SetFailpoints(""));
  for (int i = 0; i < 600 && Git(repository(), "rev-parse main").output != second.id; ++i) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), second.id);
  EXPECT_EQ(GitOk(repository(), "rev-parse main~1"), first.id);
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, WhoWaitsForStoringIsToldWhyItFailsAndTheStepIsKept) {
  ASSERT_OK(SetFailpoints("flush_before_branch=error:30@1"));
  const auto told = CommitFile(*engine_, kUid, kPath, "1");
  ASSERT_OK(SetFailpoints(""));
  EXPECT_THAT(told, HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_READ_ONLY", _));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 1) << "it is durable";
  for (int i = 0; i < 600 && Git(repository(), "rev-parse --verify -q main").exit_code != 0; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(GitOk(repository(), "rev-list --count main"), "1") << "and stored with the next try";
}

TEST_F(LocalEngineTest, WhoAsksForStoringIsToldWhyItCannotBeNowAndNotWhyItCouldNotBeBefore) {
  ASSERT_OK_AND_ASSIGN(const auto first, CommitFile(*engine_, kUid, kPath, "1"));
  Open({.flush_delay = absl::Minutes(10)}, /*answer_when_stored=*/false);
  ASSERT_OK_AND_ASSIGN(const auto second, CommitFile(*engine_, kUid, kPath, "2"));
  GitOk(repository(), "update-ref -d refs/heads/main");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(engine_->Store(kUid), HasError(absl::StatusCode::kFailedPrecondition, "BRANCH_DIVERGED", _));
  }
  GitOk(repository(), "update-ref refs/heads/main " + first.id);
  ASSERT_OK(engine_->Store(kUid));
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), second.id);
}

TEST_F(LocalEngineTest, AMoveOfTheBranchThatFailedLateIsKnownAsOurs) {
  Open({.flush_delay = absl::Milliseconds(1)}, /*answer_when_stored=*/false);
  ASSERT_OK(SetFailpoints("flush_after_branch=error:5@1"));
  ASSERT_OK_AND_ASSIGN(const auto first, CommitFile(*engine_, kUid, kPath, "1"));
  for (int i = 0; i < 600 && Git(repository(), "rev-parse main").output != first.id; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  ASSERT_OK_AND_ASSIGN(const auto second, CommitFile(*engine_, kUid, kPath, "2"));
  for (int i = 0; i < 600 && Git(repository(), "rev-parse main").output != second.id; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  ASSERT_OK(SetFailpoints(""));
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), second.id);
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "3"));
}

TEST_F(LocalEngineTest, TooMuchThatWaitsIsRefusedAndTakenLater) {
  Open({.unflushed_bytes = 100'000, .unflushed_bytes_each = 50'000}, /*answer_when_stored=*/false);
  ASSERT_OK(SetFailpoints("flush_before_objects=sleep:200"));
  const std::string other = NewUuid();
  ASSERT_OK(engine_->CreateWorkspace(other));
  absl::Status refused;
  int taken = 0;
  for (; taken < 50 && refused.ok(); ++taken) {
    refused = CommitFile(*engine_, kUid, kPath, absl::StrCat(taken, std::string(10'000, 'x'))).status();
  }
  EXPECT_THAT(refused, HasError(absl::StatusCode::kResourceExhausted, "OVERLOADED", HasSubstr("this workspace")));
  EXPECT_LT(taken, 10);
  EXPECT_OK(CommitFile(*engine_, other, kPath, std::string(10'000, 'x')));  // others have room
  ASSERT_OK(SetFailpoints(""));
  for (int i = 0; i < 600 && !CommitFile(*engine_, kUid, kPath, "later").ok(); ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), taken) << "the refused one is not there, the last is";
}

TEST_F(LocalEngineTest, AnOutsidePushBetweenAnswerAndStoringIsNotOverwritten) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  Open({.flush_delay = absl::Seconds(5)}, /*answer_when_stored=*/false);
  GitOk(dir_.path(), absl::StrCat("clone -q '", repository(), "' clone"));
  WriteFile(dir_ / "clone/pushed.md", "by hand\n");
  GitOk(dir_ / "clone", "add pushed.md");
  GitOk(dir_ / "clone", "commit -q -m pushed");
  const std::string before = GitOk(repository(), "rev-parse main");
  ASSERT_OK_AND_ASSIGN(const auto ours, CommitFile(*engine_, kUid, kPath, "2"));
  GitOk(dir_ / "clone", "push -q origin main");
  const std::string theirs = GitOk(repository(), "rev-parse main");
  Open({}, /*answer_when_stored=*/false);  // flushes, cannot, and finds the step in the journal again
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), theirs);
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->commit(), ours.id) << "an answered step is read";
  EXPECT_THAT(head->ReadFile(kPath).value(), Optional(std::string("2")));
  const auto refused = CommitFile(*engine_, kUid, kPath, "3");
  EXPECT_THAT(refused, HasError(absl::StatusCode::kFailedPrecondition, "BRANCH_DIVERGED", HasSubstr(theirs)));
  EXPECT_EQ(DetailsOf(refused.status()).metadata.at("expected"), before);
  // What the error says mends it.
  EXPECT_THAT(DetailsOf(refused.status()).next_step, HasSubstr("git update-ref refs/heads/main " + before));
  GitOk(repository(), "branch theirs main");
  GitOk(repository(), "update-ref refs/heads/main " + before);
  Open();
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), ours.id);
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "3"));
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, AFailedSyncStopsWritingUntilARestart) {
  Open({}, /*answer_when_stored=*/false);
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK(SetFailpoints("journal_sync=error:5@1"));
  const auto failed = HasError(absl::StatusCode::kInternal, "STORAGE_FAILED", HasSubstr("restart"));
  EXPECT_THAT(CommitFile(*engine_, kUid, kPath, "2"), failed);
  ASSERT_OK(SetFailpoints(""));
  EXPECT_THAT(CommitFile(*engine_, kUid, kPath, "3"), failed) << "never again after a failed sync";
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("1"))) << "reading goes on";
  Open();
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("2")))
      << "here it was written";
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "3"));
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, AFullJournalFailsThoseInItAndNobodyElse) {
  Open({}, /*answer_when_stored=*/false);
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  const auto refused = CommitFile(*engine_, kUid, kPath, "2");
  ASSERT_OK(SetFailpoints(""));
  EXPECT_THAT(refused, HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", _));
  EXPECT_EQ(engine_->Tip(kUid).value()->revision(), 1);
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "3"));
  Open();
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("3")));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 2);
}

TEST_F(LocalEngineTest, ADamagedWorkspaceStopsNoOther) {
  Open({.flush_delay = absl::Seconds(30)}, /*answer_when_stored=*/false);
  const std::string other = NewUuid();
  ASSERT_OK(engine_->CreateWorkspace(other));
  ASSERT_OK(CommitFile(*engine_, other, kPath, "1"));
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  ASSERT_OK(SetFailpoints(""));
  std::filesystem::rename(repository(), dir_ / "away.git");
  Open();
  EXPECT_THAT(engine_->Head(kUid), HasError(absl::StatusCode::kNotFound, "WORKSPACE_NOT_FOUND", _));
  EXPECT_EQ(engine_->Head(other).value()->revision(), 1);
  engine_.reset();
  std::filesystem::rename(dir_ / "away.git", repository());
  Open();
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 1) << "the journal has kept it";
}

TEST_F(LocalEngineTest, ErrorsHoldNoServerPath) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  std::filesystem::rename(repository() + "/objects", repository() + "/objects-away");
  WriteFile(repository() + "/objects", "a file where a directory should be");
  const absl::Status refused = CommitFile(*engine_, kUid, kPath, "2").status();
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr(dir_.path())));
  for (const auto& [key, value] : DetailsOf(refused).metadata) EXPECT_THAT(value, Not(HasSubstr(dir_.path()))) << key;
}

TEST_F(LocalEngineTest, PacksInTheBackgroundWhileInUse) {
  Open({.open_repositories = 4, .loose_object_limit = 600});
  std::string last;
  for (int i = 0; i < 400; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, absl::StrCat("version ", i)));
    last = commit.id;
  }
  const auto packs = [&] { return GitOk(repository(), "count-objects -v | grep ^packs:"); };
  for (int i = 0; i < 600 && packs() == "packs: 0"; ++i) absl::SleepFor(absl::Milliseconds(50));
  EXPECT_NE(packs(), "packs: 0");
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->commit(), last);
  ASSERT_OK_AND_ASSIGN(const HistoryPage page,
                       engine_->History(kUid, {.from = "", .path = "", .limit = 400, .cursor = ""}));
  ASSERT_EQ(page.commits.size(), 400u);
  for (const CommitInfo& commit : page.commits) {
    ASSERT_OK_AND_ASSIGN(const auto at, engine_->At(kUid, commit.id));
    EXPECT_THAT(at->ReadFile(kPath).value(), Optional(absl::StrCat("version ", commit.revision - 1)));
  }
  engine_.reset();
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, AStopEndsAllThatPacks) {
  Open({.open_repositories = 4, .loose_object_limit = 1});
  std::mt19937_64 random(1);
  std::string noise(size_t{24} << 20, ' ');  // takes Git a second
  for (char& byte : noise) byte = static_cast<char>(random());
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, noise));
  const std::string packs = repository() + "/objects/pack";
  for (int i = 0; i < 3000 && std::filesystem::is_empty(packs); ++i) absl::SleepFor(absl::Milliseconds(10));
  ASSERT_FALSE(std::filesystem::is_empty(packs));
  engine_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(packs)) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::StartsWith("pack-"));
  }
  EXPECT_NE(std::system(absl::StrCat("pgrep -f 'pack-object[s].*", repository(), "' > /dev/null").c_str()), 0);
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, ManyObjectsOfOneBatchAreOnePackAndPacksStayFew) {
  Open({.open_repositories = 4, .loose_object_limit = 0, .pack_limit = 3});
  const auto packs = [&] { return GitOk(repository(), "count-objects -v | grep ^packs:"); };
  std::string text;
  for (int batch = 0; batch < 5; ++batch) {
    Draft draft(engine_->Head(kUid).value());
    for (int i = 0; i < 40; ++i) {
      absl::StrAppend(&text, "line ", i, " of batch ", batch, "\n");
      ASSERT_OK(draft.AddCommit(Spec({{kPath, text}})));
    }
    ASSERT_OK(engine_->Commit(kUid, draft.batch()));
    if (batch == 0) {
      EXPECT_EQ(packs(), "packs: 1");
    }
  }
  EXPECT_EQ(GitOk(repository(), "count-objects -v | grep ^count:"), "count: 0");
  for (int i = 0; i < 600 && packs() > "packs: 3"; ++i) absl::SleepFor(absl::Milliseconds(50));
  EXPECT_LE(packs(), "packs: 3");
  Open();
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->revision(), 200);
  EXPECT_THAT(head->ReadFile(kPath).value(), Optional(text));
  engine_.reset();
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, PackedBranchAndObjectsAreRead) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(CommitFile(*engine_, kUid, kPath, absl::StrCat(i)));
  GitOk(repository(), "pack-refs --all");
  GitOk(repository(), "repack -adq");
  EXPECT_FALSE(std::filesystem::exists(repository() + "/refs/heads/main"));
  EXPECT_THAT(engine_->Head(kUid).value()->ReadFile(kPath).value(), Optional(std::string("4")));
  EXPECT_OK(CommitFile(*engine_, kUid, kPath, "5"));
  Open();
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 6);
  ExpectFsckClean(repository());
}

TEST_F(LocalEngineTest, FewHandlesServeManyWorkspaces) {
  Open({.open_repositories = 2, .loose_object_limit = 0});
  std::vector<std::string> uids;
  for (int i = 0; i < 10; ++i) {
    uids.push_back(NewUuid());
    ASSERT_OK(engine_->CreateWorkspace(uids.back()));
  }
  for (int round = 0; round < 3; ++round) {
    for (const std::string& uid : uids) ASSERT_OK(CommitFile(*engine_, uid, kPath, absl::StrCat(round, uid)));
  }
  for (const std::string& uid : uids) EXPECT_EQ(engine_->Head(uid).value()->revision(), 3);
}

TEST(DataDirTest, HasOneOwner) {
  const TempDir dir;
  auto first = DataDir::Open(dir / "data");
  ASSERT_OK(first);
  EXPECT_THAT(DataDir::Open(dir / "data"),
              HasError(absl::StatusCode::kFailedPrecondition, "LOCKED", HasSubstr("in use")));
  first->reset();
  EXPECT_OK(DataDir::Open(dir / "data"));
}

TEST(DataDirTest, RefusesWhatItDoesNotKnow) {
  const TempDir dir;
  { ASSERT_OK(DataDir::Open(dir / "data")); }
  WriteFile(dir / "data/format", "metapowers-data 4\n");
  const auto newer = DataDir::Open(dir / "data");
  EXPECT_THAT(newer, HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_VERSION", HasSubstr("format 4")));
  EXPECT_EQ(DetailsOf(newer.status()).metadata.at("version"), "4");
  for (const char* older : {"metapowers-data 1\n", "metapowers-data 2\n"}) {  // without a journal, without its log
    WriteFile(dir / "data/format", older);
    EXPECT_OK(DataDir::Open(dir / "data"));
    EXPECT_EQ(ReadFileOrEmpty(dir / "data/format"), "metapowers-data 3\n");
  }
  const auto invalid = HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _);
  WriteFile(dir / "data/format", "garbage");
  EXPECT_THAT(DataDir::Open(dir / "data"), invalid);
  WriteFile(dir / "home/thesis.tex", "mine");
  EXPECT_THAT(DataDir::Open(dir / "home"), invalid);
  EXPECT_THAT(DataDir::Open(dir / "home/thesis.tex"), invalid);
  EXPECT_EQ(ReadFileOrEmpty(dir / "home/thesis.tex"), "mine");
}

}  // namespace
}  // namespace metapowers::workspace
