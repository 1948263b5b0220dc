// Files that a call attaches to its model: what is accepted, how it is committed, and what is refused as a whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/api_limits.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kFolder[] = ".metapowers/security/shop/";
constexpr char kDecisions[] =
    "schema_version: \"1\"\n"
    "decisions:\n"
    "  - finding: no-tls/web\n"
    "    status: accepted\n"
    "    requested_by: lead\n"
    "    approved_by: ciso\n"
    "    authority: high\n"
    "    rationale: Old devices.\n"
    "    decided_on: 2026-02-01\n"
    "    expires_on: 2026-08-01\n";

std::string WithEvidence(const std::string& path = "scans/web.json") {
  return absl::StrCat(ModelText(), "evidence:\n  - {id: scan, format: trivy, path: ", path, ", component: web}\n");
}

v1::CommandContext& Attach(v1::CommandContext& context, const std::string& path, const std::string& content) {
  v1::Attachment& attachment = *context.add_attachments();
  attachment.set_path(path);
  attachment.set_content(content);
  return context;
}

class AttachmentsTest : public PipelineTest {
 protected:
  std::string Subjects() { return server_.Git("log --reverse --format=%s"); }
  std::vector<std::string> Summary(const v1::PutModelResponse& response) {
    return {response.outcome().summary().begin(), response.outcome().summary().end()};
  }
  // Refused with this reason, and nothing was written.
  grpc::Status Refused(const v1::CommandContext& context, const std::string& reason) {
    const std::string head = server_.Git("rev-parse HEAD");
    const grpc::Status status = client_.PutModel(context);
    ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, reason);
    ExpectError(client_.Inventory(context), grpc::StatusCode::INVALID_ARGUMENT, reason);
    EXPECT_EQ(server_.Git("rev-parse HEAD"), head);
    return status;
  }
};

TEST_F(AttachmentsTest, AreCommittedWithTheModelAndBeforeTheCommand) {
  v1::CommandContext context = WithModel();
  context.set_model_yaml(WithEvidence());
  Attach(Attach(context, "scans/web.json", "{}"), "decisions.yaml", kDecisions);
  identify::AssetInventoryResponse response;
  ExpectOk(client_.Inventory(context, &response));
  EXPECT_EQ(Subjects(), "Edit by hand\nsecurity(shop): model\nsecurity(shop): asset-inventory");
  EXPECT_EQ(server_.Git("show --format= --name-only HEAD~1"),
            absl::StrCat(kFolder, "decisions.yaml\n", kFolder, "scans/web.json\n", kFolder, "system-model.yaml"));
  EXPECT_THAT(server_.Git("log -1 --skip=1 --format=%B"), HasSubstr("Metapowers-Action: model"));
  EXPECT_EQ(server_.ReadFile(absl::StrCat(kFolder, "scans/web.json")), "{}");
  EXPECT_EQ(server_.ReadFile(absl::StrCat(kFolder, "decisions.yaml")), kDecisions);
  EXPECT_EQ(server_.Git("fsck --strict --no-progress --no-dangling"), "");
}

TEST_F(AttachmentsTest, SayWhatChangedWhenTheModelDoesNot) {
  v1::CommandContext model = WithModel();
  model.set_model_yaml(WithEvidence());
  ExpectOk(client_.PutModel(model));
  v1::PutModelResponse response;
  v1::CommandContext decisions = ContextOf();
  ExpectOk(client_.PutModel(Attach(decisions, "decisions.yaml", kDecisions), &response));
  EXPECT_EQ(server_.Git("log -1 --format=%s"), "security(shop): decisions");
  EXPECT_THAT(Summary(response), ElementsAre("Decisions 0 → 1: added no-tls/web."));
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("\nDecisions 0 → 1: added no-tls/web.\n"));
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("Metapowers-Action: model"));

  decisions.mutable_attachments(0)->set_content(
      absl::StrReplaceAll(kDecisions, {{"Old devices.", "Devices go in June."}}));
  ExpectOk(client_.PutModel(decisions, &response));
  EXPECT_THAT(Summary(response), ElementsAre(HasSubstr("Decisions: changed no-tls/web (rationale:")));
  ExpectOk(client_.PutModel(decisions, &response));
  EXPECT_FALSE(response.outcome().changed()) << "the same again is no commit";

  v1::CommandContext evidence = ContextOf();
  ExpectOk(client_.PutModel(Attach(evidence, "scans/web.json", "{}"), &response));
  EXPECT_EQ(server_.Git("log -1 --format=%s"), "security(shop): evidence");
  EXPECT_THAT(Summary(response), ElementsAre("evidence: +scan"));
  evidence.mutable_attachments(0)->set_content("{\"a\": 1}");
  Attach(evidence, "decisions.yaml", kDecisions);
  ExpectOk(client_.PutModel(evidence, &response));
  EXPECT_EQ(server_.Git("log -1 --format=%s"), "security(shop): decisions and evidence");
  EXPECT_THAT(Summary(response), ElementsAre(HasSubstr("Decisions: changed no-tls/web"), "evidence: ~scan"));
}

TEST_F(AttachmentsTest, WhatHoldsASecretIsRefusedWithItsLines) {
  v1::CommandContext model = WithModel();
  model.set_model_yaml(WithEvidence());
  ExpectOk(client_.PutModel(model));
  for (const char* secret : {"AKIAIOSFODNN7EXAMPLE", "https://ci:hunter2hunter2@git.example.com/x.git",
                             "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----"}) {
    v1::CommandContext context = ContextOf();
    const grpc::Status status =
        Refused(Attach(context, "scans/web.json", absl::StrCat("{\n  \"a\": 1,\n  \"match\": \"", secret, "\"}\n")),
                "ATTACHMENT_HOLDS_SECRET");
    EXPECT_THAT(status.error_message(), HasSubstr("line 3 holds a "));
    EXPECT_THAT(status.error_message() + status.error_details(), Not(HasSubstr(secret)));
  }
  v1::CommandContext report = ContextOf();
  ExpectOk(client_.PutModel(Attach(report, "scans/web.json", R"({"title": "login takes password: hunter2 of all"})")));
}

TEST_F(AttachmentsTest, OnlyWhatTheModelDeclaresIsAccepted) {
  ExpectOk(client_.PutModel(WithModel()));
  for (const std::string path : {"scans/web.json", "system-model.yaml", "00-govern.md", "../x", "/etc/passwd", "",
                                 "./decisions.yaml", "scans\\web.json", ".metapowers/rules/a.yaml"}) {
    v1::CommandContext context = ContextOf();
    const grpc::Status status = Refused(Attach(context, path, "x"), "ATTACHMENT_NOT_DECLARED");
    EXPECT_THAT(status.error_message(), HasSubstr("neither decisions.yaml nor"));
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().count("path"), 1u);
  }
  // What the model of the same call declares counts, not what the old one did.
  v1::CommandContext context = WithModel();
  context.set_model_yaml(WithEvidence());
  ExpectOk(client_.PutModel(Attach(context, "scans/web.json", "{}")));
  v1::CommandContext moved = WithModel();
  moved.set_model_yaml(WithEvidence("scans/shop.json"));
  const grpc::Status status = Refused(Attach(moved, "scans/web.json", "{}"), "ATTACHMENT_NOT_DECLARED");
  EXPECT_THAT(DetailOf<google::rpc::Help>(status).links(0).description(), HasSubstr("--attach FILE=PATH"));
}

TEST_F(AttachmentsTest, FaultyDecisionsAreRefusedBeforeAnythingIsWritten) {
  v1::CommandContext context = WithModel();
  const grpc::Status status =
      Refused(Attach(context, "decisions.yaml",
                     absl::StrReplaceAll(kDecisions, {{"requested_by: lead", "requested_by: leed"}})),
              "DECISIONS_INVALID");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(),
            "decisions.yaml:5:19: decisions[0].requested_by");
  EXPECT_THAT(server_.Git("ls-tree -r --name-only HEAD"), Not(HasSubstr("system-model.yaml")));
  // New decisions mend a model that the old ones do not fit.
  v1::CommandContext both = WithModel();
  ExpectOk(client_.PutModel(Attach(both, "decisions.yaml", kDecisions)));
  v1::CommandContext renamed = WithModel();
  renamed.set_model_yaml(absl::StrReplaceAll(ModelText(), {{"  - id: lead\n", "  - id: chief\n"}}));
  Refused(renamed, "DECISIONS_INVALID");
  ExpectOk(client_.PutModel(
      Attach(renamed, "decisions.yaml", absl::StrReplaceAll(kDecisions, {{"by: lead", "by: chief"}}))));
}

TEST_F(AttachmentsTest, EmptyDoubleAndLoneOnesAreRefused) {
  v1::CommandContext empty = WithModel();
  const grpc::Status status = Refused(Attach(empty, "decisions.yaml", ""), "ARGUMENT_INVALID");
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "context.attachments[0].content");
  v1::CommandContext twice = WithModel();
  Refused(Attach(Attach(twice, "decisions.yaml", kDecisions), "decisions.yaml", kDecisions), "ARGUMENT_INVALID");
  v1::CommandContext lone = ContextOf("bare");
  ExpectError(client_.PutModel(Attach(lone, "decisions.yaml", kDecisions)), grpc::StatusCode::FAILED_PRECONDITION,
              "MODEL_MISSING");
  ExpectError(client_.PutModel(ContextOf()), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(AttachmentsTest, ADryRunShowsDecisionsAndKeepsEvidenceOut) {
  v1::CommandContext context = WithModel();
  context.set_model_yaml(WithEvidence());
  context.set_validate_only(true);
  v1::PutModelResponse response;
  Attach(Attach(context, "scans/web.json", "{\"secret\": 1}"), "decisions.yaml", kDecisions);
  ExpectOk(client_.PutModel(context, &response));
  EXPECT_TRUE(response.outcome().changed());
  EXPECT_THAT(response.outcome().diff(), HasSubstr("+  - finding: no-tls/web"));
  EXPECT_THAT(response.outcome().diff(), Not(HasSubstr("secret")));
  EXPECT_EQ(Subjects(), "Edit by hand");
}

TEST_F(AttachmentsTest, TheDecisionsAreAnsweredAsTheyWereWritten) {
  v1::CommandContext context = WithModel();
  ExpectOk(client_.PutModel(Attach(context, "decisions.yaml", kDecisions)));
  v1::GetModelRequest request;
  request.set_topic("workspaces/w/topics/shop");
  v1::GetModelResponse response;
  grpc::ClientContext call;
  ExpectOk(client_.models->GetModel(&call, request, &response));
  EXPECT_EQ(response.decisions_yaml(), kDecisions);
}

TEST_F(AttachmentsTest, HaveALimitThatTheErrorStates) {
  v1::CommandContext context = WithModel();
  context.set_model_yaml(WithEvidence());
  Attach(context, "scans/web.json", std::string(9 << 20, ' '));  // more than a model may have
  ExpectOk(client_.PutModel(context));
  context.mutable_attachments(0)->set_content(std::string(kMaxAttachmentBytes + (5 << 20), ' '));
  const grpc::Status status = client_.PutModel(context);
  ExpectError(status, grpc::StatusCode::RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE");
  EXPECT_THAT(DetailOf<google::rpc::Help>(status).links(0).description(), HasSubstr("at most 64 MB"));
}

}  // namespace
}  // namespace metapowers::server
