#include "service/workspace/backup_dir.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace metapowers::workspace {
namespace {

TEST(BackupManifest, ComesBackAsItWasMade) {
  BackupManifest manifest{.data_dir_id = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11",
                          .data_format = 2,
                          .time = absl::FromUnixSeconds(1'700'000'000),
                          .workspaces = {}};
  EXPECT_EQ(ParseManifest(FormatManifest(manifest)).value(), manifest);
  manifest.workspaces.push_back({{"a", "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e12", " Team  of A ", absl::UnixEpoch()},
                                 std::string(40, 'a'),
                                 12,
                                 absl::FromUnixSeconds(5)});
  manifest.workspaces.push_back(
      {{"b", "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e13", "", absl::UnixEpoch()}, "", 0, absl::FromUnixSeconds(6)});
  EXPECT_EQ(ParseManifest(FormatManifest(manifest)).value(), manifest);
  manifest.failed.push_back({"c", "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e14", "it is damaged: object 3f"});
  manifest.failed.push_back({"6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e15", "", "why"});
  EXPECT_EQ(ParseManifest(FormatManifest(manifest)).value(), manifest);
}

}  // namespace
}  // namespace metapowers::workspace
