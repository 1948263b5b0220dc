#include "tests/support/test_server.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "metapowers/v1/workspace_service.grpc.pb.h"
#include "service/base/ids.h"

namespace metapowers::testing_support {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string output;
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  for (size_t count; (count = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) outcome.output.append(buffer, count);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

// Stock Git with no configuration but the repository's.
std::string GitCommand(const std::string& directory, const std::string& arguments) {
  return absl::StrCat(
      "cd '", directory,
      "' && env -i PATH=\"$PATH\" HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Ann "
      "GIT_AUTHOR_EMAIL=ann@example.com GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com git ",
      arguments);
}

}  // namespace

TestServer::TestServer(const std::function<void(server::Env&)>& prepare,
                       const std::vector<server::ListenAddress>& addresses)
    : directory_(absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid())), prepare_(prepare) {
  std::filesystem::create_directories(directory_);
  Start(addresses);
  grpc::ClientContext context;
  v1::CreateWorkspaceRequest request;
  v1::CreateWorkspaceResponse response;
  request.set_workspace_id("w");
  const grpc::Status made = v1::WorkspaceService::NewStub(channel_)->CreateWorkspace(&context, request, &response);
  EXPECT_TRUE(made.ok()) << made.error_message();
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/data/workspaces")) {
    repository_ = entry.path().string();
  }
}

TestServer::~TestServer() {
  channel_.reset();
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void TestServer::Start(const std::vector<server::ListenAddress>& addresses) {
  absl::StatusOr<server::Env> env = server::OpenDataDirEnv(directory_ + "/data", {.answer_when_stored = true});
  ASSERT_TRUE(env.ok()) << env.status();
  absl::Time now;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-03-01T12:00:00Z", &now, nullptr));
  env->clock = std::make_unique<FixedClock>(now);
  if (prepare_) prepare_(*env);
  absl::StatusOr<server::ControlSocket> control = server::ControlSocket::In(directory_ + "/data");
  ASSERT_TRUE(control.ok()) << control.status();
  control_.emplace(*std::move(control));
  absl::StatusOr<std::unique_ptr<server::Server>> started =
      server::Server::Start(*std::move(env), addresses, control_->address());
  ASSERT_TRUE(started.ok()) << started.status();
  server_ = *std::move(started);
  channel_ = server_->InProcessChannel();
}

void TestServer::Restart() {
  channel_.reset();
  server_.reset();
  Start({});
}

std::shared_ptr<grpc::Channel> TestServer::ControlChannel() const {
  return grpc::CreateChannel(control_->address().ToString(), grpc::InsecureChannelCredentials());
}

std::string TestServer::Git(const std::string& arguments) const {
  const Outcome outcome = Shell(GitCommand(repository_, arguments) + " 2>&1");
  EXPECT_EQ(outcome.exit_code, 0) << "git " << arguments << ": " << outcome.output;
  return std::string(absl::StripTrailingAsciiWhitespace(outcome.output));
}

void TestServer::PushEdit(const std::string& path, const std::function<void(const std::string&)>& edit,
                          const std::string& author) const {
  const std::string clone = directory_ + "/clone";
  std::filesystem::remove_all(clone);
  Git(absl::StrCat("clone -q '", repository_, "' '", clone, "'"));
  const std::string file = clone + "/" + path;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path());
  edit(file);
  const Outcome pushed = Shell(GitCommand(
      clone,
      absl::StrCat("add -A 2>&1 && git -c user.name='", author,
                   "' -c user.email=ann@example.com commit -qm 'Edit by hand' 2>&1 && git push -q origin HEAD 2>&1")));
  EXPECT_EQ(pushed.exit_code, 0) << pushed.output;
}

void TestServer::Push(const std::string& path, const std::string& content, const std::string& author) const {
  PushEdit(
      path,
      [&content](const std::string& file) {
        std::filesystem::remove(file);
        if (!content.empty()) std::ofstream(file, std::ios::binary) << content;
      },
      author);
}

void TestServer::PushLink(const std::string& path, const std::string& target) const {
  PushEdit(
      path,
      [&target](const std::string& file) {
        std::filesystem::remove(file);
        std::filesystem::create_symlink(target, file);
      },
      "Ann");
}

std::string TestServer::ReadFile(const std::string& path) const {
  const Outcome outcome = Shell(GitCommand(repository_, absl::StrCat("show 'HEAD:", path, "' 2>/dev/null")));
  return outcome.exit_code == 0 ? outcome.output : "";
}

int TestServer::CountCommits() const {
  const Outcome outcome =
      Shell(GitCommand(repository_, "rev-list --count --invert-grep --grep='^Edit by hand$' HEAD 2>/dev/null"));
  int count = 0;
  return outcome.exit_code == 0 && absl::SimpleAtoi(outcome.output, &count) ? count : 0;
}

std::string ReasonOf(const grpc::Status& status) { return DetailOf<google::rpc::ErrorInfo>(status).reason(); }

v1::CommandContext ContextOf(absl::string_view topic) {
  v1::CommandContext context;
  context.set_topic(absl::StrCat("workspaces/w/topics/", topic));
  return context;
}

}  // namespace metapowers::testing_support
