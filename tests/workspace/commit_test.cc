#include "service/workspace/commit.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kTree[] = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

CommitSpec Valid() {
  return {.changes = {},
          .message = "subject",
          .author = {"Ann", "ann@example.com"},
          .committer = {"Bot", "bot@example.com"},
          .time = absl::FromUnixSeconds(1'700'000'000)};
}

TEST(Commit, ComesBackAsItWasMade) {
  CommitSpec spec = Valid();
  spec.message =
      "security(api): threat-model\n\nThreats 46 to 48.\n\nMore.\n\nMetapowers-Command: x:y\nMetapowers-Engine: 1";
  const auto body = FormatCommit(spec, kTree, kTree);
  ASSERT_OK(body);
  ASSERT_OK_AND_ASSIGN(const CommitInfo info, ParseCommit(*body));
  EXPECT_EQ(info.tree, kTree);
  EXPECT_EQ(info.first_parent, kTree);
  EXPECT_EQ(info.author, spec.author);
  EXPECT_EQ(info.committer, spec.committer);
  EXPECT_EQ(info.time, spec.time);
  EXPECT_EQ(info.subject, "security(api): threat-model");
  EXPECT_EQ(info.body, "Threats 46 to 48.\n\nMore.");
  EXPECT_THAT(info.trailers, ElementsAre(Pair("Metapowers-Command", "x:y"), Pair("Metapowers-Engine", "1")));
  EXPECT_EQ(info.Trailer("Metapowers-Engine"), "1");
  EXPECT_EQ(info.Trailer("Absent"), "");
}

TEST(Commit, SubjectThatLooksLikeATrailerIsNone) {
  CommitSpec spec = Valid();
  spec.message = "Fix: it";
  ASSERT_OK_AND_ASSIGN(const CommitInfo info, ParseCommit(FormatCommit(spec, kTree, "").value()));
  EXPECT_TRUE(info.trailers.empty());
  EXPECT_EQ(info.subject, "Fix: it");
}

TEST(Commit, IdentityCannotForgeHeaders) {
  CommitSpec spec = Valid();
  spec.author = {"Eve\ncommitter Mallory <m@x> 0 +0000", "eve@x>\nparent 0"};
  ASSERT_OK_AND_ASSIGN(const std::string body, FormatCommit(spec, kTree, ""));
  EXPECT_THAT(body, Not(HasSubstr("\nparent")));
  ASSERT_OK_AND_ASSIGN(const CommitInfo info, ParseCommit(body));
  EXPECT_EQ(info.committer, spec.committer);
  EXPECT_EQ(info.first_parent, "");
}

TEST(Commit, RefusesWhatGitWouldNotKeep) {
  const auto refused = HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _);
  CommitSpec spec = Valid();
  spec.author.name = " <>.\n";
  EXPECT_THAT(FormatCommit(spec, kTree, ""), refused);
  spec = Valid();
  spec.committer.email = "";
  EXPECT_THAT(FormatCommit(spec, kTree, ""), refused);
  spec = Valid();
  spec.message = " \n\x01\n";
  EXPECT_THAT(FormatCommit(spec, kTree, ""), refused);
  spec = Valid();
  spec.message = "\xff";
  EXPECT_THAT(FormatCommit(spec, kTree, ""), refused);
}

TEST(Commit, ForeignBytesBecomeUtf8) {
  const std::string body = std::string("tree ") + kTree +
                           "\nauthor J\xfcrg <j@x> 5 +0100\ncommitter J <j@x> 7 -0200\ngpgsig -----BEGIN\n parent no\n"
                           "encoding latin1\n\nGr\xfc\xdf"
                           "e\x1b[0m\n";
  ASSERT_OK_AND_ASSIGN(const CommitInfo info, ParseCommit(body));
  EXPECT_EQ(info.author.name, "J?rg");
  EXPECT_EQ(info.subject, "Gr??e[0m");
  EXPECT_EQ(info.time, absl::FromUnixSeconds(7));
  EXPECT_EQ(info.first_parent, "");
}

TEST(Commit, DamagedHeaderIsDataLoss) {
  for (const std::string body : {"", "tree x\n\nm", "author A <a@b> 1 +0000\n\nm"}) {
    EXPECT_THAT(ParseCommit(body), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", _)) << body;
  }
}

TEST(Commit, LinksAreThoseOfTheWholeCommit) {
  const std::string other(40, 'b');
  const std::string identities = "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\n";
  const std::string merge = absl::StrCat("tree ", kTree, "\nparent ", other, "\nparent ", kTree, identities);
  ASSERT_OK_AND_ASSIGN(const CommitLinks links, ParseLinks(merge));
  EXPECT_EQ(links.tree, kTree);
  EXPECT_EQ(links.first_parent, other);
  ASSERT_OK_AND_ASSIGN(const CommitInfo info, ParseCommit(merge));
  EXPECT_EQ(info.first_parent, other);
  ASSERT_OK_AND_ASSIGN(const CommitLinks first, ParseLinks(absl::StrCat("tree ", kTree, identities)));
  EXPECT_EQ(first.first_parent, "");
}

TEST(Commit, DamagedLinksAreDataLoss) {
  const std::string tree = std::string("tree ") + kTree;
  for (const std::string& body : {std::string(), std::string("tree x\n"), tree + "\nparent x\n", "parent " + tree}) {
    EXPECT_THAT(ParseLinks(body), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", _)) << body;
  }
}

}  // namespace
}  // namespace metapowers::workspace
