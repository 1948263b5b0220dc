// `metapowersd verify`: whether a data directory or a backup holds what it should. Nothing is changed.
#ifndef METAPOWERS_SERVICE_SERVER_VERIFY_H_
#define METAPOWERS_SERVICE_SERVER_VERIFY_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "metapowers/v1/verification.pb.h"

namespace metapowers::server {

struct VerifyOptions {
  std::string data_dir;   // this, or
  std::string backup;     // this
  std::string workspace;  // only the one of this name; "" = all
  // Told each workspace before it is looked at.
  std::function<void(absl::string_view workspace, size_t position, size_t of)> progress;
};

// Whether each workspace has one name and each repository one workspace (workspace/registry_check.h), and what the last
// backup could not take. Of each workspace: the objects, by `git fsck --strict`; the branch, against all records of
// where it was (the server's, with what it keeps since it was lost, the history index's, the journal's, the
// manifest's); the commits of the service; the answered steps of the journal; and each section, derived again from its
// inputs. A running server keeps the journal to itself, and what it has answered in the last second is not looked at.
// Errors: those of DataDir::Check or BackupDir::OpenToRead; NOT_FOUND/WORKSPACE_NOT_FOUND.
absl::StatusOr<v1::Verification> Verify(const VerifyOptions& options);

// For a terminal: a paragraph for each finding, and what was looked at.
std::string FormatVerification(const v1::Verification& verification);

// proto3 JSON, indented, with all fields. INTERNAL/INTERNAL when it cannot be written as that.
absl::StatusOr<std::string> VerificationJson(const v1::Verification& verification);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_VERIFY_H_
