// The history of documents through the API: naming, telling, blaming and undoing commits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "service/server/revisions.h"
#include "service/server/section_blame.h"
#include "service/workspace/draft.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using testing_support::HasError;

constexpr char kTopic[] = "workspaces/w/topics/shop";
constexpr char kIdentify[] = "workspaces/w/topics/shop/documents/01-identify.md";

class HistoryTest : public PipelineTest {
 protected:
  grpc::Status Get(const std::string& revision, v1::GetDocumentResponse* response) {
    grpc::ClientContext context;
    v1::GetDocumentRequest request;
    request.set_name(kIdentify);
    request.set_revision(revision);
    return client_.documents->GetDocument(&context, request, response);
  }
  grpc::Status Tell(const std::string& parent, const std::string& revision, v1::GetRevisionResponse* response) {
    grpc::ClientContext context;
    v1::GetRevisionRequest request;
    request.set_parent(parent);
    request.set_revision(revision);
    return client_.documents->GetRevision(&context, request, response);
  }
  grpc::Status List(const std::string& parent, const std::string& command, int size, const std::string& token,
                    v1::ListRevisionsResponse* response) {
    grpc::ClientContext context;
    v1::ListRevisionsRequest request;
    request.set_parent(parent);
    request.set_command(command);
    request.set_page_size(size);
    request.set_page_token(token);
    return client_.documents->ListRevisions(&context, request, response);
  }
  grpc::Status Blame(const std::string& command, v1::BlameSectionResponse* response) {
    grpc::ClientContext context;
    v1::BlameSectionRequest request;
    request.set_topic(kTopic);
    request.set_command(command);
    return client_.documents->BlameSection(&context, request, response);
  }
  v1::RevertRevisionRequest RevertOf(const std::string& revision, const std::string& topic = "shop") {
    v1::RevertRevisionRequest request;
    request.set_topic("workspaces/w/topics/" + topic);
    request.set_revision(revision);
    return request;
  }
  grpc::Status Revert(const v1::RevertRevisionRequest& request, v1::RevertRevisionResponse* response = nullptr) {
    grpc::ClientContext context;
    v1::RevertRevisionResponse unused;
    return client_.documents->RevertRevision(&context, request, response != nullptr ? response : &unused);
  }
  std::string HeadId() { return server_.Git("rev-parse HEAD"); }
};

TEST_F(HistoryTest, CommitsAreNamedByDigitsAndSteps) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string first = HeadId();
  ExpectOk(client_.Inventory(WithModel("Store")));
  const std::string second = HeadId();
  server_.Push("elsewhere.md", "x\n");
  v1::GetDocumentResponse response;
  for (const auto& [revision, commit] :
       std::vector<std::pair<std::string, std::string>>{{second, second},
                                                        {second.substr(0, 7), second},
                                                        {absl::AsciiStrToUpper(first.substr(0, 12)), first},
                                                        {"HEAD", second},
                                                        {"HEAD~0", second},
                                                        {"HEAD~2", first}}) {
    ExpectOk(Get(revision, &response));
    EXPECT_EQ(response.document().commit(), commit) << revision;
  }
  for (const char* wrong : {"abc", "main", "zzzz", "HEAD~", "HEAD~x", "HEAD~-1", "HEAD~10001", "HEAD^", "--all",
                            "\x1b[31m", "0123456789012345678901234567890123456789a"}) {
    ExpectError(Get(wrong, &response), grpc::StatusCode::INVALID_ARGUMENT, "NAME_INVALID");
  }
  for (const char* absent : {"00000000", "HEAD~99", "0000000000000000000000000000000000000000"}) {
    ExpectError(Get(absent, &response), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
  }
}

TEST_F(HistoryTest, CommitsOfAnotherWorkspaceAreNotFound) {
  ExpectOk(client_.Inventory(WithModel()));
  grpc::ClientContext create;
  v1::CreateWorkspaceRequest other;
  other.set_workspace_id("other");
  v1::CreateWorkspaceResponse created;
  ExpectOk(client_.workspaces->CreateWorkspace(&create, other, &created));
  v1::CommandContext context = WithModel("Elsewhere");
  context.set_topic("workspaces/other/topics/shop");
  v1::PutModelResponse put;
  ExpectOk(client_.PutModel(context, &put));
  v1::GetDocumentResponse response;
  ExpectError(Get(put.outcome().commit(), &response), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
  ExpectError(Get(put.outcome().commit().substr(0, 10), &response), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
  ExpectError(Revert(RevertOf(put.outcome().commit())), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
}

TEST_F(HistoryTest, ACommitIsToldInFull) {
  ExpectOk(client_.Inventory(WithModel()));
  ExpectOk(client_.Inventory(WithModel("Store")));
  v1::GetRevisionResponse command;
  ExpectOk(Tell(kTopic, "", &command));
  EXPECT_EQ(command.revision().commit(), HeadId());
  EXPECT_EQ(command.parent_commit(), server_.Git("rev-parse HEAD~1"));
  EXPECT_EQ(command.revision().command(), "asset-inventory");
  EXPECT_EQ(command.revision().summary(), command.revision().body().substr(0, command.revision().body().find('\n')));
  ASSERT_THAT(command.files(), SizeIs(1));
  EXPECT_EQ(command.files(0).path(), kIdentifyFile);
  EXPECT_EQ(command.files(0).kind(), v1::CHANGE_KIND_CHANGED);
  EXPECT_GT(command.files(0).added_lines(), 0);
  EXPECT_THAT(command.diff(), HasSubstr("@@ ## Asset Inventory\n"));
  EXPECT_EQ(command.results_missing(), "");

  v1::GetRevisionResponse model;
  ExpectOk(Tell(kTopic, "HEAD~1", &model));
  EXPECT_EQ(model.revision().command(), "");
  ASSERT_THAT(model.files(), SizeIs(1));
  EXPECT_THAT(model.diff(), HasSubstr("-name: Shop\n+name: Store\n"));

  v1::GetRevisionResponse first;
  ExpectOk(Tell("workspaces/w", "HEAD~4", &first));
  EXPECT_EQ(first.parent_commit(), "");
  ASSERT_THAT(first.files(), SizeIs(1));
  EXPECT_EQ(first.files(0).kind(), v1::CHANGE_KIND_ADDED);
  ExpectError(Tell(kIdentify, "", &first), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(HistoryTest, AModelOfAnotherTimeIsToldInTextAlone) {
  ExpectOk(client_.Inventory(WithModel()));
  server_.Push(".metapowers/security/shop/system-model.yaml", "id: shop\nbroken: true\n");
  v1::GetRevisionResponse response;
  ExpectOk(Tell(kTopic, "HEAD", &response));
  EXPECT_THAT(response.results_missing(), Not(IsEmpty()));
  EXPECT_THAT(response.diff(), HasSubstr("+broken: true\n"));
}

TEST_F(HistoryTest, BytesThatAreNoTextAreNamedAndNotShown) {
  ExpectOk(client_.Inventory(WithModel()));
  server_.Push(kIdentifyFile, "# \xff\xfe\n");
  v1::GetRevisionResponse response;
  ExpectOk(Tell(kTopic, "HEAD", &response));
  ASSERT_THAT(response.files(), SizeIs(1));
  EXPECT_EQ(response.diff(), "");
}

TEST_F(HistoryTest, ASectionHasAHistoryOfItsOwn) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string first = HeadId();
  ExpectOk(client_.Run("data-classification", ContextOf()));
  server_.Push(kIdentifyFile, absl::StrCat(server_.ReadFile(kIdentifyFile), "\n## Mine\n\ntext\n"));
  ExpectOk(client_.Inventory(WithModel("Store")));
  const std::string second = HeadId();
  v1::ListRevisionsResponse page;
  for (const char* parent : {kTopic, kIdentify}) {
    ExpectOk(List(parent, "security:asset-inventory", 0, "", &page));
    ASSERT_THAT(page.revisions(), SizeIs(2)) << parent;
    EXPECT_EQ(page.revisions(0).commit(), second);
    EXPECT_EQ(page.revisions(1).commit(), first);
    EXPECT_EQ(page.next_page_token(), "");
  }
  ExpectOk(List(kTopic, "asset-inventory", 1, "", &page));
  ASSERT_THAT(page.revisions(), SizeIs(1));
  const std::string token = page.next_page_token();
  ExpectOk(client_.Inventory(WithModel("Later")));
  ExpectOk(List(kTopic, "asset-inventory", 1, token, &page));
  ASSERT_THAT(page.revisions(), SizeIs(1));
  EXPECT_EQ(page.revisions(0).commit(), first) << "pages are a snapshot";

  for (const auto& [parent, command] : std::vector<std::pair<std::string, std::string>>{
           {kTopic, ""}, {kTopic, "data-classification"}, {kIdentify, "asset-inventory"}, {"workspaces/w", ""}}) {
    ExpectError(List(parent, command, 1, token, &page), grpc::StatusCode::INVALID_ARGUMENT, "PAGE_TOKEN_INVALID");
  }
  ExpectError(List("workspaces/w", "asset-inventory", 1, "", &page), grpc::StatusCode::INVALID_ARGUMENT,
              "ARGUMENT_INVALID");
  ExpectError(List("workspaces/w/topics/shop/documents/00-govern.md", "asset-inventory", 1, "", &page),
              grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  ExpectError(List(kTopic, "identify", 1, "", &page), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  ExpectError(List(kTopic, "nope", 1, "", &page), grpc::StatusCode::NOT_FOUND, "COMMAND_UNKNOWN");
}

TEST_F(HistoryTest, EachLineHasItsCommitAndItsCause) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string first = HeadId();
  ExpectOk(client_.Inventory(WithModel("Store")));
  const std::string second = HeadId();
  v1::BlameSectionResponse blame;
  ExpectOk(Blame("asset-inventory", &blame));
  EXPECT_EQ(blame.commit(), second);
  EXPECT_EQ(blame.open_lines(), 0);
  EXPECT_EQ(blame.next_page_token(), "");
  ASSERT_THAT(blame.revisions(), SizeIs(2));
  EXPECT_EQ(blame.revisions(0).revision().commit(), second);
  EXPECT_EQ(blame.revisions(0).cause().commit(), server_.Git("rev-parse HEAD~1"));
  EXPECT_EQ(blame.revisions(1).revision().commit(), first);
  EXPECT_FALSE(blame.revisions(1).has_cause()) << "it is the first";
  EXPECT_EQ(blame.lines(0).text(), "## Asset Inventory");
  EXPECT_EQ(blame.lines(0).commit(), first);
  for (int i = 0; i < blame.lines_size(); ++i) {
    EXPECT_EQ(blame.lines(i).line(), i + 1);
    if (!absl::StrContains(blame.lines(i).text(), "Store")) continue;
    EXPECT_EQ(blame.lines(i).commit(), second);
  }
  ExpectError(Blame("threat-model", &blame), grpc::StatusCode::NOT_FOUND, "DOCUMENT_NOT_FOUND");
  ExpectError(Blame("", &blame), grpc::StatusCode::NOT_FOUND, "COMMAND_UNKNOWN");
}

TEST_F(HistoryTest, WhatACommandWroteIsUndoneAndWrittenAgain) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string old_text = server_.ReadFile(kIdentifyFile);
  ExpectOk(client_.Inventory(WithModel("Store")));
  const std::string new_text = server_.ReadFile(kIdentifyFile);
  const std::string undone = HeadId();
  v1::RevertRevisionResponse response;
  ExpectOk(Revert(RevertOf("HEAD"), &response));
  EXPECT_TRUE(response.outcome().changed());
  EXPECT_EQ(response.outcome().commit(), HeadId());
  EXPECT_EQ(response.reverted(), undone);
  EXPECT_THAT(response.paths(), ElementsAre(kIdentifyFile));
  EXPECT_EQ(server_.ReadFile(kIdentifyFile), old_text);
  EXPECT_EQ(server_.Git("log -1 --format=%s"), "security(shop): revert asset-inventory");
  EXPECT_EQ(server_.Git("log -1 --format='%(trailers:key=Metapowers-Action,valueonly,separator=)'"), "revert");
  EXPECT_EQ(server_.Git("log -1 --format='%(trailers:key=Metapowers-Reverts,valueonly,separator=)'"), undone);
  ExpectOk(client_.Inventory(ContextOf()));
  EXPECT_EQ(server_.ReadFile(kIdentifyFile), new_text) << "it is nobody's edit";
  EXPECT_EQ(server_.Git("fsck --strict --no-progress --no-dangling"), "");
}

TEST_F(HistoryTest, AChangeOfTheModelIsUndoneBesideLaterOnes) {
  ExpectOk(client_.Inventory(WithModel()));
  ExpectOk(client_.PutModel(WithModel("Store")));
  const std::string renamed = HeadId();
  v1::CommandContext more = WithModel("Store");
  more.set_model_yaml(absl::StrCat(more.model_yaml(), "# seen by the team\n"));
  ExpectOk(client_.PutModel(more));
  v1::RevertRevisionResponse response;
  ExpectOk(Revert(RevertOf(renamed.substr(0, 10)), &response));
  EXPECT_EQ(server_.ReadFile(".metapowers/security/shop/system-model.yaml"),
            absl::StrCat(ModelText(), "# seen by the team\n"));
  EXPECT_THAT(response.outcome().summary(), ElementsAre(StartsWith("Undoes "), HasSubstr("\"Store\" → \"Shop\"")));
  EXPECT_THAT(response.outcome().diff(), HasSubstr("-name: Store\n+name: Shop\n"));
}

TEST_F(HistoryTest, AModelThatWouldNotHoldIsNotBroughtBack) {
  server_.Push(".metapowers/security/shop/system-model.yaml", "id: shop\nbroken: true\n");
  ExpectOk(client_.PutModel(WithModel()));
  const std::string head = HeadId();
  ExpectError(Revert(RevertOf(head)), grpc::StatusCode::INVALID_ARGUMENT, "MODEL_INVALID");
  EXPECT_EQ(HeadId(), head);
}

TEST_F(HistoryTest, ALaterChangeOfTheSameLinesIsNamed) {
  ExpectOk(client_.PutModel(WithModel()));
  ExpectOk(client_.PutModel(WithModel("Store")));
  const std::string undone = HeadId();
  ExpectOk(client_.PutModel(WithModel("Market")));
  const std::string later = HeadId();
  const grpc::Status status = Revert(RevertOf(undone));
  ExpectError(status, grpc::StatusCode::ABORTED, "REVERT_CONFLICT");
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  EXPECT_EQ(info.metadata().at("revision"), undone);
  EXPECT_EQ(info.metadata().at("paths"), ".metapowers/security/shop/system-model.yaml");
  EXPECT_EQ(info.metadata().at("commits"), later);
  EXPECT_EQ(HeadId(), later) << "nothing was written";
  ExpectOk(Revert(RevertOf(later)));
  ExpectOk(Revert(RevertOf(undone)));
  EXPECT_EQ(server_.ReadFile(".metapowers/security/shop/system-model.yaml"), ModelText());
}

TEST_F(HistoryTest, ARevertIsCheckedRepeatedAndForeseenAsAnyWritingCall) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string head = HeadId();
  v1::RevertRevisionResponse response;
  v1::RevertRevisionRequest request = RevertOf(head);
  request.set_validate_only(true);
  ExpectOk(Revert(request, &response));
  EXPECT_TRUE(response.outcome().changed());
  EXPECT_EQ(response.outcome().commit(), "");
  EXPECT_THAT(response.outcome().diff(), HasSubstr("+++ /dev/null\n"));
  EXPECT_EQ(HeadId(), head);
  request.set_validate_only(false);
  request.set_expected_head(std::string(40, 'a'));
  ExpectError(Revert(request), grpc::StatusCode::ABORTED, "HEAD_MOVED");
  request.clear_expected_head();
  request.set_topic_etag("\"0\"");
  ExpectError(Revert(request), grpc::StatusCode::ABORTED, "TOPIC_CHANGED");
  request.clear_topic_etag();
  ExpectError(Revert(RevertOf("")), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  request.set_request_id(kRequestId);
  ExpectOk(Revert(request, &response));
  const std::string undone = HeadId();
  EXPECT_NE(undone, head);
  ExpectOk(Revert(request, &response));
  EXPECT_TRUE(response.outcome().replayed());
  EXPECT_EQ(response.outcome().commit(), undone);
  EXPECT_EQ(HeadId(), undone);
  ExpectOk(Revert(RevertOf(head), &response));
  EXPECT_FALSE(response.outcome().changed()) << "nothing of it stands any more";
  EXPECT_EQ(HeadId(), undone);
  server_.Push("elsewhere.md", "x\n");
  ExpectError(Revert(RevertOf(HeadId())), grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
}

TEST_F(HistoryTest, TheLogOfSkippedGatesStays) {
  ExpectOk(client_.Inventory(Ungated()));
  const std::string skips = server_.ReadFile(".metapowers/security/bare/skip-log.md");
  ASSERT_THAT(skips, Not(IsEmpty()));
  v1::RevertRevisionResponse response;
  ExpectOk(Revert(RevertOf("HEAD", "bare"), &response));
  EXPECT_THAT(response.paths(), ElementsAre(".metapowers/security/bare/01-identify.md"));
  EXPECT_EQ(server_.ReadFile(".metapowers/security/bare/skip-log.md"), skips);
  EXPECT_EQ(server_.ReadFile(".metapowers/security/bare/01-identify.md"), "");
}

TEST_F(HistoryTest, SectionsOfOthersAndTextOfPeopleOutliveARevert) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string first = HeadId();
  ExpectOk(client_.Run("data-classification", ContextOf()));
  server_.Push(kIdentifyFile, absl::StrCat("Mine.\n\n", server_.ReadFile(kIdentifyFile)));
  ExpectOk(Revert(RevertOf(first)));
  const std::string text = server_.ReadFile(kIdentifyFile);
  EXPECT_THAT(text, StartsWith("Mine.\n\n# "));
  EXPECT_THAT(text, Not(HasSubstr("## Asset Inventory")));
  EXPECT_THAT(text, HasSubstr("## Data Classification"));
  ExpectOk(client_.Inventory(ContextOf()));
  EXPECT_THAT(server_.ReadFile(kIdentifyFile), HasSubstr("## Asset Inventory"));
}

// A document of many commits, made without a command.
class LongHistoryTest : public BackendTest {
 protected:
  static constexpr char kPath[] = ".metapowers/security/shop/01-identify.md";

  void SetUp() override {
    BackendTest::SetUp();
    ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, backend_->env.registry->Get("w"));
    uid_ = found.uid;
  }
  // A commit whose section has one more row, and its id.
  void Commit(int row) {
    text_ += absl::StrCat("| row ", row, " |\n");
    workspace::Draft draft(backend_->env.engine->Tip(uid_).value());
    const workspace::Identity who{"T", "t@example.org"};
    ASSERT_OK_AND_ASSIGN(const auto commit,
                         draft.AddCommit({{{kPath, text_}}, absl::StrCat("row ", row), who, who, absl::UnixEpoch()}));
    ASSERT_OK(backend_->env.engine->Commit(uid_, draft.batch()));
    ids_.push_back(commit->id);
  }

  std::string uid_;
  std::string text_ = "# Title\n\n## Asset Inventory\n\n";
  std::vector<std::string> ids_;
};

TEST_F(LongHistoryTest, DigitsOfSeveralCommitsAreAmbiguous) {
  std::map<std::string, std::vector<std::string>> by_digits;
  std::string shared;
  for (int i = 0; i < 4000 && shared.empty(); ++i) {
    Commit(i);
    text_.resize(text_.rfind("| row"));
    std::vector<std::string>& same = by_digits[ids_.back().substr(0, 4)];
    same.insert(same.begin(), ids_.back());
    if (same.size() == 2) shared = ids_.back().substr(0, 4);
  }
  ASSERT_NE(shared, "");
  const absl::Status status = ResolveRevision(*backend_->env.engine, uid_, {"w", "shop", ""}, shared).status();
  EXPECT_THAT(status, HasError(absl::StatusCode::kInvalidArgument, "REVISION_AMBIGUOUS", HasSubstr(shared)));
  EXPECT_EQ(DetailsOf(status).metadata.at("candidates"), absl::StrJoin(by_digits[shared], ","));
  for (const std::string& id : by_digits[shared]) {
    EXPECT_EQ(ResolveRevision(*backend_->env.engine, uid_, {"w", "shop", ""}, id.substr(0, 16)).value(), id);
  }
}

TEST_F(LongHistoryTest, BlameGoesOnWhereAPageEnded) {
  for (int i = 0; i < 300; ++i) Commit(i);
  v1::BlameSectionRequest request;
  request.set_topic("workspaces/w/topics/shop");
  request.set_command("asset-inventory");
  std::map<std::string, std::string> found;
  int pages = 0;
  v1::BlameSectionResponse response;
  do {
    request.set_page_token(response.next_page_token());
    response.Clear();
    Call call("/metapowers.v1.DocumentService/BlameSection", "test", "", absl::InfiniteFuture(), *backend_->env.clock);
    ASSERT_OK(BlameSection(*backend_, call, request, response));
    for (const auto& line : response.lines()) found[line.text()] = line.commit();
    if (++pages == 1) {
      EXPECT_EQ(response.looked_back_to(), ids_[300 - 256]);
      EXPECT_EQ(response.open_lines(), 300 - 256 + 2);
      Commit(300);  // a later commit does not shift the pages
    }
  } while (!response.next_page_token().empty());
  EXPECT_EQ(pages, 2);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(found[absl::StrCat("| row ", i, " |")], ids_[static_cast<size_t>(i)]) << i;
  EXPECT_EQ(found["## Asset Inventory"], ids_.front());
}

}  // namespace
}  // namespace metapowers::server
