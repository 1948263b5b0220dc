#include "service/workspace/step_codec.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/workspace/draft.h"
#include "service/workspace/staged_objects.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

constexpr char kPath[] = ".metapowers/security/t/01-govern.md";

std::string Document(const std::string& middle, int lines = 500) {
  std::string text;
  for (int i = 0; i < lines; ++i) absl::StrAppend(&text, "| row ", i, " | of a long document |\n");
  return text.insert(text.size() / 2, middle);
}

class StepCodecTest : public ::testing::Test {
 protected:
  StepCodecTest() : objects_(std::make_shared<StagedObjects>(nullptr)) {
    Draft draft(std::make_shared<const Snapshot>(objects_, "", "", 0));
    EXPECT_OK(draft.AddCommit(Spec({{kPath, Document("before")}})));
    objects_->Add(draft.batch().objects);
    base_ = std::make_shared<const Snapshot>(objects_, draft.state()->commit(), draft.state()->tree(), 1);
  }

  const std::shared_ptr<StagedObjects> objects_;
  std::shared_ptr<const Snapshot> base_;
};

TEST_F(StepCodecTest, KeepsOfALongDocumentWhatChanges) {
  Draft draft(base_);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, Document("after")}})));
  ASSERT_OK(draft.AddCommit(Spec({{kPath, Document("after that")}, {"new.md", Document("", 300)}})));
  ASSERT_OK(draft.AddCommit(Spec({{kPath, Document("", 200)}})));
  ASSERT_OK(draft.AddCommit(Spec({{kPath, std::nullopt}})));
  const CommitBatch batch = draft.batch();
  const std::string body = EncodeStep(batch);
  EXPECT_LT(body.size(), Document("", 300).size() + Document("", 200).size() + 2'000);

  ASSERT_OK_AND_ASSIGN(const journal::v1::Step step, DecodeStep(body));
  ASSERT_OK_AND_ASSIGN(const CommitBatch again, RebuildBatch(step, base_));
  EXPECT_EQ(again.new_head, batch.new_head);
  ASSERT_EQ(again.objects.size(), batch.objects.size());
  for (size_t i = 0; i < batch.objects.size(); ++i) EXPECT_EQ(again.objects[i]->body, batch.objects[i]->body);
}

TEST_F(StepCodecTest, WhatDoesNotFitTheFileBeforeItIsCorrupt) {
  Draft draft(base_);
  ASSERT_OK(draft.AddCommit(Spec({{kPath, Document("after")}})));
  ASSERT_OK_AND_ASSIGN(journal::v1::Step step, DecodeStep(EncodeStep(draft.batch())));
  journal::v1::StepChange& change = *step.mutable_commits(0)->mutable_changes(0);
  ASSERT_GT(change.kept_prefix(), 1'000);
  ASSERT_GT(change.kept_suffix(), 1'000);
  const int64_t prefix = change.kept_prefix();
  for (const int64_t wrong : {prefix - 1, prefix + 10'000'000, int64_t{-1}}) {
    change.set_kept_prefix(wrong);
    EXPECT_TRUE(absl::IsDataLoss(RebuildBatch(step, base_).status())) << wrong;
  }
  change.set_kept_prefix(prefix);
  EXPECT_OK(RebuildBatch(step, base_));
  const auto empty = std::make_shared<const Snapshot>(objects_, "", "", 0);
  EXPECT_TRUE(absl::IsDataLoss(RebuildBatch(step, empty).status()));
}

}  // namespace
}  // namespace metapowers::workspace
