// The history of one section of a document: the commits in which its text changed.
#ifndef METAPOWERS_SERVICE_SERVER_SECTION_HISTORY_H_
#define METAPOWERS_SERVICE_SERVER_SECTION_HISTORY_H_

#include <deque>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/server/backend.h"
#include "service/server/command_index.h"
#include "service/workspace/commit.h"

namespace metapowers::server {

// Commits of a document that are looked at for one page of anything.
inline constexpr int kMaxCommitsLookedAt = 256;

// A commit that changed the section; nullopt where there was or is none.
struct SectionChange {
  workspace::CommitInfo commit;
  std::optional<std::string> before, after;
};

// Walks the commits that changed the file of a section, newest first, and no others. Not thread-safe.
class SectionHistory {
 public:
  // Of the section of `entry` in the file `path`, from the commit `from` down, a full id. What it refers to must
  // outlive it.
  SectionHistory(Backend& backend, absl::string_view uid, std::string path, const CommandEntry& entry,
                 std::string from);
  // In its document.
  SectionHistory(Backend& backend, absl::string_view uid, const ResourceName& topic, const CommandEntry& entry,
                 std::string from);

  // The next commit that changed the section; nullopt at the end of the history, or when `most` commits have been
  // looked at since the walk began: then next() says where to go on. CANCELLED or DEADLINE_EXCEEDED;
  // REVISION_NOT_FOUND; those of the engine.
  absl::StatusOr<std::optional<SectionChange>> Next(const Call& call, int most = kMaxCommitsLookedAt);

  // The commit from which the walk goes on; "" at the end of the history.
  const std::string& next() const { return next_; }
  // The oldest commit that was looked at; "" when none was.
  const std::string& looked_back_to() const { return looked_back_to_; }

 private:
  // The section at `commit`; nullopt when there is none.
  absl::StatusOr<std::optional<std::string>> SectionAt(const std::string& commit);
  absl::Status ReadPage();

  Backend& backend_;
  const std::string uid_;
  const CommandEntry& entry_;
  const std::string path_;
  std::string next_;
  std::string cursor_;  // of the engine, behind what waits
  int page_size_;
  std::deque<workspace::CommitInfo> waiting_;
  std::string looked_back_to_;
  int looked_at_ = 0;
  // The section of the document that was read last: what one commit found is what the next one left.
  std::string read_blob_;
  std::optional<std::string> read_;
};

// The command that `command` names, whose section is in a document. NOT_FOUND COMMAND_UNKNOWN; INVALID_ARGUMENT
// ARGUMENT_INVALID for a target of several.
absl::StatusOr<const CommandEntry*> SectionCommand(absl::string_view command);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_SECTION_HISTORY_H_
