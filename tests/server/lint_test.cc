// Lint, status and report over a real server and real Git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_replace.h"
#include "metapowers/v1/lint_service.grpc.pb.h"
#include "metapowers/v1/report_service.grpc.pb.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/golden.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;

constexpr char kReportPath[] = ".metapowers/reports/executive-report.md";

class LintServiceTest : public PipelineTest {
 protected:
  grpc::Status Lint(const std::string& topic, v1::LintTopicResponse* response, const std::string& revision = "") {
    v1::LintTopicRequest request;
    request.set_topic("workspaces/w/topics/" + topic);
    request.set_revision(revision);
    grpc::ClientContext context;
    return lint_->LintTopic(&context, request, response);
  }
  v1::LintVerdict VerdictOf(const v1::LintTopicResponse& response, const std::string& item) {
    for (const v1::LintResult& result : response.items()) {
      if (result.id() == item) return result.verdict();
    }
    return v1::LINT_VERDICT_UNSPECIFIED;
  }
  v1::GetTopicStatusResponse Status(const std::string& topic = "shop") {
    v1::GetTopicStatusRequest request;
    request.set_topic("workspaces/w/topics/" + topic);
    v1::GetTopicStatusResponse response;
    grpc::ClientContext context;
    ExpectOk(client_.workflows->GetTopicStatus(&context, request, &response));
    return response;
  }
  v1::CommandStatus StatusOf(const std::string& command, const std::string& topic = "shop") {
    const v1::GetTopicStatusResponse status = Status(topic);
    for (const v1::CommandStatus& row : status.commands()) {
      if (row.command() == command) return row;
    }
    return {};
  }
  grpc::Status Report(v1::WriteReportResponse* response, const std::vector<std::string>& topics = {},
                      bool validate_only = false, const std::string& expected_head = "") {
    v1::WriteReportRequest request;
    request.set_workspace("workspaces/w");
    for (const std::string& topic : topics) request.add_topics(topic);
    request.set_validate_only(validate_only);
    request.set_expected_head(expected_head);
    grpc::ClientContext context;
    return reports_->WriteReport(&context, request, response);
  }

  const std::unique_ptr<v1::LintService::Stub> lint_ = v1::LintService::NewStub(server_.channel());
  const std::unique_ptr<v1::ReportService::Stub> reports_ = v1::ReportService::NewStub(server_.channel());
};

TEST_F(LintServiceTest, ChecksWhatIsCommitted) {
  ExpectOk(client_.Run("security-policy", WithModel()));
  ExpectOk(client_.Inventory(ContextOf()));
  v1::LintTopicResponse before;
  ExpectOk(Lint("shop", &before));
  EXPECT_EQ(before.commit(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(before.items_size(), 57);
  EXPECT_EQ(VerdictOf(before, "all-7"), v1::LINT_VERDICT_PASS);
  EXPECT_EQ(VerdictOf(before, "identify-3"), v1::LINT_VERDICT_NOT_APPLICABLE);

  server_.Push(kIdentifyFile,
               absl::StrReplaceAll(server_.ReadFile(kIdentifyFile),
                                   {{"### Asset Register\n", "### Asset Register\n\nReviewed regularly.\n"}}));
  v1::LintTopicResponse after;
  ExpectOk(Lint("shop", &after));
  EXPECT_EQ(VerdictOf(after, "all-7"), v1::LINT_VERDICT_FAIL);
  EXPECT_EQ(VerdictOf(after, "all-2"), v1::LINT_VERDICT_FAIL);
  v1::LintTopicResponse earlier;
  ExpectOk(Lint("shop", &earlier, before.commit()));
  EXPECT_EQ(earlier.SerializeAsString(), before.SerializeAsString());
}

TEST_F(LintServiceTest, RefusesWhatItCannotRead) {
  v1::LintTopicResponse response;
  ExpectError(Lint("nowhere", &response), grpc::StatusCode::NOT_FOUND, "TOPIC_NOT_FOUND");
  ExpectError(Lint("shop", &response), grpc::StatusCode::FAILED_PRECONDITION, "MODEL_MISSING");
  ExpectError(Lint("../x", &response), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
}

TEST_F(LintServiceTest, StatusTellsEditedSectionsPhasesAndSkippedGates) {
  ExpectOk(client_.Inventory(WithModel()));
  EXPECT_EQ(StatusOf("asset-inventory").phase(), "identify");
  EXPECT_FALSE(StatusOf("asset-inventory").gate_skipped());
  server_.Push(kIdentifyFile,
               absl::StrReplaceAll(server_.ReadFile(kIdentifyFile),
                                   {{"### Asset Register\n", "### Asset Register\n\nOur own words.\n"}}));
  EXPECT_EQ(StatusOf("asset-inventory").state(), v1::SECTION_STATE_CURRENT);
  EXPECT_TRUE(StatusOf("asset-inventory").hand_edited());
  ExpectOk(client_.Inventory(Ungated("Shop", "bare")));
  EXPECT_TRUE(StatusOf("asset-inventory", "bare").gate_skipped());
  EXPECT_FALSE(StatusOf("threat-model", "bare").gate_skipped());
}

TEST_F(LintServiceTest, StatusCountsFindingsBySeverity) {
  v1::CommandContext context = ContextOf("team-notes");
  context.set_model_yaml(testing_support::ReadTestFile("deploy/examples/team-notes/system-model.yaml"));
  ExpectOk(client_.PutModel(context));
  const v1::GetTopicStatusResponse status = Status("team-notes");
  ASSERT_GT(status.findings_size(), 1);
  for (int i = 1; i < status.findings_size(); ++i) {
    EXPECT_GT(status.findings(i - 1).severity(), status.findings(i).severity());
    EXPECT_GT(status.findings(i).open(), 0);
  }
  EXPECT_NE(status.as_of(), "");
}

TEST_F(LintServiceTest, ReportIsOneCommitAndThenNone) {
  ExpectOk(client_.Inventory(WithModel()));
  ExpectOk(client_.PutModel(WithModel("Second", "second")));
  server_.Push(".metapowers/security/third/system-model.yaml", "no: model\n");
  const int commits = server_.CountCommits();
  v1::WriteReportResponse dry;
  ExpectOk(Report(&dry, {}, true));
  EXPECT_TRUE(dry.changed());
  EXPECT_EQ(dry.commit(), "");
  EXPECT_EQ(server_.CountCommits(), commits);

  v1::WriteReportResponse first;
  ExpectOk(Report(&first));
  EXPECT_EQ(first.path(), kReportPath);
  EXPECT_TRUE(first.changed());
  EXPECT_EQ(first.commit(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(server_.ReadFile(kReportPath), first.markdown());
  EXPECT_EQ(server_.CountCommits(), commits + 1);
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("security: executive-report"));
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("Metapowers-Action: report"));

  v1::WriteReportResponse second;
  ExpectOk(Report(&second));
  EXPECT_FALSE(second.changed());
  EXPECT_EQ(second.commit(), first.commit());
  EXPECT_EQ(server_.CountCommits(), commits + 1);
}

TEST_F(LintServiceTest, ReportAddsUpAndListsWhatItCannotRead) {
  v1::CommandContext context = ContextOf("team-notes");
  context.set_model_yaml(testing_support::ReadTestFile("deploy/examples/team-notes/system-model.yaml"));
  ExpectOk(client_.PutModel(context));
  ExpectOk(client_.Inventory(WithModel()));
  server_.Push(".metapowers/security/third/system-model.yaml", "no: model\n");
  v1::WriteReportResponse response;
  ExpectOk(Report(&response));
  const v1::ExecutiveReport& report = response.report();
  ASSERT_EQ(report.topics_size(), 2);
  ASSERT_EQ(report.unreadable_size(), 1);
  EXPECT_EQ(report.unreadable(0).id(), "third");
  int findings = 0;
  int sections = 0;
  for (const v1::TopicReport& topic : report.topics()) {
    int of_topic = 0;
    for (const v1::FindingCount& count : topic.severities()) of_topic += count.open();
    EXPECT_EQ(of_topic, topic.findings());
    findings += of_topic;
    sections += topic.sections();
    EXPECT_FALSE(topic.ready());
    EXPECT_FALSE(topic.hindrances().empty());
  }
  EXPECT_EQ(report.totals().findings(), findings);
  EXPECT_EQ(report.totals().sections(), sections);
  EXPECT_EQ(report.totals().topics(), 2);
  int by_severity = 0;
  for (const v1::FindingCount& count : report.severities()) by_severity += count.open();
  EXPECT_EQ(by_severity, findings);
  EXPECT_FALSE(report.steps().empty());
  for (int i = 1; i < report.steps_size(); ++i) EXPECT_LE(report.steps(i - 1).kind(), report.steps(i).kind());
  for (const char* heading : {"## Executive Summary", "## Topic Status", "## Cross-Topic Insights",
                              "## Readiness Assessment", "## Recommended Next Steps"}) {
    EXPECT_THAT(response.markdown(), HasSubstr(heading));
  }
}

TEST_F(LintServiceTest, ReportRefusesWhatItMust) {
  v1::WriteReportResponse response;
  ExpectError(Report(&response, {"nowhere"}), grpc::StatusCode::NOT_FOUND, "TOPIC_NOT_FOUND");
  ExpectError(Report(&response), grpc::StatusCode::FAILED_PRECONDITION, "MODEL_MISSING");
  ExpectError(Report(&response, {"../x"}), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
  ExpectOk(client_.PutModel(WithModel()));
  ExpectError(Report(&response, {}, false, std::string(40, '0')), grpc::StatusCode::ABORTED, "HEAD_MOVED");
}

}  // namespace
}  // namespace metapowers::server
