// Configuration that keeps packages of one repository current and checks them in the build, for the platforms that the
// model declares. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_SNIPPETS_H_
#define METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_SNIPPETS_H_

#include <optional>

#include "metapowers/v1/config_snippet.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Updates by pull request: Dependabot for a repository on GitHub, Renovate for any other declared host. Nothing when
// neither knows a package manager of the repository.
std::optional<metapowers::v1::ConfigSnippet> UpdateSnippet(const Input& input, const model::v1::Repository& repository);

// A job that checks lock files, writes bills of materials and stops on known vulnerabilities. Nothing when no declared
// pipeline is of a platform that is shipped, or no package manager has packages to check.
std::optional<metapowers::v1::ConfigSnippet> CheckSnippet(const Input& input, const model::v1::Repository& repository);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_DEPENDENCY_SNIPPETS_H_
