#include "service/workspace/local_engine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/workspace/data_dir.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
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
  void Open(const LocalEngineOptions& options = {}) {
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

TEST_F(LocalEngineTest, EmptyWorkspace) {
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->commit(), "");
  EXPECT_EQ(head->revision(), 0);
  EXPECT_EQ(head->ReadFile(kPath).value(), std::nullopt);
  EXPECT_EQ(head->TreeId(".metapowers").value(), "");
  EXPECT_TRUE(head->ListDirectory("").value().empty());
  EXPECT_TRUE(engine_->History(kUid, {}).value().commits.empty());
  EXPECT_EQ(Git(repository(), "fsck --strict").exit_code, 0);
}

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

TEST_F(LocalEngineTest, SurvivesReopening) {
  ASSERT_OK_AND_ASSIGN(const auto commit, CommitFile(*engine_, kUid, kPath, "1"));
  Open();
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  EXPECT_EQ(head->commit(), commit.id);
  EXPECT_EQ(head->revision(), 1);
}

TEST_F(LocalEngineTest, NothingStagedNothingDone) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  Draft draft(head);
  ASSERT_OK(engine_->Commit(kUid, draft.batch()));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 1);
}

TEST_F(LocalEngineTest, StaleDraftIsRefusedWhole) {
  ASSERT_OK_AND_ASSIGN(const auto base, engine_->Head(kUid));
  Draft draft(base);
  ASSERT_OK(draft.AddCommit(Spec({{"mine.md", "x"}})));
  ASSERT_OK_AND_ASSIGN(const auto other, CommitFile(*engine_, kUid, kPath, "1"));
  const absl::Status refused = engine_->Commit(kUid, draft.batch());
  EXPECT_THAT(refused, HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
  EXPECT_EQ(DetailsOf(refused).metadata.at("expected"), "");
  EXPECT_EQ(DetailsOf(refused).metadata.at("actual"), other.id);
  EXPECT_EQ(engine_->Head(kUid).value()->commit(), other.id);
}

TEST_F(LocalEngineTest, BatchMustBeAChain) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kUid));
  Draft draft(head);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "2"}})));
  CommitBatch batch = draft.batch();
  batch.commits.clear();
  EXPECT_THAT(engine_->Commit(kUid, batch), HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _));
  EXPECT_EQ(engine_->Head(kUid).value()->revision(), 1);
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

TEST_F(LocalEngineTest, RevisionsMustBeFullIdsOfThisHistory) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  for (const std::string bad :
       {"", "main", "HEAD", "HEAD~1", "abc", "0123456789ABCDEF0123456789ABCDEF01234567", "--all"}) {
    EXPECT_THAT(engine_->At(kUid, bad), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _)) << bad;
  }
  EXPECT_THAT(engine_->At(kUid, std::string(40, 'a')), HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _));
  const std::string tree = engine_->Head(kUid).value()->tree();
  EXPECT_THAT(engine_->At(kUid, tree), HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _));
}

TEST_F(LocalEngineTest, UnknownWorkspaces) {
  for (const std::string uid :
       {"", "nope", "../../etc", "6F1C0E9A-5B1D-4C57-9C43-0D4A0A6F3E11", "00000000-0000-4000-8000-000000000000"}) {
    EXPECT_THAT(engine_->Head(uid), HasError(absl::StatusCode::kNotFound, "WORKSPACE_NOT_FOUND", _)) << uid;
  }
  EXPECT_THAT(engine_->CreateWorkspace("../x"), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
  EXPECT_THAT(engine_->CreateWorkspace(kUid), HasError(absl::StatusCode::kAlreadyExists, "WORKSPACE_EXISTS", _));
}

TEST_F(LocalEngineTest, HistoryPagesAndFilters) {
  for (int i = 1; i <= 10; ++i) {
    ASSERT_OK(CommitFile(*engine_, kUid, i % 2 == 0 ? "even/a.md" : "odd/a.md", absl::StrCat(i)));
  }
  std::vector<int64_t> seen;
  HistoryQuery query{.from = "", .path = "even", .limit = 2, .cursor = ""};
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(kUid, query));
    EXPECT_LE(page.commits.size(), 2u);
    for (const CommitInfo& commit : page.commits) seen.push_back(commit.revision);
    query.cursor = page.next_cursor;
    ++pages;
  } while (!query.cursor.empty() && pages < 20);
  EXPECT_EQ(seen, (std::vector<int64_t>{10, 8, 6, 4, 2}));

  query = {.from = engine_->History(kUid, {}).value().commits[6].id, .path = "odd/a.md", .limit = 100, .cursor = ""};
  ASSERT_OK_AND_ASSIGN(const HistoryPage older, engine_->History(kUid, query));
  ASSERT_EQ(older.commits.size(), 2u);
  EXPECT_EQ(older.commits[0].revision, 3);
  query.path = "../x";
  EXPECT_THAT(engine_->History(kUid, query), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
  query = {.from = std::string(40, 'a'), .path = "", .limit = 1, .cursor = ""};
  EXPECT_THAT(engine_->History(kUid, query), HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _));
}

TEST_F(LocalEngineTest, LeftoversOfAKilledProcessAreRemoved) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  const std::vector<std::string> leftovers = {
      "refs/heads/main.lock",    "packed-refs.lock",       "HEAD.lock", "config.lock", "objects/tmp_obj_x",
      "objects/pack/tmp_pack_x", "objects/pack/pack-1.idx"};
  for (const std::string& name : leftovers) WriteFile(repository() + "/" + name, "");
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
  for (const Object& object : draft.batch().objects) {
    WriteFile(absl::StrCat(repository(), "/objects/", object.id.substr(0, 2), "/", object.id.substr(2)), "");
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
    const rlimit limit = {.rlim_cur = 2000, .rlim_max = 2000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::string noise;
    for (int i = 0; i < 300; ++i) noise += NewUuid();
    const auto refused = CommitFile(*engine_, kUid, "big.md", noise);
    if (DetailsOf(refused.status()).reason != "STORAGE_FULL") ::_exit(1);
    if (refused.status().code() != absl::StatusCode::kResourceExhausted) ::_exit(2);
    if (!engine_->Head(kUid).value()->ReadFile(kPath).value().has_value()) ::_exit(3);
    if (!CommitFile(*engine_, kUid, "small.md", "x").ok()) ::_exit(4);
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

TEST_F(LocalEngineTest, UnwritableStorageIsToldAndReadersGoOn) {
  ASSERT_OK(CommitFile(*engine_, kUid, kPath, "1"));
  engine_.reset();
  // Tests may run as root, whom permissions do not stop: the child gives its privileges up.
  constexpr uid_t kNobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(Git(dir_.path(), "--version && chown -R 65534 data").exit_code, 0);
    std::filesystem::permissions(dir_.path(), std::filesystem::perms::all);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    if (root && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(9);
    Open();
    if (!engine_->Head(kUid).ok()) ::_exit(1);
    std::filesystem::permissions(repository() + "/objects", std::filesystem::perms(0555));
    const auto refused = CommitFile(*engine_, kUid, kPath, "2");
    std::filesystem::permissions(repository() + "/objects", std::filesystem::perms(0755));
    if (DetailsOf(refused.status()).reason != "STORAGE_READ_ONLY") ::_exit(2);
    std::filesystem::permissions(repository() + "/refs/heads", std::filesystem::perms(0555));
    const auto branch_refused = CommitFile(*engine_, kUid, kPath, "2");
    std::filesystem::permissions(repository() + "/refs/heads", std::filesystem::perms(0755));
    if (DetailsOf(branch_refused.status()).reason != "STORAGE_READ_ONLY") ::_exit(3);
    if (engine_->Head(kUid).value()->ReadFile(kPath).value() != "1") ::_exit(4);
    if (!CommitFile(*engine_, kUid, kPath, "2").ok()) ::_exit(5);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "step " << WEXITSTATUS(status);
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
  WriteFile(dir / "data/format", "metapowers-data 2\n");
  const auto newer = DataDir::Open(dir / "data");
  EXPECT_THAT(newer, HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_VERSION", HasSubstr("format 2")));
  EXPECT_EQ(DetailsOf(newer.status()).metadata.at("version"), "2");
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
