// The workspace engine alone against stock git, SQLite and a bare sync on the same disk, in one run.
//
//   engine_bench FOLDER SECONDS JSON_FILE
//
// With BENCH_ONLY=N in the environment, for a profiler: 32 callers on N workspaces and nothing else; 0 measures memory.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "service/base/ids.h"
#include "service/base/mutex_checks.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/draft.h"
#include "service/workspace/local_engine.h"
#include "tests/bench/bench_support.h"

namespace metapowers::bench {
namespace {

std::string PathOf(int topic) { return absl::StrCat(".metapowers/security/topic-", topic, "/00-govern.md"); }

// Calls `work` with each number below `count`, from all callers.
void Share(int count, const std::function<void(int)>& work) {
  std::atomic<int> next{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      for (int i; (i = next++) < count;) work(i);
    });
  }
  for (std::thread& caller : callers) caller.join();
}

// An engine of its own, and its workspaces.
class Bench {
 public:
  Bench(const std::string& folder, int workspaces, size_t document_bytes)
      : folder_(folder), body_(Text(document_bytes)) {
    auto data_dir = workspace::DataDir::Open(folder);
    Check(data_dir.status());
    auto engine = workspace::NewLocalEngine(*std::move(data_dir));
    Check(engine.status());
    engine_ = *std::move(engine);
    for (int i = 0; i < workspaces; ++i) uids_.push_back(NewUuid());
    Share(workspaces, [&](int i) { Check(engine_->CreateWorkspace(uids_[static_cast<size_t>(i)])); });
    for (int i = 0; i < workspaces; ++i) turns_.emplace_back();
  }

  // One document of one topic changes in one line, with the record of a request. Again until there is room for it.
  void Commit(int workspace, int topic, const std::string& line) {
    const std::string& uid = uids_[static_cast<size_t>(workspace)];
    for (;;) {
      absl::Status status;
      absl::Notification answered;
      {
        // As the server has it: writers of a workspace take turns, and wait together.
        absl::MutexLock turn(&turns_[static_cast<size_t>(workspace)]);
        const auto tip = engine_->Tip(uid);
        Check(tip.status());
        workspace::Draft draft(*tip);
        Check(draft.AddCommit(Spec({Document(topic, line)})).status());
        workspace::CommitBatch batch = draft.TakeBatch();
        batch.request = workspace::RequestRecord{NewUuid(), std::string(64, 'f'), std::string(200, 'a'), {}};
        engine_->Submit(uid, std::move(batch), [&](absl::Status answer) {
          status = std::move(answer);
          answered.Notify();
        });
      }
      answered.WaitForNotification();
      if (status.ok()) return;
      if (absl::IsResourceExhausted(status)) {
        absl::SleepFor(absl::Milliseconds(5));
      } else if (!absl::IsAborted(status)) {
        Check(status);
      }
    }
  }

  // `count` topics, or `count` commits over `topics`, in steps of many.
  void Fill(int count, int topics) {
    for (int done = 0; done < count;) {
      workspace::Draft draft(engine_->Tip(uids_[0]).value());
      for (int i = 0; i < 500 && done < count; ++i, ++done) {
        Check(draft.AddCommit(Spec({Document(done % topics, absl::StrCat("filled ", done))})).status());
      }
      absl::Status status;
      while (absl::IsResourceExhausted(status = engine_->Commit(uids_[0], draft.batch()))) {
        absl::SleepFor(absl::Milliseconds(20));
      }
      Check(status);
    }
  }

  // Waits until all is stored and indexed.
  void Settle() {
    const std::string head = engine_->Head(uids_[0]).value()->commit();
    const std::string found = absl::StrCat("test \"$(git -C ", repository(), " rev-parse main 2>/dev/null)\" = ", head);
    for (int i = 0; i < 1'200 && std::system(found.c_str()) != 0; ++i) absl::SleepFor(absl::Milliseconds(100));
    absl::SleepFor(absl::Seconds(2));
  }

  std::string repository() const { return absl::StrCat(folder_, "/workspaces/", uids_[0], ".git"); }
  workspace::Engine& engine() { return *engine_; }
  std::shared_ptr<const workspace::Snapshot> Head(int workspace) {
    const auto head = engine_->Head(uids_[static_cast<size_t>(workspace)]);
    Check(head.status());
    return *head;
  }
  const std::string& uid() const { return uids_[0]; }

 private:
  // Lines as documents have them: some of each repeat, some do not.
  static std::string Text(size_t bytes) {
    std::string text;
    for (int i = 0; text.size() + 80 < bytes; ++i) absl::StrAppend(&text, "| component-", i, " | ", NewUuid(), " |\n");
    return text;
  }
  workspace::FileChange Document(int topic, const std::string& line) const {
    return {PathOf(topic), absl::StrCat(body_, line, "\n"), workspace::Origin::kMade};
  }
  static workspace::CommitSpec Spec(std::vector<workspace::FileChange> changes) {
    workspace::CommitSpec spec;
    spec.changes = std::move(changes);
    spec.message = "security(topic): bench\n";
    spec.author = spec.committer = {"bench", "bench@example.com"};
    spec.time = absl::Now();
    return spec;
  }

  const std::string folder_;
  const std::string body_;
  std::unique_ptr<workspace::Engine> engine_;
  std::vector<std::string> uids_;
  std::deque<absl::Mutex> turns_;  // of the workspaces
};

struct Load {
  double rate = 0;                   // commits per second
  std::vector<double> microseconds;  // of each
};

Load Run(Bench& bench, int callers, int workspaces, double seconds) {
  std::vector<std::vector<double>> times(static_cast<size_t>(callers));
  Load load;
  load.rate = Rate(callers, seconds, [&](int caller, int n) {
    const absl::Time start = absl::Now();
    bench.Commit(caller % workspaces, caller, absl::StrCat(caller, "-", n));
    times[static_cast<size_t>(caller)].push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  });
  for (const auto& own : times) load.microseconds.insert(load.microseconds.end(), own.begin(), own.end());
  return load;
}

// Microseconds of the page of 100 newest revisions of a document.
double HistoryMicroseconds(Bench& bench, int topic) {
  std::vector<double> times;
  for (int i = 0; i < 30; ++i) {
    const absl::Time start = absl::Now();
    const auto page =
        bench.engine().History(bench.uid(), {.from = "", .path = PathOf(topic), .limit = 100, .cursor = ""});
    Check(page.status());
    if (page->commits.size() != 100) Die(absl::StrCat("a page of ", page->commits.size()));
    times.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  }
  return Percentile(times, 0.5);
}

double GitLogMicroseconds(const std::string& repository, int topic) {
  const std::string command =
      absl::StrCat("git -C ", repository, " log -n100 --format=%H main -- ", PathOf(topic), " >/dev/null");
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const absl::Time start = absl::Now();
    if (std::system(command.c_str()) != 0) Die("git log failed");
    times.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  }
  return Percentile(times, 0.5);
}

// Bytes in memory with 10,000 workspaces, all used once and 100 of them in use, in a process of its own.
double ResidentMegabytes(const std::string& folder) {
  constexpr int kWorkspaces = 10'000, kActive = 100, kTopics = 50;
  int pipe_fds[2];
  if (::pipe(pipe_fds) != 0) Die("pipe failed");
  const pid_t child = ::fork();
  if (child == 0) {
    Bench bench(folder, kWorkspaces, 2'000);
    const auto use = [&](int workspaces, int times) {
      Share(workspaces * times, [&](int i) {
        const int topic = i / workspaces % kTopics;
        bench.Commit(i % workspaces, topic, absl::StrCat(i));
        Check(bench.Head(i % workspaces)->ReadFile(PathOf(topic)).status());
      });
    };
    use(kWorkspaces, 1);
    use(kActive, 4 * kTopics);
    std::ifstream statm("/proc/self/statm");
    double total = 0, resident = 0;
    statm >> total >> resident;
    resident *= static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
    ::_exit(::write(pipe_fds[1], &resident, sizeof(resident)) == sizeof(resident) ? 0 : 1);
  }
  ::close(pipe_fds[1]);
  double resident = 0;
  if (::read(pipe_fds[0], &resident, sizeof(resident)) != sizeof(resident)) Die("the process with many failed");
  ::close(pipe_fds[0]);
  ::waitpid(child, nullptr, 0);
  return resident;
}

int Main(const std::string& folder, double seconds, const std::string& json_file) {
  std::vector<Figure> figures;
  if (const char* only = std::getenv("BENCH_ONLY")) {
    const int workspaces = std::atoi(only);
    if (workspaces == 0) {
      std::printf("%.1f MB\n", ResidentMegabytes(folder + "/crowd"));
      return 0;
    }
    Bench bench(folder + "/only", workspaces, 2'000);
    const Load load = Run(bench, kCallers, workspaces, seconds);
    std::printf("%.0f/s p50 %.0f p99 %.0f\n", load.rate, Percentile(load.microseconds, 0.5),
                Percentile(load.microseconds, 0.99));
    return 0;
  }
  // First, before this process has threads.
  figures.push_back({"MB resident, 10,000 workspaces, 100 in use", ResidentMegabytes(folder + "/crowd"), "MB", 300, 1});
  const double git = GitCommitRate(folder + "/git", seconds);
  const double sqlite = SqliteRate(folder + "/floor.sqlite", seconds);
  const double sync = SyncMicroseconds(folder + "/sync");
  {
    Bench bench(folder + "/one", 1, 2'000);
    const Load load = Run(bench, kCallers, 1, seconds);
    figures.push_back(
        {"commits/s, 32 callers, 1 workspace, 2 KB", load.rate, "git commit, core.fsync=all, in a loop", git, 150});
    figures.push_back(
        {"p99 of them, us", Percentile(load.microseconds, 0.99), "their p50", Percentile(load.microseconds, 0.5), 0});
  }
  {
    Bench bench(folder + "/many", kCallers, 2'000);
    figures.push_back({"commits/s, 32 callers, 32 workspaces", Run(bench, kCallers, kCallers, seconds).rate,
                       "SQLite rows, 32 to a sync", sqlite, 0.3});
  }
  {
    Bench bench(folder + "/alone", 1, 2'000);
    const Load load = Run(bench, 1, 1, seconds);
    figures.push_back(
        {"p50 of a commit, 1 caller, us", Percentile(load.microseconds, 0.5), "4 KB and fdatasync", sync, 2});
    figures.push_back(
        {"p99 of a commit, 1 caller, us", Percentile(load.microseconds, 0.99), "4 KB and fdatasync", sync, 0});
  }
  double small = 0;
  for (const int kilobytes : {2, 20, 200}) {
    Bench bench(absl::StrCat(folder, "/size-", kilobytes), 1, static_cast<size_t>(kilobytes) * 1'000);
    const double rate = Run(bench, kCallers, 1, seconds).rate;
    if (kilobytes == 2) small = rate;
    figures.push_back({absl::StrCat("commits/s, 32 callers, ", kilobytes, " KB"), rate, "2 KB", small, 0});
  }
  double few = 0;
  for (const int topics : {1, 100, 3'000}) {
    Bench bench(absl::StrCat(folder, "/topics-", topics), 1, 2'000);
    bench.Fill(topics, topics);
    bench.Settle();
    const double time = Percentile(Run(bench, 1, 1, seconds).microseconds, 0.5);
    if (topics == 1) few = time;
    figures.push_back({absl::StrCat("p50 of a commit, ", topics, " topics, us"), time, "1 topic", few, 0});
  }
  double young = 0;
  for (const int commits : {1'000, 100'000}) {
    Bench bench(absl::StrCat(folder, "/history-", commits), 1, 2'000);
    bench.Fill(commits, 100);
    bench.Settle();
    const double time = Percentile(Run(bench, 1, 1, seconds).microseconds, 0.5);
    if (commits == 1'000) young = time;
    figures.push_back({absl::StrCat("p50 of a commit after ", commits, " commits, us"), time, "1,000", young, 1.2});
    if (commits == 1'000) continue;
    bench.Settle();
    figures.push_back({"100 revisions of a document at 100,000 commits, us", HistoryMicroseconds(bench, 50),
                       "git log -n100 -- path", GitLogMicroseconds(bench.repository(), 50), 0.05});
  }
  Print(figures, json_file);
  return 0;
}

}  // namespace
}  // namespace metapowers::bench

int main(int argc, char** argv) {
  metapowers::SetMutexChecks();
  if (argc != 4) {
    std::fprintf(stderr, "usage: engine_bench FOLDER SECONDS JSON_FILE\n");
    return 2;
  }
  return metapowers::bench::Main(std::filesystem::absolute(argv[1]), std::atof(argv[2]), argv[3]);
}
