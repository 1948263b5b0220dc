#include "service/workspace/backup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/failpoint.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/restore.h"
#include "tests/workspace/backup_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(BackupTest, HoldsWhatWasAnsweredAndComesBack) {
  const Workspace a = Create("a"), b = Create("b"), empty = Create("empty");
  std::vector<std::string> heads;
  for (int i = 0; i < 5; ++i) heads.push_back(Commit(a, absl::StrCat("a", i)));
  Commit(b, "b");
  EXPECT_EQ(Git(Repository(a), "rev-parse -q --verify main").output, "") << "nothing is stored yet";

  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_EQ(outcome.changed, 2);
  EXPECT_EQ(outcome.commits, 6);
  ASSERT_EQ(outcome.manifest.workspaces.size(), 3u);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, heads.back());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->revision, 5);
  EXPECT_EQ(outcome.manifest.Find(empty.uid)->head, "");

  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_EQ(restored.manifest, outcome.manifest);
  EXPECT_TRUE(restored.problems.empty());
  for (const Workspace& workspace : {a, b, empty}) {
    ExpectFsckClean(DataDirLayout(dir_ / "restored").repository(workspace.uid));
  }
  Open(dir_ / "restored");
  EXPECT_EQ(registry_->Get("a").value(), a);
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(a.uid));
  EXPECT_EQ(head->commit(), heads.back());
  EXPECT_EQ(head->revision(), 5);
  EXPECT_EQ(engine_->Head(empty.uid).value()->commit(), "");
  Commit(a, "goes on");
}

TEST_F(BackupTest, FetchesWhatIsNewAndNothingElse) {
  const Workspace a = Create("a"), b = Create("b");
  Commit(a, "1");
  Commit(b, "1");
  ASSERT_OK(Back());
  const std::string newest = Commit(a, "2");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  EXPECT_EQ(outcome.changed, 1);
  EXPECT_EQ(outcome.commits, 1);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, newest);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->revision, 2);
  ASSERT_OK_AND_ASSIGN(const BackupOutcome again, Back());
  EXPECT_EQ(again.changed, 0);
}

TEST_F(BackupTest, KeepsItsPacksFew) {
  const Workspace a = Create("a");
  for (int i = 0; i < 20; ++i) {
    Commit(a, absl::StrCat(i));
    ASSERT_OK(Back());
  }
  int packs = 0;
  const std::string repository = absl::StrCat(dir_ / "backup", "/workspaces/", a.uid, ".git");
  for (const auto& entry : std::filesystem::directory_iterator(repository + "/objects/pack")) {
    packs += entry.path().extension() == ".pack" ? 1 : 0;
  }
  EXPECT_LE(packs, 17);
  ExpectFsckClean(repository);
  EXPECT_EQ(GitOk(repository, "rev-list --count main"), "20");
}

TEST_F(BackupTest, ARewrittenBranchIsAProblemAndStaysAsItWas) {
  const Workspace a = Create("a"), b = Create("b");
  Commit(a, "1");
  const std::string kept = Commit(a, "2");
  ASSERT_OK(Back());
  GitOk(Repository(a), "update-ref refs/heads/main main~1");
  const std::string other = Commit(b, "b");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.problems[0].workspace, "a");
  EXPECT_THAT(outcome.problems[0].status, HasError(absl::StatusCode::kFailedPrecondition, "BRANCH_DIVERGED", _));
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, kept);
  EXPECT_EQ(outcome.manifest.Find(b.uid)->head, other);
  ASSERT_OK(Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_EQ(GitOk(DataDirLayout(dir_ / "restored").repository(a.uid), "rev-parse main"), kept);
}

TEST_F(BackupTest, DamageIsNotTakenOver) {
  const Workspace a = Create("a");
  Commit(a, "some text that is found in one object");
  ASSERT_OK(engine_->Store(a.uid));
  const std::string blob = GitOk(Repository(a), absl::StrCat("rev-parse main:", kPath));
  const std::string file = absl::StrCat(Repository(a), "/objects/", blob.substr(0, 2), "/", blob.substr(2));
  ASSERT_TRUE(std::filesystem::exists(file));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  std::filesystem::resize_file(file, 10);
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_THAT(outcome.problems[0].status, HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("git")));
  EXPECT_TRUE(outcome.manifest.workspaces.empty());
}

TEST_F(BackupTest, DirectoriesOfOthersStayAsTheyAre) {
  const auto refused = [&](const std::string& to, const std::string& why) {
    EXPECT_THAT(Back(to), HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr(why))) << to;
  };
  WriteFile(dir_ / "full/notes.txt", "mine");
  refused(dir_ / "full", "holds other files and is no backup");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "full/lock"));
  refused(dir_ / "data", "lie in each other");
  refused(dir_ / "data/backup", "lie in each other");
  refused(dir_.path(), "lie in each other");
  WriteFile(dir_ / "file", "");
  refused(dir_ / "file", "is no directory");
  ASSERT_OK(Back());
  Open(dir_ / "other");
  const auto none = [](const Workspace&) -> absl::StatusOr<std::string> { return ""; };
  EXPECT_THAT(BackUp(dir_ / "other", dir_ / "backup", none),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr("another data directory")));
  EXPECT_THAT(BackUp(dir_ / "absent", dir_ / "backup", none),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _));
  EXPECT_THAT(BackUp(dir_ / "full", dir_ / "backup", none),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr("holds no metapowers data")));
  WriteFile(dir_ / "backup/format", "metapowers-backup 7 6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11\n");
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "restored"),
              HasError(absl::StatusCode::kFailedPrecondition, "STORAGE_VERSION", _));
}

TEST_F(BackupTest, OneAtATime) {
  ASSERT_OK_AND_ASSIGN(const auto held,
                       BackupDir::OpenToWrite(dir_ / "backup", DataDir::ReadId(dir_ / "data").value()));
  EXPECT_THAT(Back(), HasError(absl::StatusCode::kFailedPrecondition, "LOCKED", _));
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "restored"),
              HasError(absl::StatusCode::kFailedPrecondition, "LOCKED", _));
}

TEST_F(BackupTest, RestoresIntoNothingThatIsUsed) {
  Commit(Create("a"), "1");
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "restored"),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr("is no backup")));
  ASSERT_OK(Back());
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "data"),
              HasError(absl::StatusCode::kFailedPrecondition, "LOCKED", HasSubstr("running server")));
  Close();
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "data"), HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID",
                                                                HasSubstr("holds the data of a server")));
  WriteFile(dir_ / "full/notes.txt", "mine");
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "full"),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr("holds files")));
  std::filesystem::create_directories(dir_ / "empty");
  ASSERT_OK(Restore(dir_ / "backup", dir_ / "empty"));
}

TEST_F(BackupTest, NoServerStartsOnAPartOfARestore) {
  Commit(Create("a"), "1");
  ASSERT_OK(Back());
  if (absl::IsUnimplemented(SetFailpoints("restore_workspace=error:5"))) GTEST_SKIP();
  EXPECT_FALSE(Restore(dir_ / "backup", dir_ / "restored").ok());
  ASSERT_OK(SetFailpoints(""));
  EXPECT_THAT(DataDir::Open(dir_ / "restored"), HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _));
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "restored"),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", HasSubstr("cut off")));
}

TEST_F(BackupTest, AManifestThatWasTouchedIsRefused) {
  Commit(Create("a"), "1");
  ASSERT_OK(Back());
  const std::string text = ReadFileOrEmpty(dir_ / "backup/manifest");
  ASSERT_OK(ParseManifest(text));
  for (const std::string& changed :
       {absl::StrReplaceAll(text, {{"workspace a ", "workspace b "}}), text.substr(0, text.size() - 1),
        text.substr(text.find('\n') + 1), std::string(), "sha256 \n" + text, text + "x"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseManifest(changed).status())) << changed;
    WriteFile(dir_ / "backup/manifest", changed);
    EXPECT_TRUE(absl::IsDataLoss(Restore(dir_ / "backup", dir_ / "restored").status()));
  }
}

TEST_F(BackupTest, AMergeWithOurHeadBesideItsLineIsFollowed) {
  const Workspace a = Create("a");
  Commit(a, "1");
  Commit(a, "2");
  ASSERT_OK(Back());
  const std::string theirs = GitOk(Repository(a), "commit-tree -m theirs -p main~1 'main~1^{tree}'");
  const std::string merge =
      GitOk(Repository(a), absl::StrCat("commit-tree -m merge -p ", theirs, " -p main 'main^{tree}'"));
  GitOk(Repository(a), "update-ref refs/heads/main " + merge);
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  EXPECT_TRUE(outcome.problems.empty());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, merge);
}

TEST_F(BackupTest, OneThatCannotBeRestoredStopsNoOther) {
  const Workspace a = Create("a"), b = Create("b"), c = Create("c");
  for (const Workspace& workspace : {a, b, c}) Commit(workspace, workspace.name);
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  const std::string copies = dir_ / "backup/workspaces/";
  std::filesystem::remove_all(absl::StrCat(copies, b.uid, ".git/objects/pack"));
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  ASSERT_EQ(restored.problems.size(), 1u);
  EXPECT_EQ(restored.problems[0].workspace, "b");
  EXPECT_THAT(restored.problems[0].status, HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", _));
  EXPECT_FALSE(std::filesystem::exists(DataDirLayout(dir_ / "restored").repository(b.uid)));
  Open(dir_ / "restored");
  for (const Workspace& workspace : {a, c}) {
    EXPECT_EQ(engine_->Head(registry_->Get(workspace.name)->uid).value()->commit(),
              outcome.manifest.Find(workspace.uid)->head);
  }
  EXPECT_FALSE(registry_->Get("b").ok());
  // Where nothing can be, there is no directory.
  for (const Workspace& workspace : {a, c}) std::filesystem::remove_all(absl::StrCat(copies, workspace.uid, ".git"));
  EXPECT_THAT(Restore(dir_ / "backup", dir_ / "nothing"),
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("workspace a: ")));
  EXPECT_FALSE(DataDir::Check(dir_ / "nothing").ok());
}

TEST_F(BackupTest, ARestoredDirectoryIsAnotherAndLeavesTheBackupToTheFirst) {
  const Workspace a = Create("a");
  Commit(a, "1");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome first, Back());
  const std::string id = DataDir::ReadId(dir_ / "data").value();
  ASSERT_OK(Restore(dir_ / "backup", dir_ / "drill"));
  EXPECT_NE(DataDir::ReadId(dir_ / "drill").value(), id);
  EXPECT_EQ(DataDir::ReadOrigin(dir_ / "drill").value(), (DataDirOrigin{id, first.manifest.time}));
  EXPECT_EQ(DataDir::ReadOrigin(dir_ / "data").value(), std::nullopt);
  Open(dir_ / "drill");
  Commit(a, "of the drill");
  EXPECT_THAT(BackOf("drill"),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID",
                       HasSubstr(absl::StrCat("the backup of ", id, ", which this data directory was restored from"))));
  EXPECT_OK(BackOf("drill", "backup of the drill"));
  Open(dir_ / "data");
  const std::string newest = Commit(a, "2");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome second, Back());
  EXPECT_TRUE(second.problems.empty());
  EXPECT_EQ(second.manifest.Find(a.uid)->head, newest);
}

TEST_F(BackupTest, ALostNameIsToldAndNoNameIsTwice) {
  const Workspace old = Create("a"), b = Create("b");
  const std::string head = Commit(old, "old");
  Commit(b, "b");
  ASSERT_OK(Back());
  std::filesystem::remove(dir_ / "data/registry/a");
  Open(dir_ / "data");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome lost, Back());
  ASSERT_EQ(lost.problems.size(), 1u);
  EXPECT_EQ(lost.problems[0].workspace, "a");
  EXPECT_THAT(lost.problems[0].status,
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("no entry of the registry names it")));
  EXPECT_EQ(lost.manifest.Find(old.uid)->workspace.name, "a") << "as it was";
  ASSERT_EQ(lost.manifest.failed.size(), 1u);
  EXPECT_EQ(lost.manifest.failed[0].uid, old.uid);

  const Workspace made = Create("a");
  Commit(made, "new");
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const BackupOutcome both, Back());
    EXPECT_EQ(both.manifest.Find(made.uid)->workspace.name, "a");
    EXPECT_EQ(both.manifest.Find(old.uid)->workspace.name, "a-" + old.uid.substr(0, 8));
  }
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_TRUE(restored.problems.empty());
  Open(dir_ / "restored");
  EXPECT_EQ(engine_->Head(registry_->Get("a-" + old.uid.substr(0, 8))->uid).value()->commit(), head);
  EXPECT_EQ(registry_->Get("a")->uid, made.uid);
}

TEST_F(BackupTest, AManifestOfAnEarlierReleaseWithANameTwiceIsRestoredAndTold) {
  const Workspace a = Create("a"), b = Create("b");
  Commit(a, "a");
  Commit(b, "b");
  ASSERT_OK_AND_ASSIGN(BackupOutcome outcome, Back());
  for (BackedUpWorkspace& entry : outcome.manifest.workspaces) entry.workspace.name = "a";
  WriteFile(dir_ / "backup/manifest", FormatManifest(outcome.manifest));
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  ASSERT_EQ(restored.problems.size(), 1u);
  EXPECT_THAT(restored.problems[0].status,
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("its name twice")));
  EXPECT_EQ(restored.manifest.Find(b.uid)->workspace.name, "a-" + b.uid.substr(0, 8));
  Open(dir_ / "restored");
  EXPECT_EQ(registry_->Get("a")->uid, a.uid);
  EXPECT_TRUE(registry_->Get("a-" + b.uid.substr(0, 8)).ok());
}

TEST_F(BackupTest, WhatAFirstBackupCouldNotTakeIsNamedByItsManifest) {
  const Workspace a = Create("a"), b = Create("b");
  Commit(b, "b");
  std::filesystem::remove_all(Repository(a));
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_THAT(outcome.problems[0].status, HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
                                                   HasSubstr("there is none at workspaces/" + a.uid)));
  ASSERT_OK_AND_ASSIGN(const BackupManifest read, ParseManifest(ReadFileOrEmpty(dir_ / "backup/manifest")));
  EXPECT_EQ(read, outcome.manifest);
  // Whoever knows version 1 alone is told before the manifest is read.
  EXPECT_THAT(ReadFileOrEmpty(dir_ / "backup/format"), StartsWith("metapowers-backup 2 "));
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_EQ(read.failed[0].name, "a");
  EXPECT_FALSE(read.Holds(read.failed[0]));
  ASSERT_OK_AND_ASSIGN(const RestoreOutcome restored, Restore(dir_ / "backup", dir_ / "restored"));
  ASSERT_EQ(restored.problems.size(), 1u);
  EXPECT_THAT(restored.problems[0].status,
              HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("holds nothing of it")));
  // Until nothing fails any more.
  std::filesystem::remove(dir_ / "data/registry/a");
  ASSERT_OK(Back());
  EXPECT_THAT(ReadFileOrEmpty(dir_ / "backup/format"), StartsWith("metapowers-backup 1 "));
  EXPECT_THAT(ReadFileOrEmpty(dir_ / "backup/manifest"), StartsWith("metapowers-backup 1\n"));
  EXPECT_OK(Restore(dir_ / "backup", dir_ / "restored again"));
}

}  // namespace
}  // namespace metapowers::workspace
