// What engine.h promises, of every engine: a new one is added to the list at the end.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/worktree_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::Optional;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

// One engine under test, with one workspace.
struct Subject {
  std::string name;
  std::string uid;
  bool keeps_requests = true;
  // Opens the engine in `directory`, anew or for the first time.
  std::function<std::unique_ptr<Engine>(const std::string& directory)> open;
};
// So that a test is called the same in each run, and not by addresses.
void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

std::unique_ptr<Engine> OpenLocal(const std::string& directory, const LocalEngineOptions& options) {
  auto data_dir = DataDir::Open(directory + "/data");
  EXPECT_OK(data_dir);
  auto engine = NewLocalEngine(*data_dir, options);
  EXPECT_OK(engine);
  const absl::Status made = (*engine)->CreateWorkspace(kUid);
  EXPECT_TRUE(made.ok() || absl::IsAlreadyExists(made)) << made;
  return *std::move(engine);
}

std::unique_ptr<Engine> OpenWorktree(const std::string& directory) {
  if (!std::filesystem::exists(directory + "/.git")) GitOk(directory, "init -q");
  auto engine = WorktreeEngine::Discover(directory);
  EXPECT_OK(engine);
  return *std::move(engine);
}

class EngineConformanceTest : public ::testing::TestWithParam<Subject> {
 protected:
  EngineConformanceTest() : engine_(GetParam().open(dir_.path())) {}
  void Reopen() {
    engine_.reset();
    engine_ = GetParam().open(dir_.path());
  }
  const std::string& uid() const { return GetParam().uid; }
  absl::StatusOr<CommitInfo> CommitPath(const std::string& path, const std::string& content) {
    return CommitFile(*engine_, uid(), path, content);
  }
  int64_t Revision() { return engine_->Head(uid()).value()->revision(); }

  const TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

RequestRecord Record(const std::string& id) { return {id, "fingerprint of " + id, "answer to " + id, {}}; }

MATCHER_P(IsRecord, expected, "") {
  return arg.has_value() && arg->id == expected.id && arg->fingerprint == expected.fingerprint &&
         arg->answer == expected.answer && absl::AbsDuration(absl::Now() - arg->time) < absl::Hours(1);
}

TEST_P(EngineConformanceTest, AnEmptyWorkspaceHasNoRevision) {
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(uid()));
  EXPECT_EQ(head->commit(), "");
  EXPECT_EQ(head->revision(), 0);
  EXPECT_EQ(head->ReadFile(kPath).value(), std::nullopt);
  EXPECT_EQ(head->TreeId(".metapowers").value(), "");
  EXPECT_TRUE(head->ListDirectory("").value().empty());
  EXPECT_TRUE(engine_->History(uid(), {}).value().commits.empty());
  EXPECT_EQ(engine_->Tip(uid()).value()->commit(), "");
}

TEST_P(EngineConformanceTest, AStepOfManyCommitsIsReadAtEachOfThem) {
  Draft draft(engine_->Tip(uid()).value());
  std::vector<std::string> ids;
  for (int i = 1; i <= 21; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit,
                         draft.AddCommit(Spec({{kPath, absl::StrCat("version ", i, "\n")}},
                                              absl::StrCat("commit ", i, "\n\nMetapowers-Step: ", i))));
    ids.push_back(commit->id);
  }
  EXPECT_EQ(Revision(), 0) << "a draft is nothing yet";
  ASSERT_OK(engine_->Commit(uid(), draft.batch()));
  for (int opened = 0; opened < 2; ++opened) {
    ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(uid()));
    EXPECT_EQ(head->commit(), ids.back());
    EXPECT_EQ(head->revision(), 21);
    EXPECT_THAT(head->ReadFile(kPath).value(), Optional(std::string("version 21\n")));
    ASSERT_OK_AND_ASSIGN(const auto old, engine_->At(uid(), ids[4]));
    EXPECT_EQ(old->revision(), 5);
    EXPECT_THAT(old->ReadFile(kPath).value(), Optional(std::string("version 5\n")));
    ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(uid(), {}));
    ASSERT_EQ(page.commits.size(), 21u);
    EXPECT_EQ(page.commits.back().Trailer("Metapowers-Step"), "1");
    Reopen();
  }
}

TEST_P(EngineConformanceTest, NothingStagedNothingDone) {
  ASSERT_OK(CommitPath(kPath, "1"));
  Draft draft(engine_->Tip(uid()).value());
  EXPECT_OK(engine_->Commit(uid(), draft.batch()));
  EXPECT_EQ(Revision(), 1);
}

TEST_P(EngineConformanceTest, AStaleDraftIsRefusedWhole) {
  Draft draft(engine_->Tip(uid()).value());
  ASSERT_OK(draft.AddCommit(Spec({{"mine.md", "x"}})));
  ASSERT_OK_AND_ASSIGN(const auto other, CommitPath(kPath, "1"));
  const absl::Status refused = engine_->Commit(uid(), draft.batch());
  EXPECT_THAT(refused, HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
  EXPECT_EQ(DetailsOf(refused).metadata.at("expected"), "");
  EXPECT_EQ(DetailsOf(refused).metadata.at("actual"), other.id);
  EXPECT_EQ(engine_->Head(uid()).value()->commit(), other.id);
}

TEST_P(EngineConformanceTest, ABatchMustBeAChain) {
  ASSERT_OK(CommitPath(kPath, "1"));
  Draft draft(engine_->Tip(uid()).value());
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "2"}})));
  const auto invalid = HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _);
  CommitBatch batch = draft.batch();
  batch.commits.clear();
  EXPECT_THAT(engine_->Commit(uid(), batch), invalid);
  batch = draft.batch();
  batch.commits.front().first_parent = std::string(40, 'a');
  EXPECT_THAT(engine_->Commit(uid(), batch), invalid);
  batch = draft.batch();
  batch.specs.clear();
  EXPECT_THAT(engine_->Commit(uid(), batch), invalid);
  EXPECT_EQ(Revision(), 1);
}

TEST_P(EngineConformanceTest, TheTipHasWhatWasSubmittedAndAnswersKeepTheOrder) {
  constexpr int kSteps = 50;
  absl::BlockingCounter waiting(kSteps);
  absl::Mutex mutex;
  std::vector<int> answered;
  for (int i = 0; i < kSteps; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto tip, engine_->Tip(uid()));
    ASSERT_EQ(tip->revision(), i);
    Draft draft(tip);
    ASSERT_OK(draft.AddCommit(Spec({{kPath, absl::StrCat(i)}})));
    engine_->Submit(uid(), draft.batch(), [&, i](const absl::Status& status) {
      EXPECT_OK(status);
      EXPECT_GE(engine_->Head(uid()).value()->revision(), i + 1) << "readers see what is answered";
      {
        absl::MutexLock lock(&mutex);
        answered.push_back(i);
      }
      waiting.DecrementCount();
    });
    EXPECT_THAT(engine_->Tip(uid()).value()->ReadFile(kPath).value(), Optional(absl::StrCat(i)));
  }
  waiting.Wait();
  absl::MutexLock lock(&mutex);
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
  EXPECT_EQ(Revision(), kSteps);
}

TEST_P(EngineConformanceTest, SettleWaitsForWhatHasItsPlace) {
  Draft draft(engine_->Tip(uid()).value());
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "1"}})));
  absl::Notification answered;
  engine_->Submit(uid(), draft.batch(), [&](const absl::Status& status) { answered.Notify(); });
  ASSERT_OK(engine_->Settle(uid()));
  EXPECT_EQ(Revision(), 1);
  answered.WaitForNotification();
}

TEST_P(EngineConformanceTest, ConcurrentWritersLoseNothingAndKeepOneOrder) {
  constexpr int kThreads = 4, kEach = 25;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> ids(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      while (ids[t].size() < kEach) {
        const auto commit = CommitPath(absl::StrCat("t", t, "/", ids[t].size(), ".md"), "x");
        if (commit.ok()) {
          ids[t].push_back(commit->id);
        } else {
          ASSERT_THAT(commit, HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Revision(), kThreads * kEach);
  Reopen();
  ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(uid(), {.from = "", .path = "", .limit = 1000}));
  ASSERT_EQ(page.commits.size(), static_cast<size_t>(kThreads * kEach));
  std::map<std::string, int64_t> revisions;
  for (const CommitInfo& commit : page.commits) revisions[commit.id] = commit.revision;
  EXPECT_EQ(revisions.size(), page.commits.size()) << "nothing is there twice";
  for (const std::vector<std::string>& own : ids) {
    int64_t last = 0;
    for (const std::string& id : own) {
      ASSERT_TRUE(revisions.contains(id)) << "an answered commit is lost";
      EXPECT_GT(revisions[id], last);
      last = revisions[id];
    }
  }
}

TEST_P(EngineConformanceTest, ARequestIsKeptWithItsStep) {
  if (!GetParam().keeps_requests) GTEST_SKIP();
  EXPECT_EQ(engine_->FindRequest(uid(), "a").value(), std::nullopt);
  Draft draft(engine_->Tip(uid()).value());
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "1"}})));
  CommitBatch batch = draft.batch();
  batch.request = Record("a");
  ASSERT_OK(engine_->Commit(uid(), batch));
  // A call that changed nothing is remembered too.
  CommitBatch nothing = Draft(engine_->Tip(uid()).value()).batch();
  nothing.request = Record("b");
  ASSERT_OK(engine_->Commit(uid(), nothing));
  // One that was refused is not.
  CommitBatch stale = draft.batch();
  stale.request = Record("c");
  EXPECT_FALSE(engine_->Commit(uid(), stale).ok());
  for (int opened = 0; opened < 3; ++opened) {
    EXPECT_THAT(engine_->FindRequest(uid(), "a").value(), IsRecord(Record("a"))) << opened;
    EXPECT_THAT(engine_->FindRequest(uid(), "b").value(), IsRecord(Record("b"))) << opened;
    EXPECT_EQ(engine_->FindRequest(uid(), "c").value(), std::nullopt);
    EXPECT_EQ(Revision(), 1);
    Reopen();
  }
}

TEST_P(EngineConformanceTest, RevisionsMustBeFullIdsOfThisHistory) {
  ASSERT_OK(CommitPath(kPath, "1"));
  for (const std::string bad :
       {"", "main", "HEAD", "HEAD~1", "abc", "0123456789ABCDEF0123456789ABCDEF01234567", "--all"}) {
    EXPECT_THAT(engine_->At(uid(), bad), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _)) << bad;
  }
  const auto absent = HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _);
  EXPECT_THAT(engine_->At(uid(), std::string(40, 'a')), absent);
  EXPECT_THAT(engine_->At(uid(), engine_->Head(uid()).value()->tree()), absent);
}

TEST_P(EngineConformanceTest, AbbreviatedIdsAreMatchedOnTheLineAlone) {
  std::vector<std::string> ids;
  for (int i = 1; i <= 60; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit, CommitPath(kPath, absl::StrCat(i)));
    ids.insert(ids.begin(), commit.id);
  }
  for (int opened = 0; opened < 2; ++opened) {
    for (const size_t digits : {4u, 5u, 7u, 40u}) {
      const std::string prefix = ids[50].substr(0, digits);
      std::vector<std::string> expected;
      for (const std::string& id : ids) {
        if (id.substr(0, digits) == prefix) expected.push_back(id);
      }
      EXPECT_EQ(engine_->Match(uid(), prefix, 10).value(), expected) << prefix;
    }
    EXPECT_EQ(engine_->Match(uid(), engine_->Head(uid()).value()->tree(), 10).value(), std::vector<std::string>())
        << "no commit";
    Reopen();
  }
  EXPECT_EQ(engine_->Match(uid(), ids[0], 0).value(), std::vector<std::string>());
  for (const std::string bad : {"", "abc", "ABCD", "main", "--all", "0123456789abcdef0123456789abcdef012345678"}) {
    EXPECT_THAT(engine_->Match(uid(), bad, 10), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _)) << bad;
  }
}

TEST_P(EngineConformanceTest, UnknownWorkspaces) {
  for (const std::string other :
       {"", "nope", "../../etc", "6F1C0E9A-5B1D-4C57-9C43-0D4A0A6F3E11", "00000000-0000-4000-8000-000000000000"}) {
    const auto absent = HasError(absl::StatusCode::kNotFound, "WORKSPACE_NOT_FOUND", _);
    EXPECT_THAT(engine_->Head(other), absent) << other;
    EXPECT_THAT(engine_->Tip(other), absent) << other;
    EXPECT_THAT(engine_->Settle(other), absent) << other;
    EXPECT_THAT(engine_->FindRequest(other, "a"), absent) << other;
    EXPECT_THAT(engine_->History(other, {}), absent) << other;
    EXPECT_THAT(engine_->Revisions(other, {}), absent) << other;
    EXPECT_THAT(engine_->Match(other, "abcd", 1), absent) << other;
    EXPECT_THAT(engine_->Commit(other, {}), absent) << other;
  }
}

TEST_P(EngineConformanceTest, HistoryPagesAndFilters) {
  for (int i = 1; i <= 10; ++i) ASSERT_OK(CommitPath(i % 2 == 0 ? "even/a.md" : "odd/a.md", absl::StrCat(i)));
  std::vector<int64_t> seen;
  HistoryQuery query{.from = "", .path = "even", .limit = 2, .cursor = ""};
  int pages = 0;
  do {
    ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine_->History(uid(), query));
    EXPECT_LE(page.commits.size(), 2u);
    for (const CommitInfo& commit : page.commits) seen.push_back(commit.revision);
    query.cursor = page.next_cursor;
    ++pages;
  } while (!query.cursor.empty() && pages < 20);
  EXPECT_THAT(seen, ElementsAre(10, 8, 6, 4, 2));

  query = {.from = engine_->History(uid(), {}).value().commits[6].id, .path = "odd/a.md", .limit = 100, .cursor = ""};
  ASSERT_OK_AND_ASSIGN(const HistoryPage older, engine_->History(uid(), query));
  ASSERT_EQ(older.commits.size(), 2u);
  EXPECT_EQ(older.commits[0].revision, 3);
  query.path = "../x";
  EXPECT_THAT(engine_->History(uid(), query), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
  query = {.from = std::string(40, 'a'), .path = "", .limit = 1, .cursor = ""};
  EXPECT_THAT(engine_->History(uid(), query), HasError(absl::StatusCode::kNotFound, "REVISION_NOT_FOUND", _));
}

TEST_P(EngineConformanceTest, RevisionsGoUpTheLineInPages) {
  ASSERT_OK_AND_ASSIGN(RevisionPage page, engine_->Revisions(uid(), {}));
  EXPECT_TRUE(page.commits.empty() && page.last == 0 && page.last_commit.empty() && !page.more);
  std::vector<std::string> ids;
  for (int i = 1; i <= 10; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit, CommitPath(i % 2 == 0 ? "even/a.md" : "odd/a.md", absl::StrCat(i)));
    ids.push_back(commit.id);
  }
  for (int opened = 0; opened < 2; ++opened) {
    for (int64_t after = 0; after <= 10; ++after) {
      RevisionQuery query{.after = after, .after_commit = after > 0 ? ids[after - 1] : "", .path = "", .limit = 3};
      std::vector<std::string> seen(ids.begin(), ids.begin() + after);
      do {
        ASSERT_OK_AND_ASSIGN(page, engine_->Revisions(uid(), query));
        for (const CommitInfo& commit : page.commits) {
          seen.push_back(commit.id);
          EXPECT_EQ(commit.revision, static_cast<int64_t>(seen.size()));
          EXPECT_EQ(commit.first_parent, seen.size() > 1 ? ids[seen.size() - 2] : "");
        }
        EXPECT_LE(page.commits.size(), 3u);
        EXPECT_EQ(page.last_commit, ids[page.last - 1]);
        query.after = page.last;
        query.after_commit = page.last_commit;
      } while (page.more);
      EXPECT_EQ(seen, ids) << "after " << after;
    }
    Reopen();
  }
  ASSERT_OK_AND_ASSIGN(page, engine_->Revisions(uid(), {.after = 3, .after_commit = "", .path = "odd", .limit = 100}));
  ASSERT_EQ(page.commits.size(), 3u);
  EXPECT_EQ(page.commits[0].revision, 5);
  EXPECT_EQ(page.last, 10) << "what was passed over counts too";
  EXPECT_FALSE(page.more);
  ASSERT_OK_AND_ASSIGN(page, engine_->Revisions(uid(), {.after = 0, .after_commit = "", .path = "odd", .limit = 2}));
  ASSERT_EQ(page.commits.size(), 2u);
  EXPECT_EQ(page.last, 3);
  EXPECT_TRUE(page.more);
}

TEST_P(EngineConformanceTest, RevisionsThatAreNotThere) {
  ASSERT_OK_AND_ASSIGN(const auto first, CommitPath(kPath, "1"));
  const absl::Status ahead =
      engine_->Revisions(uid(), {.after = 2, .after_commit = "", .path = "", .limit = 1}).status();
  EXPECT_THAT(ahead, HasError(absl::StatusCode::kOutOfRange, "REVISION_AHEAD", _));
  EXPECT_EQ(DetailsOf(ahead).metadata.at("newest"), "1");
  const std::string other(40, 'a');
  for (const int64_t after : {1, 2}) {
    const absl::Status gone =
        engine_->Revisions(uid(), {.after = after, .after_commit = other, .path = "", .limit = 1}).status();
    EXPECT_THAT(gone, HasError(absl::StatusCode::kAborted, "BRANCH_REWRITTEN", _));
    EXPECT_EQ(DetailsOf(gone).metadata.at("revision"), absl::StrCat(after));
    EXPECT_EQ(DetailsOf(gone).metadata.at("expected"), other);
    EXPECT_EQ(DetailsOf(gone).metadata.at("actual"), after == 1 ? first.id : "");
  }
  EXPECT_THAT(engine_->Revisions(uid(), {.after = 0, .after_commit = "", .path = "../x", .limit = 1}),
              HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _));
}

TEST_P(EngineConformanceTest, ARewrittenBranchIsTold) {
  std::vector<std::string> ids;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto commit, CommitPath(kPath, absl::StrCat(i)));
    ids.push_back(commit.id);
  }
  const auto tell = [&](int64_t after, const std::string& commit) {
    return engine_->Revisions(uid(), {.after = after, .after_commit = commit, .path = "", .limit = 10});
  };
  ASSERT_OK(tell(3, ids[2]));
  Reopen();  // all is in the repository then
  const std::string repository =
      GetParam().uid == kUid ? dir_ / absl::StrCat("data/workspaces/", kUid, ".git") : dir_.path();
  const std::string branch = absl::StrCat("refs/heads/", GitOk(repository, "symbolic-ref --short HEAD"));
  ASSERT_OK(tell(3, ids[2]));
  // Rewound, and then as long as before.
  GitOk(repository, absl::StrCat("update-ref ", branch, " ", ids[0]));
  EXPECT_THAT(tell(3, ids[2]), HasError(absl::StatusCode::kAborted, "BRANCH_REWRITTEN", _));
  std::string at = ids[0];
  for (int i = 2; i <= 3; ++i) {
    at = GitOk(repository, absl::StrCat("commit-tree -m other -p ", at, " ", at, "^{tree}"));
  }
  GitOk(repository, absl::StrCat("update-ref ", branch, " ", at));
  EXPECT_THAT(tell(3, ids[2]), HasError(absl::StatusCode::kAborted, "BRANCH_REWRITTEN", _));
  ASSERT_OK_AND_ASSIGN(const RevisionPage page, tell(1, ids[0]));
  ASSERT_EQ(page.commits.size(), 2u);
  EXPECT_EQ(page.commits[1].id, at);
}

TEST_P(EngineConformanceTest, SubscribersHearOfMovesUntilTheyLeave) {
  absl::Mutex mutex;
  std::atomic<int> calls{0};
  std::vector<std::string> uids;
  auto subscription = engine_->Subscribe([&](absl::string_view moved) {
    absl::MutexLock lock(&mutex);
    ++calls;
    uids.emplace_back(moved);
  });
  const auto other = engine_->Subscribe([](absl::string_view) {});
  for (int i = 1; i <= 5; ++i) {
    ASSERT_OK(CommitPath(kPath, absl::StrCat(i)));
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (calls < i && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_EQ(Revision(), i);
  }
  EXPECT_EQ(calls, 5);
  subscription.reset();
  EXPECT_EQ(uids, std::vector<std::string>(5, uid()));
  ASSERT_OK(CommitPath(kPath, "6"));
  EXPECT_EQ(calls, 5);
}

INSTANTIATE_TEST_SUITE_P(
    Engines, EngineConformanceTest,
    ::testing::Values(Subject{"Journal", kUid, true, [](const std::string& dir) { return OpenLocal(dir, {}); }},
                      Subject{"AnswerWhenStored", kUid, true,
                              [](const std::string& dir) { return OpenLocal(dir, {.answer_when_stored = true}); }},
                      Subject{"Worktree", std::string(kLocalUid), false, OpenWorktree}),
    [](const auto& subject) { return subject.param.name; });

}  // namespace
}  // namespace metapowers::workspace
