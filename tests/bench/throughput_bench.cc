// Throughput of durable command calls over a socket against stock git on the same disk, in one run.
//
//   metapowers_bench FOLDER METAPOWERSD SECONDS JSON_FILE
//
// With BENCH_ONLY in the environment, for a profiler, one load and nothing else: k32 for 32 callers with known models,
// n32 with new ones, e32 for empty calls.
//
// Floor: `git commit` with core.fsync=all in a loop.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "metapowers/security/govern/v1/govern_service.grpc.pb.h"
#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"
#include "tests/bench/bench_support.h"

namespace metapowers::bench {
namespace {

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

// Models to send, each other than the one before it.
struct Models {
  std::string example, id, line;  // file, its id, and the line that changes, up to its number
  bool known;                     // two that take turns, so that the server has met them; else each is new

  std::string Of(const std::string& text, const std::string& topic, int n) const {
    return absl::StrReplaceAll(text, {{"\nid: " + id, "\nid: " + topic},
                                      {line, absl::StrCat("session_idle_minutes: ", 20 + (known ? n % 2 : n))}});
  }
};
const Models kKnown{"deploy/examples/team-notes/system-model.yaml", "team-notes", "session_idle_minutes: 1440", true};
const Models kNew{"deploy/examples/api-platform/system-model.yaml", "api-platform", "session_idle_minutes: 15", false};

struct Load {
  double rate = 0;                   // calls per second
  std::vector<double> microseconds;  // of each
};

// `call(caller, n)` from `callers` threads until `seconds` have passed.
Load Measured(int callers, double seconds, const std::function<void(int, int)>& call) {
  std::vector<std::vector<double>> times(static_cast<size_t>(callers));
  Load load;
  load.rate = Rate(callers, seconds, [&](int caller, int n) {
    const absl::Time start = absl::Now();
    call(caller, n);
    times[static_cast<size_t>(caller)].push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
  });
  for (const auto& each : times) load.microseconds.insert(load.microseconds.end(), each.begin(), each.end());
  return load;
}

// Durable calls of a command, each with another model than before: a commit of the model and one of the section.
Load Commands(const std::string& daemon, const std::string& folder, const Models& models, int callers, int workspaces,
              double seconds) {
  const Daemon server(daemon, folder);
  std::ifstream file(models.example);
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
  // Messages and texts of a caller are made once: what is measured is the server, on the cores that it shares with us.
  struct Caller {
    security::govern::v1::SecurityPolicyRequest request;
    security::govern::v1::SecurityPolicyResponse response;
    std::string known[2];
  };
  std::vector<Caller> own(static_cast<size_t>(callers));
  for (int caller = 0; caller < callers; ++caller) {
    const std::string topic = absl::StrCat("topic-", caller);
    Caller& self = own[static_cast<size_t>(caller)];
    self.request.mutable_context()->set_topic(absl::StrCat("workspaces/w", caller % workspaces, "/topics/", topic));
    for (int n = 0; n < 2; ++n) self.known[n] = models.Of(model, topic, n);
  }
  const auto call = [&](int caller, int n) {
    Caller& self = own[static_cast<size_t>(caller)];
    grpc::ClientContext context;
    self.request.mutable_context()->set_request_id(NewUuid());
    self.request.mutable_context()->set_model_yaml(models.known ? self.known[n % 2]
                                                                : models.Of(model, absl::StrCat("topic-", caller), n));
    Check(stub->SecurityPolicy(&context, self.request, &self.response));
    if (!self.response.outcome().changed()) Die("a command changed nothing");
  };
  if (models.known) {
    for (int caller = 0; caller < callers; ++caller) {
      for (int n = 0; n < 2; ++n) call(caller, n);
    }
  }
  return Measured(callers, seconds, call);
}

// Calls that do nothing: what gRPC costs on these cores, client and server.
Load EmptyCalls(const std::string& daemon, const std::string& folder, int callers, double seconds) {
  const Daemon server(daemon, folder);
  const auto stub = v1::ServerInfoService::NewStub(server.channel());
  return Measured(callers, seconds, [&](int, int) {
    grpc::ClientContext context;
    v1::GetServerInfoRequest request;
    v1::GetServerInfoResponse response;
    Check(stub->GetServerInfo(&context, request, &response));
  });
}

int Main(const std::string& folder, const std::string& daemon, double seconds, const std::string& json_file) {
  if (const char* only = std::getenv("BENCH_ONLY")) {
    const int callers = std::atoi(only + 1);
    const Load load = only[0] == 'e'
                          ? EmptyCalls(daemon, folder + "/only", callers, seconds)
                          : Commands(daemon, folder + "/only", only[0] == 'k' ? kKnown : kNew, callers, 1, seconds);
    std::printf("%.0f/s p50 %.0f p99 %.0f\n", load.rate, Percentile(load.microseconds, 0.5),
                Percentile(load.microseconds, 0.99));
    return 0;
  }
  const double git = GitCommitRate(folder + "/git", seconds);
  const std::string git_name = "git commit, core.fsync=all, in a loop";
  std::vector<Figure> figures;
  const Load many = Commands(daemon, folder + "/c1", kKnown, kCallers, 1, seconds);
  figures.push_back({"command calls/s, 32 callers, 1 workspace, models known", many.rate, git_name, git, 50});
  figures.push_back(
      {"p99 of them, us", Percentile(many.microseconds, 0.99), "their p50", Percentile(many.microseconds, 0.5), 0});
  figures.push_back({"command calls/s, 32 callers, each a new model of 150 KB",
                     Commands(daemon, folder + "/c2", kNew, kCallers, 1, seconds).rate, git_name, git, 0});
  figures.push_back(
      {"empty calls/s, 32 callers", EmptyCalls(daemon, folder + "/e32", kCallers, seconds).rate, git_name, git, 0});
  const double floor =
      Percentile(EmptyCalls(daemon, folder + "/c3", 1, seconds).microseconds, 0.5) + SyncMicroseconds(folder + "/sync");
  figures.push_back({"p50 of a command call, 1 caller, model known, us",
                     Percentile(Commands(daemon, folder + "/c4", kKnown, 1, 1, seconds).microseconds, 0.5),
                     "empty call and one fdatasync", floor, 2});
  Print(figures, json_file);
  return 0;
}

}  // namespace
}  // namespace metapowers::bench

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: metapowers_bench FOLDER METAPOWERSD SECONDS JSON_FILE\n");
    return 2;
  }
  // gRPC's Unix sockets need a short absolute path.
  const std::string folder = std::filesystem::absolute(argv[1]);
  return metapowers::bench::Main(folder, std::filesystem::absolute(argv[2]), std::atof(argv[3]), argv[4]);
}
