#include "service/workspace/registry_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "service/workspace/local_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class RegistryCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(dir_ / "data"));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir, {.answer_when_stored = true}));
    ASSERT_OK_AND_ASSIGN(registry_, OpenWorkspaceRegistry(data_dir, *engine_));
    for (const char* name : {"a", "b"}) {
      made_.push_back(registry_->Create(name, "", absl::UnixEpoch()).value());
      ASSERT_OK(CommitFile(*engine_, made_.back().uid, kPath, "1"));
    }
  }
  CheckedRegistry Check() { return CheckRegistry(layout_).value(); }

  const TempDir dir_;
  const DataDirLayout layout_{dir_ / "data"};
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<WorkspaceRegistry> registry_;
  std::vector<Workspace> made_;
};

TEST_F(RegistryCheckTest, FindsNothingInWhatIsWhole) {
  const CheckedRegistry checked = Check();
  EXPECT_EQ(checked.workspaces, made_);
  EXPECT_THAT(checked.faults, IsEmpty());
  EXPECT_THAT(checked.notes, IsEmpty());
}

TEST_F(RegistryCheckTest, FindsALostEntryAndALostRepository) {
  std::filesystem::remove(layout_.registry() + "/a");
  std::filesystem::remove_all(layout_.repository(made_[1].uid));
  const CheckedRegistry checked = Check();
  EXPECT_THAT(checked.workspaces, IsEmpty());
  ASSERT_EQ(checked.faults.size(), 2u);
  EXPECT_EQ(checked.faults[0].workspace, "b");
  EXPECT_EQ(checked.faults[0].finding.place, "repository");
  EXPECT_EQ(checked.faults[1].workspace, "");
  EXPECT_EQ(checked.faults[1].uid, made_[0].uid);
  EXPECT_THAT(checked.faults[1].finding.cause, HasSubstr("no entry of the registry names it"));
  EXPECT_THAT(checked.faults[1].finding.mend, HasSubstr(made_[0].uid));
}

TEST_F(RegistryCheckTest, FindsTwoNamesOfOneRepositoryAndDamage) {
  std::filesystem::copy_file(layout_.registry() + "/a", layout_.registry() + "/c");
  WriteFile(layout_.registry() + "/d", "no entry\n");
  const CheckedRegistry checked = Check();
  EXPECT_EQ(checked.workspaces, made_);
  ASSERT_EQ(checked.faults.size(), 2u);
  EXPECT_EQ(checked.faults[0].workspace, "d");
  EXPECT_EQ(checked.faults[1].workspace, "c");
  EXPECT_THAT(checked.faults[1].finding.cause, HasSubstr("as that of a"));
}

TEST_F(RegistryCheckTest, ACreationThatWasCutOffIsANote) {
  ASSERT_OK(engine_->CreateWorkspace("6f1c0e9a-5b1d-4c57-9c43-0d4a0a6f3e11"));
  const CheckedRegistry checked = Check();
  EXPECT_THAT(checked.faults, IsEmpty());
  ASSERT_EQ(checked.notes.size(), 1u);
  EXPECT_THAT(checked.notes[0].place, HasSubstr("6f1c0e9a"));
}

}  // namespace
}  // namespace metapowers::workspace
