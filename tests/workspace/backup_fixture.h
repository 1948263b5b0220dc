// A data directory with its engine, and backups of it.
#ifndef METAPOWERS_TESTS_WORKSPACE_BACKUP_FIXTURE_H_
#define METAPOWERS_TESTS_WORKSPACE_BACKUP_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "service/workspace/backup.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/workspace_registry.h"
#include "tests/workspace/repository_fixture.h"

namespace metapowers::workspace {

inline constexpr char kPath[] = ".metapowers/security/api/01-identify.md";

class BackupTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(dir_ / "data"); }

  // Steps stay in the journal until somebody asks for them.
  void Open(const std::string& path) {
    Close();
    ASSERT_OK_AND_ASSIGN(const auto data_dir, DataDir::Open(path));
    ASSERT_OK_AND_ASSIGN(engine_, NewLocalEngine(data_dir, {.flush_delay = absl::Minutes(10)}));
    ASSERT_OK_AND_ASSIGN(registry_, OpenWorkspaceRegistry(data_dir, *engine_));
  }
  void Close() {
    registry_.reset();
    engine_.reset();
  }
  Workspace Create(const std::string& name) {
    return registry_->Create(name, "Shown as " + name, absl::FromUnixSeconds(1'700'000'000)).value();
  }
  std::string Commit(const Workspace& workspace, const std::string& content) {
    const auto commit = CommitFile(*engine_, workspace.uid, kPath, content);
    EXPECT_OK(commit);
    return commit.ok() ? commit->id : "";
  }
  absl::StatusOr<BackupOutcome> Back(const std::string& to = "") { return Take("data", to); }
  // Of another directory, which is open, into a folder beside it.
  absl::StatusOr<BackupOutcome> BackOf(const std::string& data, const std::string& to = "backup") {
    return Take(data, dir_ / to);
  }
  std::string Repository(const Workspace& workspace) const { return RepositoryIn("data", workspace); }
  std::string RepositoryIn(const std::string& data, const Workspace& workspace) const {
    return DataDirLayout(dir_ / data).repository(workspace.uid);
  }
  std::string CopyOf(const Workspace& workspace) const {
    return absl::StrCat(dir_ / "backup/workspaces/", workspace.uid, ".git");
  }

  const TempDir dir_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<WorkspaceRegistry> registry_;

 private:
  absl::StatusOr<BackupOutcome> Take(const std::string& data, const std::string& to) {
    const auto store = [this](const Workspace& workspace) -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(const auto head, engine_->Store(workspace.uid));
      return head->commit();
    };
    return BackUp(dir_ / data, to.empty() ? dir_ / "backup" : to, store);
  }
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_TESTS_WORKSPACE_BACKUP_FIXTURE_H_
