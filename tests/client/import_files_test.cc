// Which files an import of folders sends.
#include "client/commands/import_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands/import_report.h"
#include "service/base/api_limits.h"

namespace metapowers::client {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ImportFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / absl::StrCat("import-files-", getpid());
    fs::create_directories(root_ / "in");
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string Write(const std::string& name, const std::string& content = "a: 1\n") {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << content;
    return (root_ / name).string();
  }
  // Names below `in`.
  std::vector<std::string> Below(const ImportPaths& found) const {
    std::vector<std::string> names;
    for (const std::string& file : found.files)
      names.push_back(fs::path(file).lexically_relative(root_ / "in").string());
    return names;
  }
  std::vector<std::string> Skipped(const ImportPaths& found) const {
    std::vector<std::string> lines;
    for (const auto& item : found.skipped) {
      lines.push_back(
          absl::StrCat(fs::path(item.location()).filename().string(), ": ", item.item(), ": ", item.reason()));
    }
    return lines;
  }

  fs::path root_;
};

TEST_F(ImportFilesTest, AFolderIsFollowedInOrder) {
  for (const char* name : {"in/b.yml", "in/a/z.JSON", "in/a.yaml", "in/notes.txt", "in/Dockerfile",
                           "in/.git/config.yaml", "in/.hidden.yaml", "in/node_modules/x/package.json",
                           "in/a/deep/er/c.yaml", "in/pom.xml", "in/a/bom.xml", "in/a/web.CDX.xml", "in/cdx.xml"}) {
    Write(name);
  }
  const ImportPaths found = FindImportFiles({(root_ / "in").string()}, 100);
  EXPECT_THAT(Below(found),
              ElementsAre("a/bom.xml", "a/deep/er/c.yaml", "a/web.CDX.xml", "a/z.JSON", "a.yaml", "b.yml"))
      << "of XML what is called as CycloneDX calls its files";
  EXPECT_THAT(found.skipped, IsEmpty());
  EXPECT_THAT(found.problem, IsEmpty());
}

TEST_F(ImportFilesTest, AFileThatIsNamedIsTakenWhateverItsName) {
  const std::string plain = Write("in/manifest");
  const std::string other = Write("in/a.yaml");
  const ImportPaths found = FindImportFiles({plain, (root_ / "in").string(), other, "-", plain, "-"}, 100);
  EXPECT_EQ(found.files, (std::vector<std::string>{plain, other, "-"})) << "each once";
}

TEST_F(ImportFilesTest, NamesTellNothingOfTheMachine) {
  const std::string single = Write("else/single.yaml");
  Write("in/k8s/a.yaml");
  const ImportPaths found = FindImportFiles({(root_ / "in/").string(), single, "-"}, 100);
  EXPECT_THAT(found.names, ElementsAre("in/k8s/a.yaml", "single.yaml", "standard input"));
  const std::string other = Write("other/in/k8s/a.yaml");
  const ImportPaths both = FindImportFiles({(root_ / "in").string(), (root_ / "other/in").string()}, 100);
  EXPECT_THAT(both.names, ElementsAre("in/k8s/a.yaml", other)) << "each is another";
}

TEST_F(ImportFilesTest, LinksThatLeadOutAreToldAndNotFollowed) {
  Write("outside/secret.yaml");
  Write("in/sub/a.yaml");
  fs::create_symlink(root_ / "outside/secret.yaml", root_ / "in/file.yaml");
  fs::create_directory_symlink(root_ / "outside", root_ / "in/folder");
  fs::create_directory_symlink(root_ / "in", root_ / "in/sub/loop");
  fs::create_symlink(root_ / "gone", root_ / "in/gone.yaml");
  fs::create_symlink(root_ / "outside/secret.yaml", root_ / "in/other.txt");
  const ImportPaths found = FindImportFiles({(root_ / "in").string()}, 100);
  EXPECT_THAT(Below(found), ElementsAre("sub/a.yaml"));
  EXPECT_THAT(Skipped(found),
              ElementsAre(HasSubstr("file.yaml: link: leads out of the folder"),
                          HasSubstr("folder: link: leads out of the folder"), "gone.yaml: link: leads nowhere"));
}

TEST_F(ImportFilesTest, TooManyFilesAndMissingOnesAreProblems) {
  for (int i = 0; i < 5; ++i) Write(absl::StrCat("in/", i, ".yaml"));
  EXPECT_THAT(FindImportFiles({(root_ / "in").string()}, 4).problem,
              HasSubstr("there are more than 4 files to import"));
  EXPECT_THAT(FindImportFiles({(root_ / "in").string()}, 5).problem, IsEmpty());
  EXPECT_THAT(FindImportFiles({(root_ / "none").string()}, 5).problem, HasSubstr("there is no such file or folder"));
}

TEST_F(ImportFilesTest, LargeFilesStayHere) {
  Write("in/large.json", std::string(kMaxImportFileBytes + 1, ' '));
  Write("in/small.yaml");
  std::ostringstream out, err;
  Session session(GlobalOptions(), Streams{&out, &err});
  google::protobuf::RepeatedPtrField<metapowers::v1::ImportFile> files;
  std::vector<metapowers::v1::SkippedItem> skipped;
  int exit_code = 0;
  ASSERT_TRUE(ReadImportFiles(session, {(root_ / "in").string()}, &files, &skipped, &exit_code)) << err.str();
  ASSERT_EQ(files.size(), 1);
  EXPECT_EQ(files[0].content(), "a: 1\n");
  ASSERT_EQ(skipped.size(), 1u);
  EXPECT_THAT(skipped[0].reason(), HasSubstr("has more than 16 MB"));

  fs::remove_all(root_ / "in");
  fs::create_directories(root_ / "in");
  EXPECT_FALSE(ReadImportFiles(session, {(root_ / "in").string()}, &files, &skipped, &exit_code));
  EXPECT_EQ(exit_code, kExitInvalid);
  EXPECT_THAT(err.str(), HasSubstr("no file to import was found"));
}

TEST(ImportReportTest, ReasonsAreToldOnce) {
  metapowers::v1::ImportModelResponse imported;
  imported.set_format("compose,openapi");
  for (int i = 0; i < 5; ++i) {
    auto& item = *imported.add_skipped();
    item.set_location(absl::StrCat(i, ".yaml"));
    item.set_item("file");
    item.set_reason("is empty");
    imported.add_imported_files();
  }
  auto& kind = *imported.add_skipped();
  kind.set_location("k.yaml:7");
  kind.set_item("CronTab x\x1b[2J");
  kind.set_reason("is of a kind that is not known here");
  for (int i = 0; i < 30; ++i) {
    auto& note = *imported.add_notes();
    note.set_kind(metapowers::v1::IMPORT_NOTE_KIND_WARNING);
    note.set_location("a.yaml:1");
    note.set_text("odd");
  }
  std::ostringstream out;
  PrintImport(out, imported);
  EXPECT_THAT(out.str(), HasSubstr("imported from compose, openapi (5 files):\n"));
  EXPECT_THAT(out.str(), HasSubstr("not imported, 6 items:\n"
                                   "  0.yaml, 1.yaml, 2.yaml and 2 more: is empty\n"
                                   "  k.yaml:7 (CronTab x[2J): is of a kind that is not known here\n"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  std::ostringstream err;
  PrintImportWarnings(err, imported);
  EXPECT_THAT(err.str(), HasSubstr("warning: a.yaml:1: odd\n"));
  EXPECT_THAT(err.str(), HasSubstr("and 10 warnings more"));
}

}  // namespace
}  // namespace metapowers::client
