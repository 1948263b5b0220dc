// Configuration that keeps packages of one repository current and checks them in the build, for the platforms that the
// model declares. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_CONFIGURATION_H_
#define METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_CONFIGURATION_H_

#include <optional>
#include <string>
#include <vector>

#include "service/base/config_text.h"
#include "service/commands/command.h"

namespace metapowers::commands {

struct DependencyConfiguration {
  std::string title;
  std::string path;  // in the repository
  std::string note;  // what it takes for granted; may be empty
  ConfigNode content = ConfigNode::Map();
};

// Updates by pull request: Dependabot for a repository on GitHub, Renovate for any other declared host. Nothing when
// neither knows a package manager of the repository.
std::optional<DependencyConfiguration> UpdateConfiguration(const Input& input, const model::v1::Repository& repository);

// A job that checks lock files, writes bills of materials and stops on known vulnerabilities. Nothing when no declared
// pipeline is of a platform that is known here, or no package manager has packages to check.
std::optional<DependencyConfiguration> CheckConfiguration(const Input& input, const model::v1::Repository& repository);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_CONFIGURATION_H_
