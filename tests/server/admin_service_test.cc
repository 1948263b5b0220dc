// What an operator asks of a server, and how its commits can be checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "metapowers/v1/admin_service.grpc.pb.h"
#include "metapowers/v1/server_info_service.grpc.pb.h"
#include "service/base/ids.h"
#include "service/server/env.h"
#include "service/workspace/signing_key.h"
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
  return v1::AdminService::NewStub(server.channel())->StoreWorkspace(&context, request, response);
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
