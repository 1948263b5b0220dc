// Whether the names of a data directory and its repositories fit together. Nothing is changed. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_REGISTRY_CHECK_H_
#define METAPOWERS_SERVICE_WORKSPACE_REGISTRY_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/repository_check.h"
#include "service/workspace/workspace_registry.h"

namespace metapowers::workspace {

struct RegistryFault {
  std::string workspace;  // name; "" = what it is about has none
  std::string uid;        // "" = not known
  Finding finding;
};

struct CheckedRegistry {
  std::vector<Workspace> workspaces;  // those with a name and a uid of their own; sorted by name
  // An entry that cannot be read; one whose uid another has; one without its repository; a repository with commits that
  // no entry names.
  std::vector<RegistryFault> faults;
  std::vector<Finding> notes;  // repositories without commits that no entry names: of creations that were cut off
};

// A server may run on it. INTERNAL/INTERNAL and others of reading files.
absl::StatusOr<CheckedRegistry> CheckRegistry(const DataDirLayout& layout);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_REGISTRY_CHECK_H_
