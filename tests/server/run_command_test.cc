#include "service/server/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(PipelineTest, CommitsTheModelAndThenTheCommand) {
  v1::CommandContext context = WithModel();
  context.set_request_id(kRequestId);
  context.mutable_author()->set_name("Ann\nForged: x");
  context.mutable_author()->set_email("ann@example.com");
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  const v1::CommandOutcome& outcome = response.outcome();
  EXPECT_EQ(outcome.command(), "asset-inventory");
  EXPECT_EQ(outcome.document(), "workspaces/w/topics/shop/documents/01-identify.md");
  EXPECT_EQ(outcome.revision(), 3);
  EXPECT_EQ(outcome.commit(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(outcome.topic_etag(), absl::StrCat("\"", server_.Git("rev-parse HEAD:.metapowers/security/shop"), "\""));
  EXPECT_TRUE(outcome.changed());
  EXPECT_FALSE(outcome.rebuilt());
  EXPECT_FALSE(outcome.summary().empty());
  EXPECT_EQ(response.result().system(), "Shop");

  EXPECT_EQ(server_.Git("log --reverse --format=%s"),
            "Edit by hand\nsecurity(shop): model\nsecurity(shop): asset-inventory");
  const std::string blob = server_.Git("rev-parse HEAD:.metapowers/security/shop/system-model.yaml");
  const std::string trailers = server_.Git("log -1 --format='%(trailers)'");
  EXPECT_THAT(trailers, HasSubstr("Metapowers-Command: security:asset-inventory\n"));
  EXPECT_THAT(trailers, HasSubstr("Metapowers-Model: " + blob + "\n"));
  EXPECT_THAT(trailers, HasSubstr("Metapowers-Catalogue: "));
  EXPECT_THAT(trailers, HasSubstr("Metapowers-Engine: "));
  EXPECT_THAT(trailers, HasSubstr(absl::StrCat("Metapowers-Request-Id: ", kRequestId)));
  EXPECT_THAT(server_.Git("log -1 --skip=1 --format='%(trailers)'"), HasSubstr("Metapowers-Action: model"));
  EXPECT_THAT(server_.Git("log -1 --skip=1 --format='%(trailers)'"), Not(HasSubstr("Metapowers-Command")));
  EXPECT_EQ(server_.Git("log -1 --format='%an|%ae|%cI'"), "Ann Forged: x|ann@example.com|2026-03-01T12:00:00+00:00");
  EXPECT_EQ(server_.Git("fsck --strict --no-progress --no-dangling"), "");
  EXPECT_THAT(server_.ReadFile(kIdentifyFile), StartsWith("# Identify: shop\n\n> Basis: catalogue "));
  EXPECT_THAT(server_.ReadFile(kIdentifyFile), HasSubstr("\n## Asset Inventory\n"));
}

TEST_F(PipelineTest, NoChangeMakesNoCommit) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string head = server_.Git("rev-parse HEAD");
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(WithModel(), &response));
  EXPECT_FALSE(response.outcome().changed());
  EXPECT_EQ(response.outcome().commit(), head);
  EXPECT_EQ(response.outcome().revision(), 3);
  EXPECT_EQ(server_.Git("rev-parse HEAD"), head);
}

TEST_F(PipelineTest, TheSameCallSentAgainIsAnsweredAndNotDone) {
  v1::CommandContext context = WithModel();
  context.set_request_id(kRequestId);
  identify::AssetInventoryResponse first;
  ExpectOk(client_.Inventory(context, &first));
  EXPECT_FALSE(first.outcome().replayed());
  // Others go on meanwhile, so that doing it again would do something else.
  ExpectOk(client_.Inventory(WithModel("Another Shop")));
  const int commits = server_.CountCommits();
  for (int opened = 0; opened < 2; ++opened) {
    identify::AssetInventoryResponse again;
    ExpectOk(Client(server_.channel()).Inventory(context, &again));
    EXPECT_TRUE(again.outcome().replayed());
    again.mutable_outcome()->set_replayed(false);
    EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
    EXPECT_EQ(server_.CountCommits(), commits);
    if (opened == 0) server_.Restart();
  }
  const Client after(server_.channel());
  context.set_skip_reason("x");
  context.set_skip_checks(true);
  const grpc::Status reused = after.Inventory(context);
  ExpectError(reused, grpc::StatusCode::INVALID_ARGUMENT, "REQUEST_ID_REUSED");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(reused).metadata().at("request_id"), kRequestId);
  context = WithModel("Third Shop");
  context.set_request_id(kRequestId);
  ExpectError(after.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "REQUEST_ID_REUSED");
  EXPECT_EQ(server_.CountCommits(), commits);
}

TEST_F(PipelineTest, ARequestIdInCapitalsIsTheSame) {
  v1::CommandContext context = WithModel();
  context.set_request_id(kRequestId);
  ExpectOk(client_.Inventory(context));
  context.set_request_id(absl::AsciiStrToUpper(kRequestId));
  ASSERT_NE(context.request_id(), kRequestId);
  identify::AssetInventoryResponse again;
  ExpectOk(client_.Inventory(context, &again));
  EXPECT_TRUE(again.outcome().replayed());
}

TEST_F(PipelineTest, TwinsUnderWayAreOneCall) {
  v1::CommandContext context = WithModel();
  context.set_request_id(kRequestId);
  constexpr int kTwins = 6;
  std::vector<identify::AssetInventoryResponse> answers(kTwins);
  std::vector<std::thread> callers;
  for (int i = 0; i < kTwins; ++i) callers.emplace_back([&, i] { ExpectOk(client_.Inventory(context, &answers[i])); });
  for (std::thread& caller : callers) caller.join();
  int done = 0;
  for (const identify::AssetInventoryResponse& answer : answers) {
    done += answer.outcome().replayed() ? 0 : 1;
    EXPECT_EQ(answer.outcome().commit(), answers[0].outcome().commit());
    EXPECT_EQ(answer.result().SerializeAsString(), answers[0].result().SerializeAsString());
  }
  EXPECT_EQ(done, 1);
  EXPECT_EQ(server_.CountCommits(), 2) << "the model and the command";
}

TEST_F(PipelineTest, ACallThatFailedMayBeSentAgain) {
  v1::CommandContext context = WithModel("Shop", "bare");
  context.set_request_id(kRequestId);
  ExpectError(client_.Inventory(context), grpc::StatusCode::FAILED_PRECONDITION, "GATE_MISSING");
  ExpectError(client_.Inventory(context), grpc::StatusCode::FAILED_PRECONDITION, "GATE_MISSING");
  context.set_validate_only(true);
  context.set_skip_checks(true);
  context.set_skip_reason("to see");
  ExpectOk(client_.Inventory(context));
  context.set_validate_only(false);
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  EXPECT_FALSE(response.outcome().replayed());
}

TEST_F(PipelineTest, TheGateHoldsAndNothingIsCommitted) {
  const grpc::Status status = client_.Inventory(WithModel("Shop", "bare"));
  ExpectError(status, grpc::StatusCode::FAILED_PRECONDITION, "GATE_MISSING");
  EXPECT_THAT(status.error_message(), HasSubstr("00-govern.md"));
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("gate"), "00-govern.md");
  EXPECT_EQ(info.metadata().at("command"), "asset-inventory");
  const std::string help = DetailOf<google::rpc::Help>(status).links(0).description();
  EXPECT_THAT(help, HasSubstr("metapowers run security-policy bare"));
  EXPECT_THAT(help, HasSubstr("--skip-checks"));
  EXPECT_EQ(server_.CountCommits(), 0) << "not even the model";
}

TEST_F(PipelineTest, TheGateIsOpenWhereGovernExists) {
  ExpectOk(client_.Inventory(WithModel()));
  EXPECT_EQ(server_.ReadFile(kSkipLogPath), "");
  v1::CommandContext context = WithModel("Store");
  context.set_skip_checks(true);
  context.set_skip_reason("not needed");
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  EXPECT_TRUE(response.outcome().changed());
  EXPECT_EQ(server_.ReadFile(kSkipLogPath), "") << "nothing was passed over";
}

TEST_F(PipelineTest, PassingOverTheGateIsRecorded) {
  const std::string folder = ".metapowers/security/bare/";
  v1::CommandContext context = Ungated();
  context.clear_skip_reason();
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  context.set_skip_reason("late | audit\nMetapowers-Model: forged");
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  ASSERT_EQ(response.outcome().warnings_size(), 1);
  EXPECT_THAT(response.outcome().warnings(0), HasSubstr("00-govern.md"));
  const std::string log = server_.ReadFile(folder + "skip-log.md");
  EXPECT_THAT(log, HasSubstr("| asset-inventory | 00-govern.md |"));
  EXPECT_THAT(log, HasSubstr("late \\| audit"));
  EXPECT_EQ(server_.Git("log -1 --format= --name-only"),
            absl::StrCat(folder, "01-identify.md\n", folder, "skip-log.md"));
  EXPECT_THAT(server_.Git("log -1 --format='%(trailers)'"), EndsWith("Metapowers-Skip-Checks: 00-govern.md"));
  EXPECT_THAT(server_.Git("log -1 --format=%b"),
              HasSubstr("Passed over the missing 00-govern.md: late | audit Metapowers-Model: forged\n"));
  // Nothing to do, nothing to record.
  ExpectOk(client_.Inventory(context, &response));
  EXPECT_FALSE(response.outcome().changed());
  EXPECT_EQ(server_.ReadFile(folder + "skip-log.md"), log);
}

TEST_F(PipelineTest, AReasonWithoutSkippingIsRefused) {
  v1::CommandContext context = WithModel();
  context.set_skip_reason("why not");
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(PipelineTest, ChecksTheTopicsEtag) {
  v1::CommandContext context = Ungated();
  context.set_topic_etag("\"0\"");
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  ExpectError(client_.Inventory(context), grpc::StatusCode::ABORTED, "TOPIC_CHANGED");
  context = Ungated("Store");
  context.set_topic_etag(response.outcome().topic_etag());
  ExpectOk(client_.PutModel(WithModel("Other", "other")));
  ExpectOk(client_.Inventory(context));
  const grpc::Status stale = client_.Inventory(context);
  ExpectError(stale, grpc::StatusCode::ABORTED, "TOPIC_CHANGED");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(stale).metadata().at("expected"), response.outcome().topic_etag());
  context.set_topic_etag("abc");
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(PipelineTest, ChecksTheExpectedHead) {
  v1::CommandContext context = WithModel();
  context.set_expected_head(std::string(40, 'a'));
  ExpectError(client_.Inventory(context), grpc::StatusCode::ABORTED, "HEAD_MOVED");
  EXPECT_EQ(server_.CountCommits(), 0);
  ExpectOk(client_.Inventory(WithModel()));
  context = WithModel("Store");
  context.set_expected_head(server_.Git("rev-parse HEAD"));
  ExpectOk(client_.Inventory(context));
  context.set_expected_head("HEAD");
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(PipelineTest, ValidateOnlyShowsTheDiffAndDoesNothing) {
  v1::CommandContext context = WithModel();
  context.set_validate_only(true);
  identify::AssetInventoryResponse dry;
  ExpectOk(client_.Inventory(context, &dry));
  EXPECT_EQ(server_.CountCommits(), 0);
  EXPECT_TRUE(dry.outcome().changed());
  EXPECT_EQ(dry.outcome().commit(), "");
  EXPECT_THAT(dry.outcome().diff(), HasSubstr("+++ b/.metapowers/security/shop/system-model.yaml"));
  EXPECT_THAT(dry.outcome().diff(), HasSubstr("+++ b/.metapowers/security/shop/01-identify.md"));
  context.set_validate_only(false);
  identify::AssetInventoryResponse real;
  ExpectOk(client_.Inventory(context, &real));
  EXPECT_EQ(real.outcome().topic_etag(), dry.outcome().topic_etag());
  EXPECT_EQ(real.outcome().revision(), dry.outcome().revision());
  EXPECT_EQ(real.outcome().diff(), "");
}

TEST_F(PipelineTest, RefusesBadModelsWithEveryFault) {
  v1::CommandContext context = WithModel();
  context.set_model_yaml(
      absl::StrReplaceAll(ModelText(), {{"kind: process", "kind: proces"}, {"owner: core", "owner: cor"}}));
  const grpc::Status status = client_.Inventory(context);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad.field_violations_size(), 2);
  EXPECT_THAT(bad.field_violations(0).field(), StartsWith("system-model.yaml:"));
  context.set_model_yaml(ModelText("other"));
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  context.set_model_yaml("\xff\xfe");
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  EXPECT_EQ(server_.CountCommits(), 0);
}

TEST_F(PipelineTest, NeedsAModel) {
  ExpectError(client_.Inventory(ContextOf()), grpc::StatusCode::FAILED_PRECONDITION, "MODEL_MISSING");
  v1::CommandContext elsewhere = ContextOf();
  elsewhere.set_topic("workspaces/none/topics/shop");
  ExpectError(client_.Inventory(elsewhere), grpc::StatusCode::NOT_FOUND, "WORKSPACE_NOT_FOUND");
}

TEST_F(PipelineTest, RefusesMalformedContexts) {
  v1::CommandContext context = WithModel();
  context.set_topic("workspaces/w/topics/../x");
  context.set_request_id("no uuid");
  ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
  context = WithModel();
  context.set_request_id("no uuid");
  context.set_expected_head("x");
  context.mutable_author()->set_name("\n");
  context.mutable_commit_time()->set_seconds(-1);
  const grpc::Status status = client_.Inventory(context);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations_size(), 5);
}

TEST_F(PipelineTest, CallersAtOnceAllCommit) {
  constexpr int kCallers = 12;
  std::vector<std::thread> callers;
  std::vector<grpc::Status> statuses(kCallers);
  std::vector<identify::AssetInventoryResponse> answers(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {  // three topics, so that some callers meet on one
      statuses[i] = client_.Inventory(Ungated(absl::StrCat("Shop ", i), absl::StrCat("topic-", i % 3)), &answers[i]);
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const grpc::Status& status : statuses) EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(server_.CountCommits(), 2 * kCallers) << "no update is lost";
  EXPECT_EQ(server_.Git("rev-list --count --first-parent HEAD"), absl::StrCat(2 * kCallers + 1));
  const std::vector<std::string> line = absl::StrSplit(server_.Git("rev-list --first-parent --reverse HEAD"), '\n');
  for (int i = 0; i < kCallers; ++i) {  // wherever the steps of others put its own
    const v1::CommandOutcome& outcome = answers[i].outcome();
    EXPECT_EQ(line.at(outcome.revision() - 1), outcome.commit());
    const std::string tree = absl::StrCat(outcome.commit(), ":.metapowers/security/topic-", i % 3);
    EXPECT_EQ(outcome.topic_etag(), absl::StrCat("\"", server_.Git("rev-parse " + tree), "\""));
    EXPECT_THAT(server_.Git(absl::StrCat("show ", tree, "/system-model.yaml")),
                HasSubstr(absl::StrCat("Shop ", i, "\n")));
  }
  EXPECT_EQ(server_.Git("fsck --strict --no-progress --no-dangling"), "");
}

TEST_F(PipelineTest, BuildsAnewWhenTheHeadMovesForAnotherTopic) {
  ExpectOk(client_.PutModel(WithModel()));
  int commits = 0;
  hooks_.before_commit = [&] {
    if (++commits == 1) server_.Push(".metapowers/security/other/notes.md", "x\n");
  };
  v1::CommandContext context = ContextOf();
  context.set_request_id(kRequestId);
  identify::AssetInventoryResponse response, again;
  ExpectOk(client_.Inventory(context, &response));
  ExpectOk(client_.Inventory(context, &again));
  EXPECT_TRUE(response.outcome().rebuilt());
  EXPECT_TRUE(again.outcome().replayed() && again.outcome().rebuilt()) << "told as it was";
  EXPECT_EQ(response.outcome().revision(), 4);
  EXPECT_EQ(commits, 2);
  EXPECT_EQ(server_.Git("log --reverse --format=%s"),
            "Edit by hand\nsecurity(shop): model\nEdit by hand\nsecurity(shop): asset-inventory");
}

TEST_F(PipelineTest, GivesUpWhenTheHeadNeverStands) {
  ExpectOk(client_.PutModel(WithModel()));
  int commits = 0;
  hooks_.before_commit = [&] { server_.Push("file", absl::StrCat(++commits)); };
  ExpectError(client_.Inventory(ContextOf()), grpc::StatusCode::ABORTED, "HEAD_MOVED");
  EXPECT_EQ(commits, 8);
  v1::CommandContext context = ContextOf();
  context.set_expected_head(server_.Git("rev-parse HEAD"));
  commits = 100;
  ExpectError(client_.Inventory(context), grpc::StatusCode::ABORTED, "HEAD_MOVED");
  EXPECT_EQ(commits, 101) << "a caller who names the head decides alone";
}

TEST_F(PipelineTest, TheTopicMovingUnderAnEtagIsTold) {
  ExpectOk(client_.PutModel(WithModel()));
  v1::CommandContext context = ContextOf();
  context.set_topic_etag(absl::StrCat("\"", server_.Git("rev-parse HEAD:.metapowers/security/shop"), "\""));
  hooks_.before_commit = [&] { server_.Push(".metapowers/security/shop/notes.md", "x\n"); };
  ExpectError(client_.Inventory(context), grpc::StatusCode::ABORTED, "TOPIC_CHANGED");
}

TEST_F(PipelineTest, StreamsWhatATargetDoes) {
  std::vector<v1::RunCommandsResponse> events;
  ExpectOk(client_.Run("all", WithModel(), &events));
  ASSERT_GE(events.size(), 4u);  // plan, started, model, finished
  ASSERT_TRUE(events[0].has_plan());
  const v1::RunCommandsResponse::Plan plan = events[0].plan();
  EXPECT_EQ(plan.commands_size() + plan.planned_size(), 39);
  EXPECT_EQ(plan.commands_size(), static_cast<int>(CountBuilt()));
  std::vector<std::string> finished;
  int revision = 2;  // the gate's document and the model
  for (const v1::RunCommandsResponse& event : events) {
    if (!event.has_finished()) continue;
    finished.push_back(event.finished().outcome().command());
    EXPECT_EQ(event.finished().outcome().revision(), ++revision);
    EXPECT_EQ(event.finished().position(), static_cast<int>(finished.size()));
    EXPECT_THAT(event.finished().result().type_url(), HasSubstr("Result"));
  }
  EXPECT_EQ(finished, std::vector<std::string>(plan.commands().begin(), plan.commands().end()));
  EXPECT_EQ(server_.CountCommits(), plan.commands_size() + 1) << "one commit each, and the model";
  events.clear();
  ExpectOk(client_.Run("walkthrough", ContextOf(), &events));
  EXPECT_EQ(server_.CountCommits(), plan.commands_size() + 1);
}

TEST_F(PipelineTest, APlannedTargetSaysSo) {
  const Planned planned("asset-inventory");
  for (const grpc::Status& status : {client_.Run("asset-inventory", WithModel()), client_.Inventory(WithModel())}) {
    ExpectError(status, grpc::StatusCode::UNIMPLEMENTED, "COMMAND_PLANNED");
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("command"), "asset-inventory");
  }
  EXPECT_EQ(server_.CountCommits(), 0);
  std::vector<v1::RunCommandsResponse> events;
  ExpectOk(client_.Run("identify", Ungated("Shop", "shop"), &events));
  EXPECT_THAT(events[0].plan().planned(), ::testing::ElementsAre("asset-inventory"));
  EXPECT_THAT(events[0].plan().commands(), Not(::testing::Contains("asset-inventory")));
}

TEST_F(PipelineTest, AnUnknownTargetSaysSo) {
  ExpectError(client_.Run("nonsense", WithModel()), grpc::StatusCode::NOT_FOUND, "COMMAND_UNKNOWN");
  EXPECT_EQ(server_.CountCommits(), 0);
}

TEST_F(PipelineTest, AFailureKeepsWhatWasCommitted) {
  // The last built command that shares no document with the first fails: a merge was left half done in its section.
  const CommandEntry* first = nullptr;
  const CommandEntry* last = nullptr;
  for (const CommandEntry& entry : CommandIndex::Get().commands()) {
    if (entry.command == nullptr) continue;
    if (first == nullptr) first = &entry;
    last = &entry;
  }
  if (first == last) GTEST_SKIP() << "one command is built; it takes two";
  const std::string path = absl::StrCat(".metapowers/security/shop/", last->spec->document());
  ExpectOk(client_.Run("all", WithModel()));
  const std::string heading = absl::StrCat("## ", last->spec->heading(), "\n");
  server_.Push(path, absl::StrReplaceAll(server_.ReadFile(path), {{heading, heading + "\n<<<<<<< HEAD\nMine.\n"}}));
  const int before = server_.CountCommits();
  const grpc::Status status = client_.Run("all", WithModel("Store"));
  ExpectError(status, grpc::StatusCode::FAILED_PRECONDITION, "CONFLICT_MARKERS");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("failed"), last->spec->id());
  EXPECT_THAT(info.metadata().at("committed"), StartsWith(first->spec->id()));
  EXPECT_EQ(info.metadata().at("remaining"), "");
  EXPECT_GT(server_.CountCommits(), before + 1) << "the model and the commands before";
  EXPECT_THAT(server_.ReadFile(path), HasSubstr("Mine."));
}

TEST_F(BackendTest, ACancelledRunCommitsNothing) {
  Call call("/m", "peer", kRequestId, absl::InfiniteFuture(), *backend_->env.clock);
  CancelsAtTheSecond observer(call);
  const std::vector<const CommandEntry*> entries(3, CommandIndex::Get().Find("asset-inventory"));
  const absl::Status status = RunCommands(*backend_, call, Ungated(), entries, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_EQ(observer.started, 2) << "the third is not begun";
  EXPECT_EQ(observer.finished, 0);
  EXPECT_EQ(call.commit, "");
}

TEST_F(BackendTest, ARunCancelledInItsLastCommandCommitsNothing) {
  Call call("/m", "peer", kRequestId, absl::InfiniteFuture(), *backend_->env.clock);
  CancelsAtTheSecond observer(call);
  const std::vector<const CommandEntry*> entries(2, CommandIndex::Get().Find("asset-inventory"));
  const absl::Status status = RunCommands(*backend_, call, Ungated(), entries, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_EQ(observer.finished, 0);
  EXPECT_EQ(call.commit, "");
}

TEST_F(BackendTest, APassedDeadlineCommitsNothing) {
  Call call("/m", "peer", kRequestId, absl::InfinitePast(), *backend_->env.clock);
  CancelsAtTheSecond observer(call);
  const absl::Status status = RunCommands(*backend_, call, WithModel(), {}, observer);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DetailsOf(status).reason, "CANCELLED");
}

}  // namespace
}  // namespace metapowers::server
