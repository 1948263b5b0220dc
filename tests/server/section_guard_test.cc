#include "service/server/section_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/server/document_frame.h"
#include "tests/server/pipeline_fixture.h"

namespace metapowers::server {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace metapowers::server
