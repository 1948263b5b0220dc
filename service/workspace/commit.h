// Commits as values: what a caller asks for, what history tells, and the text form between.
// All functions are pure.
#ifndef METAPOWERS_SERVICE_WORKSPACE_COMMIT_H_
#define METAPOWERS_SERVICE_WORKSPACE_COMMIT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/workspace/object.h"

namespace metapowers::workspace {

class SigningKey;

struct Identity {
  std::string name;
  std::string email;
  std::shared_ptr<const SigningKey> key = nullptr;  // of a committer: it signs what it commits

  bool operator==(const Identity&) const = default;
};

struct FileChange {
  std::string path;                    // see CheckPath() in path.h
  std::optional<std::string> content;  // nullopt = delete; deleting what is not there changes nothing
  Origin origin = Origin::kGiven;      // of the content
  std::string id;                      // of the content as a blob, where it is known already; Draft finds it
  // Bytes of the file before the commit that a long content begins and ends with, and that `content` leaves out. Found
  // by Draft.
  size_t kept_prefix = 0;
  size_t kept_suffix = 0;
  std::string before;  // id of the file that they are of, "" = none
};

struct CommitSpec {
  std::vector<FileChange> changes;  // at most one per path
  std::string message;              // subject, blank line, body, blank line, trailers
  Identity author;                  // the caller
  Identity committer;               // the service
  absl::Time time;                  // of both; whole seconds, recorded in UTC
  std::string signature = "";       // of the commit, armored; where it has none yet, Draft asks the committer's key
};

using Trailers = std::vector<std::pair<std::string, std::string>>;

struct CommitInfo {
  std::string id;
  std::string first_parent;  // "" for the first commit
  std::string tree;
  Identity author;
  Identity committer;
  absl::Time time;       // the committer's
  std::string subject;   // first paragraph on one line
  std::string body;      // between subject and trailers, no blank lines at the ends
  Trailers trailers;     // "Key: value" lines of the last paragraph, in order
  int64_t revision = 0;  // number of first-parent commits up to this one; the first is 1

  // The value of the last trailer `key` (case-sensitive), or "".
  std::string Trailer(absl::string_view key) const;
};

// The body of a commit object. INVALID_ARGUMENT/ARGUMENT_INVALID when an identity has no name or
// e-mail left after control characters and angle brackets are dropped, or the message is blank or no UTF-8.
absl::StatusOr<std::string> FormatCommit(const CommitSpec& spec, absl::string_view tree, absl::string_view parent);

// `body`, as FormatCommit() gives it, with the armored signature of it.
std::string AddSignature(absl::string_view body, absl::string_view signature);

// What a commit refers to.
struct CommitLinks {
  std::string tree;
  std::string first_parent;  // "" for the first commit
};

// The links of the commit that `body` describes, which are all that a walk needs. DATA_LOSS/STORAGE_CORRUPT.
absl::StatusOr<CommitLinks> ParseLinks(absl::string_view body);

// The commit that `body` describes, with id and revision left to the caller. DATA_LOSS/STORAGE_CORRUPT.
absl::StatusOr<CommitInfo> ParseCommit(absl::string_view body);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_COMMIT_H_
