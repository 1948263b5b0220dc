// A backup: bare repositories and the manifest that marks what of them it holds.
//   <backup>/format               "metapowers-backup <version> <id of the data directory>\n"
//   <backup>/lock                 flock()ed: by a backup alone, by readers together
//   <backup>/manifest             the mark, replaced at the end of each backup
//   <backup>/workspaces/<uid>.git bare repositories; what the manifest does not reach is of a backup that was cut off
// The version is 1, and 2 while the mark names what could not be taken, which releases that know 1 alone do not read.
#ifndef METAPOWERS_SERVICE_WORKSPACE_BACKUP_DIR_H_
#define METAPOWERS_SERVICE_WORKSPACE_BACKUP_DIR_H_

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
#include "service/workspace/workspace_registry.h"

namespace metapowers::workspace {

struct BackedUpWorkspace {
  Workspace workspace;
  std::string head;      // "" = it had no commit
  int64_t revision = 0;  // number of first-parent commits up to the head
  absl::Time time;       // every revision answered before is there; whole seconds

  bool operator==(const BackedUpWorkspace&) const = default;
};

// What the backup that made the mark could not take; what an earlier one had of it is there still.
struct FailedWorkspace {
  std::string name;  // or the uid of what has no name
  std::string uid;   // "" = not known
  std::string why;   // one line

  bool operator==(const FailedWorkspace&) const = default;
};

struct BackupManifest {
  std::string data_dir_id;
  int data_format = 0;                        // of the data directory
  absl::Time time;                            // when the backup began; whole seconds
  std::vector<BackedUpWorkspace> workspaces;  // sorted by name
  std::vector<FailedWorkspace> failed = {};

  // The entry of the workspace with this uid, or nullptr.
  const BackedUpWorkspace* Find(absl::string_view uid) const;
  // Whether it has something of it, of an earlier backup.
  bool Holds(const FailedWorkspace& one) const;
  // A name for the workspace that no other entry has: its own, or one that tells its uid.
  std::string FreeName(const Workspace& workspace) const;

  bool operator==(const BackupManifest&) const = default;
};

// As the file has it: a line each, the first with the version, the last with the SHA-256 of those before it, which
// `head -n -1 manifest | sha256sum` gives as well.
std::string FormatManifest(const BackupManifest& manifest);
// DATA_LOSS/STORAGE_CORRUPT, also when a line was lost; FAILED_PRECONDITION/STORAGE_VERSION.
absl::StatusOr<BackupManifest> ParseManifest(absl::string_view text);

// Holds the lock until destroyed. Messages of its errors name the path: they are for the operator. Not thread-safe.
class BackupDir {
 public:
  // Opens `path` to be written by the data directory `data_dir_id`, which was restored from `origin` when that is not
  // empty, making it when it is absent or empty; removes what a backup left that was cut off.
  // INVALID_ARGUMENT/ARGUMENT_INVALID when it is of another data directory or no backup, FAILED_PRECONDITION/LOCKED
  // when another process uses it, FAILED_PRECONDITION/STORAGE_VERSION, DATA_LOSS/STORAGE_CORRUPT.
  static absl::StatusOr<std::unique_ptr<BackupDir>> OpenToWrite(absl::string_view path, absl::string_view data_dir_id,
                                                                absl::string_view origin = "");
  // Opens `path` to be read; a backup without a manifest is refused: INVALID_ARGUMENT/ARGUMENT_INVALID.
  static absl::StatusOr<std::unique_ptr<BackupDir>> OpenToRead(absl::string_view path);
  ~BackupDir();
  BackupDir(const BackupDir&) = delete;
  BackupDir& operator=(const BackupDir&) = delete;

  const std::string& path() const { return path_; }
  std::string repository(absl::string_view uid) const;
  // The uids of the repositories that there are, sorted: also those that the mark does not name.
  std::vector<std::string> Repositories() const;
  // The newest mark; nullopt when no backup has ended yet.
  const std::optional<BackupManifest>& manifest() const { return manifest_; }

  // Makes `manifest` the mark, durably and at once. What it names must be durable.
  absl::Status Publish(const BackupManifest& manifest);

 private:
  BackupDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  // The errors of opening but for the lock, and the id in `format`, "" when there is no such file.
  absl::StatusOr<std::string> ReadFormat();
  absl::Status WriteFormat(int version, absl::string_view data_dir_id);
  absl::Status ReadManifest();

  const std::string path_;
  const int lock_;
  int version_ = 0;  // in `format`; 0 = there is none
  std::optional<BackupManifest> manifest_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_BACKUP_DIR_H_
