// The server's data directory: its format version and the lock that makes one process its owner.
//   <data-dir>/format            "metapowers-data 3\n"; 1 had no journal, 2 no log. README tells operators what it
//   means <data-dir>/lock              flock()ed by the owner; released by the kernel when it dies
//   <data-dir>/registry/<name>   one file per workspace (workspace_registry.h)
//   <data-dir>/workspaces/<uid>.git   bare repositories (local_engine.h)
//   <data-dir>/journal/          steps that are answered and not in a repository yet (step_log.h)
//   <data-dir>/journal.sqlite    requests, and what the log does not keep (journal_database.h)
//   <data-dir>/history.sqlite    which revisions changed which document; derived, may be deleted (history_index.h)
#ifndef METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_
#define METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// Immutable and thread-safe; holds the lock until destroyed. Outlive it with nothing that uses it.
class DataDir {
 public:
  // Opens `path`, creating it (mode 0700) when it is absent. FAILED_PRECONDITION/LOCKED when another process
  // owns it, FAILED_PRECONDITION/STORAGE_VERSION when a newer release wrote it, INVALID_ARGUMENT/ARGUMENT_INVALID when
  // it is not ours or not owned by this user. These messages name the path: they are for the operator at start, not for
  // a caller.
  static absl::StatusOr<std::shared_ptr<const DataDir>> Open(absl::string_view path);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::string& path() const { return path_; }
  std::string registry() const { return path_ + "/registry"; }
  std::string journal_log() const { return path_ + "/journal"; }
  std::string journal_database() const { return path_ + "/journal.sqlite"; }
  std::string history_index() const { return path_ + "/history.sqlite"; }
  std::string workspaces() const { return path_ + "/workspaces"; }

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  const std::string path_;
  const int lock_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_
