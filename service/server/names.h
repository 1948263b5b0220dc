// Resource names (AIP-122): `workspaces/{w}/topics/{t}/documents/{d}`. Nothing of a name reaches storage
// before it has passed here. Pure functions.
#ifndef METAPOWERS_SERVICE_SERVER_NAMES_H_
#define METAPOWERS_SERVICE_SERVER_NAMES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::server {

// A checked name; the parts that a shorter name lacks are empty.
struct ResourceName {
  std::string workspace;  // a slug
  std::string topic;      // a slug
  std::string document;   // a file's name, e.g. "01-identify.md"

  // The resource name again.
  std::string ToString() const;
  // The file or folder inside the workspace, e.g. ".metapowers/security/api-platform"; "" for a workspace.
  std::string Path() const;
  // The path of another file of the topic.
  std::string PathOf(absl::string_view file) const;
  // The name of another document of the topic.
  std::string NameOf(absl::string_view document_file) const;

  bool operator==(const ResourceName&) const = default;
};

inline constexpr absl::string_view kDomainPath = ".metapowers/security";
// Threat rules of the teams, for all topics of the workspace.
inline constexpr absl::string_view kRulesPath = ".metapowers/rules";
inline constexpr absl::string_view kModelFile = "system-model.yaml";
inline constexpr absl::string_view kDecisionsFile = "decisions.yaml";
inline constexpr absl::string_view kSkipLogFile = "skip-log.md";

// All: INVALID_ARGUMENT NAME_INVALID with metadata `name`, saying which part is wrong and what it must be.
absl::StatusOr<ResourceName> ParseWorkspaceName(absl::string_view name);
absl::StatusOr<ResourceName> ParseTopicName(absl::string_view name);
absl::StatusOr<ResourceName> ParseDocumentName(absl::string_view name);
// Any of the three.
absl::StatusOr<ResourceName> ParseName(absl::string_view name);

// OK when `id` is a slug; else as above, calling it `what`, e.g. "workspace id".
absl::Status CheckSlug(absl::string_view id, absl::string_view what);

// `text` for messages, metadata and log lines: printable ASCII, at most 120 characters.
std::string Printable(absl::string_view text);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_NAMES_H_
