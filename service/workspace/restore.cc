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

// A repository at `path` of all that `head` ("" = nothing) contains in the one at `from`, which has `marked` as its
// revision `revision`.
absl::Status MakeRepository(const std::string& from, const std::string& path, const std::string& head,
                            const std::string& marked, int64_t revision) {
  RETURN_IF_ERROR(BareRepository::Create(path));
  if (head.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> copy, BareRepository::Open(path));
  RETURN_IF_ERROR(Fetch(from, head, *copy));
  ASSIGN_OR_RETURN(const std::string branch, copy->Branch());
  int64_t counted = 0;
  if (!marked.empty()) {
    ASSIGN_OR_RETURN(counted, CountCommits(path, marked));
  }
  if (branch != head || counted != revision) {
    return CopyFailed(absl::StrCat("revision ", counted, " came out, ", revision, " is in the manifest"));
  }
  ASSIGN_OR_RETURN(const GitRun fsck,
                   RunGit(path, {"fsck", "--strict", "--no-progress", "--no-dangling"}, kBackupGitTime));
  if (!fsck.ok()) return CopyFailed(fsck.Complaint());
  BareRepository::RecordHead(path, head);
  return absl::OkStatus();
}

// Of a git that was killed or could not start, or a disk, the next workspace would hear the same.
bool IsOfAll(const absl::Status& status) {
  const std::string reason = DetailsOf(status).reason;
  return reason == "STORAGE_FULL" || reason == "STORAGE_READ_ONLY" || reason == "INTERNAL";
}

// Where the branch of a copy is when that is above `mark`; "" when it is not, or what is there cannot be read.
std::string HeadBeyond(const std::string& from, const std::string& mark) {
  const absl::StatusOr<std::shared_ptr<BareRepository>> copy = BareRepository::Open(from);
  if (!copy.ok()) return "";
  std::string head = (*copy)->Branch().value_or("");
  return IsBeyond(from, head, mark).value_or(false) ? head : "";
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

absl::Status BeyondLost(absl::string_view head, const absl::Status& why) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("it is restored as the manifest tells, without the later commits up to ", head,
                                " that a backup which was cut off had fetched: ", why.message()),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", std::string(head)}},
                    .next_step = "look for them in a clone, or with Git in the repository of the backup"});
}

absl::Status NotMarked(absl::string_view uid, absl::string_view head) {
  return MakeError(absl::StatusCode::kDataLoss,
                   absl::StrCat("the backup that fetched its commits up to ", head,
                                " was cut off before it was named, so that it is not restored"),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "manifest"}},
                    .next_step = absl::StrCat("copy workspaces/", uid,
                                              ".git of the backup into the restored directory; what "
                                              "metapowersd verify says of it then gives it a name")});
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
    for (const std::string& uid : backup_.Repositories()) {
      if (manifest.Find(uid) != nullptr) continue;
      const std::string head = HeadBeyond(backup_.repository(uid), "");
      if (!head.empty()) outcome_.problems.push_back({uid, uid, NotMarked(uid, head)});
    }
    for (const FailedWorkspace& failed : manifest.failed) {
      const bool told = std::any_of(outcome_.problems.begin(), outcome_.problems.end(),
                                    [&](const BackupProblem& problem) { return problem.uid == failed.uid; });
      if (manifest.Holds(failed) || (told && !failed.uid.empty())) continue;
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
    absl::Status made = Make(entry);
    if (made.ok()) made = WriteRegistryEntry(layout_.registry(), entry.workspace);
    if (IsOfAll(made)) return made;
    if (!made.ok()) {
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

  // Makes the repository, above the mark where the copy has more, and says so.
  absl::Status Make(BackedUpWorkspace& entry) {
    const std::string from = backup_.repository(entry.workspace.uid), path = layout_.repository(entry.workspace.uid);
    absl::Status beyond;
    const std::string newest = HeadBeyond(from, entry.head);
    if (!newest.empty()) {
      beyond = MakeRepository(from, path, newest, entry.head, entry.revision);
      if (beyond.ok()) return GoBeyond(path, newest, entry);
      if (IsOfAll(beyond)) return beyond;
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    RETURN_IF_ERROR(MakeRepository(from, path, entry.head, entry.head, entry.revision));
    if (!beyond.ok()) {
      outcome_.problems.push_back({entry.workspace.name, entry.workspace.uid, BeyondLost(newest, beyond)});
    }
    return absl::OkStatus();
  }

  absl::Status GoBeyond(const std::string& path, const std::string& newest, BackedUpWorkspace& entry) {
    const int64_t marked = entry.revision;
    entry.head = newest;
    ASSIGN_OR_RETURN(entry.revision, CountCommits(path, newest));
    outcome_.beyond.push_back({entry.workspace.name, entry.revision - marked});
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
