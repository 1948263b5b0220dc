// Answers that wait until stock Git sees the step, also of calls that are repeated meanwhile.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/failpoint.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::HasSubstr;

constexpr char kUid[] = "6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11";
constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class StoredAnswerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
    Open();
    ASSERT_OK(engine_->CreateWorkspace(kUid));
  }
  void TearDown() override {
    engine_.reset();
    (void)SetFailpoints("");
  }
  void Open() {
    engine_.reset();
    ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(dir_ / "data"));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir, {.answer_when_stored = true}));
  }
  bool IsStored(const std::string& commit) const {
    return Git(DataDirLayout(dir_ / "data").repository(kUid), "rev-parse main").output == commit;
  }
  // A step that is nothing but the record of a request.
  absl::Status Record(const std::string& request) {
    ASSIGN_OR_RETURN(const auto tip, engine_->Tip(kUid));
    CommitBatch batch = Draft(tip).batch();
    batch.request = RequestRecord{request, "f", "the answer", {}};
    return engine_->Commit(kUid, std::move(batch));
  }

  const TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(StoredAnswerTest, WhatChangesNothingIsNotAnsweredBeforeTheStepBelowIsStored) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  EXPECT_FALSE(CommitFile(*engine_, kUid, kPath, "1").ok());
  ASSERT_OK_AND_ASSIGN(const auto tip, engine_->Tip(kUid));
  ASSERT_NE(tip->commit(), "") << "it is durable, and stored when that works again";
  EXPECT_THAT(engine_->Commit(kUid, Draft(tip).batch()),
              HasError(absl::StatusCode::kInternal, "INTERNAL", HasSubstr("the storage failed")));
  EXPECT_FALSE(IsStored(tip->commit()));
  // Nor does a restart answer for it: the call waits, and hears what became of the step.
  engine_.reset();
  ASSERT_OK(SetFailpoints("flush_before_objects=sleep:300@1"));
  Open();
  EXPECT_OK(engine_->Commit(kUid, Draft(engine_->Tip(kUid).value()).batch()));
  EXPECT_TRUE(IsStored(tip->commit()));
}

TEST_F(StoredAnswerTest, ARepeatedCallIsNotToldOfAStepThatCannotBeStored) {
  ASSERT_OK(SetFailpoints("flush_before_objects=error:5"));
  ASSERT_FALSE(Record("request-1").ok());
  EXPECT_FALSE(engine_->FindRequest(kUid, "request-1").ok());
  EXPECT_EQ(engine_->FindRequest(kUid, "request-2").value(), std::nullopt);
  ASSERT_OK(engine_->Settle(kUid));  // nobody waits for what cannot be stored
  ASSERT_OK(SetFailpoints(""));
  for (int i = 0; i < 3'000 && !engine_->FindRequest(kUid, "request-1").ok(); ++i)
    absl::SleepFor(absl::Milliseconds(10));
  EXPECT_TRUE(engine_->FindRequest(kUid, "request-1").value().has_value());
}

}  // namespace
}  // namespace metapowers::workspace
