#include "service/workspace/draft.h"

#include <gtest/gtest.h>

#include <string>

#include "service/workspace/object.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/step_codec.h"
#include "service/workspace/tree.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::Optional;

class NoObjects : public ObjectSource {
 public:
  absl::StatusOr<ObjectPtr> Get(absl::string_view id, ObjectType) const override {
    return absl::DataLossError(absl::StrCat("unexpected read of ", id));
  }
};

std::shared_ptr<const Snapshot> Empty() { return std::make_shared<Snapshot>(std::make_shared<NoObjects>(), "", "", 0); }

TEST(Draft, ChainsCommitsAndSeesThem) {
  Draft draft(Empty());
  ASSERT_OK_AND_ASSIGN(const auto first, draft.AddCommit(Spec({{"a/x.md", "1"}, {"a/y.md", "2"}})));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->first_parent, "");
  EXPECT_EQ(first->revision, 1);
  const std::shared_ptr<const Snapshot> after_first = draft.state();
  ASSERT_OK_AND_ASSIGN(const auto second, draft.AddCommit(Spec({{"a/x.md", "3"}})));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->first_parent, first->id);
  EXPECT_EQ(second->revision, 2);
  EXPECT_THAT(draft.ReadFile("a/x.md").value(), Optional(std::string("3")));
  EXPECT_THAT(after_first->ReadFile("a/x.md").value(), Optional(std::string("1"))) << "snapshots never change";
  EXPECT_THAT(draft.ReadFile("a/y.md").value(), Optional(std::string("2")));
  EXPECT_EQ(draft.ReadFile("a/z.md").value(), std::nullopt);
  EXPECT_EQ(draft.ReadFile("a").value(), std::nullopt) << "a directory is no file";

  const CommitBatch batch = draft.batch();
  EXPECT_EQ(batch.expected_head, "");
  EXPECT_EQ(batch.new_head, second->id);
  EXPECT_EQ(batch.commits.size(), 2u);
  EXPECT_EQ(batch.objects.size(), 9u) << "3 blobs, 2 x 2 trees, 2 commits";
}

TEST(Draft, MovesWhereItsFilesAreTheSame) {
  Draft first(Empty());
  const std::string text(10'000, 'x');
  ASSERT_OK(first.AddCommit(Spec({{"a/x.md", text}, {"b/y.md", "2"}})));
  Draft other(first.state());
  ASSERT_OK(other.AddCommit(Spec({{"b/y.md", "3"}, {"c/z.md", "4"}})));

  Draft draft(first.state()), expected(other.state());
  for (Draft* each : {&draft, &expected}) {
    ASSERT_OK(each->AddCommit(Spec({{"a/x.md", text + "1"}, {"a/new.md", "5"}})));
    ASSERT_OK(each->AddCommit(Spec({{"a/x.md", std::nullopt}})));
  }
  ASSERT_OK(draft.MoveTo(other.state()));
  EXPECT_EQ(draft.state()->commit(), expected.state()->commit()) << "as if it had been built there";
  EXPECT_EQ(draft.state()->revision(), 4);
  EXPECT_EQ(draft.base().commit(), other.state()->commit());
  const CommitBatch batch = draft.batch(), wanted = expected.batch();
  EXPECT_EQ(batch.expected_head, other.state()->commit());
  EXPECT_EQ(batch.commits.size(), 2u);
  ASSERT_EQ(batch.objects.size(), wanted.objects.size());
  for (size_t i = 0; i < wanted.objects.size(); ++i) EXPECT_EQ(batch.objects[i]->id, wanted.objects[i]->id);
  EXPECT_EQ(EncodeStep(batch), EncodeStep(wanted));

  Draft late(first.state());
  ASSERT_OK(late.AddCommit(Spec({{"b/y.md", "6"}})));
  EXPECT_THAT(late.MoveTo(other.state()), HasError(absl::StatusCode::kAborted, "HEAD_MOVED", _)) << "it changed there";
}

TEST(Draft, NoChangeIsNoCommit) {
  Draft draft(Empty());
  ASSERT_OK(draft.AddCommit(Spec({{"a/x.md", "1"}})));
  const size_t objects = draft.batch().objects.size();
  EXPECT_EQ(draft.AddCommit(Spec({{"a/x.md", "1"}, {"b/gone.md", std::nullopt}})).value(), std::nullopt);
  EXPECT_EQ(draft.AddCommit(Spec({})).value(), std::nullopt);
  EXPECT_EQ(draft.batch().objects.size(), objects);
  EXPECT_EQ(draft.commits().size(), 1u);
}

TEST(Draft, DeletingTheLastFileRemovesItsDirectories) {
  Draft draft(Empty());
  ASSERT_OK(draft.AddCommit(Spec({{"a/b/x.md", "1"}, {"c.md", "2"}})));
  ASSERT_OK(draft.AddCommit(Spec({{"a/b/x.md", std::nullopt}})));
  EXPECT_EQ(draft.TreeId("a").value(), "");
  ASSERT_OK_AND_ASSIGN(const auto last, draft.AddCommit(Spec({{"c.md", std::nullopt}})));
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->tree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904") << "Git's empty tree";
  EXPECT_TRUE(draft.state()->ListDirectory("").value().empty());
}

TEST(Draft, SameChangesSameIds) {
  Draft one(Empty()), other(Empty());
  ASSERT_OK(one.AddCommit(Spec({{"a/x.md", "1"}, {"b.md", "2"}})));
  ASSERT_OK(other.AddCommit(Spec({{"b.md", "2"}, {"a/x.md", "1"}})));
  EXPECT_EQ(one.batch().new_head, other.batch().new_head);
}

TEST(Draft, ErrorsLeaveItAsItWas) {
  Draft draft(Empty());
  ASSERT_OK(draft.AddCommit(Spec({{"a/x.md", "1"}})));
  const CommitBatch before = draft.batch();
  const auto invalid = HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _);
  EXPECT_THAT(draft.AddCommit(Spec({{"b.md", "1"}, {".git/hooks/x", "2"}})), invalid);
  EXPECT_THAT(draft.AddCommit(Spec({{"b", "1"}, {"b/c", "2"}})), invalid);
  EXPECT_THAT(draft.AddCommit(Spec({{"b/c", "1"}, {"b", "2"}})), invalid);
  EXPECT_THAT(draft.AddCommit(Spec({{"b", "1"}, {"b", "2"}})), invalid);
  const auto unsafe = HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", _);
  EXPECT_THAT(draft.AddCommit(Spec({{"new.md", "9"}, {"a/x.md/y", "1"}})), unsafe);
  EXPECT_THAT(draft.AddCommit(Spec({{"a", "1"}})), unsafe);
  EXPECT_THAT(draft.AddCommit(Spec({{"a", std::nullopt}})), unsafe) << "a directory is not deleted as a file";
  EXPECT_THAT(draft.AddCommit(Spec({{"b.md", "1"}}, " \n")),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _));
  EXPECT_EQ(draft.batch().new_head, before.new_head);
  EXPECT_EQ(draft.batch().objects.size(), before.objects.size());
}

TEST(DraftTest, LeavesOutWhatChangesNothing) {
  const auto objects = std::make_shared<StagedObjects>(std::make_shared<NoObjects>());
  Draft draft(std::make_shared<Snapshot>(objects, "", "", 0));
  ASSERT_OK(draft.AddCommit(Spec({{"a.md", "a"}, {"b.md", "b"}})));
  ASSERT_OK(draft.AddCommit(Spec({{"a.md", "a"}, {"b.md", "new"}, {"absent.md", std::nullopt}})));
  const CommitBatch batch = draft.batch();
  ASSERT_EQ(batch.specs.size(), 2u);
  ASSERT_EQ(batch.specs[1].changes.size(), 1u);
  EXPECT_EQ(batch.specs[1].changes[0].path, "b.md");
  EXPECT_EQ(draft.ReadFile("a.md").value(), "a");
}

// A tree somebody else made: a link, a submodule and an executable beside plain files.
class DraftOnForeignTree : public ::testing::Test {
 protected:
  DraftOnForeignTree() : objects_(std::make_shared<StagedObjects>(std::make_shared<NoObjects>())) {
    const Object blob = MakeObject(ObjectType::kBlob, "x");
    const std::string body = EditTree("", "",
                                      {{0120000, "link", blob.id},
                                       {0160000, "module", blob.id},
                                       {0100755, "run.sh", blob.id},
                                       {0100644, "plain.md", blob.id}})
                                 .value();
    const Object tree = MakeObject(ObjectType::kTree, body);
    objects_->Add({std::make_shared<const Object>(blob), std::make_shared<const Object>(tree)});
    snapshot_ = std::make_shared<Snapshot>(objects_, std::string(40, '1'), tree.id, 1);
  }

  std::shared_ptr<StagedObjects> objects_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(DraftOnForeignTree, NeverGoesThroughOrOverThem) {
  for (const std::string name : {"link", "module", "run.sh"}) {
    const auto unsafe = HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", ::testing::HasSubstr(name));
    Draft draft(snapshot_);
    EXPECT_THAT(draft.AddCommit(Spec({{name, "y"}})), unsafe);
    EXPECT_THAT(draft.AddCommit(Spec({{name, std::nullopt}})), unsafe);
    EXPECT_THAT(draft.AddCommit(Spec({{name + "/below", "y"}})), unsafe);
    EXPECT_THAT(snapshot_->ReadFile(name), unsafe);
    EXPECT_THAT(snapshot_->ReadFile(name + "/below"), unsafe);
    EXPECT_THAT(snapshot_->TreeId(name), unsafe);
  }
}

TEST_F(DraftOnForeignTree, ListsFilesThatSomebodyReliesOnOrSaysWhyNot) {
  ASSERT_OK_AND_ASSIGN(const auto files, snapshot_->ListFiles("", ".md"));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].name, "plain.md");
  EXPECT_THAT(snapshot_->ListFiles("", ".sh"),
              HasError(absl::StatusCode::kFailedPrecondition, "PATH_UNSAFE", ::testing::HasSubstr("executable")));
  ASSERT_OK_AND_ASSIGN(const auto none, snapshot_->ListFiles("absent", ".md"));
  EXPECT_TRUE(none.empty());
}

TEST_F(DraftOnForeignTree, LeavesThemAsTheyAre) {
  Draft draft(snapshot_);
  ASSERT_OK_AND_ASSIGN(const auto commit, draft.AddCommit(Spec({{"plain.md", "y"}})));
  ASSERT_OK_AND_ASSIGN(const std::string body, draft.state()->objects()->Read(commit->tree, ObjectType::kTree));
  ASSERT_OK_AND_ASSIGN(const auto entries, ParseTree(commit->tree, body));
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].mode, 0120000u);
  EXPECT_EQ(entries[1].mode, 0160000u);
  EXPECT_EQ(entries[2].mode, 0100644u);
  EXPECT_EQ(entries[3].mode, 0100755u);
  ASSERT_OK_AND_ASSIGN(const auto listing, draft.state()->ListDirectory(""));
  ASSERT_EQ(listing.size(), 1u) << "what is not ours is not listed";
  EXPECT_EQ(listing[0].name, "plain.md");
}

}  // namespace
}  // namespace metapowers::workspace
