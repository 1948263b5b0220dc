#include "service/workspace/worktree_engine.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "tests/workspace/repository_fixture.h"

// libgit2 1.5.1 forgets the match data of its regular expressions when it refuses a repository's extensions.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2-8\n"; }

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class WorktreeEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    GitOk(dir_.path(), "init -q repo");
    WriteFile(dir_ / "repo/README.md", "one\n");
    WriteFile(dir_ / "repo/src/main.c", "int main;\n");
    GitOk(repo(), "add -A");
    GitOk(repo(), "commit -q -m start");
    Open();
  }
  void Open(const std::string& below = "") {
    auto engine = WorktreeEngine::Discover(repo() + below);
    ASSERT_OK(engine);
    engine_ = *std::move(engine);
  }
  std::string repo() const { return dir_ / "repo"; }
  std::string Status() const { return GitOk(repo(), "status --porcelain"); }
  absl::StatusOr<CommitInfo> Commit(std::optional<std::string> content, const std::string& path = kPath) {
    return CommitFile(*engine_, kLocalUid, path, std::move(content));
  }

  const TempDir dir_;
  std::unique_ptr<WorktreeEngine> engine_;
};

TEST_F(WorktreeEngineTest, CommitsOnTheCurrentBranch) {
  GitOk(repo(), "switch -q -c feature/x");
  ASSERT_OK_AND_ASSIGN(const CommitInfo commit, Commit("hello\n"));
  EXPECT_EQ(GitOk(repo(), "rev-parse feature/x"), commit.id);
  EXPECT_NE(GitOk(repo(), "rev-parse main"), commit.id);
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/" + kPath), "hello\n");
  EXPECT_EQ(Status(), "");
  EXPECT_EQ(engine_->Head(kLocalUid).value()->revision(), 2);
  EXPECT_THAT(GitOk(repo(), "reflog -1 feature/x"), HasSubstr("commit: security(api)"));
  EXPECT_THAT(GitOk(repo(), "reflog -1 HEAD"), HasSubstr("commit: security(api)"));
  EXPECT_EQ(GitOk(repo(), "diff-files"), "") << "the index knows the file's status";
  ExpectFsckClean(repo());
}

TEST_F(WorktreeEngineTest, WorkOfTheUserStaysAsItIs) {
  WriteFile(repo() + "/README.md", "two\n");
  GitOk(repo(), "add README.md");
  WriteFile(repo() + "/README.md", "three\n");
  WriteFile(repo() + "/src/main.c", "int main = 1;\n");
  WriteFile(repo() + "/src/staged.c", "x\n");
  GitOk(repo(), "add src/staged.c");
  WriteFile(repo() + "/untracked.txt", "u\n");
  const std::string before = Status();
  ASSERT_EQ(before, "MM README.md\n M src/main.c\nA  src/staged.c\n?? untracked.txt");
  ASSERT_OK(Commit("1\n"));
  ASSERT_OK(Commit("2\n"));
  EXPECT_EQ(Status(), before);
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/README.md"), "three\n");
  EXPECT_EQ(GitOk(repo(), "show :README.md"), "two");
  EXPECT_EQ(GitOk(repo(), "show HEAD:README.md"), "one");
  EXPECT_EQ(GitOk(repo(), absl::StrCat("show :", kPath)), "2");
}

TEST_F(WorktreeEngineTest, EditsOfADocumentAreNeverBuried) {
  ASSERT_OK(Commit("1\n"));
  const std::string head = GitOk(repo(), "rev-parse HEAD");
  const auto dirty = HasError(absl::StatusCode::kFailedPrecondition, "WORKTREE_DIRTY", HasSubstr(kPath));
  const std::string file = repo() + "/" + kPath;

  WriteFile(file, "my edit\n");
  EXPECT_THAT(Commit("2\n"), dirty);
  EXPECT_EQ(ReadFileOrEmpty(file), "my edit\n");
  GitOk(repo(), absl::StrCat("add ", kPath));
  EXPECT_THAT(Commit("2\n"), dirty) << "staged";
  WriteFile(file, "1\n");
  EXPECT_THAT(Commit("2\n"), dirty) << "staged, though the file is as committed";
  GitOk(repo(), "reset -q --hard");
  std::filesystem::remove(file);
  EXPECT_THAT(Commit("2\n"), dirty) << "deleted";
  GitOk(repo(), absl::StrCat("rm -q --cached ", kPath));
  EXPECT_THAT(Commit("2\n"), dirty) << "deletion staged";
  EXPECT_EQ(GitOk(repo(), "rev-parse HEAD"), head);
  EXPECT_FALSE(std::filesystem::exists(repo() + "/.git/index.lock"));
  EXPECT_FALSE(std::filesystem::exists(repo() + "/.git/metapowers-pending"));
  GitOk(repo(), "reset -q --hard");
  EXPECT_OK(Commit("2\n"));
  EXPECT_EQ(Status(), "");
}

TEST_F(WorktreeEngineTest, UntrackedFileInTheWayIsNotOverwritten) {
  WriteFile(repo() + "/" + kPath, "draft of mine\n");
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "WORKTREE_DIRTY", HasSubstr(kPath)));
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/" + kPath), "draft of mine\n");
  EXPECT_OK(Commit("draft of mine\n"));  // committing just what stands there loses nothing
  EXPECT_EQ(Status(), "");
}

TEST_F(WorktreeEngineTest, OneDirtyDocumentStopsTheWholeBatch) {
  ASSERT_OK(Commit("1\n"));
  WriteFile(repo() + "/" + kPath, "edit\n");
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kLocalUid));
  Draft draft(head);
  ASSERT_OK(draft.AddCommit(Spec({{"a/other.md", "x\n"}})));
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "2\n"}})));
  EXPECT_THAT(engine_->Commit(kLocalUid, draft.batch()),
              HasError(absl::StatusCode::kFailedPrecondition, "WORKTREE_DIRTY", _));
  EXPECT_EQ(engine_->Head(kLocalUid).value()->revision(), 2);
  EXPECT_FALSE(std::filesystem::exists(repo() + "/a/other.md"));
}

TEST_F(WorktreeEngineTest, DeletesFilesAndEmptyDirectories) {
  ASSERT_OK(Commit("1\n"));
  ASSERT_OK(Commit(std::nullopt));
  EXPECT_FALSE(std::filesystem::exists(repo() + "/.metapowers"));
  EXPECT_TRUE(std::filesystem::exists(repo() + "/README.md"));
  EXPECT_EQ(Status(), "");
}

TEST_F(WorktreeEngineTest, CheckoutWithOtherLineEndsIsNoEdit) {
  ASSERT_OK(Commit("a\nb\n"));
  WriteFile(repo() + "/" + kPath, "a\r\nb\r\n");
  EXPECT_OK(Commit("a\nc\n"));
}

TEST_F(WorktreeEngineTest, UnbornBranch) {
  GitOk(dir_.path(), "init -q fresh");
  auto engine = WorktreeEngine::Discover(dir_ / "fresh");
  ASSERT_OK(engine);
  EXPECT_EQ((*engine)->Head(kLocalUid).value()->commit(), "");
  ASSERT_OK_AND_ASSIGN(const CommitInfo commit, CommitFile(**engine, kLocalUid, kPath, "1\n"));
  EXPECT_EQ(GitOk(dir_ / "fresh", "rev-parse main"), commit.id);
  EXPECT_EQ(GitOk(dir_ / "fresh", "status --porcelain"), "");
  EXPECT_EQ((*engine)->Head(kLocalUid).value()->revision(), 1);
}

TEST_F(WorktreeEngineTest, DetachedHeadIsRefused) {
  GitOk(repo(), "checkout -q --detach");
  const auto refused = HasError(absl::StatusCode::kFailedPrecondition, "REPOSITORY_UNSUPPORTED", HasSubstr("detached"));
  EXPECT_THAT(engine_->Head(kLocalUid), refused);
  EXPECT_THAT(engine_->Commit(kLocalUid, {}), refused);
}

TEST_F(WorktreeEngineTest, LockOfAnotherGitCommandIsRespected) {
  WriteFile(repo() + "/.git/index.lock", "DIRC");
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "LOCKED", HasSubstr("index")));
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/.git/index.lock"), "DIRC");
  EXPECT_EQ(engine_->Head(kLocalUid).value()->revision(), 1);
  std::filesystem::remove(repo() + "/.git/index.lock");
  EXPECT_OK(Commit("1\n"));
}

TEST_F(WorktreeEngineTest, CommitMeanwhileIsNotOverwritten) {
  ASSERT_OK_AND_ASSIGN(const auto head, engine_->Head(kLocalUid));
  Draft draft(head);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, "1\n"}})));
  GitOk(repo(), "commit -q --allow-empty -m meanwhile");
  EXPECT_THAT(engine_->Commit(kLocalUid, draft.batch()), HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _));
  EXPECT_EQ(Status(), "");
}

// A run killed after the branch moved and before the files followed, then one killed before it moved.
TEST_F(WorktreeEngineTest, NextRunCompletesWhatAKilledOneBegan) {
  ASSERT_OK_AND_ASSIGN(const CommitInfo first, Commit("1\n"));
  ASSERT_OK_AND_ASSIGN(const CommitInfo second, Commit("2\n"));
  GitOk(repo(), absl::StrCat("reset -q --hard ", first.id));
  GitOk(repo(), absl::StrCat("update-ref refs/heads/main ", second.id));
  WriteFile(repo() + "/.git/index.lock", "held by metapowers\n");
  WriteFile(repo() + "/.git/metapowers-pending", absl::StrCat(first.id, " ", second.id, "\n"));
  WriteFile(repo() + "/.metapowers/security/api/.01-identify.md.metapowers-tmp", "2\n");
  ASSERT_OK(Commit("x\n", "other.md"));
  EXPECT_EQ(Status(), "");
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/" + kPath), "2\n");

  GitOk(repo(), absl::StrCat("reset -q --hard ", first.id));
  WriteFile(repo() + "/.git/metapowers-pending", absl::StrCat(first.id, " ", second.id, "\n"));
  WriteFile(repo() + "/.metapowers/security/api/.01-identify.md.metapowers-tmp", "2\n");
  ASSERT_OK(Commit("y\n", "other.md"));
  EXPECT_EQ(Status(), "");
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/" + kPath), "1\n");
}

TEST_F(WorktreeEngineTest, NeverWritesThroughALink) {
  std::filesystem::create_directories(dir_ / "outside/security/api");
  std::filesystem::create_directory_symlink(dir_ / "outside", repo() + "/.metapowers");
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", HasSubstr(".metapowers")));
  EXPECT_TRUE(std::filesystem::is_empty(dir_ / "outside/security/api"));
  std::filesystem::remove(repo() + "/.metapowers");

  WriteFile(dir_ / "target", "mine");
  std::filesystem::create_directories(repo() + "/.metapowers/security/api");
  std::filesystem::create_symlink(dir_ / "target", repo() + "/" + kPath);
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", HasSubstr(kPath)));
  EXPECT_EQ(ReadFileOrEmpty(dir_ / "target"), "mine");
  std::filesystem::remove(repo() + "/" + kPath);

  ASSERT_EQ(::mkfifo((repo() + "/" + kPath).c_str(), 0600), 0);
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", HasSubstr(kPath)));
}

TEST_F(WorktreeEngineTest, SubmoduleOnThePathIsRefused) {
  GitOk(repo(),
        absl::StrCat("update-index --add --cacheinfo 160000,", GitOk(repo(), "rev-parse HEAD"), ",.metapowers"));
  GitOk(repo(), "commit -q -m module");
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", HasSubstr("submodule")));
}

TEST_F(WorktreeEngineTest, StagedFileWhereADirectoryIsNeeded) {
  GitOk(repo(), "update-index --add --cacheinfo 100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,.metapowers");
  EXPECT_THAT(Commit("1\n"), HasError(absl::StatusCode::kFailedPrecondition, "WORKTREE_DIRTY", _));
}

TEST_F(WorktreeEngineTest, FoundFromBelowAndInLinkedWorktrees) {
  Open("/src");
  EXPECT_EQ(engine_->root(), std::filesystem::canonical(repo()).string());
  ASSERT_OK(Commit("1\n"));
  GitOk(repo(), "worktree add -q ../linked -b side");
  auto linked = WorktreeEngine::Discover(dir_ / "linked/src");
  ASSERT_OK(linked);
  ASSERT_OK_AND_ASSIGN(const CommitInfo commit, CommitFile(**linked, kLocalUid, kPath, "side\n"));
  EXPECT_EQ(GitOk(repo(), "rev-parse side"), commit.id);
  EXPECT_EQ(GitOk(dir_ / "linked", "status --porcelain"), "");
  EXPECT_EQ(Status(), "");
  EXPECT_EQ(ReadFileOrEmpty(repo() + "/" + kPath), "1\n");
}

TEST_F(WorktreeEngineTest, BorrowedObjectsAndShallowClones) {
  ASSERT_OK(Commit("1\n"));
  ASSERT_OK(Commit("2\n"));
  GitOk(dir_.path(), "clone -q --shared repo shared");
  auto shared = WorktreeEngine::Discover(dir_ / "shared");
  ASSERT_OK(shared);
  EXPECT_EQ((*shared)->Head(kLocalUid).value()->revision(), 3);
  EXPECT_THAT((*shared)->Head(kLocalUid).value()->ReadFile(kPath).value(), Optional(std::string("2\n")));
  GitOk(dir_.path(), absl::StrCat("clone -q --depth 1 file://", repo(), " shallow"));
  auto shallow = WorktreeEngine::Discover(dir_ / "shallow");
  ASSERT_OK(shallow);
  EXPECT_EQ((*shallow)->Head(kLocalUid).value()->revision(), 1) << "counted from where history begins";
  ASSERT_OK(CommitFile(**shallow, kLocalUid, kPath, "3\n"));
  EXPECT_EQ((*shallow)->History(kLocalUid, {}).value().commits.size(), 2u);
}

// Numbers may reach further down than the commits of a clone that was made shallow.
TEST_F(WorktreeEngineTest, RevisionsBelowAShallowCloneAreTooOld) {
  for (int i = 2; i <= 6; ++i) ASSERT_OK(Commit(absl::StrCat(i)));
  GitOk(dir_.path(), absl::StrCat("clone -q --depth 2 file://", repo(), " shallow"));
  WriteFile(dir_ / "shallow/.git/metapowers-revision", absl::StrCat(GitOk(repo(), "rev-parse HEAD"), " 6\n"));
  auto shallow = WorktreeEngine::Discover(dir_ / "shallow");
  ASSERT_OK(shallow);
  EXPECT_EQ((*shallow)->Head(kLocalUid).value()->revision(), 6);
  for (const std::string path : {"", ".metapowers"}) {
    RevisionQuery query{.after = 3, .after_commit = "", .path = path, .limit = 10};
    const absl::Status too_old = (*shallow)->Revisions(kLocalUid, query).status();
    EXPECT_THAT(too_old, HasError(absl::StatusCode::kOutOfRange, "REVISION_TOO_OLD", _));
    EXPECT_EQ(DetailsOf(too_old).metadata.at("oldest"), "5");
    query.after = 4;
    EXPECT_EQ((*shallow)->Revisions(kLocalUid, query).value().commits.size(), 2u) << path;
  }
}

TEST_F(WorktreeEngineTest, SparseCheckoutStaysSparse) {
  ASSERT_OK(Commit("1\n"));
  GitOk(repo(), absl::StrCat("update-index --skip-worktree ", kPath));
  std::filesystem::remove(repo() + "/" + kPath);
  ASSERT_OK(Commit("2\n"));
  EXPECT_FALSE(std::filesystem::exists(repo() + "/" + kPath));
  EXPECT_EQ(Status(), "");
}

TEST(WorktreeDiscovery, RefusesWhatItCannotServe) {
  const TempDir dir;
  const auto none = HasError(absl::StatusCode::kFailedPrecondition, "NOT_A_REPOSITORY", _);
  EXPECT_THAT(WorktreeEngine::Discover(dir.path()), none);
  EXPECT_THAT(WorktreeEngine::Discover(dir / "absent"), none);
  GitOk(dir.path(), "init -q --bare bare.git");
  EXPECT_THAT(WorktreeEngine::Discover(dir / "bare.git"), none);
  const auto unsupported = HasError(absl::StatusCode::kFailedPrecondition, "REPOSITORY_UNSUPPORTED", _);
  GitOk(dir.path(), "init -q --object-format=sha256 sha256");
  EXPECT_THAT(WorktreeEngine::Discover(dir / "sha256"), unsupported);
  GitOk(dir.path(), "init -q perworktree");
  GitOk(dir / "perworktree", "config core.repositoryformatversion 1");
  GitOk(dir / "perworktree", "config extensions.worktreeConfig true");
  EXPECT_THAT(WorktreeEngine::Discover(dir / "perworktree"), unsupported);
}

TEST(WorktreeDiscovery, RefusesARepositoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a repository away";
  const TempDir dir;
  GitOk(dir.path(), "init -q repo");
  ASSERT_EQ(Git(dir.path(), "--version && chown -R 65534 repo").exit_code, 0);
  EXPECT_THAT(WorktreeEngine::Discover(dir / "repo"),
              HasError(absl::StatusCode::kFailedPrecondition, "REPOSITORY_UNSUPPORTED", HasSubstr("another user")));
}

class IdentityTest : public WorktreeEngineTest {
 protected:
  void SetUp() override {
    WorktreeEngineTest::SetUp();
    for (const char* name : {"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"})
      ::unsetenv(name);
    ::setenv("HOME", (dir_ / "home").c_str(), 1);
  }
};

TEST_F(IdentityTest, RepositoryBeforeUserAndEnvironmentBeforeBoth) {
  const auto unknown = HasError(absl::StatusCode::kFailedPrecondition, "IDENTITY_UNKNOWN", _);
  EXPECT_THAT(engine_->UserIdentity(), unknown);
  WriteFile(dir_ / "home/.gitconfig", "[user]\n\tname = Home\n\temail = home@example.com\n");
  EXPECT_EQ(engine_->UserIdentity().value(), (Identity{"Home", "home@example.com"}));
  GitOk(repo(), "config user.email repo@example.com");
  EXPECT_EQ(engine_->UserIdentity().value(), (Identity{"Home", "repo@example.com"}));
  ::setenv("GIT_AUTHOR_NAME", "Env", 1);
  EXPECT_EQ(engine_->UserIdentity().value(), (Identity{"Env", "repo@example.com"}));
}

}  // namespace
}  // namespace metapowers::workspace
