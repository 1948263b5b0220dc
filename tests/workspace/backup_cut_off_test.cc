// What a backup that was cut off had fetched beyond the mark of the one before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/failpoint.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/lost_commits.h"
#include "service/workspace/repository_check.h"
#include "service/workspace/restore.h"
#include "tests/workspace/backup_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BackupCutOffTest : public BackupTest {
 protected:
  // All that a backup does but its mark.
  void BackUpWithoutMark() {
    const std::string mark = ReadFileOrEmpty(dir_ / "backup/manifest");
    ASSERT_OK(Back());
    WriteFile(dir_ / "backup/manifest", mark);
  }
  // `data` takes the place of the directory that the backup is of, and is open.
  void TakeOver(const std::string& data) {
    WriteFile(dir_ / data + "/id", ReadFileOrEmpty(dir_ / "data/id"));
    Open(dir_ / data);
  }
  std::vector<Finding> VerifyCopy(const Workspace& workspace) const {
    const auto checked = CheckedRepository::Open(CopyOf(workspace));
    EXPECT_OK(checked);
    std::vector<Finding> findings = checked->CheckObjects();
    const CommitLine line = checked->Walk([](const CommitInfo&, int) {}, findings);
    for (const Finding& finding : checked->CheckHeads(line, {})) findings.push_back(finding);
    return findings;
  }
};

TEST_F(BackupCutOffTest, LeavesTheMarkAndTheNextOneEndsIt) {
  const Workspace a = Create("a");
  Commit(a, "1");
  ASSERT_OK(Back());
  const std::string mark = ReadFileOrEmpty(dir_ / "backup/manifest");
  const std::string newest = Commit(a, "2");
  if (absl::IsUnimplemented(SetFailpoints("backup_before_mark=error:5"))) GTEST_SKIP();
  EXPECT_FALSE(Back().ok());
  ASSERT_OK(SetFailpoints(""));
  EXPECT_EQ(ReadFileOrEmpty(dir_ / "backup/manifest"), mark);
  // What it left behind is in nobody's way.
  WriteFile(CopyOf(a) + "/refs/heads/main.lock", "");
  WriteFile(CopyOf(a) + "/objects/pack/tmp_pack_Ab1", "half a pack");
  WriteFile(dir_ / "backup/workspaces/tmp-1/config", "");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, newest);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->revision, 2);
  EXPECT_TRUE(outcome.kept.empty());
  EXPECT_FALSE(std::filesystem::exists(CopyOf(a) + "/objects/pack/tmp_pack_Ab1"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "backup/workspaces/tmp-1"));
}

TEST_F(BackupCutOffTest, IsRestoredWithWhatItHadFetchedAndGoesOnFromThere) {
  const Workspace a = Create("a"), b = Create("b"), empty = Create("empty");
  Commit(a, "1");
  const std::string of_b = Commit(b, "1");
  ASSERT_OK(Back());
  Commit(a, "2");
  const std::string newest = Commit(a, "3"), first = Commit(empty, "1");
  BackUpWithoutMark();
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_TRUE(restored.problems.empty());
  EXPECT_EQ(restored.manifest.Find(a.uid)->head, newest);
  EXPECT_EQ(restored.manifest.Find(a.uid)->revision, 3);
  EXPECT_EQ(restored.manifest.Find(b.uid)->head, of_b);
  ASSERT_EQ(restored.beyond.size(), 2u);
  EXPECT_EQ(restored.beyond[0].workspace, "a");
  EXPECT_EQ(restored.beyond[0].commits, 2);
  EXPECT_EQ(restored.beyond[1].workspace, "empty");
  EXPECT_EQ(restored.beyond[1].commits, 1);
  EXPECT_EQ(GitOk(RepositoryIn("restored", empty), "rev-parse main"), first);
  ExpectFsckClean(RepositoryIn("restored", a));

  TakeOver("restored");
  const std::string later = Commit(a, "4");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, BackOf("restored"));
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_TRUE(outcome.kept.empty());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, later);
  EXPECT_EQ(GitOk(CopyOf(a), "rev-parse main~1"), newest);
}

TEST_F(BackupCutOffTest, OfADirectoryThatDoesNotHaveItIsKeptAside) {
  const Workspace a = Create("a");
  const std::string marked = Commit(a, "1");
  ASSERT_OK(Back());
  ASSERT_OK(Restore(dir_ / "backup", dir_ / "older"));
  Commit(a, "2");
  const std::string fetched = Commit(a, "3");
  BackUpWithoutMark();

  TakeOver("older");
  const std::string other = Commit(a, "another 2");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, BackOf("older"));
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, other);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->revision, 2);
  EXPECT_EQ(GitOk(CopyOf(a), "rev-parse main~1"), marked);
  EXPECT_EQ(GitOk(CopyOf(a), "rev-parse " + LostCommitRef(fetched)), fetched);
  ASSERT_EQ(outcome.kept.size(), 1u);
  EXPECT_EQ(outcome.kept[0].workspace, "a");
  EXPECT_THAT(outcome.kept[0].status, HasError(absl::StatusCode::kFailedPrecondition, "BRANCH_DIVERGED",
                                               HasSubstr(absl::StrCat("does not contain 2 commits up to ", fetched))));

  // Told once, and by verify until somebody has accepted it.
  Commit(a, "3");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome next, BackOf("older"));
  EXPECT_TRUE(next.kept.empty());
  const std::vector<Finding> findings = VerifyCopy(a);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].cause, HasSubstr("does not contain " + fetched));
  GitOk(CopyOf(a), "update-ref -d " + LostCommitRef(fetched));
  EXPECT_THAT(VerifyCopy(a), IsEmpty());
}

TEST_F(BackupCutOffTest, OfAnEmptyWorkspaceThatDoesNotHaveItIsKeptAside) {
  const Workspace a = Create("a");
  ASSERT_OK(Back());
  ASSERT_OK(Restore(dir_ / "backup", dir_ / "older"));
  const std::string fetched = Commit(a, "1");
  BackUpWithoutMark();
  TakeOver("older");
  const std::string other = Commit(a, "another 1");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, BackOf("older"));
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_EQ(outcome.kept.size(), 1u);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, other);
  EXPECT_EQ(GitOk(CopyOf(a), "rev-parse " + LostCommitRef(fetched)), fetched);
}

TEST_F(BackupCutOffTest, WhatIsDamagedAboveTheMarkIsToldAndTheMarkRestored) {
  const Workspace a = Create("a");
  const std::string marked = Commit(a, "1");
  ASSERT_OK(Back());
  const std::string newest = Commit(a, "2");
  BackUpWithoutMark();
  // A pack is a fetch: the newest one goes, and its commit stands alone.
  const std::string commit = GitOk(CopyOf(a), "cat-file commit " + newest);
  WriteFile(dir_ / "commit", commit + "\n");
  for (const auto& entry : std::filesystem::directory_iterator(CopyOf(a) + "/objects/pack")) {
    if (Git(CopyOf(a), absl::StrCat("verify-pack -v '", entry.path().string(), "'")).output.find(newest) !=
        std::string::npos) {
      std::filesystem::remove(entry.path());
    }
  }
  EXPECT_EQ(GitOk(CopyOf(a), absl::StrCat("hash-object -w -t commit '", dir_ / "commit", "'")), newest);
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_EQ(restored.manifest.Find(a.uid)->head, marked);
  EXPECT_TRUE(restored.beyond.empty());
  ASSERT_EQ(restored.problems.size(), 1u);
  EXPECT_THAT(restored.problems[0].status,
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
                       HasSubstr(absl::StrCat("without the later commits up to ", newest))));
  EXPECT_EQ(GitOk(RepositoryIn("restored", a), "rev-parse main"), marked);
  ExpectFsckClean(RepositoryIn("restored", a));
}

TEST_F(BackupCutOffTest, AWorkspaceThatTheMarkDoesNotNameIsTold) {
  Commit(Create("a"), "1");
  ASSERT_OK(Back());
  const Workspace made = Create("made");
  const std::string head = Commit(made, "1");
  Create("empty");
  BackUpWithoutMark();
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  ASSERT_EQ(restored.problems.size(), 1u);
  EXPECT_EQ(restored.problems[0].uid, made.uid);
  EXPECT_THAT(std::string(restored.problems[0].status.message()), AllOf(HasSubstr(head), HasSubstr("cut off")));
}

}  // namespace
}  // namespace metapowers::workspace
