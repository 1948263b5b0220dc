#include "service/server/section_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "metapowers/v1/report_service.grpc.pb.h"
#include "service/server/document_frame.h"
#include "service/server/edit_authors.h"
#include "service/server/written_copy.h"
#include "service/workspace/draft.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using testing_support::HasError;

using SectionGuardTest = PipelineTest;

TEST(FindSectionTest, LeavesTheClosingNoteOut) {
  const std::string document = absl::StrCat("# T\n\n## A\n\na\n\n## B\n\nb\n\n", NoteLabel(), " words.\n");
  EXPECT_EQ(FindSection(document, "A"), "## A\n\na");
  EXPECT_EQ(FindSection(document, "B"), "## B\n\nb");
  EXPECT_EQ(FindSection(document, "C"), absl::nullopt);
}

TEST_F(SectionGuardTest, KeepsTextOutsideOfSections) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string before = server_.ReadFile(kIdentifyFile);
  server_.Push(kIdentifyFile, absl::StrCat(before, "\n## Our own notes\n\nKeep me.\n"));
  ExpectOk(client_.Inventory(WithModel("Store")));
  EXPECT_THAT(server_.ReadFile(kIdentifyFile), HasSubstr("## Our own notes\n\nKeep me.\n"));
  EXPECT_THAT(server_.ReadFile(kIdentifyFile), HasSubstr("Store"));
}

TEST_F(SectionGuardTest, DoesNotOverwriteWhatItDoesNotKnow) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string edited =
      absl::StrReplaceAll(server_.ReadFile(kIdentifyFile), {{"### Asset Register\n", "### Asset Register\n\nMine.\n"}});
  const std::string model = ModelText();
  TestServer squashed;  // the same files with the edit: what was generated is not known there
  squashed.Push(".metapowers/security/shop/system-model.yaml", model);
  squashed.Push(kIdentifyFile, edited);
  squashed.Push(kGovernFile, "# Govern: shop\n");
  const std::string head = squashed.Git("rev-parse HEAD");
  Client client(squashed.channel());
  const grpc::Status status = client.Inventory(WithModel("Store"));
  ExpectError(status, grpc::StatusCode::ABORTED, "SECTION_EDITED");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("section"), "Asset Inventory");
  EXPECT_EQ(squashed.Git("rev-parse HEAD"), head);
}

TEST_F(SectionGuardTest, KnowsItsOwnSectionInSquashedHistory) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string document = server_.ReadFile(kIdentifyFile);
  const std::string model = ModelText();
  TestServer squashed;  // the same files, brought by somebody's commits without our trailers
  squashed.Push(".metapowers/security/shop/system-model.yaml", model);
  squashed.Push(kIdentifyFile, document);
  squashed.Push(kGovernFile, "# Govern: shop\n");
  Client client(squashed.channel());
  ExpectOk(client.Inventory(WithModel("Store")));
  EXPECT_THAT(squashed.ReadFile(kIdentifyFile), HasSubstr("Store"));
}

TEST_F(SectionGuardTest, SurfacesMalformedDocuments) {
  ExpectOk(client_.Inventory(WithModel()));
  const std::string document = server_.ReadFile(kIdentifyFile);
  server_.Push(kIdentifyFile, absl::StrCat(document, "\n```\nnever closed\n"));
  ExpectError(client_.Inventory(WithModel("Store")), grpc::StatusCode::FAILED_PRECONDITION, "DOCUMENT_MALFORMED");
  server_.Push(kIdentifyFile, absl::StrCat(document, "\n## Asset Inventory\n\ntwice\n"));
  ExpectError(client_.Inventory(WithModel("Store")), grpc::StatusCode::FAILED_PRECONDITION, "DOCUMENT_MALFORMED");
}

class DocumentFaultTest : public PipelineTest {
 protected:
  v1::GetTopicStatusResponse Status() {
    v1::GetTopicStatusRequest request;
    request.set_topic("workspaces/w/topics/shop");
    v1::GetTopicStatusResponse response;
    grpc::ClientContext context;
    ExpectOk(client_.workflows->GetTopicStatus(&context, request, &response));
    return response;
  }
  static v1::SectionState StateOf(const v1::GetTopicStatusResponse& status, const std::string& command) {
    for (const v1::CommandStatus& row : status.commands()) {
      if (row.command() == command) return row.state();
    }
    return v1::SECTION_STATE_UNSPECIFIED;
  }
};

TEST_F(DocumentFaultTest, OfASectionThatStandsTwiceIsOneLineOfStatusAndReport) {
  ExpectOk(client_.Run("identify", WithModel()));
  const std::string document = server_.ReadFile(kIdentifyFile);
  server_.Push(kIdentifyFile, absl::StrCat(document, "\n## Asset Inventory\n\ntwice\n"));
  const v1::GetTopicStatusResponse status = Status();
  EXPECT_EQ(StateOf(status, "asset-inventory"), v1::SECTION_STATE_EDITED);
  EXPECT_EQ(StateOf(status, "threat-model"), v1::SECTION_STATE_CURRENT);
  ASSERT_EQ(status.document_faults_size(), 1);
  const v1::DocumentFault& fault = status.document_faults(0);
  EXPECT_EQ(fault.document(), "01-identify.md");
  EXPECT_THAT(fault.commands(), ElementsAre("asset-inventory"));
  EXPECT_THAT(fault.lines(), SizeIs(2));
  EXPECT_THAT(fault.problem(), AllOf(HasSubstr("01-identify.md: the heading '## Asset Inventory' stands in lines 5, "),
                                     HasSubstr(absl::StrCat(", ", fault.lines(1)))));
  EXPECT_THAT(fault.mend(), HasSubstr("remove the copy, or give it a heading of its own"));

  const auto reports = v1::ReportService::NewStub(server_.channel());
  v1::WriteReportRequest request;
  request.set_workspace("workspaces/w");
  request.set_validate_only(true);
  v1::WriteReportResponse report;
  grpc::ClientContext context;
  ExpectOk(reports->WriteReport(&context, request, &report));
  EXPECT_EQ(report.report().topics(0).document_faults_size(), 1);
  EXPECT_THAT(report.markdown(),
              AllOf(HasSubstr("'## Asset Inventory' stands in lines 5, "), HasSubstr("give it a heading of its own")));
}

TEST_F(DocumentFaultTest, OfCodeThatIsNeverClosedIsOneForAllItsSections) {
  ExpectOk(client_.Inventory(WithModel()));
  server_.Push(kIdentifyFile, absl::StrCat(server_.ReadFile(kIdentifyFile), "\n```\nnever closed\n"));
  const v1::GetTopicStatusResponse status = Status();
  ASSERT_EQ(status.document_faults_size(), 1);
  EXPECT_THAT(status.document_faults(0).commands(), AllOf(Contains("asset-inventory"), Contains("threat-model")));
  EXPECT_THAT(status.document_faults(0).problem(), HasSubstr("is never closed"));
}

TEST_F(DocumentFaultTest, OfARenamedHeadingNamesItsLine) {
  ExpectOk(client_.Inventory(WithModel()));
  server_.Push(kIdentifyFile,
               absl::StrReplaceAll(server_.ReadFile(kIdentifyFile), {{"## Asset Inventory\n", "## What we have\n"}}));
  const v1::GetTopicStatusResponse status = Status();
  ASSERT_EQ(status.document_faults_size(), 1);
  EXPECT_THAT(status.document_faults(0).lines(), ElementsAre(5));
  EXPECT_EQ(StateOf(status, "asset-inventory"), v1::SECTION_STATE_EDITED);
}

using CancelledCallTest = BackendTest;

TEST_F(CancelledCallTest, EndsTheSearchThroughHistory) {
  ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, backend_->env.registry->Get("w"));
  ASSERT_OK_AND_ASSIGN(const auto head, backend_->env.engine->Head(found.uid));
  Call call("/metapowers.v1.WorkflowService/GetTopicStatus", "test", "", absl::InfiniteFuture(), *backend_->env.clock);
  call.Cancel();
  const ResourceName topic{"w", "shop", ""};
  const SectionPlace place{*backend_, call, found.uid, topic, *CommandIndex::Get().Find("asset-inventory"),
                           *head,     *head};
  EXPECT_THAT(FindOrigin(place, "## Asset Inventory").status(), HasError(absl::StatusCode::kCancelled, "CANCELLED", _));
  EXPECT_THAT(EditAuthors(place, {{1, "h", "a", "b", "c"}}).status(),
              HasError(absl::StatusCode::kCancelled, "CANCELLED", _));
}

// Commits by the engine, of a topic whose document has copies of two sections.
class WrittenCopyTest : public BackendTest {
 protected:
  void Commit(workspace::Draft& draft, const std::string& inventory, const std::string& threats,
              const std::string& message) {
    const workspace::Identity who{"T", "t@example.org"};
    const std::string copy =
        absl::StrCat("## Asset Inventory\n\n", inventory, "\n\n## Threat Model\n\n", threats, "\n");
    ASSERT_OK(
        draft.AddCommit({{{".metapowers/.generated/shop/01-identify.md", copy}}, message, who, who, absl::UnixEpoch()})
            .status());
  }
};

TEST_F(WrittenCopyTest, IsFoundHoweverFarBackAndElseSaidNotToBe) {
  ASSERT_OK_AND_ASSIGN(const workspace::Workspace found, backend_->env.registry->Get("w"));
  ASSERT_OK_AND_ASSIGN(const auto base, backend_->env.engine->Head(found.uid));
  workspace::Draft draft(base);
  Commit(draft, "Of the service.", "0",
         "security(shop): asset-inventory\n\nMetapowers-Command: security:asset-inventory\n");
  for (int i = 1; i <= 300; ++i) Commit(draft, "Of the service.", absl::StrCat(i), "of somebody\n");
  Commit(draft, "OF SOMEBODY.", "300", "replace\n");
  ASSERT_OK(backend_->env.engine->Commit(found.uid, draft.TakeBatch()));
  ASSERT_OK_AND_ASSIGN(const auto head, backend_->env.engine->Head(found.uid));
  Call call("/metapowers.v1.WorkflowService/RunCommands", "test", "", absl::InfiniteFuture(), *backend_->env.clock);
  const ResourceName topic{"w", "shop", ""};
  const SectionPlace place{*backend_, call, found.uid, topic, *CommandIndex::Get().Find("asset-inventory"),
                           *head,     *head};
  EXPECT_EQ(WrittenCopy(place).value(), "## Asset Inventory\n\nOf the service.");
  EXPECT_THAT(WrittenCopy(place, 256),
              HasError(absl::StatusCode::kAborted, "SECTION_EDITED", HasSubstr("none of the newest 256 commits")));
}

}  // namespace
}  // namespace metapowers::server
