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
#include "service/workspace/local_engine.h"
#include "service/workspace/workspace_registry.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;

constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(dir_ / "data"); }

  // Steps stay in the journal until somebody asks for them.
  void Open(const std::string& path) {
    Close();
    ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(path));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir, {.flush_delay = absl::Minutes(10)}));
    ASSERT_OK_AND_ASSIGN(registry_, OpenWorkspaceRegistry(data_dir, *engine_));
  }
  void Close() {
    registry_.reset();
    engine_.reset();
  }
  Workspace Create(const std::string& name) {
    return registry_->Create(name, "Shown as " + name, absl::FromUnixSeconds(1'700'000'000)).value();
  }
  std::string Commit(const Workspace& workspace, const std::string& content) {
    const auto commit = CommitFile(*engine_, workspace.uid, kPath, content);
    EXPECT_OK(commit);
    return commit.ok() ? commit->id : "";
  }
  absl::StatusOr<BackupOutcome> Back(const std::string& to = "") {
    const auto store = [this](const Workspace& workspace) -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(const auto head, engine_->Store(workspace.uid));
      return head->commit();
    };
    return BackUp(dir_ / "data", to.empty() ? dir_ / "backup" : to, store);
  }
  std::string Repository(const Workspace& workspace) { return DataDirLayout(dir_ / "data").repository(workspace.uid); }

  const TempDir dir_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<WorkspaceRegistry> registry_;
};

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

  ASSERT_OK_AND_ASSIGN(const BackupManifest restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_EQ(restored, outcome.manifest);
  EXPECT_EQ(DataDir::ReadId(dir_ / "restored").value(), DataDir::ReadId(dir_ / "data").value());
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

TEST_F(BackupTest, OneThatIsCutOffLeavesTheMark) {
  const Workspace a = Create("a");
  const std::string marked = Commit(a, "1");
  ASSERT_OK(Back());
  const std::string newest = Commit(a, "2");
  if (absl::IsUnimplemented(SetFailpoints("backup_before_mark=error:5"))) GTEST_SKIP();
  EXPECT_FALSE(Back().ok());
  ASSERT_OK(SetFailpoints(""));
  ASSERT_OK_AND_ASSIGN(const BackupManifest restored, Restore(dir_ / "backup", dir_ / "restored"));
  EXPECT_EQ(restored.Find(a.uid)->head, marked);
  EXPECT_EQ(GitOk(DataDirLayout(dir_ / "restored").repository(a.uid), "rev-parse main"), marked);
  // What it left behind is in nobody's way.
  const std::string repository = absl::StrCat(dir_ / "backup", "/workspaces/", a.uid, ".git");
  WriteFile(repository + "/refs/heads/main.lock", "");
  WriteFile(repository + "/objects/pack/tmp_pack_Ab1", "half a pack");
  WriteFile(dir_ / "backup/workspaces/tmp-1/config", "");
  ASSERT_OK_AND_ASSIGN(const BackupOutcome outcome, Back());
  EXPECT_EQ(outcome.manifest.Find(a.uid)->head, newest);
  EXPECT_EQ(outcome.manifest.Find(a.uid)->revision, 2);
  EXPECT_FALSE(std::filesystem::exists(repository + "/objects/pack/tmp_pack_Ab1"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "backup/workspaces/tmp-1"));
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
}

TEST_F(BackupTest, StoreTellsWhyItCannot) {
  const Workspace a = Create("a");
  Commit(a, "1");
  ASSERT_OK(engine_->Store(a.uid));
  Commit(a, "2");
  GitOk(Repository(a), "update-ref -d refs/heads/main");
  EXPECT_THAT(engine_->Store(a.uid), HasError(absl::StatusCode::kFailedPrecondition, "BRANCH_DIVERGED", _));
}

}  // namespace
}  // namespace metapowers::workspace
