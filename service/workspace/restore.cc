#include "service/workspace/restore.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/backup_git.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/git.h"
#include "service/workspace/git_process.h"

namespace metapowers::workspace {
namespace {

absl::Status NotEmpty(absl::string_view data_dir, absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("'", data_dir, "' ", why),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"data_dir", std::string(why), ""}},
                    .next_step = "restore into a directory that is absent or empty"});
}

// Makes the directory, takes its lock, and sees that there is nothing in it.
absl::StatusOr<UniqueFd> TakeEmpty(const DataDirLayout& layout) {
  RETURN_IF_ERROR(MakeDirectory(layout.path()));
  const std::vector<std::string> names = ListNames(layout.path());
  const bool used = FileExists(layout.format());
  const bool fresh = std::all_of(names.begin(), names.end(),
                                 [](const std::string& name) { return name == "lock" || name == "lost+found"; });
  if (!used && !fresh) return NotEmpty(layout.path(), "holds files, of a restore that was cut off or of others");
  // In a child as well: one that outlives a restore that was cut off keeps the next away.
  UniqueFd lock(::open(layout.lock().c_str(), O_RDWR | O_CREAT, 0600));
  if (!lock.valid()) return StorageError(errno, "cannot open the lock of the data directory");
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("data directory '", layout.path(), "' is in use by a running server"),
                     {.reason = "LOCKED",
                      .metadata = {{"resource", layout.path()}},
                      .next_step = "restore into a directory of its own, then start a server on that"});
  }
  if (FileExists(layout.format())) return NotEmpty(layout.path(), "holds the data of a server");
  return lock;
}

absl::Status MakeWorkspace(const std::string& from, const BackedUpWorkspace& entry, const DataDirLayout& layout) {
  const std::string path = layout.repository(entry.workspace.uid);
  RETURN_IF_ERROR(BareRepository::Create(path));
  if (!entry.head.empty()) {
    ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> copy, BareRepository::Open(path));
    RETURN_IF_ERROR(Fetch(from, entry.head, *copy));
    ASSIGN_OR_RETURN(const std::string branch, copy->Branch());
    ASSIGN_OR_RETURN(const int64_t revision, CountCommits(path, branch));
    if (branch != entry.head || revision != entry.revision) {
      return CopyFailed(absl::StrCat("revision ", revision, " came out, ", entry.revision, " is in the manifest"));
    }
    ASSIGN_OR_RETURN(const GitRun fsck,
                     RunGit(path, {"fsck", "--strict", "--no-progress", "--no-dangling"}, kBackupGitTime));
    if (!fsck.ok()) return CopyFailed(fsck.Complaint());
    BareRepository::RecordHead(path, entry.head);
  }
  return WriteRegistryEntry(layout.registry(), entry.workspace);
}

absl::Status ManifestTwice(absl::string_view what, absl::string_view instead) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("the manifest of the backup has its ", what, " twice; this one is ", instead),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "manifest"}},
                    .next_step = "compare the two: metapowers log"});
}

absl::Status NothingHeld(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("the backup holds nothing of it, since that could not be taken: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "manifest"}},
                    .next_step = "look for it in an earlier copy of the backup, or in what is left of the directory"});
}

class Restoring {
 public:
  Restoring(const BackupDir& backup, const DataDirLayout& layout) : backup_(backup), layout_(layout) {
    outcome_.manifest = *backup.manifest();
    outcome_.manifest.workspaces.clear();
  }

  absl::StatusOr<RestoreOutcome> Run(const BackupProgress& progress) {
    const BackupManifest& manifest = *backup_.manifest();
    for (size_t i = 0; i < manifest.workspaces.size(); ++i) {
      if (progress) progress(manifest.workspaces[i].workspace, i + 1, manifest.workspaces.size());
      RETURN_IF_ERROR(Add(manifest.workspaces[i]));
      RETURN_IF_ERROR(Failpoint("restore_workspace"));
    }
    for (const FailedWorkspace& failed : manifest.failed) {
      if (manifest.Holds(failed)) continue;
      outcome_.problems.push_back({failed.name, failed.uid, NothingHeld(failed.why)});
    }
    if (outcome_.manifest.workspaces.empty() && !outcome_.problems.empty()) {
      const BackupProblem& first = outcome_.problems.front();
      return MakeError(first.status.code(), absl::StrCat("workspace ", first.workspace, ": ", first.status.message()),
                       DetailsOf(first.status));
    }
    return std::move(outcome_);
  }

 private:
  // Fails with what would stop every other as well.
  absl::Status Add(BackedUpWorkspace entry) {
    const std::string name = entry.workspace.name, uid = entry.workspace.uid;
    if (outcome_.manifest.Find(uid) != nullptr) {
      outcome_.problems.push_back({name, uid, ManifestTwice("uid", "not restored")});
      return absl::OkStatus();
    }
    entry.workspace.name = outcome_.manifest.FreeName(entry.workspace);
    const absl::Status made = MakeWorkspace(backup_.repository(uid), entry, layout_);
    if (!made.ok()) {
      const std::string reason = DetailsOf(made).reason;
      // Of a git that was killed or could not start, the next one would hear the same.
      if (reason == "STORAGE_FULL" || reason == "STORAGE_READ_ONLY" || reason == "INTERNAL") return made;
      std::error_code ignored;
      std::filesystem::remove_all(layout_.repository(uid), ignored);
      outcome_.problems.push_back({name, uid, made});
      return absl::OkStatus();
    }
    if (entry.workspace.name != name) {
      outcome_.problems.push_back(
          {name, uid, ManifestTwice("name", absl::StrCat("restored as ", entry.workspace.name))});
    }
    outcome_.manifest.workspaces.push_back(std::move(entry));
    return absl::OkStatus();
  }

  const BackupDir& backup_;
  const DataDirLayout& layout_;
  RestoreOutcome outcome_;
};

}  // namespace

absl::StatusOr<RestoreOutcome> Restore(absl::string_view from, absl::string_view data_dir,
                                       const BackupProgress& progress) {
  RETURN_IF_ERROR(InitializeGit());
  ASSIGN_OR_RETURN(const std::unique_ptr<BackupDir> backup, BackupDir::OpenToRead(from));
  RETURN_IF_ERROR(CheckApart(data_dir, from));
  const BackupManifest& manifest = *backup->manifest();
  if (manifest.data_format > kDataFormat) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("the backup is of data of format ", manifest.data_format, "; this release knows ", kDataFormat),
        {.reason = "STORAGE_VERSION",
         .metadata = {{"version", std::to_string(manifest.data_format)}},
         .next_step = "run the release that wrote it, or a later one"});
  }
  const DataDirLayout layout{std::string(absl::StripSuffix(data_dir, "/"))};
  ASSIGN_OR_RETURN(const UniqueFd lock, TakeEmpty(layout));
  for (const std::string& directory : {layout.registry(), layout.workspaces()}) {
    RETURN_IF_ERROR(MakeDirectory(directory));
  }
  ASSIGN_OR_RETURN(RestoreOutcome outcome, Restoring(*backup, layout).Run(progress));
  RETURN_IF_ERROR(SyncFileSystem(layout.path()));
  RETURN_IF_ERROR(DataDir::Finish(layout, {.id = manifest.data_dir_id, .time = manifest.time}));
  return outcome;
}

}  // namespace metapowers::workspace
