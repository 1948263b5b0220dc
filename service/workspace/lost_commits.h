// Commits that a branch contained until somebody rewrote it. Each is kept by a reference of its own,
// refs/metapowers/lost/<id>, so that `git gc` leaves it. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// The reference that keeps the commit.
std::string LostCommitRef(absl::string_view commit);

// Makes it, durably, in the repository at `path`; the commit must be there.
absl::Status KeepLostCommit(const std::string& path, const std::string& commit);

// The commits that are kept in the repository at `path`, sorted.
std::vector<std::string> LostCommits(const std::string& path);

// What gives a lost commit its place back, and what accepts the line that took it: commands of Git in the repository.
std::string MendLostCommit(absl::string_view commit);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_
