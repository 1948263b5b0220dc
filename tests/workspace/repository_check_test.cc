#include "service/workspace/repository_check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/history_index.h"
#include "service/workspace/local_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class RepositoryCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open({.answer_when_stored = true});
    ASSERT_OK(engine_->CreateWorkspace(kUid));
    for (int i = 1; i <= 3; ++i) Commit(absl::StrCat("version ", i, "\n"));
  }
  void Open(const LocalEngineOptions& options) {
    engine_.reset();
    data_dir_.reset();
    ASSERT_OK_AND_ASSIGN(data_dir_, DataDir::Open(dir_ / "data"));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir_, options));
  }
  void Commit(const std::string& content) { ASSERT_OK(CommitFile(*engine_, kUid, kPath, content)); }
  std::string repository() const { return DataDirLayout(dir_ / "data").repository(kUid); }
  std::string ObjectFile(const std::string& id) const {
    const std::string file = absl::StrCat(repository(), "/objects/", id.substr(0, 2), "/", id.substr(2));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }
  std::string BlobId() const { return GitOk(repository(), absl::StrCat("rev-parse main:", kPath)); }

  // All findings, of a line that is known to end at `known`.
  std::vector<Finding> Check(const std::string& known = "") {
    const auto checked = CheckedRepository::Open(repository());
    EXPECT_OK(checked);
    std::vector<Finding> findings = checked->CheckObjects();
    const CommitLine line = checked->Walk([](const CommitInfo&, int) {}, findings);
    for (const Finding& finding : checked->CheckHeads(line, {{known, 0, "a test"}})) findings.push_back(finding);
    if (engine_ == nullptr) {
      const auto steps = ReadJournal(*data_dir_);
      EXPECT_OK(steps);
      const auto own = steps->find(kUid);
      if (own != steps->end()) {
        for (const Finding& finding : checked->CheckSteps(line, own->second)) findings.push_back(finding);
      }
    }
    return findings;
  }

  static auto At(const std::string& place, const std::string& cause) {
    return AllOf(Field(&Finding::place, HasSubstr(place)), Field(&Finding::cause, HasSubstr(cause)));
  }

  const TempDir dir_;
  std::shared_ptr<const DataDir> data_dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RepositoryCheckTest, FindsNothingInWhatIsWhole) {
  EXPECT_THAT(Check(), IsEmpty());
  const auto checked = CheckedRepository::Open(repository());
  std::vector<std::string> subjects;
  std::vector<Finding> none;
  const CommitLine line = checked->Walk(
      [&](const CommitInfo& commit, int parents) { subjects.push_back(absl::StrCat(parents, commit.subject)); }, none);
  EXPECT_EQ(line.commits, 3);
  EXPECT_EQ(line.RevisionOf(checked->branch()), 3);
  EXPECT_EQ(line.RevisionOf(std::string(40, 'a')), 0);
  EXPECT_EQ(subjects.size(), 3u);
  EXPECT_EQ(subjects.back().front(), '0');
}

TEST_F(RepositoryCheckTest, FindsAChangedBlob) {
  const std::string id = BlobId(), other = GitOk(repository(), absl::StrCat("rev-parse main~1:", kPath));
  std::filesystem::copy_file(ObjectFile(other), ObjectFile(id), std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(Check(), Contains(At(absl::StrCat("object ", id), "")));  // and what was found in its place
}

TEST_F(RepositoryCheckTest, FindsATruncatedObjectAndEnds) {
  const std::string id = BlobId();
  std::filesystem::resize_file(ObjectFile(id), 8);
  EXPECT_THAT(Check(), Contains(At(absl::StrCat("object ", id), "")));
}

TEST_F(RepositoryCheckTest, FindsAMissingObjectAndItsPlace) {
  const std::string id = BlobId();
  std::filesystem::remove(ObjectFile(id));
  EXPECT_THAT(Check(), ElementsAre(At(absl::StrCat("object ", id), kPath)));
}

TEST_F(RepositoryCheckTest, FindsAMissingCommit) {
  const std::string id = GitOk(repository(), "rev-parse main~1");
  std::filesystem::remove(ObjectFile(id));
  EXPECT_THAT(Check(), ElementsAre(At(id, ""), At(id, "history cannot be read")));
}

TEST_F(RepositoryCheckTest, FindsARewrittenBranch) {
  const std::string was = GitOk(repository(), "rev-parse main");
  GitOk(repository(), "update-ref refs/heads/main main~1");
  EXPECT_THAT(Check(), ElementsAre(At("branch main", "does not contain " + was)));
  // Also once the server has gone on from there.
  Open({.answer_when_stored = true});
  Commit("another version\n");
  Commit("and another\n");
  EXPECT_THAT(Check(), ElementsAre(At("branch main", "does not contain " + was)));
  // And when all is gone.
  const std::string newest = GitOk(repository(), "rev-parse main");
  GitOk(repository(), "update-ref -d refs/heads/main");
  EXPECT_THAT(Check(), ElementsAre(At("branch main", "it is at no commit and does not contain " + newest),
                                   At("branch main", "it is at no commit and does not contain " + was)));
}

TEST_F(RepositoryCheckTest, APushOnTopIsNoRewriting) {
  const std::string clone = dir_ / "clone";
  GitOk(dir_.path(), absl::StrCat("clone -q '", repository(), "' clone"));
  WriteFile(clone + "/notes.md", "of a person\n");
  GitOk(clone, "add notes.md");
  GitOk(clone, "commit -q -m notes");
  GitOk(clone, "push -q origin main");
  const std::string pushed = GitOk(clone, "rev-parse main");
  EXPECT_THAT(Check(), IsEmpty());
  Commit("a version above it\n");
  EXPECT_THAT(Check(pushed), IsEmpty());
  // The record follows, so that cutting the push away is seen.
  GitOk(repository(), "update-ref refs/heads/main main~2");
  EXPECT_THAT(Check(), ElementsAre(At("branch main", "rewritten")));
}

TEST_F(RepositoryCheckTest, AMergeWithOurHeadBesideItsLineIsNoRewriting) {
  const std::string ours = GitOk(repository(), "rev-parse main");
  const std::string theirs = GitOk(repository(), "commit-tree -m theirs -p main~2 'main~2^{tree}'");
  const std::string merge =
      GitOk(repository(), absl::StrCat("commit-tree -m merge -p ", theirs, " -p ", ours, " '", ours, "^{tree}'"));
  GitOk(repository(), "update-ref refs/heads/main " + merge);
  EXPECT_THAT(Check(ours), IsEmpty());
  GitOk(repository(), "update-ref refs/heads/main " + theirs);
  EXPECT_THAT(Check(), ElementsAre(At("branch main", "does not contain " + ours)));
}

TEST_F(RepositoryCheckTest, WhatDamageHidesIsNotCalledRewritten) {
  const std::string below = GitOk(repository(), "rev-parse main~1"), known = GitOk(repository(), "rev-parse main~2");
  std::filesystem::remove(ObjectFile(below));
  const auto findings = Check(known);
  EXPECT_THAT(findings, Contains(At("branch main", "cannot be told")));
  EXPECT_THAT(findings, Not(Contains(At("branch main", "was rewritten"))));
}

TEST_F(RepositoryCheckTest, FindsWhatOthersKnowOfTheBranch) {
  const std::string unknown(40, 'b');
  EXPECT_THAT(Check(unknown), ElementsAre(At("branch main", absl::StrCat(unknown, ", which a test has"))));
  const auto checked = CheckedRepository::Open(repository());
  std::vector<Finding> none;
  const CommitLine line = checked->Walk([](const CommitInfo&, int) {}, none);
  EXPECT_THAT(checked->CheckHeads(line, {{checked->branch(), 7, "the history index"}}),
              ElementsAre(At("branch main", "is revision 3, and 7 by the history index")));
}

TEST_F(RepositoryCheckTest, StepsOfTheJournalAreTriedOut) {
  const auto checked = CheckedRepository::Open(repository());
  std::vector<Finding> none;
  const CommitLine line = checked->Walk([](const CommitInfo&, int) {}, none);
  // As they are after a kill: answered, and in the journal alone.
  Open({.flush_delay = absl::Minutes(10)});
  std::vector<JournalEntry> entries;
  for (int i = 0; i < 3; ++i) Commit(absl::StrCat("unstored ", i, "\n"));
  {
    ASSERT_OK_AND_ASSIGN(const auto steps, ReadJournal(*data_dir_));
    ASSERT_EQ(steps.count(kUid), 1u);
    entries = steps.at(kUid);
  }
  EXPECT_THAT(checked->CheckSteps(line, entries), IsEmpty());
  std::vector<JournalEntry> damaged = entries;
  damaged[1].damaged = true;
  EXPECT_THAT(checked->CheckSteps(line, damaged), ElementsAre(At("journal", "is damaged")));
  std::vector<JournalEntry> gap = {entries[0], entries[2]};
  EXPECT_THAT(checked->CheckSteps(line, gap), ElementsAre(At("journal", "is missing before it")));
  GitOk(repository(), "update-ref refs/heads/main main~1");
  const auto moved = CheckedRepository::Open(repository());
  const CommitLine shorter = moved->Walk([](const CommitInfo&, int) {}, none);
  EXPECT_THAT(moved->CheckSteps(shorter, entries), ElementsAre(At("branch main", "3 answered steps above")));
}

TEST_F(RepositoryCheckTest, TheIndexOfHistoriesIsReadAsItIs) {
  const std::string file = dir_ / "index.sqlite";
  EXPECT_THAT(HistoryIndex::ReadAllNewest(file).value(), IsEmpty());
  const std::string branch = GitOk(repository(), "rev-parse main");
  {
    ASSERT_OK_AND_ASSIGN(const auto index, HistoryIndex::Open(file));
    index->Follow(kUid, CheckedRepository::Open(repository())->objects(), branch);
    index->Settle();
    EXPECT_EQ(HistoryIndex::ReadAllNewest(file).value().at(kUid), (IndexedRevision{3, branch}));
  }
  EXPECT_EQ(HistoryIndex::ReadAllNewest(file).value().at(kUid), (IndexedRevision{3, branch}));
  WriteFile(file, std::string(8192, 'x'));
  EXPECT_TRUE(absl::IsDataLoss(HistoryIndex::ReadAllNewest(file).status()));
}

}  // namespace
}  // namespace metapowers::workspace
