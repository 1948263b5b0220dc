// Throughput of durable command calls over a socket against stock git on the same disk, in one run.
//
//   metapowers_bench FOLDER METAPOWERSD SECONDS JSON_FILE
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
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "metapowers/security/govern/v1/govern_service.grpc.pb.h"
#include "metapowers/v1/model_service.grpc.pb.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"
#include "tests/bench/bench_support.h"

namespace metapowers::bench {
namespace {

constexpr char kExample[] = "deploy/examples/api-platform/system-model.yaml";

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

int Main(const std::string& folder, const std::string& daemon, double seconds, const std::string& json_file) {
  const double git = GitCommitRate(folder + "/git", seconds);
  const std::string git_name = "git commit, core.fsync=all, in a loop";
  std::vector<Figure> figures;
  figures.push_back({"durable command calls, 32 callers, 1 workspace",
                     CommandRate(daemon, folder + "/c1", kCallers, 1, seconds), git_name, git, 50});
  figures.push_back({"durable command calls, 1 caller, 1 workspace", CommandRate(daemon, folder + "/c0", 1, 1, seconds),
                     git_name, git, 1});
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
