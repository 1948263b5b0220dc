// Runs that are long enough for a second thread, and end early.
#include "service/server/generate_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Message = std::shared_ptr<const google::protobuf::Message>;

// Of the five commands of the target "govern" the last fails, and the first ends only after the second thread has met
// that failure: so both threads meet it.
class GenerateAheadTest : public PipelineTest {
 protected:
  static constexpr char kFirst[] = "security-policy";
  static constexpr char kLast[] = "security-culture";

  void SetUp() override {
    PipelineTest::SetUp();
    entries_ = *CommandIndex::Get().Resolve("govern");
    ASSERT_EQ(entries_.size(), 5u);
    ASSERT_EQ(entries_.front()->spec->id(), kFirst);
    ASSERT_EQ(entries_.back()->spec->id(), kLast);
    real_first_ = entries_.front()->command;
    real_last_ = entries_.back()->command;
    met_ = std::make_unique<absl::Notification>();
    calls_ = 0;
    first_ = *real_first_;
    first_.generate = WaitForTheSecondThread;
    last_ = *real_last_;
  }

  static Message WaitForTheSecondThread(const commands::Input& input) {
    EXPECT_TRUE(met_->WaitForNotificationWithTimeout(absl::Seconds(60))) << "no second thread";
    return real_first_->generate(input);
  }
  // Tells the run once the second thread was here.
  static void Meet() {
    if (++calls_ == 1) met_->Notify();
  }
  static Message Throw(const commands::Input&) {
    Meet();
    throw std::runtime_error("secret");
  }
  static Message Make(const commands::Input& input) {
    Meet();
    return real_last_->generate(input);
  }

  static inline const commands::Command* real_first_ = nullptr;
  static inline const commands::Command* real_last_ = nullptr;
  static inline std::unique_ptr<absl::Notification> met_;
  static inline std::atomic<int> calls_ = 0;
  std::vector<const CommandEntry*> entries_;
  commands::Command first_;
  commands::Command last_;
};

TEST_F(GenerateAheadTest, WhatIsThrownEndsTheRunOnce) {
  ExpectOk(client_.PutModel(WithModel()));
  const std::string head = server_.Git("rev-parse HEAD");
  std::vector<v1::RunCommandsResponse> events;
  {
    last_.generate = Throw;
    const Replaced first(kFirst, &first_);
    const Replaced last(kLast, &last_);
    const grpc::Status status = client_.Run("govern", ContextOf(), &events);
    ExpectError(status, grpc::StatusCode::INTERNAL, "INTERNAL");
    EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  }
  EXPECT_EQ(calls_, 2) << "each thread meets it once";
  for (const v1::RunCommandsResponse& event : events) EXPECT_FALSE(event.has_finished());
  EXPECT_EQ(server_.Git("rev-parse HEAD"), head) << "what was committed before stays, and nothing is added";
  ExpectOk(client_.Run("govern", ContextOf()));
  EXPECT_EQ(server_.CountCommits(), 6) << "the server lives on";
}

TEST_F(GenerateAheadTest, WhatFailsIsToldOnceAndTheRestIsCommitted) {
  std::vector<v1::RunCommandsResponse> events;
  {
    last_.generate = Make;
    last_.stem = "govern/no_section";  // templates are known by it
    last_.template_text = "No section.\n";
    const Replaced first(kFirst, &first_);
    const Replaced last(kLast, &last_);
    const grpc::Status status = client_.Run("govern", WithModel(), &events);
    ExpectError(status, grpc::StatusCode::INTERNAL, "INTERNAL");
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("failed"), kLast);
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("remaining"), "");
  }
  EXPECT_EQ(calls_, 2) << "each thread meets it once";
  int finished = 0;
  for (const v1::RunCommandsResponse& event : events) finished += event.has_finished() ? 1 : 0;
  EXPECT_EQ(finished, 4);
  EXPECT_EQ(server_.CountCommits(), 5) << "the model and the commands before";
}

TEST_F(BackendTest, ALongRunThatIsCancelledEndsItsThreadAndKeepsWhatWasCommitted) {
  ASSERT_OK_AND_ASSIGN(const std::vector<const CommandEntry*> entries, CommandIndex::Get().Resolve("govern"));
  ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, backend_->env.registry->Get("w"));
  v1::CommandContext context = Ungated();
  std::string before;
  for (const bool cancelled : {false, true}) {
    Call call("/m", "peer", kRequestId, absl::InfiniteFuture(), *backend_->env.clock);
    Call other("/m", "peer", kRequestId, absl::InfiniteFuture(), *backend_->env.clock);
    CancelsAtTheSecond observer(cancelled ? call : other);
    const absl::Status status = RunCommands(*backend_, call, context, entries, observer);
    EXPECT_EQ(status.code(), cancelled ? absl::StatusCode::kCancelled : absl::StatusCode::kOk) << status;
    EXPECT_EQ(observer.started, cancelled ? 2 : 5);
    EXPECT_EQ(observer.finished, cancelled ? 0 : 5);
    ASSERT_OK_AND_ASSIGN(const auto head, backend_->env.engine->Head(found.uid));
    EXPECT_EQ(head->commit() == before, cancelled);
    before = head->commit();
    context = Ungated("Store");
  }
}

}  // namespace
}  // namespace metapowers::server
