#include "service/workspace/backup_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/base/digest.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr char kPrefix[] = "metapowers-backup ";
constexpr int kVersion = 1;
constexpr int kVersionWithFailed = 2;  // of a manifest that has lines of what could not be taken
constexpr char kNone[] = "-";
constexpr size_t kWorkspaceWords = 7;  // the last may hold spaces, or nothing

absl::Status NotUsable(absl::string_view path, absl::string_view why, absl::string_view next_step) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("backup directory '", path, "' ", why),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"backup", std::string(why), ""}},
                    .next_step = std::string(next_step)});
}

absl::Status ManifestCorrupt(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("the manifest of the backup is damaged: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "manifest"}},
                    .next_step = "take another backup; the repositories in this one can be read by any Git"});
}

absl::Status VersionError(absl::string_view what, int version) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(what, " has format ", version, "; this release knows ", kVersionWithFailed),
                   {.reason = "STORAGE_VERSION",
                    .metadata = {{"version", std::to_string(version)}},
                    .next_step = "run the release that wrote it, or a later one"});
}

int VersionOf(const BackupManifest& manifest) { return manifest.failed.empty() ? kVersion : kVersionWithFailed; }

std::string FormatWorkspace(const BackedUpWorkspace& entry) {
  return absl::StrCat("workspace ", entry.workspace.name, " ", entry.workspace.uid, " ",
                      entry.head.empty() ? kNone : entry.head, " ", entry.revision, " ",
                      absl::ToUnixSeconds(entry.time), " ", absl::ToUnixSeconds(entry.workspace.create_time), " ",
                      entry.workspace.display_name, "\n");
}

std::optional<BackedUpWorkspace> ParseWorkspace(absl::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', kWorkspaceWords - 1));
  BackedUpWorkspace entry;
  int64_t time = 0, create_time = 0;
  if (words.size() != kWorkspaceWords || !IsSlug(words[0]) || !IsUuid(words[1]) ||
      !(words[2] == kNone || IsObjectId(words[2])) || !absl::SimpleAtoi(words[3], &entry.revision) ||
      !absl::SimpleAtoi(words[4], &time) || !absl::SimpleAtoi(words[5], &create_time)) {
    return std::nullopt;
  }
  entry.workspace = {words[0], words[1], words[6], absl::FromUnixSeconds(create_time)};
  if (words[2] != kNone) entry.head = words[2];
  entry.time = absl::FromUnixSeconds(time);
  return entry;
}

std::string FormatFailed(const FailedWorkspace& failed) {
  return absl::StrCat("failed ", failed.name, " ", failed.uid.empty() ? kNone : failed.uid, " ", OneLine(failed.why),
                      "\n");
}

std::optional<FailedWorkspace> ParseFailed(absl::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  if (words.size() != 3 || !(IsSlug(words[0]) || IsUuid(words[0])) || !(words[1] == kNone || IsUuid(words[1]))) {
    return std::nullopt;
  }
  return FailedWorkspace{words[0], words[1] == kNone ? "" : words[1], words[2]};
}

absl::Status OfAnother(const std::string& path, absl::string_view id, absl::string_view origin) {
  if (id != origin) {
    return NotUsable(path, absl::StrCat("holds the backup of another data directory, ", id),
                     "name a directory of its own for each");
  }
  return NotUsable(path, absl::StrCat("holds the backup of ", id, ", which this data directory was restored from"),
                   absl::StrCat("name another directory, so that ", id, " can go on with this one; where that is gone ",
                                "for good, write its id into the file `id` of this data directory"));
}

// Opens and locks the file `lock` of the backup. Not closed in children: while one that outlived its parent goes on
// writing, the backup is in use.
absl::StatusOr<int> Lock(const std::string& path, int how) {
  UniqueFd lock(::open((path + "/lock").c_str(), how == LOCK_EX ? O_RDWR | O_CREAT : O_RDONLY, 0600));
  if (!lock.valid() && errno == ENOENT) return NotUsable(path, "is no backup", "name one that `backup --to` has made");
  if (!lock.valid()) return StorageError(errno, "cannot open the lock of the backup directory");
  if (::flock(lock.get(), how | LOCK_NB) == 0) return lock.Release();
  return MakeError(
      absl::StatusCode::kFailedPrecondition, absl::StrCat("backup directory '", path, "' is in use by another process"),
      {.reason = "LOCKED", .metadata = {{"resource", path}}, .next_step = "try again when that has ended"});
}

// Only an empty directory becomes a backup; "lock" is what taking the lock just made.
absl::Status CheckEmpty(const std::string& path) {
  for (const std::string& name : ListNames(path)) {
    if (name == "lock" || name == "lost+found" || absl::StartsWith(name, "format.tmp-")) continue;
    return NotUsable(path, "holds other files and is no backup", "name an empty directory");
  }
  return absl::OkStatus();
}

// Removes what a backup left that was cut off.
void RemoveLeftovers(const std::string& workspaces) {
  for (const std::string& name : ListNames(workspaces)) {
    const std::string path = absl::StrCat(workspaces, "/", name);
    std::error_code ignored;
    if (absl::StartsWith(name, "tmp-")) {
      std::filesystem::remove_all(path, ignored);
    } else {
      BareRepository::RemoveAllLeftovers(path);
    }
  }
}

}  // namespace

const BackedUpWorkspace* BackupManifest::Find(absl::string_view uid) const {
  const auto found = std::find_if(workspaces.begin(), workspaces.end(),
                                  [&](const BackedUpWorkspace& entry) { return entry.workspace.uid == uid; });
  return found == workspaces.end() ? nullptr : &*found;
}

bool BackupManifest::Holds(const FailedWorkspace& one) const {
  return std::any_of(workspaces.begin(), workspaces.end(), [&](const BackedUpWorkspace& entry) {
    return one.uid.empty() ? entry.workspace.name == one.name : entry.workspace.uid == one.uid;
  });
}

std::string BackupManifest::FreeName(const Workspace& workspace) const {
  const auto taken = [&](const std::string& name) {
    return std::any_of(workspaces.begin(), workspaces.end(),
                       [&](const BackedUpWorkspace& entry) { return entry.workspace.name == name; });
  };
  // As long as a name may be.
  for (const std::string& name :
       {workspace.name, absl::StrCat(workspace.name.substr(0, 54), "-", workspace.uid.substr(0, 8))}) {
    if (!taken(name)) return name;
  }
  return absl::StrCat("w-", workspace.uid);
}

std::string FormatManifest(const BackupManifest& manifest) {
  std::string text = absl::StrCat(kPrefix, VersionOf(manifest), "\n", "data-directory ", manifest.data_dir_id, "\n",
                                  "data-format ", manifest.data_format, "\n", "time ",
                                  absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", manifest.time, absl::UTCTimeZone()), "\n");
  for (const BackedUpWorkspace& entry : manifest.workspaces) text += FormatWorkspace(entry);
  for (const FailedWorkspace& failed : manifest.failed) text += FormatFailed(failed);
  return absl::StrCat(text, "sha256 ", Sha256Hex(text), "\n");
}

absl::StatusOr<BackupManifest> ParseManifest(absl::string_view text) {
  const size_t last = text.rfind("sha256 ");
  if (last == absl::string_view::npos ||
      text.substr(last) != absl::StrCat("sha256 ", Sha256Hex(text.substr(0, last)), "\n")) {
    return ManifestCorrupt("its digest is not that of its lines");
  }
  BackupManifest manifest;
  int version = 0;
  bool complete = false;
  std::string error;
  for (const absl::string_view line : absl::StrSplit(text.substr(0, last), '\n', absl::SkipEmpty())) {
    absl::string_view rest = line;
    bool read = false;
    if (absl::ConsumePrefix(&rest, kPrefix)) {
      read = absl::SimpleAtoi(rest, &version) && version >= kVersion;
      if (version > kVersionWithFailed) return VersionError("the manifest of the backup", version);
    } else if (absl::ConsumePrefix(&rest, "data-directory ")) {
      manifest.data_dir_id = std::string(rest);
      read = IsUuid(rest);
    } else if (absl::ConsumePrefix(&rest, "data-format ")) {
      read = absl::SimpleAtoi(rest, &manifest.data_format);
    } else if (absl::ConsumePrefix(&rest, "time ")) {
      read = complete = absl::ParseTime(absl::RFC3339_full, rest, &manifest.time, nullptr);
    } else if (absl::ConsumePrefix(&rest, "workspace ")) {
      const std::optional<BackedUpWorkspace> entry = ParseWorkspace(rest);
      read = entry.has_value();
      if (read) manifest.workspaces.push_back(*entry);
    } else if (absl::ConsumePrefix(&rest, "failed ")) {
      const std::optional<FailedWorkspace> failed = ParseFailed(rest);
      read = failed.has_value();
      if (read) manifest.failed.push_back(*failed);
    }
    if (!read) return ManifestCorrupt("it has a line that this release does not know");
  }
  if (!complete || version == 0 || manifest.data_dir_id.empty()) return ManifestCorrupt("it is not whole");
  return manifest;
}

BackupDir::~BackupDir() { ::close(lock_); }

std::string BackupDir::repository(absl::string_view uid) const {
  return absl::StrCat(path_, "/workspaces/", uid, ".git");
}

std::vector<std::string> BackupDir::Repositories() const {
  std::vector<std::string> uids;
  for (const std::string& name : ListNames(path_ + "/workspaces")) {
    const absl::string_view uid = absl::StripSuffix(name, ".git");
    if (uid.size() < name.size() && IsUuid(uid)) uids.emplace_back(uid);
  }
  std::sort(uids.begin(), uids.end());
  return uids;
}

absl::Status BackupDir::WriteFormat(int version, absl::string_view data_dir_id) {
  RETURN_IF_ERROR(ReplaceFile(path_ + "/format", absl::StrCat(kPrefix, version, " ", data_dir_id, "\n")));
  version_ = version;
  return absl::OkStatus();
}

absl::StatusOr<std::string> BackupDir::ReadFormat() {
  struct stat status = {};
  if (::stat(path_.c_str(), &status) == 0 && status.st_uid != ::geteuid()) {
    return NotUsable(path_, "belongs to another user", "run as its owner, or change the owner");
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadWholeFile(path_ + "/format"));
  if (!text.has_value()) return "";
  absl::string_view rest = *text;
  const std::vector<std::string> words = absl::StrSplit(absl::StripSuffix(rest, "\n"), ' ');
  if (!absl::ConsumePrefix(&rest, kPrefix) || words.size() != 3 || !absl::SimpleAtoi(words[1], &version_) ||
      version_ < kVersion || !IsUuid(words[2])) {
    return NotUsable(path_, "has a damaged format file", "name another directory");
  }
  if (version_ <= kVersionWithFailed) return words[2];
  return VersionError(absl::StrCat("backup directory '", path_, "'"), version_);
}

absl::Status BackupDir::ReadManifest() {
  ASSIGN_OR_RETURN(const std::optional<std::string> text, ReadWholeFile(path_ + "/manifest"));
  if (!text.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(manifest_, ParseManifest(*text));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<BackupDir>> BackupDir::OpenToWrite(absl::string_view path, absl::string_view data_dir_id,
                                                                  absl::string_view origin) {
  const std::string directory(absl::StripSuffix(path, "/"));
  RETURN_IF_ERROR(MakeDirectory(directory));
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return NotUsable(directory, "is no directory", "name another directory");
  }
  // Before the lock is made: a directory of others stays as it is.
  if (!FileExists(directory + "/format")) RETURN_IF_ERROR(CheckEmpty(directory));
  ASSIGN_OR_RETURN(const int lock, Lock(directory, LOCK_EX));
  auto backup = std::unique_ptr<BackupDir>(new BackupDir(directory, lock));
  ASSIGN_OR_RETURN(const std::string id, backup->ReadFormat());
  if (id.empty()) {
    RETURN_IF_ERROR(CheckEmpty(directory));
    RETURN_IF_ERROR(SyncFileSystem(directory));  // its own name
    RETURN_IF_ERROR(backup->WriteFormat(kVersion, data_dir_id));
  } else if (id != data_dir_id) {
    return OfAnother(directory, id, origin);
  }
  RETURN_IF_ERROR(MakeDirectory(directory + "/workspaces"));
  RETURN_IF_ERROR(SyncDirectory(directory));
  RemoveLeftovers(directory + "/workspaces");
  RETURN_IF_ERROR(backup->ReadManifest());
  return backup;
}

absl::StatusOr<std::unique_ptr<BackupDir>> BackupDir::OpenToRead(absl::string_view path) {
  const std::string directory(absl::StripSuffix(path, "/"));
  ASSIGN_OR_RETURN(const int lock, Lock(directory, LOCK_SH));
  auto backup = std::unique_ptr<BackupDir>(new BackupDir(directory, lock));
  ASSIGN_OR_RETURN(const std::string id, backup->ReadFormat());
  if (id.empty()) return NotUsable(directory, "is no backup", "name one that `backup --to` has made");
  RETURN_IF_ERROR(backup->ReadManifest());
  if (backup->manifest_.has_value()) return backup;
  return NotUsable(directory, "has no manifest: no backup to it has ended yet", "run `backup --to` again to its end");
}

absl::Status BackupDir::Publish(const BackupManifest& manifest) {
  const int version = VersionOf(manifest);
  // Never below that of the manifest that is there.
  if (version_ < version) RETURN_IF_ERROR(WriteFormat(version, manifest.data_dir_id));
  RETURN_IF_ERROR(ReplaceFile(path_ + "/manifest", FormatManifest(manifest)));
  if (version_ > version) RETURN_IF_ERROR(WriteFormat(version, manifest.data_dir_id));
  manifest_ = manifest;
  return absl::OkStatus();
}

}  // namespace metapowers::workspace
