// Names of workspaces. A name is for people and URLs; everything stored hangs on the immutable uid.
#ifndef METAPOWERS_SERVICE_WORKSPACE_WORKSPACE_REGISTRY_H_
#define METAPOWERS_SERVICE_WORKSPACE_WORKSPACE_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

struct Workspace {
  std::string name;          // a slug
  std::string uid;           // key of the engine
  std::string display_name;  // one line, may be empty
  absl::Time create_time;    // whole seconds

  bool operator==(const Workspace&) const = default;
};

struct WorkspacePage {
  std::vector<Workspace> workspaces;  // sorted by name
  std::string next_name;              // List(next_name, …) goes on; "" = no more
};

// Thread-safe.
class WorkspaceRegistry {
 public:
  virtual ~WorkspaceRegistry() = default;

  // Makes the workspace in the engine and then its name, durably. INVALID_ARGUMENT/NAME_INVALID or
  // ARGUMENT_INVALID (over 200 bytes or no UTF-8), ALREADY_EXISTS/WORKSPACE_EXISTS.
  virtual absl::StatusOr<Workspace> Create(absl::string_view name, absl::string_view display_name, absl::Time now) = 0;

  // NOT_FOUND/WORKSPACE_NOT_FOUND, also for what is no slug.
  virtual absl::StatusOr<Workspace> Get(absl::string_view name) const = 0;

  // Up to `limit` (at least 1) workspaces whose name is not before `from_name`.
  virtual WorkspacePage List(absl::string_view from_name, int limit) const = 0;
};

// The workspaces whose names are stored in `directory`, by name; those that cannot be read are added to `damaged`.
absl::StatusOr<std::vector<Workspace>> ReadRegistry(const std::string& directory, std::vector<std::string>& damaged);

// Stores the name of a workspace in `directory`, durably.
absl::Status WriteRegistryEntry(const std::string& directory, const Workspace& workspace);

// The names stored under the data directory, read once. `engine` must outlive the registry.
// DATA_LOSS/STORAGE_CORRUPT names the file that cannot be read.
absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> OpenWorkspaceRegistry(std::shared_ptr<const DataDir> data_dir,
                                                                         Engine& engine);

// One workspace that always exists, for local mode. Create is refused: UNIMPLEMENTED/METHOD_UNIMPLEMENTED.
std::unique_ptr<WorkspaceRegistry> SingleWorkspaceRegistry(Workspace workspace);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_WORKSPACE_REGISTRY_H_
