// What an operator asks of a server, and how its commits can be checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "metapowers/v1/admin_service.grpc.pb.h"
#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "service/base/ids.h"
#include "service/server/control_socket.h"
#include "service/server/env.h"
#include "service/server/server.h"
#include "service/workspace/signing_key.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/test_server.h"

namespace metapowers::server {
namespace {

using ::metapowers::testing_support::ReasonOf;
using ::metapowers::testing_support::TestServer;
using ::testing::HasSubstr;

grpc::Status Store(const TestServer& server, const std::string& name, v1::StoreWorkspaceResponse* response) {
  grpc::ClientContext context;
  v1::StoreWorkspaceRequest request;
  request.set_name(name);
  return v1::AdminService::NewStub(server.ControlChannel())->StoreWorkspace(&context, request, response);
}

TEST(AdminService, StoresWhatWasAnswered) {
  const TestServer server;
  v1::StoreWorkspaceResponse response;
  ASSERT_TRUE(Store(server, "workspaces/w", &response).ok());
  EXPECT_EQ(response.head(), "");
  EXPECT_EQ(response.revision(), 0);
  server.Push("notes.md", "of a person\n");
  ASSERT_TRUE(Store(server, "workspaces/w", &response).ok());
  EXPECT_EQ(response.head(), server.Git("rev-parse main"));
  EXPECT_EQ(response.revision(), 1);
  EXPECT_THAT(server.repository(), HasSubstr(response.uid()));
  EXPECT_EQ(ReasonOf(Store(server, "workspaces/none", &response)), "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Store(server, "../w", &response)), "NAME_INVALID");
}

TEST(AdminService, IsServedToTheOperatorAlone) {
  const TestServer server({}, {{"127.0.0.1", 0, ""}});
  const std::shared_ptr<grpc::Channel> socket =
      grpc::CreateChannel(const_cast<TestServer&>(server).server().addresses()[0], grpc::InsecureChannelCredentials());
  for (const auto& channel : {server.channel(), socket}) {
    grpc::ClientContext context;
    v1::StoreWorkspaceRequest request;
    v1::StoreWorkspaceResponse response;
    request.set_name("workspaces/w");
    EXPECT_EQ(v1::AdminService::NewStub(channel)->StoreWorkspace(&context, request, &response).error_code(),
              grpc::StatusCode::UNIMPLEMENTED);
  }
  grpc::ClientContext context;
  v1::GetServerInfoResponse info;
  EXPECT_EQ(v1::ServerInfoService::NewStub(server.ControlChannel())->GetServerInfo(&context, {}, &info).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(AdminService, HasASocketHoweverLongThePathOfTheDataIs) {
  const std::string root = absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid());
  const std::string folder = absl::StrCat(root, "/", std::string(120, 'x'));
  std::filesystem::create_directories(root);
  auto env = OpenDataDirEnv(folder);
  ASSERT_TRUE(env.ok()) << env.status();
  ASSERT_TRUE(env->registry->Create("w", "", env->clock->Now()).ok());
  const auto listening = ControlSocket::In(folder), asking = ControlSocket::In(folder + "/");
  ASSERT_TRUE(listening.ok() && asking.ok()) << listening.status() << asking.status();
  {
    const auto server = Server::Start(*std::move(env), {}, listening->address());
    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_TRUE(std::filesystem::is_socket(folder + "/control"));
    grpc::ClientContext context;
    v1::StoreWorkspaceRequest request;
    v1::StoreWorkspaceResponse response;
    request.set_name("workspaces/w");
    const auto channel = grpc::CreateChannel(asking->address().ToString(), grpc::InsecureChannelCredentials());
    const grpc::Status status = v1::AdminService::NewStub(channel)->StoreWorkspace(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_FALSE(std::filesystem::exists(folder + "/control"));
  EXPECT_FALSE(ControlSocket::In(folder + "/absent").ok());
  std::filesystem::remove_all(root);
}

class WaitingCallsTest : public PipelineTest {
 protected:
  // More than there are workers.
  static constexpr int kMany = 6;

  // Whether another call is served now.
  bool Serves() {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    v1::ListDocumentsRequest request;
    v1::ListDocumentsResponse response;
    request.set_topic("workspaces/w/topics/shop");
    return client_.documents->ListDocuments(&context, request, &response).ok();
  }
};

TEST_F(WaitingCallsTest, StoringHoldsNoWorker) {
  absl::BlockingCounter inside(kMany);
  absl::Notification go;
  hooks_.before_store = [&] {
    inside.DecrementCount();
    go.WaitForNotification();
  };
  std::vector<std::thread> callers;
  std::atomic<int> stored{0};
  for (int i = 0; i < kMany; ++i) {
    callers.emplace_back([&] {
      v1::StoreWorkspaceResponse response;
      if (Store(server_, "workspaces/w", &response).ok()) ++stored;
    });
  }
  EXPECT_TRUE(Serves());
  std::thread letting_go([&] {  // all are inside at a time
    inside.Wait();
    go.Notify();
  });
  for (std::thread& caller : callers) caller.join();
  letting_go.join();
  EXPECT_EQ(stored, kMany);
}

TEST_F(WaitingCallsTest, SettledListsHoldNoWorker) {
  absl::Notification writing, go;
  hooks_.before_commit = [&] {
    writing.Notify();
    go.WaitForNotification();
  };
  std::thread writer([&] { ExpectOk(client_.PutModel(WithModel())); });
  writing.WaitForNotification();
  std::vector<std::thread> callers;
  std::atomic<int> sent{0}, ended{0};
  for (int i = 0; i < kMany; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      v1::ListRevisionsRequest request;
      v1::ListRevisionsResponse response;
      request.set_parent("workspaces/w");
      request.set_settled(true);
      ++sent;
      ExpectOk(client_.documents->ListRevisions(&context, request, &response));
      EXPECT_EQ(response.revisions_size(), 2);
      ++ended;
    });
  }
  while (sent < kMany) std::this_thread::yield();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Serves());
  EXPECT_EQ(ended, 0);
  go.Notify();
  for (std::thread& caller : callers) caller.join();
  writer.join();
}

TEST(AdminService, ADrainWaitsForItsCallsAndRefusesNewOnes) {
  HookedEngine::Hooks hooks;
  absl::Notification inside, go;
  hooks.before_store = [&] {
    inside.Notify();
    go.WaitForNotification();
  };
  TestServer server([&](Env& env) { env.engine = std::make_unique<HookedEngine>(std::move(env.engine), hooks); });
  const std::shared_ptr<grpc::Channel> channel = server.ControlChannel();
  const auto store = [&](grpc::Status& status) {
    grpc::ClientContext context;
    v1::StoreWorkspaceRequest request;
    v1::StoreWorkspaceResponse response;
    request.set_name("workspaces/w");
    status = v1::AdminService::NewStub(channel)->StoreWorkspace(&context, request, &response);
  };
  grpc::Status running, refused;
  std::thread caller([&] { store(running); });
  inside.WaitForNotification();
  std::thread drain([&] { server.server().Drain(absl::InfiniteDuration()); });
  // A call before the drain would go in there, too, and never come back; a name that is none does not.
  const auto draining = [&] {
    grpc::ClientContext context;
    v1::StoreWorkspaceResponse response;
    refused = v1::AdminService::NewStub(channel)->StoreWorkspace(&context, {}, &response);
    return ReasonOf(refused) == "DRAINING";
  };
  while (!draining()) ASSERT_EQ(ReasonOf(refused), "NAME_INVALID");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  go.Notify();
  caller.join();
  drain.join();
  EXPECT_TRUE(running.ok()) << running.error_message();
  EXPECT_FALSE(std::filesystem::exists(server.control_socket()));
}

TEST(AdminService, TheServerTellsHowItsCommitsAreChecked) {
  const auto allowed = [](const TestServer& server) {
    grpc::ClientContext context;
    v1::GetServerInfoResponse response;
    EXPECT_TRUE(v1::ServerInfoService::NewStub(server.channel())->GetServerInfo(&context, {}, &response).ok());
    return response.allowed_signers();
  };
  EXPECT_EQ(allowed(TestServer()), "");
  const std::string file = absl::StrCat(::testing::TempDir(), "metapowers-key-", NewUuid());
  ASSERT_EQ(std::system(absl::StrCat("ssh-keygen -q -t ed25519 -N '' -f '", file, "' </dev/null").c_str()), 0);
  const auto key = workspace::SigningKey::Load(file);
  ASSERT_TRUE(key.ok()) << key.status();
  const TestServer server([&](Env& env) {
    env.identity = [key] { return workspace::Identity{kServiceName, kServiceEmail, *key}; };
  });
  EXPECT_EQ(allowed(server), (*key)->AllowedSigner(kServiceEmail));
  ::unlink(file.c_str());
  ::unlink((file + ".pub").c_str());
}

}  // namespace
}  // namespace metapowers::server
