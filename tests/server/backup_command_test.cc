#include "service/server/backup_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/server/control_socket.h"
#include "service/server/env.h"
#include "service/server/server.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;

TEST(BackupCommandTest, TellsTheErrorOfTheServerAsTheServerDoes) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid());
  std::filesystem::create_directories(folder);
  // The process that has the directory, with a server at its socket that does not know the workspace.
  auto owner = OpenDataDirEnv(folder + "/data");
  ASSERT_TRUE(owner.ok()) << owner.status();
  ASSERT_TRUE(owner->registry->Create("another", "", absl::UnixEpoch()).ok());
  const auto control = ControlSocket::In(folder + "/data");
  ASSERT_TRUE(control.ok()) << control.status();
  auto other = OpenDataDirEnv(folder + "/other");
  ASSERT_TRUE(other.ok()) << other.status();
  auto server = Server::Start(*std::move(other), {}, control->address());
  ASSERT_TRUE(server.ok()) << server.status();
  const auto outcome = RunBackup({folder + "/data", folder + "/backup"}, nullptr);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_EQ(outcome->problems.size(), 1u);
  const ErrorDetails details = DetailsOf(outcome->problems[0].status);
  EXPECT_EQ(details.reason, "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(details.metadata.at("workspace"), "another");
  EXPECT_THAT(details.next_step, HasSubstr("metapowers workspace list"));
  server->reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace metapowers::server
