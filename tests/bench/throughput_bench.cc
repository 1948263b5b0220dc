// Throughput of the durable write path against stock git and SQLite on the same disk, in one run.
//
//   metapowers_bench FOLDER METAPOWERSD SECONDS JSON_FILE
//
// Floors: `git commit` with core.fsync=all in a loop; one-row SQLite transactions, 32 to a sync.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "metapowers/security/govern/v1/govern_service.grpc.pb.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/draft.h"
#include "service/workspace/local_engine.h"

namespace metapowers {
namespace {

constexpr int kCallers = 32;
constexpr char kExample[] = "deploy/examples/api-platform/system-model.yaml";

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "metapowers_bench: %s\n", message.c_str());
  std::exit(1);
}

void Check(const absl::Status& status) {
  if (!status.ok()) Die(status.ToString());
}

void Check(const grpc::Status& status) {
  if (!status.ok()) Die(status.error_message());
}

// Calls `work(caller, n)` from `callers` threads until `seconds` have passed; returns calls per second.
double Rate(int callers, double seconds, const std::function<void(int, int)>& work) {
  std::atomic<int> done{0};
  const absl::Time start = absl::Now();
  const absl::Time end = start + absl::Seconds(seconds);
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int n = 0; absl::Now() < end; ++n, ++done) work(caller, n);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return done / absl::ToDoubleSeconds(absl::Now() - start);
}

double GitCommitRate(const std::string& folder, double seconds) {
  const std::string git = absl::StrCat("git -C ", folder, " -c user.name=b -c user.email=b@example.com ");
  if (std::system(absl::StrCat("git init -q ", folder).c_str()) != 0) Die("git init failed");
  const std::string body(2000, 'x');
  return Rate(1, seconds, [&](int, int n) {
    std::ofstream(folder + "/document.md") << body << n << '\n';
    const std::string command = git + "add document.md && " + git + "-c core.fsync=all commit -q -m change";
    if (std::system(command.c_str()) != 0) Die("git commit failed");
  });
}

double SqliteRate(const std::string& path, double seconds) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) Die("sqlite3_open failed");
  const auto run = [&](const char* sql) {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Die(sqlite3_errmsg(db));
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
  const std::string insert = absl::StrCat("INSERT INTO t(body) VALUES('", std::string(2000, 'x'), "')");
  const double syncs = Rate(1, seconds, [&](int, int) {
    run("BEGIN");
    for (int i = 0; i < kCallers; ++i) run(insert.c_str());
    run("COMMIT");
  });
  sqlite3_close(db);
  return syncs * kCallers;
}

// Durable commits per second of the engine alone; `workspaces` is 1 or one per caller.
double EngineRate(const std::string& folder, int callers, int workspaces, double seconds) {
  auto data_dir = workspace::DataDir::Open(folder);
  Check(data_dir.status());
  auto engine = workspace::NewLocalEngine(*std::move(data_dir));
  Check(engine.status());
  std::vector<std::string> uids;
  for (int i = 0; i < workspaces; ++i) {
    uids.push_back(NewUuid());
    Check((*engine)->CreateWorkspace(uids.back()));
  }
  const std::string body(2000, 'x');
  return Rate(callers, seconds, [&](int caller, int n) {
    const std::string& uid = uids[static_cast<size_t>(caller % workspaces)];
    for (;;) {
      const auto head = (*engine)->Head(uid);
      Check(head.status());
      workspace::Draft draft(*head);
      workspace::CommitSpec spec;
      spec.changes = {{absl::StrCat(".metapowers/security/topic-", caller, "/00-govern.md"),
                       absl::StrCat(body, caller, "-", n, "\n")}};
      spec.message = "security(topic): bench\n";
      spec.author = spec.committer = {"bench", "bench@example.com"};
      spec.time = absl::Now();
      Check(draft.AddCommit(spec).status());
      const absl::Status status = (*engine)->Commit(uid, draft.batch());
      if (status.ok()) return;
      if (!absl::IsAborted(status)) Check(status);
    }
  });
}

// A metapowersd of its own, ended when this goes.
class Daemon {
 public:
  Daemon(const std::string& binary, const std::string& folder) : address_(absl::StrCat("unix:", folder, "/socket")) {
    std::filesystem::create_directories(folder);
    pid_ = fork();
    if (pid_ == 0) {
      if (std::freopen((folder + "/out").c_str(), "w", stdout) == nullptr) _exit(1);
      if (std::freopen((folder + "/log").c_str(), "w", stderr) == nullptr) _exit(1);
      execl(binary.c_str(), binary.c_str(), "--data-dir", (folder + "/data").c_str(), "--listen", address_.c_str(),
            nullptr);
      _exit(1);
    }
    channel_ = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
    if (!channel_->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(20)))) Die("no server");
  }
  ~Daemon() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  const std::string address_;
  pid_t pid_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

// Durable command calls per second, each with a changed model: a commit of the model and one of the section.
double CommandRate(const std::string& daemon, const std::string& folder, int callers, int workspaces, double seconds) {
  const Daemon server(daemon, folder);
  std::ifstream file(kExample);
  const std::string model((std::istreambuf_iterator<char>(file)), {});
  const auto stub = security::govern::v1::GovernService::NewStub(server.channel());
  const auto creator = v1::WorkspaceService::NewStub(server.channel());
  for (int i = 0; i < workspaces; ++i) {
    grpc::ClientContext context;
    v1::CreateWorkspaceRequest request;
    v1::CreateWorkspaceResponse response;
    request.set_workspace_id(absl::StrCat("w", i));
    Check(creator->CreateWorkspace(&context, request, &response));
  }
  return Rate(callers, seconds, [&](int caller, int n) {
    const std::string topic = absl::StrCat("topic-", caller);
    grpc::ClientContext context;
    security::govern::v1::SecurityPolicyRequest request;
    security::govern::v1::SecurityPolicyResponse response;
    request.mutable_context()->set_topic(absl::StrCat("workspaces/w", caller % workspaces, "/topics/", topic));
    request.mutable_context()->set_request_id(NewUuid());
    request.mutable_context()->set_model_yaml(
        absl::StrReplaceAll(model, {{"\nid: api-platform", absl::StrCat("\nid: ", topic)},
                                    {"session_idle_minutes: 15", absl::StrCat("session_idle_minutes: ", n + 20)}}));
    Check(stub->SecurityPolicy(&context, request, &response));
    if (!response.outcome().changed()) Die("a command changed nothing");
  });
}

struct Figure {
  std::string name;
  double value;
  std::string against;
  double floor, aim;
};

void Print(const std::vector<Figure>& figures, const std::string& json_file) {
  std::string json = "[\n";
  std::printf("%-62s %10s %-40s %10s %8s %8s\n", "figure", "per second", "against", "per second", "ratio", "aim");
  for (const Figure& figure : figures) {
    const double ratio = figure.value / figure.floor;
    std::printf("%-62s %10.0f %-40s %10.0f %8.2f %8.2f\n", figure.name.c_str(), figure.value, figure.against.c_str(),
                figure.floor, ratio, figure.aim);
    absl::StrAppend(&json, absl::StrFormat("  {\"figure\": \"%s\", \"value\": %.1f, \"against\": \"%s\", \"floor\": "
                                           "%.1f, \"ratio\": %.3f, \"aim\": %.2f}%s\n",
                                           figure.name, figure.value, figure.against, figure.floor, ratio, figure.aim,
                                           &figure == &figures.back() ? "" : ","));
  }
  std::ofstream(json_file) << json << "]\n";
}

int Main(const std::string& folder, const std::string& daemon, double seconds, const std::string& json_file) {
  const double git = GitCommitRate(folder + "/git", seconds);
  const double sqlite = SqliteRate(folder + "/floor.sqlite", seconds);
  const std::string git_name = "git commit, core.fsync=all, in a loop";
  const std::string sqlite_name = "SQLite rows, 32 to a sync";
  std::vector<Figure> figures;
  figures.push_back({"durable engine commits, 32 callers, 1 workspace, 2 KB",
                     EngineRate(folder + "/e1", kCallers, 1, seconds), git_name, git, 150});
  figures.push_back({"durable command calls, 32 callers, 1 workspace",
                     CommandRate(daemon, folder + "/c1", kCallers, 1, seconds), git_name, git, 50});
  figures.push_back({"durable engine commits, 32 callers, 32 workspaces",
                     EngineRate(folder + "/e32", kCallers, kCallers, seconds), sqlite_name, sqlite, 0.3});
  figures.push_back({"durable command calls, 1 caller, 1 workspace", CommandRate(daemon, folder + "/c0", 1, 1, seconds),
                     git_name, git, 1});
  Print(figures, json_file);
  return 0;
}

}  // namespace
}  // namespace metapowers

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: metapowers_bench FOLDER METAPOWERSD SECONDS JSON_FILE\n");
    return 2;
  }
  // gRPC's Unix sockets need a short absolute path.
  const std::string folder = std::filesystem::absolute(argv[1]);
  return metapowers::Main(folder, std::filesystem::absolute(argv[2]), std::atof(argv[3]), argv[4]);
}
