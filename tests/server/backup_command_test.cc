#include "service/server/backup_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/server/env.h"
#include "service/server/listen_address.h"
#include "tests/support/test_server.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;

TEST(BackupCommandTest, TellsTheErrorOfTheServerAsTheServerDoes) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "metapowers-", NewUuid());
  const std::string socket = absl::StrCat("unix:", folder, "/s");
  std::filesystem::create_directories(folder);
  const testing_support::TestServer server({}, {ParseListenAddress(socket).value()});
  {
    const auto env = OpenDataDirEnv(folder + "/data");
    ASSERT_TRUE(env.ok()) << env.status();
    ASSERT_TRUE(env->registry->Create("another", "", absl::UnixEpoch()).ok());
  }
  const auto outcome = RunBackup({folder + "/data", folder + "/backup", socket}, nullptr);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_EQ(outcome->problems.size(), 1u);
  const ErrorDetails details = DetailsOf(outcome->problems[0].status);
  EXPECT_EQ(details.reason, "WORKSPACE_NOT_FOUND");
  EXPECT_EQ(details.metadata.at("workspace"), "another");
  EXPECT_THAT(details.next_step, HasSubstr("metapowers workspace list"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace metapowers::server
