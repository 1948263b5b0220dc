// The server's data directory: its format version and the lock that makes one process its owner.
//   <data-dir>/format            "metapowers-data 3\n"; 1 had no journal, 2 no log. README has more
//   <data-dir>/id                a UUID, by which backups know it
//   <data-dir>/restored-from     of one that was restored: the id of the one that was backed up, and when
//   <data-dir>/control           socket of the running server, for its operator (control_socket.h)
//   <data-dir>/lock              flock()ed by the owner; released by the kernel when it dies
//   <data-dir>/registry/<name>   one file per workspace (workspace_registry.h)
//   <data-dir>/workspaces/<uid>.git   bare repositories (local_engine.h)
//   <data-dir>/journal/          steps that are answered and not in a repository yet (step_log.h)
//   <data-dir>/journal.sqlite    requests, and what the log does not keep (journal_database.h)
//   <data-dir>/history.sqlite    which revisions changed which document; derived, may be deleted (history_index.h)
#ifndef METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_
#define METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace metapowers::workspace {

// Version of what a data directory holds, as its file `format` says.
inline constexpr int kDataFormat = 3;

// Where things are below a data directory.
class DataDirLayout {
 public:
  explicit DataDirLayout(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string format() const { return path_ + "/format"; }
  std::string id_file() const { return path_ + "/id"; }
  std::string origin_file() const { return path_ + "/restored-from"; }
  std::string lock() const { return path_ + "/lock"; }
  std::string control_socket() const { return path_ + "/control"; }
  std::string registry() const { return path_ + "/registry"; }
  std::string journal_log() const { return path_ + "/journal"; }
  std::string journal_database() const { return path_ + "/journal.sqlite"; }
  std::string history_index() const { return path_ + "/history.sqlite"; }
  std::string workspaces() const { return path_ + "/workspaces"; }
  std::string repository(absl::string_view uid) const { return absl::StrCat(workspaces(), "/", uid, ".git"); }

 private:
  std::string path_;
};

// What a restored data directory comes from.
struct DataDirOrigin {
  std::string id;   // of the directory that was backed up
  absl::Time time;  // when that backup began; whole seconds

  bool operator==(const DataDirOrigin&) const = default;
};

// Immutable and thread-safe; holds the lock until destroyed. Outlive it with nothing that uses it.
class DataDir : public DataDirLayout {
 public:
  // Opens `path`, creating it (mode 0700) when it is absent. FAILED_PRECONDITION/LOCKED when another process
  // owns it, FAILED_PRECONDITION/STORAGE_VERSION when a newer release wrote it, INVALID_ARGUMENT/ARGUMENT_INVALID when
  // it is not ours or not owned by this user. These messages name the path: they are for the operator at start, not for
  // a caller.
  static absl::StatusOr<std::shared_ptr<const DataDir>> Open(absl::string_view path);
  // Whether there is a data directory at `path` that this release knows, and of this user; another process may have it
  // open. The errors of Open(), and INVALID_ARGUMENT/ARGUMENT_INVALID when there is none.
  static absl::Status Check(absl::string_view path) { return FormatOf(path).status(); }
  // The version of what it holds, which Open() brings up to kDataFormat. The errors of Check().
  static absl::StatusOr<int> FormatOf(absl::string_view path);
  // Its id, after Check(). INVALID_ARGUMENT/ARGUMENT_INVALID also when it has none yet.
  static absl::StatusOr<std::string> ReadId(absl::string_view path);
  // What it was restored from; nullopt when it was not.
  static absl::StatusOr<std::optional<DataDirOrigin>> ReadOrigin(absl::string_view path);
  // Makes what was put into an empty directory, which lies at `layout` and whose lock the caller holds, a data
  // directory with an id of its own. The last step: what is cut off before is none.
  static absl::Status Finish(const DataDirLayout& layout, const DataDirOrigin& origin);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

 private:
  DataDir(std::string path, int lock) : DataDirLayout(std::move(path)), lock_(lock) {}

  const int lock_;
};

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_DATA_DIR_H_
