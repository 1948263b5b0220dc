// The settings of Git that every repository of the service has. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_SETTINGS_H_
#define METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_SETTINGS_H_

#include <string>

#include "absl/status/status.h"

namespace metapowers::workspace {

// The file `config` of a new repository.
std::string NewRepositoryConfig();

// Gives the settings to the repository at `path`, which may have been made by an earlier release, or changed since;
// what else its `config` says stays. Writes only where one differs. Initialize Git first (git.h).
absl::Status PinSettings(const std::string& path);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_REPOSITORY_SETTINGS_H_
