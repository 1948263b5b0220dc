#include "service/workspace/backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/git.h"
#include "service/workspace/git_process.h"
#include "service/workspace/superseded_packs.h"

namespace metapowers::workspace {
namespace {

constexpr absl::Duration kGitTime =
    absl::Hours(6);             // of one command; a repository of millions of objects takes minutes
constexpr int kMostPacks = 16;  // a fetch leaves one
constexpr char kBranch[] = "refs/heads/main";

absl::Status FetchFailed(absl::string_view why) {
  return MakeError(absl::StatusCode::kDataLoss, absl::StrCat("git cannot copy the repository: ", why),
                   {.reason = "STORAGE_CORRUPT",
                    .metadata = {{"object", "repository"}},
                    .next_step = "metapowersd verify tells what is wrong with it"});
}

absl::Status Rewritten(absl::string_view kept, absl::string_view actual) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the branch was rewritten: it is at ", actual.empty() ? "nothing" : actual, " and does not contain ",
                   kept, ", which was there before"),
      {.reason = "BRANCH_DIVERGED",
       .metadata = {{"expected", std::string(kept)}, {"actual", std::string(actual)}},
       .next_step = "put the branch back, or keep this backup as it is and begin one in another directory"});
}

// Runs a command of Git that must succeed; its output.
absl::StatusOr<std::string> GitOutput(const std::string& repository, const std::vector<std::string>& command) {
  ASSIGN_OR_RETURN(const GitRun run, RunGit(repository, command, kGitTime));
  if (!run.ok()) return FetchFailed(run.Complaint());
  return std::string(absl::StripAsciiWhitespace(run.output));
}

// Copies what `to` lacks of `what`, a branch or a commit of `from`, and moves the branch onto it, durably.
absl::Status Fetch(const std::string& from, const std::string& what, const BareRepository& to) {
  // As a pack, and not before each object was read through and hashed.
  ASSIGN_OR_RETURN(const GitRun run,
                   RunGit(to.path(),
                          {"-c", "fetch.fsckObjects=true", "-c", "fetch.unpackLimit=1", "fetch", "--no-tags",
                           "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", "--",
                           std::filesystem::absolute(from).string(), absl::StrCat(what, ":", kBranch)},
                          kGitTime));
  if (absl::StrContains(run.output, "non-fast-forward")) {
    ASSIGN_OR_RETURN(const std::string kept, to.Branch());
    return Rewritten(kept, what == kBranch ? "another line" : what);
  }
  return run.ok() ? to.SyncNames() : FetchFailed(run.Complaint());
}

absl::StatusOr<bool> IsAncestor(const std::string& repository, const std::string& ancestor, const std::string& of) {
  ASSIGN_OR_RETURN(const GitRun run, RunGit(repository, {"merge-base", "--is-ancestor", ancestor, of}, kGitTime));
  return run.ok();
}

// Commits on the first-parent line of `head` above `below`, "" = all.
absl::StatusOr<int64_t> CountCommits(const std::string& repository, const std::string& head, const std::string& below) {
  std::vector<std::string> command = {"rev-list", "--count", "--first-parent", head};
  if (!below.empty()) command.push_back("^" + below);
  ASSIGN_OR_RETURN(const std::string output, GitOutput(repository, command));
  int64_t count = 0;
  return absl::SimpleAtoi(output, &count) ? count : absl::StatusOr<int64_t>(FetchFailed("commits cannot be counted"));
}

// Merges the packs that backups have left, each durable before what it takes the place of is removed.
absl::Status Tidy(BareRepository& repository) {
  repository.Recount();
  if (repository.packs() <= kMostPacks) return absl::OkStatus();
  RETURN_IF_ERROR(GitOutput(repository.path(), {"repack", "-q", "-n", "--geometric=2"}).status());
  RETURN_IF_ERROR(repository.SyncNames());
  RemoveSupersededPacks(repository.path() + "/objects/pack");
  return absl::OkStatus();
}

class Backup {
 public:
  Backup(const DataDirLayout& data, BackupDir& backup, const StoreAnswered& store)
      : data_(data), backup_(backup), store_(store), time_(absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()))) {
    if (backup_.manifest().has_value()) before_ = *backup_.manifest();
  }

  absl::StatusOr<BackupOutcome> Run(absl::string_view id, const BackupProgress& progress);

 private:
  // What the mark says of the workspace from now on.
  absl::StatusOr<BackedUpWorkspace> Update(const Workspace& workspace);
  // The repository of the workspace in the backup.
  absl::StatusOr<std::shared_ptr<BareRepository>> OpenCopy(const Workspace& workspace) const;
  void AddProblem(const std::string& workspace, absl::Status status) {
    outcome_.problems.push_back({workspace, std::move(status)});
  }

  const DataDirLayout& data_;
  BackupDir& backup_;
  const StoreAnswered& store_;
  const absl::Time time_;
  BackupManifest before_;
  BackupOutcome outcome_;
};

absl::StatusOr<std::shared_ptr<BareRepository>> Backup::OpenCopy(const Workspace& workspace) const {
  const std::string path = backup_.repository(workspace.uid);
  if (!FileExists(path)) RETURN_IF_ERROR(BareRepository::Create(path));
  return BareRepository::Open(path);
}

absl::StatusOr<BackedUpWorkspace> Backup::Update(const Workspace& workspace) {
  ASSIGN_OR_RETURN(const std::string answered, store_(workspace));
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> source, BareRepository::Open(data_.repository(workspace.uid)));
  ASSIGN_OR_RETURN(const std::string branch, source->Branch());
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> copy, OpenCopy(workspace));
  ASSIGN_OR_RETURN(const std::string had, copy->Branch());
  const BackedUpWorkspace* const known = before_.Find(workspace.uid);
  BackedUpWorkspace entry{.workspace = workspace, .head = "", .revision = 0, .time = time_};
  if (branch.empty()) return had.empty() ? absl::StatusOr<BackedUpWorkspace>(entry) : Rewritten(had, branch);
  if (branch != had) RETURN_IF_ERROR(Fetch(source->path(), kBranch, *copy));
  ASSIGN_OR_RETURN(entry.head, copy->Branch());
  for (const std::string& wanted : {answered, known != nullptr ? known->head : std::string()}) {
    if (wanted.empty() || wanted == entry.head) continue;
    ASSIGN_OR_RETURN(const bool there, IsAncestor(copy->path(), wanted, entry.head));
    if (!there) return Rewritten(wanted, entry.head);
  }
  if (known != nullptr && known->head == entry.head) {
    entry.revision = known->revision;
    return entry;
  }
  // All of them: a merge may have put the head of before beside the first parents.
  ASSIGN_OR_RETURN(entry.revision, CountCommits(copy->path(), entry.head, ""));
  ++outcome_.changed;
  outcome_.commits += std::max<int64_t>(0, entry.revision - (known != nullptr ? known->revision : 0));
  RETURN_IF_ERROR(Tidy(*copy));
  return entry;
}

absl::StatusOr<BackupOutcome> Backup::Run(absl::string_view id, const BackupProgress& progress) {
  std::vector<std::string> damaged;
  ASSIGN_OR_RETURN(const std::vector<Workspace> workspaces, ReadRegistry(data_.registry(), damaged));
  for (const std::string& name : damaged) {
    AddProblem(name, MakeError(absl::StatusCode::kDataLoss, absl::StrCat("registry entry '", name, "' is damaged"),
                               {.reason = "STORAGE_CORRUPT", .metadata = {{"object", "registry/" + name}}}));
  }
  BackupManifest& manifest = outcome_.manifest;
  manifest = {.data_dir_id = std::string(id), .data_format = kDataFormat, .time = time_, .workspaces = {}};
  for (size_t i = 0; i < workspaces.size(); ++i) {
    if (progress) progress(workspaces[i], i + 1, workspaces.size());
    absl::StatusOr<BackedUpWorkspace> entry = Update(workspaces[i]);
    if (DetailsOf(entry.status()).reason == "LOCKED") return entry.status();  // nobody can say what was answered
    RETURN_IF_ERROR(Failpoint("backup_workspace"));
    if (entry.ok()) {
      manifest.workspaces.push_back(*std::move(entry));
    } else {
      AddProblem(workspaces[i].name, entry.status());
    }
  }
  // What it held and cannot follow stays as it was.
  for (const BackedUpWorkspace& entry : before_.workspaces) {
    const std::string& name = entry.workspace.name;
    if (manifest.Find(entry.workspace.uid) != nullptr) continue;
    manifest.workspaces.push_back(entry);
    const bool told = std::any_of(outcome_.problems.begin(), outcome_.problems.end(),
                                  [&](const BackupOutcome::Problem& problem) { return problem.workspace == name; });
    if (!told) AddProblem(name, WorkspaceNotFoundError(name));
  }
  std::sort(manifest.workspaces.begin(), manifest.workspaces.end(),
            [](const auto& a, const auto& b) { return a.workspace.name < b.workspace.name; });
  RETURN_IF_ERROR(Failpoint("backup_before_mark"));
  RETURN_IF_ERROR(backup_.Publish(manifest));
  return std::move(outcome_);
}

// The path without links, as far as it exists; ends in a slash.
std::string Resolved(absl::string_view path) {
  std::error_code ignored;
  const std::filesystem::path resolved =
      std::filesystem::weakly_canonical(std::filesystem::absolute(std::string(path)), ignored);
  return absl::StrCat(absl::StripSuffix(resolved.string(), "/"), "/");
}

absl::Status CheckApart(absl::string_view data_dir, absl::string_view other) {
  const std::string a = Resolved(data_dir), b = Resolved(other);
  if (!absl::StartsWith(a, b) && !absl::StartsWith(b, a)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat("'", data_dir, "' and '", other, "' lie in each other"),
                   {.reason = "ARGUMENT_INVALID",
                    .violations = {{"backup", "must lie outside of the data directory", ""}},
                    .next_step = "name a directory elsewhere, on another disk if there is one"});
}

// --- Restore -----------------------------------------------------------------------------------------------------

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

absl::Status RestoreWorkspace(const std::string& from, const BackedUpWorkspace& entry, const DataDirLayout& layout) {
  const std::string path = layout.repository(entry.workspace.uid);
  RETURN_IF_ERROR(BareRepository::Create(path));
  if (!entry.head.empty()) {
    ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> copy, BareRepository::Open(path));
    RETURN_IF_ERROR(Fetch(from, entry.head, *copy));
    ASSIGN_OR_RETURN(const std::string branch, copy->Branch());
    ASSIGN_OR_RETURN(const int64_t revision, CountCommits(path, branch, ""));
    if (branch != entry.head || revision != entry.revision) {
      return FetchFailed(absl::StrCat("revision ", revision, " came out, ", entry.revision, " is in the manifest"));
    }
    ASSIGN_OR_RETURN(const GitRun fsck, RunGit(path, {"fsck", "--strict", "--no-progress", "--no-dangling"}, kGitTime));
    if (!fsck.ok()) return FetchFailed(fsck.Complaint());
    BareRepository::RecordHead(path, entry.head);
  }
  return WriteRegistryEntry(layout.registry(), entry.workspace);
}

}  // namespace

absl::StatusOr<BackupOutcome> BackUp(absl::string_view data_dir, absl::string_view to, const StoreAnswered& store,
                                     const BackupProgress& progress) {
  RETURN_IF_ERROR(InitializeGit());
  ASSIGN_OR_RETURN(const std::string id, DataDir::ReadId(data_dir));
  RETURN_IF_ERROR(CheckApart(data_dir, to));
  ASSIGN_OR_RETURN(const std::unique_ptr<BackupDir> backup, BackupDir::OpenToWrite(to, id));
  const DataDirLayout layout{std::string(absl::StripSuffix(data_dir, "/"))};
  return Backup(layout, *backup, store).Run(id, progress);
}

absl::StatusOr<BackupManifest> Restore(absl::string_view from, absl::string_view data_dir,
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
  for (size_t i = 0; i < manifest.workspaces.size(); ++i) {
    const BackedUpWorkspace& entry = manifest.workspaces[i];
    if (progress) progress(entry.workspace, i + 1, manifest.workspaces.size());
    const absl::Status restored = RestoreWorkspace(backup->repository(entry.workspace.uid), entry, layout);
    if (!restored.ok()) {
      return MakeError(restored.code(), absl::StrCat("workspace ", entry.workspace.name, ": ", restored.message()),
                       DetailsOf(restored));
    }
    RETURN_IF_ERROR(Failpoint("restore_workspace"));
  }
  RETURN_IF_ERROR(SyncFileSystem(layout.path()));
  RETURN_IF_ERROR(DataDir::Finish(layout, manifest.data_dir_id));
  return manifest;
}

}  // namespace metapowers::workspace
