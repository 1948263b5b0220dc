// The promises of the engine (service/workspace/engine.h), on a real server that is killed again and again while
// callers write to it: what was answered is there once, in order, with the commit that was told, and stock Git finds
// nothing wrong. See ledger.h for what is checked. Watchers that go on where they were are sent every revision once and
// in order.
//
//   kill_server METAPOWERSD FOLDER [SECONDS [SEED]]
//
// FOLDER must be on the disk to be tried, with a short path, which a Unix socket needs. What a failure leaves is kept
// there.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/ids.h"
#include "tests/crash/caller.h"
#include "tests/crash/daemon.h"
#include "tests/crash/ledger.h"
#include "tests/crash/watcher.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::crash {
namespace {

constexpr char kExample[] = "deploy/examples/team-notes/system-model.yaml";
constexpr int kCallers = 8;
constexpr int kWatchers = 2;  // of each workspace
constexpr int kRepeatedAtTheEnd = 100;
constexpr absl::Duration kStartPatience = absl::Seconds(30);
constexpr absl::Duration kStopPatience = absl::Seconds(15);  // no call takes a second
constexpr const char* kPoints[] = {"journal_before_sync", "journal_after_sync", "flush_before_objects",
                                   "store_mid_objects",   "pack_before_names",  "flush_before_branch",
                                   "flush_after_branch",  "journal_retire",     "recovery_mid"};

struct Kills {
  int at_random = 0, at_points = 0, stops = 0, checked = 0, watched = 0;
};

class Test {
 public:
  Test(std::string binary, std::string folder, uint64_t seed)
      : folder_(std::move(folder)), random_(seed), daemon_(std::move(binary), folder_), models_(Example()) {
    for (int i = 0; i <= kCallers; ++i) {
      callers_.push_back(std::make_unique<Caller>(daemon_.address(), ledger_, models_, random_()));
    }
    for (int i = 0; i < kWatchers * kWorkspaces; ++i) {
      watchers_.push_back(
          std::make_unique<Watcher>(daemon_.address(), ledger_, WorkspaceId(i % kWorkspaces), random_()));
    }
  }

  // False after a violation.
  bool Run(absl::Duration time);

  const Ledger& ledger() const { return ledger_; }
  const Kills& kills() const { return kills_; }
  std::string log() const { return Text(daemon_.log()); }

 private:
  static std::string Text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string Example() { return Text(kExample); }

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }

  void Start(absl::string_view failpoints);
  void EndWell();
  void Round();
  std::string SomeFailpoints();
  void Settle();
  void CheckHistories();
  void CheckWatches();
  void CheckRepositories(absl::string_view when);
  void CheckLeftovers();
  std::string RepositoryOf(const std::string& uid) const {
    return absl::StrCat(daemon_.data(), "/workspaces/", uid, ".git");
  }
  std::string Branch(const std::string& uid) const {
    return workspace::Git(RepositoryOf(uid), "rev-parse --verify -q refs/heads/main").output;
  }

  const std::string folder_;
  std::mt19937_64 random_;
  Daemon daemon_;
  Ledger ledger_;
  Models models_;
  std::vector<std::unique_ptr<Caller>> callers_;  // the last one is this thread's
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::vector<std::string> uids_;
  Kills kills_;
};

void Test::Start(absl::string_view failpoints) { daemon_.Start(failpoints, /*visible_at_once=*/Below(4) == 0); }

// Ends the daemon as a service manager does.
void Test::EndWell() {
  ++kills_.stops;
  daemon_.Send(SIGTERM);
  if (!daemon_.WaitForEnd(kStopPatience)) return ledger_.Fail("the daemon did not stop");
  if (!daemon_.clean())
    return ledger_.Fail(absl::StrCat("the daemon was stopped and ended with ", daemon_.HowItEnded()));
  CheckLeftovers();
}

// None, a point to die at, or one to be slow at, so that a kill falls there.
std::string Test::SomeFailpoints() {
  const std::string point = kPoints[Below(std::size(kPoints))];
  switch (Below(4)) {
    case 0:
      return absl::StrCat(point, "=sleep:", Between(5, 60));
    case 1:
    case 2:
      return absl::StrCat(point, "=crash@", Between(1, 5));
    default:
      return "";
  }
}

// One life of the daemon.
void Test::Round() {
  const std::string failpoints = SomeFailpoints();
  Start(failpoints);
  const bool to_point = absl::StrContains(failpoints, "crash");
  if (!to_point && Below(5) == 0 && daemon_.WaitForSocket(kStartPatience)) {
    daemon_.WaitForEnd(absl::Milliseconds(Between(0, 1500)));
    return EndWell();
  }
  const bool ended = daemon_.WaitForEnd(absl::Milliseconds(to_point ? 3000 : Between(20, 1500)));
  if (!ended) {
    daemon_.Send(SIGKILL);
    daemon_.WaitForEnd(absl::InfiniteDuration());
  }
  ++(ended ? kills_.at_points : kills_.at_random);
  if (!daemon_.killed()) ledger_.Fail(absl::StrCat("the daemon ended with ", daemon_.HowItEnded()));
  if (ended && !to_point) ledger_.Fail("somebody else killed the daemon");
  if (Below(5) == 0) CheckRepositories("after a kill");
}

bool Test::Run(absl::Duration time) {
  daemon_.Start("", /*visible_at_once=*/false);
  Caller& own = *callers_.back();
  own.SetUp();
  for (int w = 0; w < kWorkspaces; ++w) uids_.push_back(own.Describe(WorkspaceId(w)).uid());
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) threads.emplace_back([&, i] { callers_[i]->Run(stop); });
  std::vector<std::thread> watching;
  for (const auto& watcher : watchers_) watching.emplace_back([&watcher] { watcher->Run(); });
  const absl::Time end = absl::Now() + time;
  daemon_.Send(SIGKILL);
  daemon_.WaitForEnd(absl::InfiniteDuration());
  while (absl::Now() < end && !ledger_.failed()) Round();
  if (!ledger_.failed()) Start("");
  stop = true;
  for (const auto& caller : callers_) {
    if (ledger_.failed()) caller->Cancel();
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto step : {&Test::Settle, &Test::CheckHistories, &Test::CheckWatches}) {
    if (!ledger_.failed()) (this->*step)();
  }
  for (const auto& watcher : watchers_) watcher->Stop();
  for (std::thread& thread : watching) thread.join();
  if (!ledger_.failed()) EndWell();
  if (!ledger_.failed()) CheckRepositories("after the end");
  return !ledger_.failed();
}

// Waits until stock Git sees what callers see.
void Test::Settle() {
  for (int w = 0; w < kWorkspaces; ++w) {
    const std::string head = callers_.back()->Describe(WorkspaceId(w)).head();
    const absl::Time end = absl::Now() + kStartPatience;
    while (Branch(uids_[w]) != head && !ledger_.failed()) {
      if (absl::Now() > end) ledger_.Fail(absl::StrCat("stock Git does not see the head of ", WorkspaceId(w)));
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
}

void Test::CheckHistories() {
  Caller& own = *callers_.back();
  std::vector<AnsweredCall> calls = ledger_.answered();
  for (int i = 0; i < kRepeatedAtTheEnd && !ledger_.failed(); ++i) {
    own.Repeat(calls[Below(static_cast<int>(calls.size()))]);
  }
  for (int w = 0; w < kWorkspaces && !ledger_.failed(); ++w) {
    const std::vector<v1::Revision> history = own.History(WorkspaceId(w));
    ledger_.Check(WorkspaceId(w), history);
    std::vector<std::string> ids;
    for (const v1::Revision& revision : history) ids.push_back(revision.commit());
    const std::string git = workspace::Git(RepositoryOf(uids_[w]), "rev-list --reverse main").output;
    if (git != absl::StrJoin(ids, "\n")) ledger_.Fail(absl::StrCat("Git has another history of ", WorkspaceId(w)));
  }
}

void Test::CheckWatches() {
  for (size_t i = 0; i < watchers_.size() && !ledger_.failed(); ++i) {
    const int w = static_cast<int>(i) % kWorkspaces;
    const std::string git = workspace::Git(RepositoryOf(uids_[w]), "rev-list --first-parent --reverse main").output;
    const std::vector<std::string> line = absl::StrSplit(git, '\n');
    const std::vector<std::string> seen = watchers_[i]->Seen(line.size(), kStartPatience);
    kills_.watched += static_cast<int>(seen.size());
    if (seen == line) continue;
    ledger_.Fail(absl::StrCat("a watch of ", WorkspaceId(w), " was sent ", seen.size(), " revisions of ", line.size(),
                              seen.size() == line.size() ? ", and others" : ""));
  }
}

// What Git says of the repositories while no daemon runs.
void Test::CheckRepositories(absl::string_view when) {
  ++kills_.checked;
  EndOrphans(absl::Seconds(30));
  for (const std::string& uid : uids_) {
    const workspace::CommandResult fsck =
        workspace::Git(RepositoryOf(uid), "fsck --strict --no-dangling --no-progress");
    const bool unborn = absl::StartsWith(fsck.output, "notice: HEAD points to an unborn branch");  // all in the journal
    if (fsck.exit_code != 0 || (!fsck.output.empty() && !unborn)) {
      ledger_.Fail(absl::StrCat("git fsck of ", uid, " ", when, ": ", fsck.output));
    }
    const std::string all = workspace::Git(RepositoryOf(uid), "rev-list --count main").output;
    const std::string line = workspace::Git(RepositoryOf(uid), "rev-list --count --first-parent main").output;
    if (all != line) ledger_.Fail(absl::StrCat(uid, " has ", all, " commits, ", line, " in its line, ", when));
  }
}

// Nothing that is only there while somebody writes, once nobody does.
void Test::CheckLeftovers() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(daemon_.data())) {
    const std::string name = entry.path().filename();
    if (absl::StartsWith(name, "tmp") || absl::StartsWith(name, ".tmp") || absl::EndsWith(name, ".lock")) {
      ledger_.Fail(absl::StrCat(entry.path().string(), " is left after a stop"));
    }
  }
}

int Main(const std::string& binary, const std::string& parent, double seconds, uint64_t seed) {
  AdoptOrphans();
  const std::string folder = absl::StrCat(parent, "/k-", NewUuid().substr(0, 8));
  std::filesystem::create_directories(folder);
  const absl::Time start = absl::Now();
  bool passed = false;
  {
    Test test(binary, folder, seed);
    passed = test.Run(absl::Seconds(seconds));
    const Tally& tally = test.ledger().tally;
    const Kills& kills = test.kills();
    if (!passed) {
      std::fprintf(stderr, "%s\nkill_server: seed %lu, left in %s: %s\n", test.log().c_str(),
                   static_cast<unsigned long>(seed), folder.c_str(), test.ledger().violation().c_str());
    }
    std::printf(
        "kill_server: %s, seed %lu, %.0f s: %d kills at random, %d at points, %d stops, %d fsck; %d writes answered, "
        "%d "
        "sendings repeated, %d answers replayed, %d reads; %d revisions watched in %d calls\n",
        passed ? "passed" : "FAILED", static_cast<unsigned long>(seed), absl::ToDoubleSeconds(absl::Now() - start),
        kills.at_random, kills.at_points, kills.stops, kills.checked, tally.answered.load(), tally.repeated.load(),
        tally.replayed.load(), tally.reads.load(), kills.watched, tally.watches.load());
  }
  EndOrphans(absl::Seconds(10));
  if (passed) std::filesystem::remove_all(folder);
  return passed ? 0 : 1;
}

}  // namespace
}  // namespace metapowers::crash

int main(int argc, char** argv) {
  if (argc < 3 || argc > 5) {
    std::fprintf(stderr, "usage: kill_server METAPOWERSD FOLDER [SECONDS [SEED]]\n");
    return 2;
  }
  const std::string binary = std::filesystem::absolute(argv[1]), folder = std::filesystem::absolute(argv[2]);
  const double seconds = argc > 3 ? std::atof(argv[3]) : 30;
  const uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : std::random_device()();
  return metapowers::crash::Main(binary, folder, seconds, seed);
}
