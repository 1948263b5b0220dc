#include "service/workspace/workspace_registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/workspace/local_engine.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {
namespace {

using ::metapowers::testing_support::HasError;
using ::testing::_;
using ::testing::HasSubstr;

class WorkspaceRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(Open()); }
  absl::Status Open() {
    registry_.reset();
    engine_.reset();
    ASSIGN_OR_RETURN(const auto data_dir, DataDir::Open(dir_ / "data"));
    ASSIGN_OR_RETURN(engine_, NewLocalEngine(data_dir));
    ASSIGN_OR_RETURN(registry_, OpenWorkspaceRegistry(data_dir, *engine_));
    return absl::OkStatus();
  }

  const TempDir dir_;
  const absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<WorkspaceRegistry> registry_;
};

TEST_F(WorkspaceRegistryTest, SurvivesReopening) {
  ASSERT_OK_AND_ASSIGN(const Workspace made, registry_->Create("payments", "Payments\nteam \u00e9", now_));
  EXPECT_EQ(made.display_name, "Payments team \u00e9");
  EXPECT_OK(engine_->Head(made.uid));
  WriteFile(dir_ / "data/registry/half.tmp-1", "of a create that was killed");
  ASSERT_OK(Open());
  ASSERT_OK_AND_ASSIGN(const Workspace found, registry_->Get("payments"));
  EXPECT_EQ(found, made);
  EXPECT_OK(engine_->Head(found.uid));
  EXPECT_EQ(registry_->List("", 10).workspaces.size(), 1u);
}

TEST_F(WorkspaceRegistryTest, NamesAreSlugsAndUnique) {
  ASSERT_OK(registry_->Create("payments", "", now_));
  EXPECT_THAT(registry_->Create("payments", "", now_),
              HasError(absl::StatusCode::kAlreadyExists, "WORKSPACE_EXISTS", HasSubstr("payments")));
  for (const std::string bad : {"", "../x", "A", "a/b", ".git", "a\n"}) {
    EXPECT_THAT(registry_->Create(bad, "", now_), HasError(absl::StatusCode::kInvalidArgument, "NAME_INVALID", _))
        << bad;
    EXPECT_THAT(registry_->Get(bad), HasError(absl::StatusCode::kNotFound, "WORKSPACE_NOT_FOUND", _)) << bad;
  }
  EXPECT_THAT(registry_->Create("b", std::string(201, 'x'), now_),
              HasError(absl::StatusCode::kInvalidArgument, "ARGUMENT_INVALID", _));
}

TEST_F(WorkspaceRegistryTest, ListsInOrderByPage) {
  for (const std::string name : {"c", "a", "b", "ab"}) ASSERT_OK(registry_->Create(name, "", now_));
  std::vector<std::string> names;
  std::string from;
  do {
    const WorkspacePage page = registry_->List(from, 3);
    for (const Workspace& workspace : page.workspaces) names.push_back(workspace.name);
    from = page.next_name;
  } while (!from.empty() && names.size() < 10);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "ab", "b", "c"}));
}

TEST_F(WorkspaceRegistryTest, DamagedEntryIsNamed) {
  ASSERT_OK(registry_->Create("payments", "", now_));
  WriteFile(dir_ / "data/registry/payments", "");
  EXPECT_THAT(Open(), HasError(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT", HasSubstr("payments")));
}

TEST(SingleWorkspaceRegistryTest, HoldsItsOne) {
  const auto registry =
      SingleWorkspaceRegistry({.name = "local", .uid = "local", .display_name = "", .create_time = {}});
  EXPECT_OK(registry->Get("local"));
  EXPECT_EQ(registry->List("", 5).workspaces.size(), 1u);
  EXPECT_TRUE(registry->List("m", 5).workspaces.empty());
  EXPECT_THAT(registry->Get("other"), HasError(absl::StatusCode::kNotFound, "WORKSPACE_NOT_FOUND", _));
  EXPECT_THAT(registry->Create("x", "", absl::UnixEpoch()),
              HasError(absl::StatusCode::kUnimplemented, "METHOD_UNIMPLEMENTED", _));
}

}  // namespace
}  // namespace metapowers::workspace
