// G1 to G7 at every point where the engine can die: a child makes steps until it is killed there; what it was answered
// is there when the engine is opened again, once and in order, and stock Git finds nothing wrong.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "service/base/failpoint.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

constexpr int kWorkspaces = 2;
constexpr int kCallers = 4;
constexpr int kFilesOfLargeStep = 110;  // stored as a pack, however slow the machine is
const char* const kUids[kWorkspaces] = {"6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11", "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e22"};

struct CrashCase {
  std::string name;
  std::string failpoints;
  bool answer_when_stored = false;
};
// So that a test is called the same in each run, and not by addresses.
void PrintTo(const CrashCase& crash, std::ostream* out) { *out << crash.name; }

class EngineCrashTest : public ::testing::TestWithParam<CrashCase> {
 protected:
  std::unique_ptr<Engine> Open(bool answer_when_stored) {
    auto data_dir = DataDir::Open(dir_ / "data");
    EXPECT_OK(data_dir);
    auto engine =
        NewLocalEngine(*data_dir, {.flush_delay = absl::Milliseconds(5), .answer_when_stored = answer_when_stored});
    EXPECT_OK(engine);
    return *std::move(engine);
  }
  std::string repository(const std::string& uid) const { return dir_ / ("data/workspaces/" + uid + ".git"); }

  const TempDir dir_;
};

// One caller: steps with a request each, told to `out` before and after, until the process dies.
void Call(Engine& engine, int caller, int round, int out) {
  const std::string uid = kUids[caller % kWorkspaces];
  const auto tell = [&](absl::string_view what, const std::string& request, const std::string& commit) {
    const std::string line = absl::StrCat(what, " ", uid, " ", request, " ", commit, "\n");
    if (::write(out, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(9);
  };
  for (int i = 0; i < 400; ++i) {
    const std::string request = absl::StrCat("r", round, "-", caller, "-", i);
    tell("asks", request, "-");
    for (;;) {
      const auto tip = engine.Tip(uid);
      if (!tip.ok()) ::_exit(8);
      Draft draft(*tip);
      std::vector<FileChange> changes = {{absl::StrCat("caller-", caller, ".md"), request}};
      for (int file = 0; i % 20 == 19 && file < kFilesOfLargeStep; ++file) {
        changes.push_back({absl::StrCat("caller-", caller, "/", file, ".md"), absl::StrCat(request, file)});
      }
      if (!draft.AddCommit(Spec(std::move(changes), "change\n\nMetapowers-Request-Id: " + request)).ok()) ::_exit(7);
      CommitBatch batch = draft.batch();
      batch.request = RequestRecord{request, "f", draft.state()->commit(), {}};
      const std::string commit = batch.new_head;
      const absl::Status status = engine.Commit(uid, std::move(batch));
      if (status.ok()) {
        tell("answered", request, commit);
        break;
      }
      if (!absl::IsAborted(status)) ::_exit(6);
    }
  }
}

TEST_P(EngineCrashTest, NothingAnsweredIsLostOrDoubled) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  {
    const auto engine = Open(false);
    for (const char* uid : kUids) ASSERT_OK(engine->CreateWorkspace(uid));
  }
  std::map<std::string, std::map<std::string, std::string>> answered;  // by workspace and request: the commit
  std::set<std::string> asked;
  for (int round = 0; round < 3; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      if (!SetFailpoints(GetParam().failpoints).ok()) ::_exit(5);
      const auto engine = Open(GetParam().answer_when_stored);
      std::vector<std::thread> callers;
      for (int c = 0; c < kCallers; ++c) callers.emplace_back([&, c] { Call(*engine, c, round, pipe_fds[1]); });
      for (std::thread& caller : callers) caller.join();
      ::_exit(0);
    }
    ::close(pipe_fds[1]);
    std::string output;
    char buffer[4096];
    for (ssize_t size; (size = ::read(pipe_fds[0], buffer, sizeof buffer)) > 0;) output.append(buffer, size);
    ::close(pipe_fds[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    // In the first round nothing is there to recover, so that a point of recovery is not met.
    if (round > 0 || GetParam().name != "RecoveryMid") {
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the point was not met: " << status;
    }
    for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      ASSERT_EQ(words.size(), 4u) << line;
      asked.insert(words[2]);
      if (words[0] == "answered") answered[words[1]][words[2]] = words[3];
    }
    for (const char* uid : kUids) ExpectFsckClean(repository(uid));  // as the crash left it
    const auto engine = Open(false);
    for (const char* uid : kUids) {
      ASSERT_OK_AND_ASSIGN(const HistoryPage page, engine->History(uid, {.from = "", .path = "", .limit = 100'000}));
      std::map<std::string, std::string> commits;  // by request
      for (const CommitInfo& commit : page.commits) {
        const std::string request = commit.Trailer("Metapowers-Request-Id");
        EXPECT_TRUE(commits.emplace(request, commit.id).second) << request << " was done twice";
        EXPECT_TRUE(asked.contains(request)) << "nobody asked for " << request;
        ASSERT_OK_AND_ASSIGN(const auto record, engine->FindRequest(uid, request));
        ASSERT_TRUE(record.has_value()) << request << " has a commit and no record";
        EXPECT_EQ(record->answer, commit.id);
      }
      for (const auto& [request, commit] : answered[uid]) EXPECT_EQ(commits[request], commit) << request << " is lost";
    }
  }
  EXPECT_FALSE(answered.empty() && GetParam().name != "FirstSync");
  for (const char* uid : kUids) {
    ExpectFsckClean(repository(uid));
    EXPECT_EQ(GitOk(repository(uid), "rev-list --count main"),
              GitOk(repository(uid), "rev-list --count --first-parent main"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(repository(uid))) {
      EXPECT_EQ(entry.path().filename().string().rfind("tmp_", 0), std::string::npos) << entry.path();
      EXPECT_NE(entry.path().extension(), ".lock") << entry.path();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Points, EngineCrashTest,
                         ::testing::Values(CrashCase{"BeforeSync", "journal_before_sync=crash@7"},
                                           CrashCase{"AfterSync", "journal_after_sync=crash@7"},
                                           CrashCase{"BeforeObjects", "flush_before_objects=crash@3"},
                                           CrashCase{"MidObjects", "store_mid_objects=crash@2"},
                                           CrashCase{"BeforePackNames", "pack_before_names=crash@1"},
                                           CrashCase{"BeforeBranch", "flush_before_branch=crash@3"},
                                           CrashCase{"AfterBranch", "flush_after_branch=crash@3"},
                                           CrashCase{"BeforeRetire", "journal_retire=crash@2"},
                                           CrashCase{"RecoveryMid", "recovery_mid=crash@2;flush_before_branch=crash@2"},
                                           CrashCase{"AfterBranchWhenStored", "flush_after_branch=crash@3", true}),
                         [](const auto& point) { return point.param.name; });

}  // namespace
}  // namespace metapowers::workspace
