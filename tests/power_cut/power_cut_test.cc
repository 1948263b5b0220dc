// A power cut at any operation of the local engine: a workload (workload.cc) runs under a shim (shim.cc) that logs what
// it does to its files; from the log a disk (disk.h) is built that a cut may have left, and the engine is opened there.
// Everything that had been answered, or shown to a reader, must be there, once and in order, with the record of its
// request; stock Git finds nothing wrong, before the engine opens and after; and steps go on.
//
// Some workloads are killed at one point and started again before the power is cut: what the second process finds in
// the page cache need not be on the disk, and it must not build answers on it.
//
// Which cuts are tried is drawn from METAPOWERS_POWER_CUT_SEED for METAPOWERS_POWER_CUT_SECONDS per workload, or until
// all were. The workload has threads: the log, and so the cuts, differ from run to run.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "tests/power_cut/disk.h"
#include "tests/power_cut/operation.h"
#include "tests/power_cut/workspaces.h"
#include "tests/workspace/repository_fixture.h"

// In this process, which the power is never cut of: the disk of the machine must not set the pace of the test.
extern "C" {
int fsync(int) { return 0; }
int fdatasync(int) { return 0; }
int syncfs(int) noexcept { return 0; }
}

namespace metapowers::power_cut {
namespace {

using workspace::CommitInfo;
using workspace::DataDir;
using workspace::Engine;
using workspace::HistoryPage;
using workspace::TempDir;

constexpr int kSteps = 8;             // of each caller, in each round
constexpr size_t kTakingUp = 40;      // operations in which a program takes up what a killed one left
constexpr size_t kReplayAtOnce = 16;  // cuts that one pass over the log builds

int64_t Setting(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

struct PowerCutCase {
  std::string name;
  bool when_stored = false;
  bool packing = false;
  std::string kill;  // of the first round (kKillVariable)
};

void PrintTo(const PowerCutCase& workload, std::ostream* out) { *out << workload.name; }

// --- What was told before the cut ----------------------------------------------------------------------------------

struct Told {
  struct Step {
    std::string uid, request, commit;
  };
  std::set<std::string> created;
  std::set<std::string> asked;
  std::vector<Step> answered;
  std::vector<Step> seen;

  void Add(const std::string& line) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == "created") created.insert(words[1]);
    if (words[0] == "asks") asked.insert(words[2]);
    if (words[0] == "answered") answered.push_back({words[1], words[2], words[3]});
    if (words[0] == "sees") seen.push_back({words[1], words[2], words[3]});
  }
};

// --- What is there after it ----------------------------------------------------------------------------------------

using Faults = std::vector<std::string>;

std::string RepositoryOf(const std::string& data, absl::string_view uid) {
  return absl::StrCat(data, "/workspaces/", uid, ".git");
}

void CheckFsck(const std::string& repository, absl::string_view when, Faults& faults) {
  const auto fsck = workspace::Git(repository, "fsck --strict --no-dangling --no-progress");
  const bool unborn = absl::StartsWith(fsck.output, "notice: HEAD points to an unborn branch");
  if (fsck.exit_code != 0 || !(unborn || fsck.output.empty())) {
    faults.push_back(absl::StrCat("git fsck ", when, ": ", fsck.output));
  }
}

// As the cut left it.
void CheckRaw(const std::string& data, const Told& told, bool when_stored, Faults& faults) {
  for (const std::string& uid : told.created) {
    const std::string repository = RepositoryOf(data, uid);
    if (!std::filesystem::exists(repository)) {
      faults.push_back(absl::StrCat(uid, " was created and is lost"));
      continue;
    }
    CheckFsck(repository, "before the engine opens", faults);
    if (!when_stored) continue;
    const std::string commits = workspace::Git(repository, "rev-list --first-parent main").output;
    for (const Told::Step& step : told.answered) {
      if (step.uid == uid && !absl::StrContains(commits, step.commit)) {
        faults.push_back(absl::StrCat(step.request, " was answered and stock Git does not see it"));
      }
    }
  }
}

void CheckHistory(Engine& engine, const std::string& uid, const Told& told, Faults& faults) {
  const auto page = engine.History(uid, {.from = "", .path = "", .limit = 100'000});
  if (!page.ok()) return faults.push_back(absl::StrCat("history: ", page.status().ToString()));
  std::map<std::string, size_t> age_of;          // by commit
  std::map<std::string, std::string> commit_of;  // by request
  for (const CommitInfo& commit : page->commits) {
    age_of.emplace(commit.id, age_of.size());
    const std::string request = commit.Trailer(kRequestTrailer);
    if (!commit_of.emplace(request, commit.id).second) faults.push_back(absl::StrCat(request, " was done twice"));
    if (!told.asked.contains(request)) faults.push_back(absl::StrCat("nobody asked for ", request));
    const auto record = engine.FindRequest(uid, request);
    if (!record.ok() || !record->has_value() || (*record)->answer != commit.id) {
      faults.push_back(absl::StrCat(request, " has a commit and no record"));
    }
  }
  std::map<std::string, size_t> last_age;  // by caller
  for (const Told::Step& step : told.answered) {
    if (step.uid != uid) continue;
    const auto found = commit_of.find(step.request);
    if (found == commit_of.end() || found->second != step.commit) {
      faults.push_back(absl::StrCat(step.request, " was answered and is lost"));
      continue;
    }
    const std::string caller = step.request.substr(0, step.request.rfind('-'));
    const auto before = last_age.find(caller);
    if (before != last_age.end() && before->second <= age_of[step.commit]) {
      faults.push_back(absl::StrCat(step.request, " is out of order"));
    }
    last_age[caller] = age_of[step.commit];
  }
  for (const Told::Step& step : told.seen) {
    if (step.uid == uid && !age_of.contains(step.commit)) {
      faults.push_back(absl::StrCat("a reader saw ", step.commit, ", which is lost"));
    }
  }
}

Faults Check(const std::string& data, const Told& told, bool when_stored) {
  Faults faults;
  CheckRaw(data, told, when_stored, faults);
  if (!faults.empty()) return faults;
  const auto data_dir = DataDir::Open(data);
  if (!data_dir.ok()) return {absl::StrCat("data directory: ", data_dir.status().ToString())};
  std::map<std::string, std::string> heads;
  {
    absl::Mutex mutex;
    const auto engine = workspace::NewLocalEngine(
        *data_dir, {.flush_delay = absl::Milliseconds(1), .report = [&](const workspace::EngineTrouble& trouble) {
                      absl::MutexLock lock(&mutex);
                      faults.push_back(absl::StrCat("trouble of ", trouble.workspace, ": ", trouble.status.ToString()));
                    }});
    if (!engine.ok()) return {absl::StrCat("engine: ", engine.status().ToString())};
    Faults found;  // while threads of the engine may report
    for (const std::string uid : kUids) {
      const absl::Status created = told.created.contains(uid) ? absl::OkStatus() : (*engine)->CreateWorkspace(uid);
      if (!created.ok() && !absl::IsAlreadyExists(created)) found.push_back(created.ToString());
      CheckHistory(**engine, uid, told, found);
      const auto commit = workspace::CommitFile(**engine, uid, "after.md", "after the power cut");
      if (!commit.ok()) found.push_back(absl::StrCat("commits do not go on: ", commit.status().ToString()));
      if (commit.ok()) heads[uid] = commit->id;
    }
    absl::MutexLock lock(&mutex);
    faults.insert(faults.end(), found.begin(), found.end());
  }
  for (const auto& [uid, head] : heads) {
    CheckFsck(RepositoryOf(data, uid), "after the engine closed", faults);
    const std::string branch = workspace::ReadFileOrEmpty(RepositoryOf(data, uid) + "/refs/heads/main");
    if (branch != head + "\n")
      faults.push_back(absl::StrCat("the branch of ", uid, " is at ", branch, ", not at ", head));
  }
  return faults;
}

// --- Cuts ----------------------------------------------------------------------------------------------------------

struct Cut {
  size_t at = 0;  // operations before it
  Outage outage = Outage::kNothingMore;
};

// Every cut that differs, in a drawn order; each second one is of the outage that takes most. A mark changes no disk,
// and only syncs change what is left when all else is lost: of cuts with the same disk, the one that follows most
// marks. Those shortly after `restart`, unless it is 0, come first.
std::vector<Cut> DrawCuts(const std::vector<Operation>& operations, size_t restart, Random& random) {
  std::vector<Cut> harsh, others;
  for (size_t at = 0; at <= operations.size(); ++at) {
    const bool end = at == operations.size();
    if (!end && operations[at].kind == Kind::kMark) continue;
    for (const Outage outage : kOutages) {
      if (outage != Outage::kNothingMore) {
        others.push_back({at, outage});
      } else if (end || IsSync(operations[at].kind)) {
        harsh.push_back({at, outage});
      }
    }
  }
  std::shuffle(harsh.begin(), harsh.end(), random);
  std::shuffle(others.begin(), others.end(), random);
  std::vector<Cut> cuts;
  for (size_t i = 0; i < std::max(harsh.size(), others.size()); ++i) {
    if (i < harsh.size()) cuts.push_back(harsh[i]);
    if (i < others.size()) cuts.push_back(others[i]);
  }
  if (restart == 0) return cuts;
  std::stable_partition(cuts.begin(), cuts.end(),
                        [&](const Cut& cut) { return cut.at >= restart && cut.at < restart + kTakingUp; });
  return cuts;
}

std::string Describe(const Operation& operation) {
  if (operation.kind == Kind::kMark) return operation.bytes;
  std::string text = absl::StrCat(std::string(1, static_cast<char>(operation.kind)), " ", operation.name);
  if (!operation.new_name.empty()) absl::StrAppend(&text, " -> ", operation.new_name);
  if (operation.kind == Kind::kWrite) absl::StrAppend(&text, " ", operation.offset, "+", operation.bytes.size());
  return text;
}

std::string Around(const std::vector<Operation>& operations, size_t at) {
  std::string text;
  for (size_t i = at < 15 ? 0 : at - 15; i < std::min(at + 5, operations.size()); ++i) {
    absl::StrAppend(&text, i == at ? "  --- cut ---\n" : "", "  ", Describe(operations[i]), "\n");
  }
  return text;
}

class PowerCutTest : public ::testing::TestWithParam<PowerCutCase> {
 protected:
  // In memory, where making and removing thousands of files costs little.
  static void SetUpTestSuite() {
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TEST_TMPDIR", "/dev/shm/", /*overwrite=*/0);
  }
  void SetUp() override {
    ASSERT_EQ(::mkdir(root().c_str(), 0700), 0);
    struct stat status = {};
    ASSERT_EQ(::stat(root().c_str(), &status), 0);
    root_inode_ = status.st_ino;
    // Children of a killed workload become ours, so that the log is waited for.
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  }
  std::string root() const { return dir_ / "root"; }

  // Runs the workload, and reads the log of all rounds.
  void Run(const PowerCutCase& workload, int round, const std::string& kill) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("LD_PRELOAD", POWER_CUT_SHIM, 1);
      ::setenv(kRootVariable, std::filesystem::canonical(root()).c_str(), 1);
      ::setenv(kLogVariable, (dir_ / "log").c_str(), 1);
      ::setenv(kKillVariable, kill.c_str(), 1);
      const auto text = [](int number) { return std::to_string(number); };
      ::execl(POWER_CUT_WORKLOAD, POWER_CUT_WORKLOAD, (root() + "/data").c_str(), text(round).c_str(),
              text(kSteps).c_str(), text(workload.when_stored).c_str(), text(workload.packing).c_str(), nullptr);
      ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
    if (kill.empty()) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the workload failed: " << status;
    } else {
      ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the point was not met: " << status;
    }
    operations_ = ParseOperations(workspace::ReadFileOrEmpty(dir_ / "log"));
  }

  // Builds what is left of a disk that `never_synced` is of, and checks it: what is wrong, until the time is up or
  // something is.
  Faults TryCuts(const PowerCutCase& workload, absl::Duration time, const std::string& never_synced = "") {
    const auto seed = static_cast<uint64_t>(Setting("METAPOWERS_POWER_CUT_SEED", 1));
    Random random(seed);
    std::vector<Cut> cuts = DrawCuts(operations_, restart_, random);
    const absl::Time end = absl::Now() + time;
    size_t tried = 0;
    Faults faults;
    while (tried < cuts.size() && faults.empty() && absl::Now() < end) {
      std::vector<Cut> next(cuts.begin() + static_cast<ptrdiff_t>(tried),
                            cuts.begin() + static_cast<ptrdiff_t>(std::min(tried + kReplayAtOnce, cuts.size())));
      std::sort(next.begin(), next.end(), [](const Cut& a, const Cut& b) { return a.at < b.at; });
      tried += TryAtOnce(workload, next, end, never_synced, random, faults);
    }
    std::printf("%zu of %zu cuts over %zu operations\n", tried, cuts.size(), operations_.size());
    return faults;
  }

  size_t TryAtOnce(const PowerCutCase& workload, const std::vector<Cut>& cuts, absl::Time end,
                   const std::string& never_synced, Random& random, Faults& faults) {
    Disk disk(root_inode_, never_synced);
    Told told;
    size_t done = 0, tried = 0;
    for (const Cut& cut : cuts) {
      for (; done < cut.at; ++done) {
        disk.Apply(operations_[done]);
        if (operations_[done].kind == Kind::kMark) told.Add(operations_[done].bytes);
      }
      const TempDir left;
      disk.Build(left.path(), cut.outage, random);
      ++tried;
      faults = Check(left / "data", told, workload.when_stored);
      if (!faults.empty()) {
        faults.insert(faults.begin(), absl::StrCat("cut after ", cut.at, " operations, kept: ", NameOf(cut.outage)));
        faults.push_back(Around(operations_, cut.at));
        break;
      }
      if (absl::Now() > end) break;
    }
    return tried;
  }

  const TempDir dir_;
  uint64_t root_inode_ = 0;
  std::vector<Operation> operations_;
  size_t restart_ = 0;  // operations before the killed workload was started again
};

// Paths and contents below `directory`, without SQLite's shared memory and what Git writes through streams.
std::map<std::string, std::string> ContentOf(const std::string& directory) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string path = entry.path().string().substr(directory.size());
    if (absl::EndsWith(path, "-shm") || absl::StrContains(path, "/info/")) continue;
    content[path] = entry.is_directory() ? "(directory)" : workspace::ReadFileOrEmpty(entry.path());
  }
  return content;
}

TEST_P(PowerCutTest, LosesNothingThatWasAnswered) {
  const PowerCutCase& workload = GetParam();
  ASSERT_NO_FATAL_FAILURE(Run(workload, 1, workload.kill));
  if (!workload.kill.empty()) restart_ = operations_.size();
  ASSERT_NO_FATAL_FAILURE(Run(workload, 2, ""));

  Random random(1);
  Disk disk(root_inode_);
  for (const Operation& operation : operations_) disk.Apply(operation);
  const TempDir whole;
  disk.Build(whole.path(), Outage::kAll, random);
  ASSERT_EQ(ContentOf(whole.path()), ContentOf(root())) << "the log does not tell all";

  const Faults faults = TryCuts(workload, absl::Seconds(Setting("METAPOWERS_POWER_CUT_SECONDS", 2)));
  EXPECT_TRUE(faults.empty()) << absl::StrJoin(faults, "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Workloads, PowerCutTest,
    ::testing::Values(PowerCutCase{"Plain"}, PowerCutCase{"WhenStored", true}, PowerCutCase{"Packing", false, true},
                      PowerCutCase{"AfterKillBeforeJournalSync", false, false, "s journal-0000000000000001.log 6"},
                      PowerCutCase{"AfterKillBeforeBranchSync", false, false, "r main 1"},
                      PowerCutCase{"AfterKillBeforePackSync", false, false, "r .idx 1"},
                      PowerCutCase{"AfterKillBeforeWorkspaceSync", false, false, "r .git 1"}),
    [](const auto& workload) { return workload.param.name; });

// The test can fail: of a disk that does not sync what is named, something is lost.
class LyingDiskTest : public PowerCutTest {};

TEST_P(LyingDiskTest, IsFoundOut) {
  ASSERT_NO_FATAL_FAILURE(Run({}, 1, ""));
  const Faults faults = TryCuts({}, absl::Seconds(60), GetParam().name);
  EXPECT_FALSE(faults.empty());
}

INSTANTIATE_TEST_SUITE_P(Names, LyingDiskTest,
                         ::testing::Values(PowerCutCase{"journal"}, PowerCutCase{"heads"}, PowerCutCase{"workspaces"},
                                           PowerCutCase{"data"}, PowerCutCase{"tmp_obj"}),
                         [](const auto& name) { return name.param.name; });

}  // namespace
}  // namespace metapowers::power_cut
