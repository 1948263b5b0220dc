// Imports over the API: a draft, and committing it with its decisions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/base/api_limits.h"
#include "service/model/model.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_server.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kThreagile[] = R"(title: Till
data_assets: {Sales: {id: sales, confidentiality: internal, owner: Shop}}
technical_assets: {Till: {id: till, type: process, owner: Shop, data_assets_stored: [sales]}}
risk_tracking: {unencrypted-asset@till: {status: accepted, justification: Old, date: 2026-01-02, checked_by: Ann}}
)";
constexpr char kKept[] = ".metapowers/.generated/till/imported-model.yaml";
constexpr char kDecisions[] = ".metapowers/security/till/decisions.yaml";

class ImportTest : public PipelineTest {
 protected:
  grpc::Status Import(const v1::ImportModelRequest& request, v1::ImportModelResponse* response) {
    grpc::ClientContext context;
    return client_.models->ImportModel(&context, request, response);
  }
  static v1::ImportModelRequest RequestOf(const std::string& content, const std::string& name = "till.yaml") {
    v1::ImportModelRequest request;
    request.set_topic_id("till");
    v1::ImportFile& file = *request.add_files();
    file.set_name(name);
    file.set_content(content);
    return request;
  }
  // Commits a draft as the client does.
  grpc::Status Put(const v1::ImportModelResponse& draft, v1::PutModelResponse* response) {
    v1::PutModelRequest request;
    *request.mutable_context() = ContextOf("till");
    request.mutable_context()->set_model_yaml(draft.model_yaml());
    auto& decisions = *request.mutable_context()->add_attachments();
    decisions.set_path("decisions.yaml");
    decisions.set_content(draft.decisions_yaml());
    request.set_must_create(true);
    grpc::ClientContext context;
    return client_.models->PutModel(&context, request, response);
  }
};

TEST_F(ImportTest, ADraftIsCommittedWithItsDecisionsAtOnce) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kThreagile), &draft));
  EXPECT_EQ(draft.format(), "threagile");
  EXPECT_THAT(draft.model_yaml(), HasSubstr("as_of: 2026-03-01")) << "the server's day, since the file has no date";
  EXPECT_THAT(draft.model_yaml(), HasSubstr("  - id: sales  # observed till.yaml:2\n"));
  EXPECT_EQ(server_.CountCommits(), 0) << "an import stores nothing";
  v1::PutModelResponse put;
  ExpectOk(Put(draft, &put));
  EXPECT_TRUE(put.outcome().changed());
  EXPECT_EQ(server_.CountCommits(), 1);
  EXPECT_EQ(server_.ReadFile(".metapowers/security/till/system-model.yaml"), draft.model_yaml());
  EXPECT_EQ(server_.ReadFile(kDecisions), draft.decisions_yaml());
  EXPECT_THAT(server_.ReadFile(kDecisions), HasSubstr("threagile:unencrypted-asset@till"));
  ASSERT_EQ(draft.notes_size(), 1);
  EXPECT_THAT(draft.notes(0).text(), HasSubstr("is no finding of this draft")) << "how it is encrypted is not said";
  EXPECT_THAT(server_.Git("log -1 --format=%B"), HasSubstr("security(till): model"));
  ExpectError(Put(draft, &put), grpc::StatusCode::ALREADY_EXISTS, "TOPIC_EXISTS");
}

TEST_F(ImportTest, NamesOfFilesAreWhole) {
  const std::string folder = absl::StrCat(std::string(130, 'x'), "/für/");
  v1::ImportModelRequest request =
      RequestOf("services: {web: {image: nginx}}\n", absl::StrCat(folder, "a/compose.yaml"));
  v1::ImportFile& second = *request.add_files();
  second.set_name(absl::StrCat(folder, "b/compose.yaml"));
  second.set_content("services: {web: {image: redis}}\n");
  v1::ImportModelResponse draft;
  ExpectOk(Import(request, &draft));
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(draft.model_yaml(), "draft"));
  EXPECT_EQ(model->proto().components_size(), 2);
  EXPECT_THAT(draft.model_yaml(), HasSubstr(absl::StrCat("# observed ", folder, "b/compose.yaml:1")));
}

TEST_F(ImportTest, TrackedRisksAreDraftsOnOurFindings) {
  const std::string clear = absl::StrReplaceAll(
      kThreagile, {{"type: process,", "type: process, encryption: none,"}, {"internal", "confidential"}});
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(clear), &draft));
  EXPECT_THAT(draft.decisions_yaml(), HasSubstr("finding: \"unencrypted-storage@till\""));
  EXPECT_THAT(draft.decisions_yaml(), Not(HasSubstr("threagile:")));
  EXPECT_EQ(draft.notes_size(), 0);
  const auto rule = std::find_if(draft.rules().begin(), draft.rules().end(),
                                 [](const v1::ImportedRule& each) { return each.name() == "unencrypted-asset"; });
  ASSERT_NE(rule, draft.rules().end());
  EXPECT_EQ(rule->findings(), 1);
  EXPECT_THAT(rule->rules(), ElementsAre("kept-data-replaced", "platform-reads-kept-data", "unencrypted-storage"));
  EXPECT_EQ(draft.rules_size(), 42);
}

TEST_F(ImportTest, SeveralFilesMakeOneDraft) {
  v1::ImportModelRequest request = RequestOf(kThreagile);
  v1::ImportFile& other = *request.add_files();
  other.set_name("other.yaml");
  other.set_content(
      "title: Till\ndata_assets: {Tax: {id: tax, confidentiality: internal}}\n"
      "technical_assets: {Till: {id: till, type: process, data_assets_processed: [tax]}}\n");
  request.add_files()->set_name("notes.yaml");
  v1::ImportModelResponse draft;
  ExpectOk(Import(request, &draft));
  EXPECT_EQ(draft.format(), "threagile");
  EXPECT_EQ(draft.imported_files_size(), 2);
  ASSERT_EQ(draft.skipped_size(), 1);
  EXPECT_EQ(draft.skipped(0).location(), "notes.yaml");
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(draft.model_yaml(), "draft"));
  ASSERT_EQ(model->proto().components_size(), 1);
  EXPECT_THAT(model->proto().components(0).stores(), ElementsAre("sales"));
  EXPECT_THAT(model->proto().components(0).processes(), ElementsAre("tax"));
}

TEST_F(ImportTest, TheDraftIsKeptBesideTheModelInOneCommit) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kThreagile), &draft));
  v1::PutModelRequest request;
  *request.mutable_context() = ContextOf("till");
  request.mutable_context()->set_model_yaml(draft.model_yaml());
  request.set_imported_yaml(draft.model_yaml());
  v1::PutModelResponse put;
  const auto commit = [&] {
    grpc::ClientContext context;
    return client_.models->PutModel(&context, request, &put);
  };
  ExpectOk(commit());
  EXPECT_EQ(server_.CountCommits(), 1);
  EXPECT_EQ(server_.ReadFile(kKept), draft.model_yaml());
  EXPECT_EQ(server_.ReadFile(".metapowers/.generated/.gitattributes"), "* linguist-generated\n");
  ExpectOk(commit());
  EXPECT_FALSE(put.outcome().changed());

  request.mutable_context()->set_model_yaml(absl::StrReplaceAll(draft.model_yaml(), {{"name: Till", "name: Tills"}}));
  request.clear_imported_yaml();
  ExpectOk(commit());
  EXPECT_EQ(server_.ReadFile(kKept), draft.model_yaml()) << "what is kept stays";

  const std::string next = absl::StrReplaceAll(draft.model_yaml(), {{"name: Till", "name: Tiller"}});
  request.set_imported_yaml(next);
  ExpectOk(commit());
  EXPECT_TRUE(put.outcome().changed());
  EXPECT_EQ(server_.ReadFile(kKept), next);
  EXPECT_THAT(server_.Git("log -1 --format=%s"), HasSubstr("security(till): import"));

  request.set_imported_yaml("id: till\n");
  ExpectError(commit(), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  request.set_imported_yaml(absl::StrReplaceAll(next, {{"id: till\n", "id: other\n"}}));
  ExpectError(commit(), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  EXPECT_EQ(server_.CountCommits(), 3);
}

constexpr char kManifest[] = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: cart, image: "redis:7"}]}
)";

TEST_F(ImportTest, WhatIsKeptOfAnImportIsTheDraftWithTheNamesOfItsElements) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kManifest, "cart.yaml"), &draft));
  EXPECT_THAT(draft.imported_yaml(), StartsWith(draft.model_yaml()));
  EXPECT_THAT(draft.imported_yaml().substr(draft.model_yaml().size()), HasSubstr("cart"));
  ASSERT_OK_AND_ASSIGN(const auto kept, model::Model::Parse(draft.imported_yaml(), "kept"));
  ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(draft.model_yaml(), "draft"));
  EXPECT_EQ(kept->proto().SerializeAsString(), model->proto().SerializeAsString()) << "the names are comments";
  // Of a Threagile model, whose elements have ids of their own, it is the draft.
  ExpectOk(Import(RequestOf(kThreagile), &draft));
  EXPECT_EQ(draft.imported_yaml(), draft.model_yaml());
}

TEST_F(ImportTest, ARefreshKeepsWhatWasImportedUntilTheFilesSaySomethingElse) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kManifest, "cart.yaml"), &draft));
  v1::PutModelRequest put;
  *put.mutable_context() = ContextOf("till");
  put.mutable_context()->set_model_yaml(draft.model_yaml());
  put.set_imported_yaml(draft.imported_yaml());
  v1::PutModelResponse stored;
  grpc::ClientContext putting;
  ExpectOk(client_.models->PutModel(&putting, put, &stored));
  const auto refresh = [this](const std::string& manifest) {
    v1::RefreshModelRequest request;
    request.set_topic("workspaces/w/topics/till");
    v1::ImportFile& file = *request.add_files();
    file.set_name("cart.yaml");
    file.set_content(manifest);
    v1::RefreshModelResponse response;
    grpc::ClientContext context;
    ExpectOk(client_.models->RefreshModel(&context, request, &response));
    return response;
  };
  for (const std::string& same : {std::string(kManifest), absl::StrCat("# Moved.\n\n", kManifest)}) {
    const v1::RefreshModelResponse unmoved = refresh(same);
    EXPECT_EQ(unmoved.changes_size(), 0);
    EXPECT_EQ(unmoved.model_yaml(), draft.model_yaml());
    EXPECT_EQ(unmoved.imported_yaml(), draft.imported_yaml());
  }
  const v1::RefreshModelResponse moved = refresh(absl::StrReplaceAll(kManifest, {{"replicas: 2", "replicas: 3"}}));
  ASSERT_EQ(moved.changes_size(), 1);
  EXPECT_EQ(moved.changes(0).field(), "components[cart].replicas");
  EXPECT_THAT(moved.model_yaml(), HasSubstr("    replicas: 3  # observed cart.yaml:5\n"));
  EXPECT_THAT(moved.imported_yaml(), HasSubstr("    replicas: 3  # observed cart.yaml:5\n"));
  EXPECT_EQ(moved.imported_yaml(), moved.imported().imported_yaml());
}

TEST_F(ImportTest, AFileMayBeAsLargeAsAModel) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(absl::StrCat(kThreagile, std::string(3 << 20, '#'), "\n")), &draft));
}

TEST_F(ImportTest, DecisionsThatStandAreNotOverwritten) {
  server_.Push(kDecisions, "schema_version: \"1\"\n");
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kThreagile), &draft));
  v1::PutModelResponse put;
  ExpectError(Put(draft, &put), grpc::StatusCode::ALREADY_EXISTS, "TOPIC_EXISTS");
  EXPECT_EQ(server_.CountCommits(), 0);
  EXPECT_EQ(server_.ReadFile(kDecisions), "schema_version: \"1\"\n");
}

TEST_F(ImportTest, InvalidDecisionsCommitNothing) {
  v1::ImportModelResponse draft;
  ExpectOk(Import(RequestOf(kThreagile), &draft));
  draft.set_decisions_yaml("drafts: 3\n");
  v1::PutModelResponse put;
  ExpectError(Put(draft, &put), grpc::StatusCode::INVALID_ARGUMENT, "DECISIONS_INVALID");
  EXPECT_EQ(server_.CountCommits(), 0);
}

TEST_F(ImportTest, FaultsHaveThePlaceInTheFile) {
  v1::ImportModelResponse draft;
  const grpc::Status status = Import(RequestOf("technical_assets: {A: {id: a, type: wrong}}\n"), &draft);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  const auto request = DetailOf<google::rpc::BadRequest>(status);
  ASSERT_EQ(request.field_violations_size(), 2);
  EXPECT_THAT(request.field_violations(1).description(), HasSubstr("must be one of external-entity"));
}

TEST_F(ImportTest, RequestsThatMakeNoSense) {
  v1::ImportModelResponse draft;
  v1::ImportModelRequest none;
  none.set_topic_id("till");
  ExpectError(Import(none, &draft), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  v1::ImportModelRequest many = RequestOf(kThreagile);
  for (size_t i = 0; i < kMaxImportFiles; ++i) many.add_files()->set_name("x");
  ExpectError(Import(many, &draft), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  v1::ImportModelRequest name = RequestOf(kThreagile);
  name.set_topic_id("../till");
  ExpectError(Import(name, &draft), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
  ExpectError(Import(RequestOf("a: 1\n"), &draft), grpc::StatusCode::INVALID_ARGUMENT, "IMPORT_EMPTY");
  const grpc::Status large = Import(RequestOf(std::string(kMaxImportBytes + (2 << 20), 'x')), &draft);
  ExpectError(large, grpc::StatusCode::RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE");
  EXPECT_THAT(DetailOf<google::rpc::Help>(large).links(0).description(), HasSubstr("name fewer files"));
  ExpectOk(Import(RequestOf(kThreagile, "a\nid: evil\x1b[31m/b\u202e"), &draft));
  EXPECT_THAT(draft.model_yaml(), StartsWith("# System model of Till, drafted from the Threagile model "));
  ASSERT_TRUE(model::Model::Parse(draft.model_yaml(), "draft").ok());
}

}  // namespace
}  // namespace metapowers::server
