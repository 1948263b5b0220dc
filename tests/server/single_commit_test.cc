// Calls that commit while the steps of others, or their own, are not durable yet; the journal stands still meanwhile.
#include "service/server/single_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "metapowers/v1/report_service.pb.h"
#include "service/base/failpoint.h"
#include "service/workspace/draft.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using testing_support::HasError;

constexpr absl::Duration kPatience = absl::Seconds(30);

class SingleCommitTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    ASSERT_OK(backend_->env.registry->Create("other", "", backend_->env.clock->Now()));
    uid_ = backend_->env.registry->Get("w")->uid;
  }
  void TearDown() override {
    LetGo();
    backend_.reset();
    (void)SetFailpoints("");
  }

  workspace::Engine& engine() { return *backend_->env.engine; }

  // From now on no step becomes durable: the journal's thread is held in the answer to a step of another workspace.
  void HoldJournal() {
    const std::string other = backend_->env.registry->Get("other")->uid;
    workspace::Draft draft(*engine().Tip(other));
    ASSERT_OK(draft.AddCommit(Spec("other.md")));
    absl::Notification held;
    engine().Submit(other, draft.batch(), [&](const absl::Status& status) {
      EXPECT_OK(status);
      held.Notify();
      go_.WaitForNotification();
    });
    held.WaitForNotification();
  }
  void LetGo() {
    if (!go_.HasBeenNotified()) go_.Notify();
  }

  workspace::CommitSpec Spec(const std::string& file) {
    const workspace::Identity ann{"Ann", "ann@example.com"};
    return {{{file, "text\n"}}, "Add " + file, ann, ann, absl::UnixEpoch()};
  }
  // Adds `file`; `staged` is told each base.
  absl::StatusOr<bool> Add(const std::string& file, v1::WriteReportResponse& response,
                           const std::function<void(const workspace::Snapshot&)>& staged = {},
                           const std::string& request_id = "", const std::string& expected_head = "") {
    Call call("/test", "peer", "", absl::InfiniteFuture(), *backend_->env.clock);
    CheckedContext context;
    context.request_id = request_id;
    context.expected_head = expected_head;
    v1::WriteReportRequest request;
    request.set_workspace(file);
    return CommitOnce(*backend_, call, uid_, context, request, response, [&](workspace::Draft& draft) -> absl::Status {
      EXPECT_EQ(response.commit(), "") << "each attempt begins with an empty response";
      if (staged) staged(draft.base());
      ASSIGN_OR_RETURN(const auto commit, draft.AddCommit(Spec(file)));
      response.set_changed(commit.has_value());
      response.set_commit(draft.state()->commit());
      return absl::OkStatus();
    });
  }
  // Waits for the step that follows on `base` to have its place; its commit.
  std::string TipAfter(const std::string& base) {
    const absl::Time end = absl::Now() + kPatience;
    while ((*engine().Tip(uid_))->commit() == base && absl::Now() < end) absl::SleepFor(absl::Milliseconds(1));
    return (*engine().Tip(uid_))->commit();
  }
  // Subjects on the line of the head, newest first.
  std::vector<std::string> Line() {
    std::vector<std::string> subjects;
    const auto page = engine().History(uid_, {});
    EXPECT_OK(page);
    for (const workspace::CommitInfo& commit : page->commits) subjects.push_back(commit.subject);
    return subjects;
  }

  std::string uid_;
  absl::Notification go_;
};

TEST_F(SingleCommitTest, OthersGoOnWhileItsCommitBecomesDurable) {
  HoldJournal();
  v1::WriteReportResponse first, second;
  absl::StatusOr<bool> first_done, second_done;
  std::thread writer([&] { first_done = Add("first.md", first); });
  const std::string below = TipAfter("");
  absl::Notification on_first;
  std::thread next([&] {
    second_done = Add("second.md", second, [&](const workspace::Snapshot& base) {
      if (base.commit() == below && !on_first.HasBeenNotified()) on_first.Notify();
    });
  });
  EXPECT_NE(TipAfter(below), below) << "its step has its place";
  EXPECT_TRUE(on_first.HasBeenNotified());
  EXPECT_EQ((*engine().Head(uid_))->commit(), "") << "and nothing is durable";
  LetGo();
  writer.join();
  next.join();
  EXPECT_OK(first_done);
  EXPECT_OK(second_done);
  EXPECT_THAT(Line(), ElementsAre("Add second.md", "Add first.md"));
}

TEST_F(SingleCommitTest, AStepThatFailsIsToldAndWhatWasBeingBuiltOnItIsBuiltAnew) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  HoldJournal();
  v1::WriteReportResponse first, on_top, later;
  absl::StatusOr<bool> first_done, on_top_done, later_done;
  std::thread writer([&] { first_done = Add("first.md", first); });
  const std::string below = TipAfter("");
  std::thread placed([&] { on_top_done = Add("on-top.md", on_top); });
  const std::string top = TipAfter(below);
  std::vector<std::string> bases;
  absl::Notification inside, failed;
  std::thread builder([&] {
    later_done = Add("later.md", later, [&](const workspace::Snapshot& base) {
      bases.push_back(base.commit());
      if (inside.HasBeenNotified()) return;
      inside.Notify();
      failed.WaitForNotification();
    });
  });
  inside.WaitForNotification();
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  LetGo();
  writer.join();
  placed.join();
  failed.Notify();
  builder.join();
  EXPECT_THAT(first_done, HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", ::testing::_));
  EXPECT_THAT(on_top_done, HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", ::testing::_));
  ASSERT_OK(later_done);
  ASSERT_GE(bases.size(), 2u);
  EXPECT_EQ(bases.front(), top);
  EXPECT_EQ(bases.back(), "");
  EXPECT_THAT(Line(), ElementsAre("Add later.md"));
  EXPECT_EQ(later.commit(), (*engine().Head(uid_))->commit()) << "the answer is of the last attempt";
}

TEST_F(SingleCommitTest, AnExpectedHeadIsNotBuiltAnew) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  HoldJournal();
  v1::WriteReportResponse first, later;
  absl::StatusOr<bool> first_done, later_done;
  std::thread writer([&] { first_done = Add("first.md", first); });
  const std::string below = TipAfter("");
  absl::Notification inside, failed;
  std::thread builder([&] {
    const auto staged = [&](const workspace::Snapshot&) {
      if (inside.HasBeenNotified()) return;
      inside.Notify();
      failed.WaitForNotification();
    };
    later_done = Add("later.md", later, staged, "", below);
  });
  inside.WaitForNotification();
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  LetGo();
  writer.join();
  failed.Notify();
  builder.join();
  EXPECT_FALSE(first_done.ok());
  EXPECT_THAT(later_done, HasError(absl::StatusCode::kAborted, "HEAD_MOVED", ::testing::_));
  EXPECT_THAT(Line(), IsEmpty());
}

TEST_F(SingleCommitTest, ATwinOfACallWhoseStepFailsIsDone) {
  if (absl::IsUnimplemented(SetFailpoints(""))) GTEST_SKIP() << "this build has no failpoints";
  HoldJournal();
  v1::WriteReportResponse first, twin, again;
  absl::StatusOr<bool> first_done, twin_done;
  std::thread writer([&] { first_done = Add("first.md", first, {}, kRequestId); });
  TipAfter("");
  std::thread repeated([&] { twin_done = Add("first.md", twin, {}, kRequestId); });
  ASSERT_OK(SetFailpoints("journal_before_sync=error:28@1"));
  LetGo();
  writer.join();
  repeated.join();
  EXPECT_THAT(first_done, HasError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL", ::testing::_));
  ASSERT_OK(twin_done);
  EXPECT_FALSE(*twin_done) << "nothing was answered before";
  EXPECT_THAT(Line(), ElementsAre("Add first.md"));
  const auto replayed = Add("first.md", again, {}, kRequestId);
  ASSERT_OK(replayed);
  EXPECT_TRUE(*replayed);
  EXPECT_EQ(again.SerializeAsString(), twin.SerializeAsString());
}

TEST_F(SingleCommitTest, ATwinThatWaitsHoldsNobodyUp) {
  HoldJournal();
  v1::WriteReportResponse first, twin, second;
  absl::StatusOr<bool> first_done, twin_done, second_done;
  std::thread writer([&] { first_done = Add("first.md", first, {}, kRequestId); });
  const std::string below = TipAfter("");
  absl::Notification ahead;
  std::thread repeated([&] {
    twin_done = Add(
        "first.md", twin, [&](const workspace::Snapshot&) { ahead.Notify(); }, kRequestId);
  });
  ahead.WaitForNotification();  // it takes its turn next
  std::thread next([&] { second_done = Add("second.md", second); });
  EXPECT_NE(TipAfter(below), below);
  LetGo();
  for (std::thread* thread : {&writer, &repeated, &next}) thread->join();
  EXPECT_OK(first_done);
  ASSERT_OK(twin_done);
  EXPECT_TRUE(*twin_done);
  EXPECT_OK(second_done);
  EXPECT_THAT(Line(), ElementsAre("Add second.md", "Add first.md"));
}

}  // namespace
}  // namespace metapowers::server
