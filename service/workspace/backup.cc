#include "service/workspace/backup.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/backup_git.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/git.h"
#include "service/workspace/lost_commits.h"
#include "service/workspace/registry_check.h"
#include "service/workspace/superseded_packs.h"

namespace metapowers::workspace {
namespace {

constexpr int kMostPacks = 16;  // a fetch leaves one

absl::Status GoneError(const std::string& name, const std::string& kept_as) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("the data directory has it no more; it stays in the backup as it was",
                   name == kept_as ? "" : absl::StrCat(", by the name ", kept_as, " since another has its own")),
      {.reason = "WORKSPACE_NOT_FOUND",
       .metadata = {{"workspace", name}},
       .next_step = "metapowersd restore makes a directory that has it"});
}

absl::Status BeyondMarkError(absl::string_view uid, absl::string_view kept, absl::string_view branch, int64_t commits) {
  const std::string ref = LostCommitRef(kept);
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("the branch is at ", branch, " and does not contain ", commits, " commits up to ", kept,
                                ", which a backup that was cut off had fetched; they are kept as ", ref),
                   {.reason = "BRANCH_DIVERGED",
                    .metadata = {{"expected", std::string(kept)}, {"actual", std::string(branch)}},
                    .next_step = absl::StrCat("in workspaces/", uid, ".git of the backup: `git log main..", ref,
                                              "` shows them; to accept that the branch has them no more, `git "
                                              "update-ref -d ",
                                              ref, "`")});
}

// The data directory belongs to a server that does not tell what it has answered; not that a push holds a branch.
bool NobodyAnswers(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  const auto resource = details.metadata.find("resource");
  return details.reason == "LOCKED" && (resource == details.metadata.end() || resource->second != "branch");
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
  // Fetches `branch` into the copy; `mark` is what the mark says of it, nullptr for nothing.
  absl::Status BringUpTo(const BareRepository& source, const std::string& branch, const Workspace& workspace,
                         const BackedUpWorkspace* mark, BareRepository& copy);
  // The repository of the workspace in the backup.
  absl::StatusOr<std::shared_ptr<BareRepository>> OpenCopy(const Workspace& workspace) const;
  // Has the mark keep what it had of those that are not in it now.
  void KeepOthers();
  void AddFault(const RegistryFault& fault);

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

absl::Status Backup::BringUpTo(const BareRepository& source, const std::string& branch, const Workspace& workspace,
                               const BackedUpWorkspace* mark, BareRepository& copy) {
  const absl::Status fetched = Fetch(source.path(), branch, copy);
  if (DetailsOf(fetched).reason != "BRANCH_DIVERGED") return fetched;
  ASSIGN_OR_RETURN(const std::string had, copy.Branch());
  const std::string head = mark != nullptr ? mark->head : "";
  ASSIGN_OR_RETURN(const bool beyond, IsBeyond(copy.path(), had, head));
  ASSIGN_OR_RETURN(const bool goes_on, IsBeyond(source.path(), branch, head));
  if (!beyond || (!goes_on && branch != head)) return fetched;
  RETURN_IF_ERROR(KeepLostCommit(copy.path(), had));
  RETURN_IF_ERROR(SetBranch(copy, had, head));
  RETURN_IF_ERROR(Fetch(source.path(), branch, copy));
  ASSIGN_OR_RETURN(const int64_t commits, CountCommits(copy.path(), had, branch));
  outcome_.kept.push_back({workspace.name, workspace.uid, BeyondMarkError(workspace.uid, had, branch, commits)});
  return absl::OkStatus();
}

absl::StatusOr<BackedUpWorkspace> Backup::Update(const Workspace& workspace) {
  ASSIGN_OR_RETURN(const std::string answered, store_(workspace));
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> source, BareRepository::Open(data_.repository(workspace.uid)));
  ASSIGN_OR_RETURN(const std::string branch, source->Branch());
  ASSIGN_OR_RETURN(const std::shared_ptr<BareRepository> copy, OpenCopy(workspace));
  ASSIGN_OR_RETURN(const std::string had, copy->Branch());
  const BackedUpWorkspace* const known = before_.Find(workspace.uid);
  BackedUpWorkspace entry{.workspace = workspace, .head = "", .revision = 0, .time = time_};
  if (branch.empty()) return had.empty() ? absl::StatusOr<BackedUpWorkspace>(entry) : RewrittenError(had, branch);
  if (branch != had) RETURN_IF_ERROR(BringUpTo(*source, branch, workspace, known, *copy));
  ASSIGN_OR_RETURN(entry.head, copy->Branch());
  for (const std::string& wanted : {answered, known != nullptr ? known->head : std::string()}) {
    if (wanted.empty() || wanted == entry.head) continue;
    ASSIGN_OR_RETURN(const bool there, ContainsCommit(copy->path(), entry.head, wanted));
    if (!there) return RewrittenError(wanted, entry.head);
  }
  if (known != nullptr && known->head == entry.head) {
    entry.revision = known->revision;
    return entry;
  }
  // All of them: a merge may have put the head of before beside the first parents.
  ASSIGN_OR_RETURN(entry.revision, CountCommits(copy->path(), entry.head));
  ++outcome_.changed;
  outcome_.commits += std::max<int64_t>(0, entry.revision - (known != nullptr ? known->revision : 0));
  RETURN_IF_ERROR(Tidy(*copy));
  return entry;
}

void Backup::AddFault(const RegistryFault& fault) {
  const BackedUpWorkspace* const known = before_.Find(fault.uid);
  const std::string name = !fault.workspace.empty() ? fault.workspace
                           : known != nullptr       ? known->workspace.name
                                                    : fault.uid;
  outcome_.problems.push_back(
      {name, fault.uid,
       MakeError(absl::StatusCode::kDataLoss, absl::StrCat(fault.finding.place, ": ", fault.finding.cause),
                 {.reason = "STORAGE_CORRUPT",
                  .metadata = {{"object", fault.finding.place}},
                  .next_step = fault.finding.mend})});
}

void Backup::KeepOthers() {
  BackupManifest& manifest = outcome_.manifest;
  for (BackedUpWorkspace entry : before_.workspaces) {
    const std::string name = entry.workspace.name, uid = entry.workspace.uid;
    if (manifest.Find(uid) != nullptr) continue;
    entry.workspace.name = manifest.FreeName(entry.workspace);
    const bool told = std::any_of(outcome_.problems.begin(), outcome_.problems.end(),
                                  [&](const BackupProblem& problem) { return problem.uid == uid; });
    if (!told) outcome_.problems.push_back({name, uid, GoneError(name, entry.workspace.name)});
    manifest.workspaces.push_back(std::move(entry));
  }
}

absl::StatusOr<BackupOutcome> Backup::Run(absl::string_view id, const BackupProgress& progress) {
  ASSIGN_OR_RETURN(const CheckedRegistry registry, CheckRegistry(data_));
  for (const RegistryFault& fault : registry.faults) AddFault(fault);
  BackupManifest& manifest = outcome_.manifest;
  manifest = {.data_dir_id = std::string(id), .data_format = kDataFormat, .time = time_, .workspaces = {}};
  for (size_t i = 0; i < registry.workspaces.size(); ++i) {
    const Workspace& workspace = registry.workspaces[i];
    if (progress) progress(workspace, i + 1, registry.workspaces.size());
    absl::StatusOr<BackedUpWorkspace> entry = Update(workspace);
    if (NobodyAnswers(entry.status())) return entry.status();
    RETURN_IF_ERROR(Failpoint("backup_workspace"));
    if (entry.ok()) {
      manifest.workspaces.push_back(*std::move(entry));
    } else {
      outcome_.problems.push_back({workspace.name, workspace.uid, entry.status()});
    }
  }
  KeepOthers();
  for (const BackupProblem& problem : outcome_.problems) {
    manifest.failed.push_back({problem.workspace, problem.uid, std::string(problem.status.message())});
  }
  std::sort(manifest.workspaces.begin(), manifest.workspaces.end(),
            [](const auto& a, const auto& b) { return a.workspace.name < b.workspace.name; });
  RETURN_IF_ERROR(Failpoint("backup_before_mark"));
  RETURN_IF_ERROR(backup_.Publish(manifest));
  return std::move(outcome_);
}

}  // namespace

absl::StatusOr<BackupOutcome> BackUp(absl::string_view data_dir, absl::string_view to, const StoreAnswered& store,
                                     const BackupProgress& progress) {
  RETURN_IF_ERROR(InitializeGit());
  ASSIGN_OR_RETURN(const std::string id, DataDir::ReadId(data_dir));
  ASSIGN_OR_RETURN(const std::optional<DataDirOrigin> origin, DataDir::ReadOrigin(data_dir));
  RETURN_IF_ERROR(CheckApart(data_dir, to));
  ASSIGN_OR_RETURN(const std::unique_ptr<BackupDir> backup,
                   BackupDir::OpenToWrite(to, id, origin.has_value() ? origin->id : ""));
  const DataDirLayout layout{std::string(absl::StripSuffix(data_dir, "/"))};
  return Backup(layout, *backup, store).Run(id, progress);
}

}  // namespace metapowers::workspace
