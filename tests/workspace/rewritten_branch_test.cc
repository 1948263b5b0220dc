// What the server makes of a branch that somebody rewrote with a shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "service/base/error.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/lost_commits.h"
#include "service/workspace/repository_check.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class RewrittenBranchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    ASSERT_OK(engine_->CreateWorkspace(kUid));
    for (int i = 1; i <= 3; ++i) commits_.push_back(Commit(absl::StrCat("version ", i, "\n")));
  }
  void Open() {
    engine_.reset();
    LocalEngineOptions options = {.answer_when_stored = true};
    options.report = [this](const EngineTrouble& trouble) {
      absl::MutexLock lock(&mutex_);
      told_.push_back(absl::StrCat(trouble.what, ": ", trouble.workspace, ": ", trouble.status.message(), "; ",
                                   DetailsOf(trouble.status).next_step));
    };
    ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(dir_ / "data"));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir, options));
  }
  std::string Commit(const std::string& content) {
    const auto commit = CommitFile(*engine_, kUid, kPath, content);
    EXPECT_OK(commit);
    return commit.ok() ? commit->id : "";
  }
  std::string Head() { return engine_->Head(kUid).value()->commit(); }
  std::vector<std::string> Told() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(told_, {});
  }
  std::string repository() const { return DataDirLayout(dir_ / "data").repository(kUid); }
  void MoveBranch(const std::string& commit) { GitOk(repository(), "update-ref refs/heads/main " + commit); }
  // A commit of the first parent's tree.
  std::string Merge(const std::string& first, const std::string& second) {
    return GitOk(repository(),
                 absl::StrCat("commit-tree -m merge -p ", first, " -p ", second, " '", first, "^{tree}'"));
  }
  std::vector<std::string> Verify() {
    const auto checked = CheckedRepository::Open(repository());
    std::vector<Finding> findings;
    const CommitLine line = checked->Walk([](const CommitInfo&, int) {}, findings);
    std::vector<std::string> causes;
    for (const Finding& finding : checked->CheckHeads(line, {})) {
      causes.push_back(absl::StrCat(finding.cause, "; ", finding.mend));
    }
    return causes;
  }

  const TempDir dir_;
  std::vector<std::string> commits_;
  absl::Mutex mutex_;
  std::vector<std::string> told_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Engine> engine_;
};

TEST_F(RewrittenBranchTest, IsToldOnceKeptAndNamedByVerify) {
  MoveBranch(commits_[0]);
  EXPECT_EQ(Head(), commits_[0]) << "whoever has a shell has the last word";
  EXPECT_THAT(
      Told(),
      ElementsAre(AllOf(HasSubstr("rewrote the branch"), HasSubstr(absl::StrCat(": ", kUid, ": ")),
                        HasSubstr(absl::StrCat("at ", commits_[0], " and does not contain ", commits_[2])),
                        HasSubstr("git update-ref refs/heads/main " + commits_[2]), HasSubstr("metapowersd verify"))));
  const std::string above = Commit("other\n");
  EXPECT_EQ(GitOk(repository(), "rev-parse main~1"), commits_[0]) << "writing goes on";
  Open();
  EXPECT_EQ(Head(), above);
  EXPECT_THAT(Told(), IsEmpty()) << "once, also over a restart";
  GitOk(repository(), "-c gc.pruneExpire=now gc -q --prune=now");
  GitOk(repository(), "cat-file -e " + commits_[2]);
  EXPECT_THAT(Verify(), ElementsAre(AllOf(HasSubstr("does not contain " + commits_[2]),
                                          HasSubstr("git update-ref -d " + LostCommitRef(commits_[2])))));
  ExpectFsckClean(repository());

  // To accept it, as verify says.
  GitOk(repository(), "update-ref -d " + LostCommitRef(commits_[2]));
  EXPECT_THAT(Verify(), IsEmpty());
}

TEST_F(RewrittenBranchTest, BackInItsPlaceIsMended) {
  MoveBranch(commits_[1]);
  EXPECT_EQ(Head(), commits_[1]);
  EXPECT_EQ(Told().size(), 1u);
  MoveBranch(commits_[2]);
  EXPECT_EQ(Head(), commits_[2]);
  EXPECT_THAT(Told(), IsEmpty()) << "nothing is lost by it";
  EXPECT_THAT(Verify(), IsEmpty());
  // And again, with what was made since.
  const std::string newest = Commit("version 4\n");
  MoveBranch(commits_[0]);
  EXPECT_EQ(Head(), commits_[0]);
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("does not contain " + newest)));
  EXPECT_EQ(LostCommits(repository()).size(), 2u);
  GitOk(repository(), "pack-refs --all");
  EXPECT_EQ(LostCommits(repository()).size(), 2u);
}

TEST_F(RewrittenBranchTest, WithoutAServerIsSeenByTheNext) {
  engine_.reset();
  MoveBranch(commits_[0]);
  Open();
  EXPECT_EQ(Head(), commits_[0]);
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("does not contain " + commits_[2])));
  engine_.reset();
  GitOk(repository(), "update-ref -d refs/heads/main");
  Open();
  EXPECT_EQ(Head(), "");
  EXPECT_THAT(Told(), ElementsAre(AllOf(HasSubstr(absl::StrCat("at no commit and does not contain ", commits_[0])),
                                        Not(HasSubstr("git branch")))));
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("does not contain " + commits_[2]))) << "which brings the other back";
}

TEST_F(RewrittenBranchTest, OneMendMayFollowAnother) {
  MoveBranch(commits_[1]);
  const std::string other = Commit("other\n");
  MoveBranch(commits_[0]);
  EXPECT_EQ(Head(), commits_[0]);
  // Neither contains the other; what both contain is not told beside them.
  const std::vector<std::string> causes = Verify();
  ASSERT_EQ(causes.size(), 2u);
  std::set<std::string> kept;
  for (const std::string& cause : causes) {
    for (const std::string& commit : {commits_[2], other}) {
      if (!absl::StrContains(cause, "does not contain " + commit)) continue;
      const std::string branch = "theirs-" + commit.substr(0, 12);
      EXPECT_THAT(cause, HasSubstr(absl::StrCat("`git branch ", branch, " main`, then `git update-ref refs/heads/main ",
                                                commit, "`")));
      GitOk(repository(), absl::StrCat("branch ", branch, " main"));
      MoveBranch(commit);
      kept.insert(GitOk(repository(), "rev-parse " + branch));
    }
  }
  EXPECT_EQ(kept.size(), 2u);
}

TEST_F(RewrittenBranchTest, APushThatIsCutAwayIsToldAsWell) {
  const std::string pushed = GitOk(repository(), "commit-tree -m notes -p main 'main~1^{tree}'");
  MoveBranch(pushed);
  EXPECT_EQ(Head(), pushed);
  EXPECT_THAT(Told(), IsEmpty());
  MoveBranch(commits_[2]);
  EXPECT_EQ(Head(), commits_[2]);
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("does not contain " + pushed)));
}

TEST_F(RewrittenBranchTest, APushThatIsCutAwayWithoutAServerIsSeenByTheNext) {
  const std::string pushed = GitOk(repository(), "commit-tree -m notes -p main 'main~1^{tree}'");
  MoveBranch(pushed);
  EXPECT_EQ(Head(), pushed);
  engine_.reset();
  MoveBranch(commits_[2]);
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("does not contain " + pushed)));
  Open();
  EXPECT_EQ(Head(), commits_[2]);
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("does not contain " + pushed)));
  EXPECT_THAT(LostCommits(repository()), ElementsAre(pushed));
}

TEST_F(RewrittenBranchTest, WhatIsGoneIsToldOnceAndStaysNamed) {
  GitOk(dir_.path(), absl::StrCat("clone -q --no-local '", repository(), "' clone"));
  const std::string file =
      absl::StrCat(repository(), "/objects/", commits_[2].substr(0, 2), "/", commits_[2].substr(2));
  engine_.reset();
  ASSERT_TRUE(std::filesystem::remove(file));
  MoveBranch(commits_[0]);
  Open();
  EXPECT_EQ(Head(), commits_[0]);
  const std::string note = GoneCommitFile(commits_[2]);
  EXPECT_THAT(Told(), ElementsAre(AllOf(HasSubstr("that is gone"), HasSubstr("noted as " + note))));
  const std::string above = Commit("other\n");
  Open();
  EXPECT_EQ(Head(), above);
  EXPECT_THAT(Told(), IsEmpty()) << "once, also over a restart";
  ExpectFsckClean(repository());
  ASSERT_THAT(Verify(), ElementsAre(AllOf(HasSubstr("does not contain " + commits_[2]),
                                          HasSubstr(absl::StrCat("`git fetch CLONE ", commits_[2], "`")),
                                          HasSubstr(absl::StrCat("`rm ", note, "`")))));
  // What it says brings it back from where it is still.
  GitOk(repository(), absl::StrCat("fetch -q '", dir_ / "clone", "' ", commits_[2]));
  GitOk(repository(), absl::StrCat("branch theirs-", commits_[2].substr(0, 12), " main"));
  MoveBranch(commits_[2]);
  engine_.reset();
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("does not contain " + above))) << "the other line is lost by that";
  // And accepts that it is gone.
  MoveBranch(above);
  EXPECT_THAT(Verify(), ElementsAre(HasSubstr("does not contain " + commits_[2])));
  std::filesystem::remove(absl::StrCat(repository(), "/", note));
  EXPECT_THAT(Verify(), IsEmpty());
}

TEST_F(RewrittenBranchTest, WhatCannotBeKeptForNowIsToldAgain) {
  engine_.reset();
  MoveBranch(commits_[0]);
  WriteFile(repository() + "/refs/metapowers", "where a directory should be");
  for (int i = 0; i < 2; ++i) {
    Open();
    EXPECT_EQ(Head(), commits_[0]);
    EXPECT_THAT(Told(), ElementsAre(HasSubstr("could not be kept")));
    engine_.reset();
  }
  std::filesystem::remove(repository() + "/refs/metapowers");
  Open();
  EXPECT_EQ(Head(), commits_[0]);
  EXPECT_THAT(Told(), ElementsAre(HasSubstr("that is kept as " + LostCommitRef(commits_[2]))));
}

TEST_F(RewrittenBranchTest, AMergeThatHasOurHeadBesideItsLineIsNone) {
  const std::string theirs = GitOk(repository(), "commit-tree -m theirs -p main~1 'main~1^{tree}'");
  const std::string merge = Merge(theirs, commits_[2]);
  MoveBranch(merge);
  EXPECT_THAT(Verify(), IsEmpty());
  EXPECT_EQ(Head(), merge);
  Commit("above it\n");
  EXPECT_THAT(Told(), IsEmpty());
  EXPECT_THAT(Verify(), IsEmpty());
  EXPECT_THAT(LostCommits(repository()), IsEmpty());
}

TEST_F(RewrittenBranchTest, RepositoriesOfEarlierReleasesGetTheSettings) {
  engine_.reset();
  WriteFile(repository() + "/config",
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
            "[receive]\n\tdenyNonFastForwards = false\n[uploadpack]\n\tallowFilter = true\n");
  Open();
  EXPECT_EQ(Head(), commits_[2]);
  for (const char* name : {"receive.denyNonFastForwards", "receive.denyDeletes", "receive.fsckObjects",
                           "transfer.fsckObjects", "uploadpack.allowFilter"}) {
    EXPECT_EQ(GitOk(repository(), absl::StrCat("config ", name)), "true") << name;
  }
  const std::string config = ReadFileOrEmpty(repository() + "/config");
  Open();
  EXPECT_EQ(Head(), commits_[2]);
  EXPECT_EQ(ReadFileOrEmpty(repository() + "/config"), config) << "written once";

  const std::string clone = dir_ / "clone";
  GitOk(dir_.path(), absl::StrCat("clone -q '", repository(), "' clone"));
  const auto refused = [&](const std::string& push, const std::string& why) {
    const CommandResult result = Git(clone, "push -q origin " + push);
    EXPECT_NE(result.exit_code, 0) << push;
    EXPECT_THAT(result.output, HasSubstr(why));
  };
  refused("+main~1:main", "non-fast-forward");
  refused(":main", "deletion prohibited");
  refused("main:" + LostCommitRef(commits_[2]), "hidden ref");
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), commits_[2]);
}

TEST_F(RewrittenBranchTest, APushOfWhatFsckObjectsToIsRefused) {
  const std::string clone = dir_ / "clone";
  GitOk(dir_.path(), absl::StrCat("clone -q '", repository(), "' clone"));
  const std::string tree = GitOk(clone, "rev-parse 'main^{tree}'");
  WriteFile(dir_ / "commit", absl::StrCat("tree ", tree, "\nparent ", commits_[2],
                                          "\nauthor Ann <ann@example.com> 01700000000 +0000\ncommitter Ann "
                                          "<ann@example.com> 01700000000 +0000\n\nzero-padded dates\n"));
  const std::string bad = GitOk(clone, absl::StrCat("hash-object -w --literally -t commit '", dir_ / "commit", "'"));
  const CommandResult push = Git(clone, absl::StrCat("push -q origin ", bad, ":main"));
  EXPECT_NE(push.exit_code, 0);
  EXPECT_THAT(push.output,
              AllOf(HasSubstr(absl::StrCat("object ", bad, ": zeroPaddedDate")), HasSubstr("remote unpack failed")));
  EXPECT_EQ(GitOk(repository(), "rev-parse main"), commits_[2]);
  EXPECT_EQ(Head(), commits_[2]);
  ExpectFsckClean(repository());
}

}  // namespace
}  // namespace metapowers::workspace
