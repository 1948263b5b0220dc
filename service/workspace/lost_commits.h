// Commits that a branch contained until somebody rewrote it. Each is kept by a reference of its own,
// refs/metapowers/lost/<id>, so that `git gc` leaves it. One whose objects are gone by then cannot be: a file of its
// own in the repository, metapowers-gone/<id>, keeps it known. Internal to workspace/.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// The reference that keeps the commit.
std::string LostCommitRef(absl::string_view commit);
// The file that tells that the commit is gone, from the repository on.
std::string GoneCommitFile(absl::string_view commit);

// Makes the reference, durably, in the repository at `path`; the commit must be there.
absl::Status KeepLostCommit(const std::string& path, const std::string& commit);
// Makes the file, durably.
absl::Status NoteGoneCommit(const std::string& path, const std::string& commit);

// The commits that are kept in the repository at `path`, sorted, and those that are noted.
std::vector<std::string> LostCommits(const std::string& path);
std::vector<std::string> GoneCommits(const std::string& path);

// Mends, as commands of Git in the repository, whose branch is at `actual` ("" = nowhere). The line that the branch is
// on is kept by a branch that is named after the commit, so that one mend may follow another.
// What moves the branch onto `commit`; "" removes it.
std::string GivePlaceBack(absl::string_view commit, absl::string_view actual);
// What gives a commit its place back, and what accepts the line that took it.
std::string MendLostCommit(absl::string_view commit, absl::string_view actual);
std::string MendGoneCommit(absl::string_view commit, absl::string_view actual);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOST_COMMITS_H_
