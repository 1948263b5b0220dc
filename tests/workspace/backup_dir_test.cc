#include "service/workspace/backup_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/digest.h"
#include "tests/support/status_matchers.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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
  EXPECT_THAT(FormatManifest(manifest), StartsWith("metapowers-backup 1\n"));
  manifest.failed.push_back({"c", "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e14", "it is damaged: object 3f"});
  manifest.failed.push_back({"6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e15", "", "why"});
  EXPECT_EQ(ParseManifest(FormatManifest(manifest)).value(), manifest);
  EXPECT_THAT(FormatManifest(manifest), StartsWith("metapowers-backup 2\n"));
}

// The lines that stand for `manifest`, with the first replaced.
std::string WithVersion(const BackupManifest& manifest, const std::string& version) {
  std::string text = FormatManifest(manifest);
  text = absl::StrCat("metapowers-backup ", version,
                      text.substr(text.find('\n'), text.rfind("sha256 ") - text.find('\n')));
  return absl::StrCat(text, "sha256 ", Sha256Hex(text), "\n");
}

TEST(BackupManifest, OfALaterReleaseIsRefusedAsThat) {
  const BackupManifest manifest{.data_dir_id = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11",
                                .data_format = 2,
                                .time = absl::FromUnixSeconds(1'700'000'000),
                                .workspaces = {},
                                .failed = {{"c", "", "why"}}};
  EXPECT_OK(ParseManifest(WithVersion(manifest, "1")));  // as releases wrote it that did not know version 2
  EXPECT_THAT(ParseManifest(WithVersion(manifest, "3")),
              HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_VERSION", HasSubstr("has format 3")));
  EXPECT_TRUE(absl::IsDataLoss(ParseManifest(WithVersion(manifest, "0")).status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseManifest(WithVersion(manifest, "x")).status()));
}

}  // namespace
}  // namespace metapowers::workspace
