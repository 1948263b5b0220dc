#include "service/workspace/workspace_registry.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr size_t kLongestDisplayName = 200;  // bytes

// Three lines: uid, seconds since 1970, display name.
std::string Format(const Workspace& workspace) {
  return absl::StrCat(workspace.uid, "\n", absl::ToUnixSeconds(workspace.create_time), "\n", workspace.display_name,
                      "\n");
}

std::optional<Workspace> Parse(absl::string_view name, absl::string_view text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  int64_t seconds = 0;
  if (lines.size() != 4 || !IsUuid(lines[0]) || !absl::SimpleAtoi(lines[1], &seconds)) return std::nullopt;
  return Workspace{.name = std::string(name),
                   .uid = lines[0],
                   .display_name = lines[2],
                   .create_time = absl::FromUnixSeconds(seconds)};
}

absl::Status CheckNew(absl::string_view name, absl::string_view display_name) {
  const std::string shown = OneLine(name.substr(0, 80));
  if (!IsSlug(name)) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("'", shown, "' is no name for a workspace: ", kSlugRule, " is needed"),
                     {.reason = "NAME_INVALID", .metadata = {{"name", shown}}});
  }
  if (display_name.size() > kLongestDisplayName || !IsUtf8(display_name)) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("the display name is over ", kLongestDisplayName, " bytes or no UTF-8"),
                     {.reason = "ARGUMENT_INVALID", .violations = {{"display_name", "too long or no UTF-8", ""}}});
  }
  return absl::OkStatus();
}

using ByName = std::map<std::string, Workspace, std::less<>>;

class FileRegistry : public WorkspaceRegistry {
 public:
  FileRegistry(std::shared_ptr<const DataDir> data_dir, Engine& engine, ByName workspaces)
      : data_dir_(std::move(data_dir)), engine_(engine), workspaces_(std::move(workspaces)) {}

  absl::StatusOr<Workspace> Create(absl::string_view name, absl::string_view display_name, absl::Time now) override {
    RETURN_IF_ERROR(CheckNew(name, display_name));
    const Workspace workspace = {.name = std::string(name),
                                 .uid = NewUuid(),
                                 .display_name = OneLine(display_name),
                                 .create_time = absl::FromUnixSeconds(absl::ToUnixSeconds(now))};
    absl::MutexLock creating(&create_mutex_);  // held over the disk, so that readers are not
    if (Get(name).ok()) {
      return MakeError(absl::StatusCode::kAlreadyExists, absl::StrCat("workspace '", name, "' exists already"),
                       {.reason = "WORKSPACE_EXISTS", .metadata = {{"workspace", workspace.name}}});
    }
    // The repository first: a crash between the two leaves an unnamed one, which harms nobody.
    RETURN_IF_ERROR(engine_.CreateWorkspace(workspace.uid));
    RETURN_IF_ERROR(WriteRegistryEntry(data_dir_->registry(), workspace));
    absl::MutexLock lock(&mutex_);
    workspaces_[workspace.name] = workspace;
    return workspace;
  }

  absl::StatusOr<Workspace> Get(absl::string_view name) const override {
    absl::ReaderMutexLock lock(&mutex_);
    const auto found = workspaces_.find(std::string(name));
    if (found == workspaces_.end()) return WorkspaceNotFoundError(name);
    return found->second;
  }

  WorkspacePage List(absl::string_view from_name, int limit) const override {
    absl::ReaderMutexLock lock(&mutex_);
    WorkspacePage page;
    for (auto at = workspaces_.lower_bound(std::string(from_name)); at != workspaces_.end(); ++at) {
      if (static_cast<int>(page.workspaces.size()) >= std::max(limit, 1)) {
        page.next_name = at->first;
        break;
      }
      page.workspaces.push_back(at->second);
    }
    return page;
  }

 private:
  const std::shared_ptr<const DataDir> data_dir_;
  Engine& engine_;
  absl::Mutex create_mutex_;
  mutable absl::Mutex mutex_;
  ByName workspaces_ ABSL_GUARDED_BY(mutex_);
};

class SingleRegistry : public WorkspaceRegistry {
 public:
  explicit SingleRegistry(Workspace workspace) : workspace_(std::move(workspace)) {}

  absl::StatusOr<Workspace> Create(absl::string_view name, absl::string_view, absl::Time) override {
    return MakeError(absl::StatusCode::kUnimplemented, "a repository worked on locally is its one workspace",
                     {.reason = "METHOD_UNIMPLEMENTED",
                      .metadata = {{"method", "CreateWorkspace"}},
                      .next_step = "create workspaces on a server: --server"});
  }
  absl::StatusOr<Workspace> Get(absl::string_view name) const override {
    if (name != workspace_.name) return WorkspaceNotFoundError(name);
    return workspace_;
  }
  WorkspacePage List(absl::string_view from_name, int) const override {
    WorkspacePage page;
    if (from_name <= workspace_.name) page.workspaces.push_back(workspace_);
    return page;
  }

 private:
  const Workspace workspace_;
};

}  // namespace

absl::StatusOr<std::vector<Workspace>> ReadRegistry(const std::string& directory, std::vector<std::string>& damaged) {
  std::vector<Workspace> workspaces;
  for (const std::string& name : ListNames(directory)) {
    if (!IsSlug(name)) continue;  // the temporary file of a Create that did not end; its name holds a dot
    ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadWholeFile(absl::StrCat(directory, "/", name)));
    std::optional<Workspace> workspace = text.has_value() ? Parse(name, *text) : std::nullopt;
    if (workspace.has_value()) {
      workspaces.push_back(*std::move(workspace));
    } else {
      damaged.push_back(name);
    }
  }
  return workspaces;
}

absl::Status WriteRegistryEntry(const std::string& directory, const Workspace& workspace) {
  return ReplaceFile(absl::StrCat(directory, "/", workspace.name), Format(workspace));
}

absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> OpenWorkspaceRegistry(std::shared_ptr<const DataDir> data_dir,
                                                                         Engine& engine) {
  std::vector<std::string> damaged;
  ASSIGN_OR_RETURN(std::vector<Workspace> read, ReadRegistry(data_dir->registry(), damaged));
  if (!damaged.empty()) {
    return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("registry entry '", damaged.front(), "' is damaged"),
                     {.reason = "STORAGE_CORRUPT",
                      .metadata = {{"object", "registry/" + damaged.front()}},
                      .next_step = "restore the registry from a backup"});
  }
  ByName workspaces;
  for (Workspace& workspace : read) {
    const std::string name = workspace.name;
    workspaces[name] = std::move(workspace);
  }
  return std::make_unique<FileRegistry>(std::move(data_dir), engine, std::move(workspaces));
}

std::unique_ptr<WorkspaceRegistry> SingleWorkspaceRegistry(Workspace workspace) {
  return std::make_unique<SingleRegistry>(std::move(workspace));
}

}  // namespace metapowers::workspace
