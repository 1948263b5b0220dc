// What of history is bounded or asked about: long diffs, deep paths, where a listing begins, what a revert removes.
#include "service/server/revisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/workspace/draft.h"
#include "tests/server/pipeline_fixture.h"
#include "tests/support/status_matchers.h"

namespace metapowers::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTopic[] = "workspaces/w/topics/shop";

class RevisionBoundsTest : public PipelineTest {
 protected:
  grpc::Status Tell(const std::string& parent, const std::string& revision, v1::GetRevisionResponse* response) {
    grpc::ClientContext context;
    v1::GetRevisionRequest request;
    request.set_parent(parent);
    request.set_revision(revision);
    return client_.documents->GetRevision(&context, request, response);
  }
  grpc::Status List(const std::string& command, const std::string& revision, v1::ListRevisionsResponse* response) {
    grpc::ClientContext context;
    v1::ListRevisionsRequest request;
    request.set_parent(kTopic);
    request.set_command(command);
    request.set_page_size(1);
    request.set_revision(revision);
    return client_.documents->ListRevisions(&context, request, response);
  }
  grpc::Status Revert(const v1::RevertRevisionRequest& request) {
    grpc::ClientContext context;
    v1::RevertRevisionResponse response;
    return client_.documents->RevertRevision(&context, request, &response);
  }
  grpc::Status Compare(const std::string& base, v1::CompareRevisionsResponse* response) {
    grpc::ClientContext context;
    v1::CompareRevisionsRequest request;
    request.set_topic(kTopic);
    request.set_base(base);
    return client_.documents->CompareRevisions(&context, request, response);
  }
  std::string HeadId() { return server_.Git("rev-parse HEAD"); }
};

TEST_F(RevisionBoundsTest, ADiffThatIsTooLongIsLeftOut) {
  const auto push = [&](const std::string& name, size_t bytes) {
    std::string text;
    while (text.size() < bytes) absl::StrAppend(&text, "line ", text.size(), "\n");
    server_.Push(absl::StrCat(".metapowers/security/shop/", name), text);
  };
  push("long.md", 2 << 20);
  v1::GetRevisionResponse response;
  ExpectOk(Tell(kTopic, "", &response));
  ASSERT_THAT(response.files(), SizeIs(1));
  EXPECT_TRUE(response.files(0).diff_omitted());
  EXPECT_EQ(response.diff(), "");
  push("short.md", 10'000);
  ExpectOk(Tell(kTopic, "", &response));
  EXPECT_FALSE(response.files(0).diff_omitted());
  EXPECT_GT(response.files(0).added_lines(), 0);
}

TEST_F(RevisionBoundsTest, DiffsAreBoundedInAll) {
  std::string text;
  while (text.size() < 700'000) absl::StrAppend(&text, "line ", text.size(), "\n");
  ASSERT_OK_AND_ASSIGN(const auto base, Head());
  workspace::Draft draft(base);
  std::vector<workspace::FileChange> files;
  for (int i = 0; i < 8; ++i) files.push_back({absl::StrCat(".metapowers/security/shop/", i, ".md"), text});
  const workspace::Identity who{"T", "t@example.org"};
  ASSERT_OK(draft.AddCommit({std::move(files), "many", who, who, absl::UnixEpoch()}).status());
  ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, registry_->Get("w"));
  ASSERT_OK(engine_->Commit(found.uid, draft.TakeBatch()));
  v1::GetRevisionResponse response;
  ExpectOk(Tell(kTopic, "", &response));
  EXPECT_LE(response.diff().size(), 3 << 20);
  int omitted = 0;
  for (const v1::FileChange& file : response.files()) omitted += file.diff_omitted() ? 1 : 0;
  EXPECT_EQ(omitted, 4);
  v1::CompareRevisionsResponse compared;
  ExpectOk(Compare("", &compared));
  EXPECT_LE(compared.diff().size(), 3 << 20);
  EXPECT_THAT(compared.paths(), SizeIs(9)) << "and the document of the fixture";
  EXPECT_THAT(compared.diff_omitted(), SizeIs(4));
}

TEST_F(RevisionBoundsTest, AComparisonLeavesOutWhatIsTooLongOrNoText) {
  const std::string base = HeadId();
  const std::string folder = ".metapowers/security/shop/";
  std::string text;
  while (text.size() < (2 << 20)) absl::StrAppend(&text, "line ", text.size(), "\n");
  server_.Push(folder + "long.md", text);
  server_.Push(folder + "latin.md", "caf\xe9\n");
  server_.Push(folder + "short.txt", "one line\n");
  v1::CompareRevisionsResponse response;
  ExpectOk(Compare(base, &response));
  EXPECT_THAT(response.paths(), ElementsAre(folder + "latin.md", folder + "long.md", folder + "short.txt"));
  EXPECT_THAT(response.diff_omitted(), ElementsAre(folder + "long.md"));
  EXPECT_THAT(response.diff(), HasSubstr("+one line\n"));
}

TEST_F(RevisionBoundsTest, FilesTooDeepForTheServiceArePassedOver) {
  std::string deep = ".metapowers/security/shop";
  for (int i = 0; i < 20; ++i) absl::StrAppend(&deep, "/d");
  server_.Push(deep + "/x.md", "x\n");
  v1::GetRevisionResponse response;
  ExpectOk(Tell(kTopic, HeadId(), &response));
  EXPECT_THAT(response.files(), IsEmpty());
}

TEST_F(RevisionBoundsTest, AListingBeginsAtTheCommitThatIsNamed) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string first = HeadId();
  ExpectOk(client_.Inventory(WithModel("Store")));
  ExpectOk(client_.Inventory(WithModel("Mall")));
  v1::ListRevisionsResponse response;
  for (const char* command : {"", "asset-inventory"}) {
    ExpectOk(List(command, first.substr(0, 12), &response));
    ASSERT_THAT(response.revisions(), SizeIs(1));
    EXPECT_EQ(response.revisions(0).commit(), first);
  }
  ExpectError(List("", "00000000", &response), grpc::StatusCode::NOT_FOUND, "REVISION_NOT_FOUND");
}

TEST_F(RevisionBoundsTest, ARevertRemovesTheModelOnlyWhenAsked) {
  ExpectOk(client_.PutModel(WithModel("Shop", "bare")));
  const std::string head = HeadId();
  v1::RevertRevisionRequest request;
  request.set_topic("workspaces/w/topics/bare");
  request.set_revision("HEAD");
  const grpc::Status status = Revert(request);
  ExpectError(status, grpc::StatusCode::INVALID_ARGUMENT, "ARGUMENT_INVALID");
  EXPECT_THAT(DetailOf<google::rpc::Help>(status).links(0).description(), HasSubstr("--yes"));
  EXPECT_EQ(HeadId(), head);
  request.set_validate_only(true);
  ExpectOk(Revert(request));
  request.set_validate_only(false);
  request.set_remove_model(true);
  ExpectOk(Revert(request));
  EXPECT_EQ(server_.ReadFile(".metapowers/security/bare/system-model.yaml"), "");
}

}  // namespace
}  // namespace metapowers::server
