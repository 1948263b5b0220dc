// The services besides the commands: workspaces, documents, models, status, information.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/text_format.h"
#include "service/base/ids.h"
#include "service/model/model.h"
#include "service/server/archetypes.h"
#include "service/server/version.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ServicesTest : public PipelineTest {
 protected:
  grpc::Status Create(const std::string& id, v1::CreateWorkspaceResponse* response = nullptr) {
    grpc::ClientContext context;
    v1::CreateWorkspaceRequest request;
    request.set_workspace_id(id);
    v1::CreateWorkspaceResponse unused;
    return client_.workspaces->CreateWorkspace(&context, request, response != nullptr ? response : &unused);
  }
  grpc::Status List(int size, const std::string& token, v1::ListWorkspacesResponse* response) {
    grpc::ClientContext context;
    v1::ListWorkspacesRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    return client_.workspaces->ListWorkspaces(&context, request, response);
  }
  grpc::Status GetDocument(const std::string& name, const std::string& revision, const std::string& command,
                           v1::GetDocumentResponse* response) {
    grpc::ClientContext context;
    v1::GetDocumentRequest request;
    request.set_name(name);
    request.set_revision(revision);
    request.set_command(command);
    return client_.documents->GetDocument(&context, request, response);
  }
  grpc::Status Export(const v1::ExportRequest& request, v1::ExportResponse* response) {
    grpc::ClientContext context;
    return client_.exports->Export(&context, request, response);
  }
  grpc::Status Revisions(const std::string& parent, int size, const std::string& token,
                         v1::ListRevisionsResponse* response) {
    grpc::ClientContext context;
    v1::ListRevisionsRequest request;
    request.set_parent(parent);
    request.set_page_size(size);
    request.set_page_token(token);
    return client_.documents->ListRevisions(&context, request, response);
  }
  v1::GetTopicStatusResponse Status(const std::string& topic = "shop") {
    grpc::ClientContext context;
    v1::GetTopicStatusRequest request;
    request.set_topic("workspaces/w/topics/" + topic);
    v1::GetTopicStatusResponse response;
    ExpectOk(client_.workflows->GetTopicStatus(&context, request, &response));
    return response;
  }
  v1::SectionState StateOf(const v1::GetTopicStatusResponse& status, const std::string& command) {
    for (const v1::CommandStatus& row : status.commands()) {
      if (row.command() == command) return row.state();
    }
    return v1::SECTION_STATE_UNSPECIFIED;
  }
};

TEST_F(ServicesTest, WorkspacesAreMadeOnceAndListedInPages) {
  for (const char* id : {"a", "c", "b"}) ExpectOk(Create(id));
  ExpectError(Create("b"), grpc::StatusCode::ALREADY_EXISTS, "WORKSPACE_EXISTS");
  for (const char* id : {"", "../x", "A", "a/b"}) {
    ExpectError(Create(id), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
  }
  std::vector<std::string> names;
  v1::ListWorkspacesResponse page;
  do {
    const std::string token = page.next_page_token();
    ExpectOk(List(3, token, &page));
    EXPECT_LE(page.workspaces_size(), 3);
    for (const auto& workspace : page.workspaces()) names.push_back(workspace.name());
  } while (!page.next_page_token().empty());
  EXPECT_THAT(names, ElementsAre("workspaces/a", "workspaces/b", "workspaces/c", "workspaces/w"));
  ExpectError(List(3, "bm9uc2Vuc2U", &page), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
  ExpectError(List(-1, "", &page), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(ServicesTest, AWorkspaceTellsItsTopics) {
  ExpectOk(client_.PutModel(WithModel()));
  ExpectOk(client_.PutModel(WithModel("Other", "another")));
  grpc::ClientContext context;
  v1::GetWorkspaceRequest request;
  request.set_name("workspaces/w");
  v1::GetWorkspaceResponse response;
  ExpectOk(client_.workspaces->GetWorkspace(&context, request, &response));
  EXPECT_THAT(response.workspace().topics(), ElementsAre("workspaces/w/topics/another", "workspaces/w/topics/shop"));
  EXPECT_EQ(response.workspace().head(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(response.workspace().revision(), 3);
  EXPECT_EQ(response.workspace().create_time().seconds(), 1772366400);
}

TEST_F(ServicesTest, WorkspacesSurviveARestart) {
  ExpectOk(client_.Inventory(WithModel()));
  server_.Restart();
  v1::CommandContext context = ContextOf();
  identify::AssetInventoryResponse response;
  ExpectOk(Client(server_.channel()).Inventory(context, &response));
  EXPECT_FALSE(response.outcome().changed());
}

TEST_F(ServicesTest, DocumentsAreReadWholeInPartAndInThePast) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string old_head = server_.Git("rev-parse HEAD");
  const std::string old_text = server_.ReadFile(kIdentifyFile);
  ExpectOk(client_.Inventory(WithModel("Store")));
  const std::string name = "workspaces/w/topics/shop/documents/01-identify.md";
  v1::GetDocumentResponse response;
  ExpectOk(GetDocument(name, "", "", &response));
  EXPECT_EQ(response.document().markdown(), server_.ReadFile(kIdentifyFile));
  EXPECT_EQ(response.document().commit(), server_.Git("rev-parse HEAD"));
  EXPECT_THAT(response.document().commands(), ElementsAre("asset-inventory"));
  EXPECT_EQ(response.document().size(), static_cast<int64_t>(response.document().markdown().size()));
  ExpectOk(GetDocument(name, old_head, "", &response));
  EXPECT_EQ(response.document().markdown(), old_text);
  ExpectOk(GetDocument(name, "", "asset-inventory", &response));
  EXPECT_THAT(response.document().markdown(), StartsWith("## Asset Inventory\n"));
  EXPECT_THAT(response.document().markdown(), Not(HasSubstr("Planning assistance")));
  ExpectError(GetDocument(name, old_head, "threat-model", &response), grpc::StatusCode::NOT_FOUND,
              "DOCUMENT_NOT_FOUND");
  ExpectError(GetDocument(name, std::string(40, 'a'), "", &response), grpc::StatusCode::NOT_FOUND,
              "REVISION_NOT_FOUND");
  EXPECT_EQ(GetDocument(name, "main", "", &response).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ExpectError(GetDocument("workspaces/w/topics/shop/documents/05-recover.md", "", "", &response),
              grpc::StatusCode::NOT_FOUND, "DOCUMENT_NOT_FOUND");
  ExpectError(GetDocument("workspaces/w/topics/shop/documents/system-model.yaml", "", "", &response),
              grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
}

TEST_F(ServicesTest, ListsDocuments) {
  ExpectOk(client_.Run("all", WithModel()));
  grpc::ClientContext context;
  v1::ListDocumentsRequest request;
  request.set_topic("workspaces/w/topics/shop");
  v1::ListDocumentsResponse response;
  ExpectOk(client_.documents->ListDocuments(&context, request, &response));
  ASSERT_GE(response.documents_size(), 2);
  EXPECT_EQ(response.documents(0).name(), "workspaces/w/topics/shop/documents/00-govern.md");
  EXPECT_EQ(response.documents(0).markdown(), "");
  EXPECT_GT(response.documents(1).size(), 0);
  request.set_topic("workspaces/w/topics/none");
  grpc::ClientContext second;
  ExpectError(client_.documents->ListDocuments(&second, request, &response), grpc::StatusCode::NOT_FOUND,
              "TOPIC_NOT_FOUND");
}

TEST_F(ServicesTest, EveryFormatIsExportedAsOfARevision) {
  ExpectOk(client_.PutModel(WithModel()));
  ExpectOk(client_.Inventory(ContextOf()));
  v1::ExportRequest request;
  request.set_topic("workspaces/w/topics/shop");
  for (int number = v1::ExportFormat_MIN; number <= v1::ExportFormat_MAX; ++number) {
    if (!v1::ExportFormat_IsValid(number) || number == v1::EXPORT_FORMAT_UNSPECIFIED) continue;
    SCOPED_TRACE(number);
    request.set_format(static_cast<v1::ExportFormat>(number));
    request.set_revision("");
    v1::ExportResponse response;
    ExpectOk(Export(request, &response));
    EXPECT_EQ(response.commit().size(), 40u);
    ASSERT_GT(response.files_size(), 0);
    for (const v1::ExportedFile& file : response.files()) {
      EXPECT_NE(file.mark(), "") << file.name();
      EXPECT_THAT(file.text(), HasSubstr(file.mark())) << file.name();
    }
    request.set_revision(response.commit());
    v1::ExportResponse again;
    ExpectOk(Export(request, &again));
    EXPECT_EQ(again.SerializeAsString(), response.SerializeAsString());
  }
}

TEST_F(ServicesTest, ExportsSayWhatIsMissing) {
  v1::ExportRequest request;
  v1::ExportResponse response;
  request.set_format(v1::EXPORT_FORMAT_SIGMA);
  request.set_topic("workspaces/w/topics/none");
  ExpectError(Export(request, &response), grpc::StatusCode::NOT_FOUND, "TOPIC_NOT_FOUND");
  request.set_topic("workspaces/w/topics/shop");
  ExpectError(Export(request, &response), grpc::StatusCode::FAILED_PRECONDITION, "MODEL_MISSING");
  ExpectOk(client_.PutModel(WithModel("Bare", "bare")));
  request.set_topic("workspaces/w/topics/bare");
  for (const v1::ExportFormat format : {v1::EXPORT_FORMAT_JSON, v1::EXPORT_FORMAT_CSV, v1::EXPORT_FORMAT_HTML}) {
    request.set_format(format);
    ExpectError(Export(request, &response), grpc::StatusCode::NOT_FOUND, "DOCUMENT_NOT_FOUND");
  }
  request.set_format(v1::EXPORT_FORMAT_UNSPECIFIED);
  ExpectError(Export(request, &response), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(ServicesTest, RevisionPagesAreASnapshot) {
  for (int i = 0; i < 5; ++i) ExpectOk(client_.PutModel(WithModel(absl::StrCat("Shop ", i))));
  ExpectOk(client_.PutModel(WithModel("Other", "other")));
  const std::string topic = "workspaces/w/topics/shop";
  v1::ListRevisionsResponse page;
  ExpectOk(Revisions(topic, 2, "", &page));
  std::vector<int64_t> seen;
  for (const auto& revision : page.revisions()) seen.push_back(revision.revision());
  ExpectOk(client_.PutModel(WithModel("Later")));
  while (!page.next_page_token().empty()) {
    const std::string token = page.next_page_token();
    ExpectError(Revisions("workspaces/w", 2, token, &page), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
    page.Clear();
    ExpectOk(Revisions(topic, 2, token, &page));
    for (const auto& revision : page.revisions()) seen.push_back(revision.revision());
  }
  EXPECT_THAT(seen, ElementsAre(6, 5, 4, 3, 2, 1));
  ExpectOk(Revisions("workspaces/w", 1, "", &page));
  EXPECT_EQ(page.revisions(0).commit(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(page.revisions(0).subject(), "security(shop): model");
  EXPECT_EQ(page.revisions(0).topic(), "shop");
  EXPECT_EQ(page.revisions(0).command(), "");
  ExpectError(Revisions("workspaces/w/topics/none", 2, "", &page), grpc::StatusCode::NOT_FOUND, "TOPIC_NOT_FOUND");
}

TEST_F(ServicesTest, SettledRevisionsWaitForTheWriterAndOthersDoNot) {
  absl::Notification inside;
  absl::Notification go;
  hooks_.before_commit = [&] {  // which has the writer's turn
    inside.Notify();
    go.WaitForNotification();
  };
  grpc::Status written;
  std::thread writer([&] { written = client_.PutModel(WithModel()); });
  inside.WaitForNotification();

  v1::ListRevisionsRequest request;
  request.set_parent("workspaces/w");
  const auto list = [&](bool settled, absl::Time deadline, v1::ListRevisionsResponse& response) {
    request.set_settled(settled);
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(deadline));
    return client_.documents->ListRevisions(&context, request, &response);
  };
  v1::ListRevisionsResponse meanwhile;
  ExpectOk(list(false, absl::InfiniteFuture(), meanwhile));
  EXPECT_EQ(meanwhile.revisions_size(), 1) << "only what the fixture has pushed";
  // However long it is given, this call cannot end well while the writer stands still.
  v1::ListRevisionsResponse never;
  const absl::Time soon = absl::Now() + absl::Milliseconds(200);
  EXPECT_EQ(list(true, soon, never).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);

  go.Notify();
  writer.join();
  ExpectOk(written);
  v1::ListRevisionsResponse after;
  ExpectOk(list(true, absl::InfiniteFuture(), after));
  ASSERT_EQ(after.revisions_size(), 2);
  EXPECT_EQ(after.revisions(0).subject(), "security(shop): model");
}

TEST_F(ServicesTest, ComparisonsApplyWithStockGit) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string base = server_.Git("rev-parse HEAD");
  ExpectOk(client_.Inventory(WithModel("Store")));
  grpc::ClientContext context;
  v1::CompareRevisionsRequest request;
  request.set_topic("workspaces/w/topics/shop");
  request.set_base(base);
  v1::CompareRevisionsResponse response;
  ExpectOk(client_.documents->CompareRevisions(&context, request, &response));
  EXPECT_THAT(response.paths(), ElementsAre(kIdentifyFile, ".metapowers/security/shop/system-model.yaml"));
  const std::string patch = ::testing::TempDir() + NewUuid() + ".patch";
  std::ofstream(patch, std::ios::binary) << response.diff();
  const std::string tree = ::testing::TempDir() + NewUuid();
  server_.Git(absl::StrCat("clone -q . '", tree, "' && cd '", tree, "' && git checkout -q ", base, " && git apply '",
                           patch, "' && git diff --exit-code origin/HEAD"));
  std::filesystem::remove_all(tree);
  std::filesystem::remove(patch);
}

TEST_F(ServicesTest, ModelsArePutReadAndValidated) {
  v1::PutModelResponse put;
  ExpectOk(client_.PutModel(WithModel(), &put, true));
  EXPECT_TRUE(put.outcome().changed());
  EXPECT_EQ(put.outcome().commit(), server_.Git("rev-parse HEAD"));
  ExpectError(client_.PutModel(WithModel("Store"), nullptr, true), grpc::StatusCode::ALREADY_EXISTS, "TOPIC_EXISTS");
  ExpectOk(client_.PutModel(WithModel(), &put));
  EXPECT_FALSE(put.outcome().changed());
  EXPECT_EQ(server_.CountCommits(), 1);
  ExpectError(client_.PutModel(ContextOf()), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");

  grpc::ClientContext get_context;
  v1::GetModelRequest get;
  get.set_topic("workspaces/w/topics/shop");
  v1::GetModelResponse got;
  ExpectOk(client_.models->GetModel(&get_context, get, &got));
  EXPECT_EQ(got.model_yaml(), ModelText()) << "the text is kept as it is";
  EXPECT_EQ(got.model().name(), "Shop");
  EXPECT_EQ(got.blob(), server_.Git("rev-parse HEAD:.metapowers/security/shop/system-model.yaml"));

  v1::ValidateModelRequest validate;
  validate.set_model_yaml(ModelText() + "nonsense: 1\n");
  validate.set_file_name("my.yaml");
  v1::ValidateModelResponse faults;
  grpc::ClientContext validate_context;
  ExpectOk(client_.models->ValidateModel(&validate_context, validate, &faults));
  ASSERT_EQ(faults.faults_size(), 1);
  EXPECT_THAT(faults.faults(0).location(), StartsWith("my.yaml:"));
}

TEST_F(ServicesTest, TheSchemaIsJson) {
  grpc::ClientContext context;
  v1::GetModelSchemaResponse response;
  ExpectOk(client_.models->GetModelSchema(&context, {}, &response));
  EXPECT_THAT(response.json_schema(), HasSubstr("https://json-schema.org/draft/2020-12/schema"));
}

TEST_F(ServicesTest, EveryArchetypeIsAValidDraft) {
  std::ifstream file("deploy/examples/archetypes.textproto");
  const std::string manifest{std::istreambuf_iterator<char>(file), {}};
  v1::ListArchetypesResponse declared;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(manifest, &declared));
  grpc::ClientContext context;
  v1::ListArchetypesResponse listed;
  ExpectOk(client_.models->ListArchetypes(&context, {}, &listed));
  EXPECT_EQ(listed.archetypes_size(), declared.archetypes_size()) << "each has its model";
  std::string previous;
  for (const v1::Archetype& archetype : listed.archetypes()) {
    EXPECT_LT(previous, archetype.name());
    previous = archetype.name();
    grpc::ClientContext draft_context;
    v1::DraftModelRequest request;
    request.set_archetype(archetype.name());
    request.set_topic_id("my-topic");
    v1::DraftModelResponse draft;
    ExpectOk(client_.models->DraftModel(&draft_context, request, &draft));
    ASSERT_OK_AND_ASSIGN(const auto model, model::Model::Parse(draft.model_yaml(), "draft"));
    EXPECT_EQ(model->proto().id(), "my-topic");
  }
  v1::DraftModelRequest request;
  v1::DraftModelResponse draft;
  request.set_topic_id("t");
  request.set_archetype("fintech");
  grpc::ClientContext unknown;
  ExpectError(client_.models->DraftModel(&unknown, request, &draft), grpc::StatusCode::NOT_FOUND, "ARCHETYPE_UNKNOWN");
  request.set_topic_id("../x");
  grpc::ClientContext hostile;
  ExpectError(client_.models->DraftModel(&hostile, request, &draft), grpc::StatusCode::INVALID_ARGUMENT,
              "NAME_INVALID");
}

TEST_F(ServicesTest, APlannedCommandIsListedAsPlanned) {
  ExpectOk(client_.PutModel(WithModel()));
  const Planned planned("security-policy");
  const v1::GetTopicStatusResponse status = Status();
  EXPECT_EQ(StateOf(status, "security-policy"), v1::SECTION_STATE_PLANNED);
  EXPECT_NE(status.next_command(), "security-policy");
}

TEST_F(ServicesTest, StatusFollowsModelAndText) {
  ExpectOk(client_.PutModel(WithModel()));
  v1::GetTopicStatusResponse status = Status();
  EXPECT_TRUE(status.has_model());
  EXPECT_EQ(status.commands_size(), 39);
  EXPECT_EQ(StateOf(status, "asset-inventory"), v1::SECTION_STATE_MISSING);
  EXPECT_EQ(StateOf(status, status.next_command()), v1::SECTION_STATE_MISSING);
  EXPECT_EQ(status.head(), server_.Git("rev-parse HEAD"));
  EXPECT_EQ(status.topic_etag(), absl::StrCat("\"", server_.Git("rev-parse HEAD:.metapowers/security/shop"), "\""));
  EXPECT_FALSE(status.questions().empty());

  ExpectOk(client_.Run("all", ContextOf()));
  status = Status();
  for (const v1::CommandStatus& row : status.commands()) {
    EXPECT_EQ(row.state(), v1::SECTION_STATE_CURRENT) << row.command();
  }
  EXPECT_EQ(status.next_command(), "");

  ExpectOk(client_.Inventory(WithModel("Store")));
  status = Status();
  EXPECT_EQ(StateOf(status, "asset-inventory"), v1::SECTION_STATE_CURRENT);

  ExpectOk(client_.PutModel(WithModel("Shop & Sons")));
  status = Status();
  EXPECT_EQ(StateOf(status, "asset-inventory"), v1::SECTION_STATE_STALE);
  EXPECT_NE(status.next_command(), "");
}

TEST_F(ServicesTest, StatusCountsSkippedGates) {
  ExpectOk(client_.Inventory(Ungated("Shop", "bare")));
  EXPECT_EQ(Status("bare").skipped_gates(), 1);
  EXPECT_EQ(Status("shop").skipped_gates(), 0);
}

TEST_F(ServicesTest, TellsVersions) {
  grpc::ClientContext context;
  v1::GetServerInfoResponse response;
  ExpectOk(client_.info->GetServerInfo(&context, {}, &response));
  EXPECT_EQ(response.version(), kVersion);
  EXPECT_THAT(response.libgit2_version(), StartsWith("1."));
  EXPECT_FALSE(response.catalogue_version().empty());
}

TEST_F(ServicesTest, ListsEveryCommandWithItsMethod) {
  grpc::ClientContext context;
  v1::ListCommandsResponse response;
  ExpectOk(client_.workflows->ListCommands(&context, {}, &response));
  ASSERT_EQ(response.commands_size(), 39);
  EXPECT_EQ(response.commands(6).command().id(), "threat-model");
  EXPECT_EQ(response.commands(6).method(), "metapowers.security.identify.v1.IdentifyService/ThreatModel");
  EXPECT_FALSE(response.commands(5).planned()) << "asset-inventory";
}

}  // namespace
}  // namespace metapowers::server
