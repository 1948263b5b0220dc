#include "service/workspace/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr char kFormatPrefix[] = "metapowers-data ";
constexpr int kOldestVersion = 1;  // had no journal, and 2 no log: they need nothing else

std::string Describe(absl::string_view path, absl::string_view why) {
  return absl::StrCat("data directory '", path, "' ", why);
}

absl::Status NotOursError(absl::string_view path, absl::string_view why, absl::string_view next) {
  return MakeError(absl::StatusCode::kInvalidArgument, Describe(path, why),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"data_dir", std::string(why), ""}},
                    .next_step = std::string(next)});
}

absl::Status CheckOwner(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return NotOursError(path, "is no directory", "name another directory");
  }
  if (status.st_uid == ::geteuid()) return absl::OkStatus();
  return NotOursError(path, "belongs to another user", "run as its owner, or change the owner");
}

absl::Status WriteFormat(const std::string& path) {
  return ReplaceFile(path + "/format", absl::StrCat(kFormatPrefix, kDataFormat, "\n"));
}

// The version that the text of the file `format` tells, one that this release knows.
absl::StatusOr<int> ReadVersion(const std::string& path, absl::string_view text) {
  int version = 0;
  if (!absl::ConsumePrefix(&text, kFormatPrefix) || !absl::SimpleAtoi(absl::StripSuffix(text, "\n"), &version)) {
    return NotOursError(path, "has a damaged format file", "restore the file from a backup");
  }
  if (version >= kOldestVersion && version <= kDataFormat) return version;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   Describe(path, absl::StrCat("has format ", version, "; this release knows ", kDataFormat)),
                   {.reason = "STORAGE_VERSION",
                    .metadata = {{"version", std::to_string(version)}},
                    .next_step = "run the release that wrote it, or a later one"});
}

absl::Status CheckFormat(const std::string& path) {
  ASSIGN_OR_RETURN(const std::optional<std::string> format, ReadWholeFile(path + "/format"));
  if (!format.has_value()) {
    // Only an empty directory becomes ours; "lock" is what taking the lock just made.
    for (const std::string& name : ListNames(path)) {
      if (name == "lock" || name == "lost+found" || absl::StartsWith(name, "format.tmp-")) continue;
      return NotOursError(path, "holds other files and no metapowers data", "name an empty directory");
    }
    // The directory's own name, which whoever made it need not have synced; its parent may be closed to us.
    RETURN_IF_ERROR(SyncFileSystem(path));
    return WriteFormat(path);
  }
  ASSIGN_OR_RETURN(const int version, ReadVersion(path, *format));
  // Before the first answer that only the log holds: an older release must not open it after that.
  return version == kDataFormat ? absl::OkStatus() : WriteFormat(path);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const DataDir>> DataDir::Open(absl::string_view path) {
  const std::string directory(absl::StripSuffix(path, "/"));
  RETURN_IF_ERROR(MakeDirectory(directory));
  RETURN_IF_ERROR(CheckOwner(directory));
  UniqueFd lock(::open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return StorageError(errno, "cannot open the lock of the data directory");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, Describe(directory, "is in use by another process"),
                     {.reason = "LOCKED", .metadata = {{"resource", directory}}, .next_step = "stop the other server"});
  }
  std::shared_ptr<const DataDir> opened(new DataDir(directory, lock.Release()));
  RETURN_IF_ERROR(CheckFormat(directory));
  RETURN_IF_ERROR(MakeDirectory(opened->registry()));
  RETURN_IF_ERROR(MakeDirectory(opened->workspaces()));
  RETURN_IF_ERROR(MakeDirectory(opened->journal_log()));
  // Without it there is no backup; a full disk must not keep anybody from reading.
  if (!FileExists(opened->id_file())) (void)ReplaceFile(opened->id_file(), NewUuid() + "\n");
  RETURN_IF_ERROR(SyncDirectory(directory));
  return opened;
}

absl::StatusOr<int> DataDir::FormatOf(absl::string_view path) {
  const DataDirLayout layout{std::string(absl::StripSuffix(path, "/"))};
  RETURN_IF_ERROR(CheckOwner(layout.path()));
  ASSIGN_OR_RETURN(const std::optional<std::string> format, ReadWholeFile(layout.format()));
  if (!format.has_value()) return NotOursError(layout.path(), "holds no metapowers data", "name the one of a server");
  return ReadVersion(layout.path(), *format);
}

absl::StatusOr<std::string> DataDir::ReadId(absl::string_view path) {
  RETURN_IF_ERROR(Check(path));
  const DataDirLayout layout{std::string(absl::StripSuffix(path, "/"))};
  ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadWholeFile(layout.id_file()));
  const std::string id(absl::StripSuffix(text.value_or(""), "\n"));
  if (IsUuid(id)) return id;
  return NotOursError(layout.path(), text.has_value() ? "has a damaged file `id`" : "has no file `id` yet",
                      "start the server of this release on it once");
}

absl::StatusOr<std::optional<DataDirOrigin>> DataDir::ReadOrigin(absl::string_view path) {
  const DataDirLayout layout{std::string(absl::StripSuffix(path, "/"))};
  ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadWholeFile(layout.origin_file()));
  const std::pair<std::string, std::string> words =
      absl::StrSplit(absl::StripSuffix(text.value_or(""), "\n"), absl::MaxSplits(' ', 1));
  DataDirOrigin origin{.id = words.first, .time = {}};
  // It only tells: what is wrong with it stops nobody.
  if (!IsUuid(origin.id) || !absl::ParseTime(absl::RFC3339_full, words.second, &origin.time, nullptr)) {
    return std::nullopt;
  }
  return origin;
}

absl::Status DataDir::Finish(const DataDirLayout& layout, const DataDirOrigin& origin) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", origin.time, absl::UTCTimeZone());
  RETURN_IF_ERROR(ReplaceFile(layout.origin_file(), absl::StrCat(origin.id, " ", time, "\n")));
  RETURN_IF_ERROR(ReplaceFile(layout.id_file(), NewUuid() + "\n"));
  return WriteFormat(layout.path());
}

DataDir::~DataDir() { ::close(lock_); }

}  // namespace metapowers::workspace
