#include "service/server/verify.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/generator.h"
#include "service/server/names.h"
#include "service/server/section_check.h"
#include "service/server/version.h"
#include "service/workspace/backup_dir.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/history_index.h"
#include "service/workspace/registry_check.h"
#include "service/workspace/repository_check.h"
#include "service/workspace/workspace_registry.h"

namespace metapowers::server {
namespace {

using workspace::Finding;

using NewestByUid = absl::flat_hash_map<std::string, workspace::IndexedRevision>;
using StepsByUid = std::map<std::string, std::vector<workspace::JournalEntry>>;

// A repository to look at, and what is known of it.
struct Target {
  std::string name;
  std::string repository;
  std::vector<workspace::KnownHead> heads;
  std::vector<workspace::JournalEntry> steps;
};

std::string Utc(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

class Verifier {
 public:
  explicit Verifier(const VerifyOptions& options) : options_(options), generator_(Limits().cache_bytes) {}

  absl::StatusOr<v1::Verification> Run() {
    RETURN_IF_ERROR(options_.backup.empty() ? FindInDataDir() : FindInBackup());
    if (targets_.empty() && !IsNamed(options_.workspace)) {
      return MakeError(absl::StatusCode::kNotFound, absl::StrCat("there is no workspace '", options_.workspace, "'"),
                       {"WORKSPACE_NOT_FOUND", {{"workspace", options_.workspace}}, {}, ""});
    }
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (options_.progress) options_.progress(targets_[i].name, i + 1, targets_.size());
      Check(targets_[i]);
    }
    out_.set_workspaces(static_cast<int>(targets_.size()));
    return std::move(out_);
  }

 private:
  bool IsWanted(const std::string& name) const { return options_.workspace.empty() || options_.workspace == name; }

  // Whether something is told of it, or it stands for all.
  bool IsNamed(const std::string& name) const {
    return name.empty() || std::any_of(out_.faults().begin(), out_.faults().end(),
                                       [&](const auto& fault) { return fault.workspace() == name; });
  }

  static void Add(const std::string& workspace, const Finding& finding,
                  google::protobuf::RepeatedPtrField<v1::VerificationFinding>& list) {
    v1::VerificationFinding& out = *list.Add();
    out.set_workspace(workspace);
    out.set_place(finding.place);
    out.set_cause(finding.cause);
    out.set_mend(finding.mend);
  }
  void AddFaults(const std::string& workspace, const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) Add(workspace, finding, *out_.mutable_faults());
  }
  void AddNote(const std::string& workspace, const Finding& finding) { Add(workspace, finding, *out_.mutable_notes()); }

  absl::Status FindInDataDir();
  absl::Status FindInBackup();
  // The newest revisions that the index knows; what is wrong with it is added.
  NewestByUid ReadIndex(const workspace::DataDirLayout& layout);
  absl::Status AddTargets(const workspace::DataDirLayout& layout, const NewestByUid& indexed, StepsByUid steps);
  void Check(const Target& target);

  const VerifyOptions& options_;
  Generator generator_;
  std::vector<Target> targets_;
  v1::Verification out_;
};

NewestByUid Verifier::ReadIndex(const workspace::DataDirLayout& layout) {
  auto newest = workspace::HistoryIndex::ReadAllNewest(layout.history_index());
  if (newest.ok()) return *std::move(newest);
  AddFaults("", {{"history index", std::string(newest.status().message()),
                  "nothing is lost: the server makes it anew from the repositories"}});
  return {};
}

absl::Status Verifier::FindInDataDir() {
  ASSIGN_OR_RETURN(const int format, workspace::DataDir::FormatOf(options_.data_dir));
  const workspace::DataDirLayout layout{std::string(absl::StripSuffix(options_.data_dir, "/"))};
  // Before any branch is read: what they tell is below it then, also while a server runs.
  const auto indexed = ReadIndex(layout);
  StepsByUid steps;
  // Held to the end of this: nobody begins to write while the journal is read.
  const bool older = format < workspace::kDataFormat;  // to open it would keep the older release from it
  const auto owned = older ? absl::CancelledError() : workspace::DataDir::Open(options_.data_dir);
  if (older) {
    AddNote("", {"journal", "an older release wrote the data directory: not checked", ""});
  } else if (owned.ok()) {
    auto read = workspace::ReadJournal(**owned);
    if (!read.ok()) {
      AddFaults("", {{"journal", std::string(read.status().message()),
                      "restore a backup: commits that were answered last may be in the journal alone"}});
    } else {
      steps = *std::move(read);
    }
  } else if (DetailsOf(owned.status()).reason == "LOCKED") {
    AddNote("", {"journal", "a server runs on the data directory and has it open: not checked", ""});
  } else {
    return owned.status();
  }
  return AddTargets(layout, indexed, std::move(steps));
}

absl::Status Verifier::AddTargets(const workspace::DataDirLayout& layout, const NewestByUid& indexed,
                                  StepsByUid steps) {
  ASSIGN_OR_RETURN(const std::optional<workspace::DataDirOrigin> origin, workspace::DataDir::ReadOrigin(layout.path()));
  if (origin.has_value() && options_.workspace.empty()) {
    AddNote("", {"data directory", absl::StrCat("restored from the backup of ", origin->id, " of ", Utc(origin->time)),
                 ""});
  }
  ASSIGN_OR_RETURN(const workspace::CheckedRegistry registry, workspace::CheckRegistry(layout));
  for (const workspace::RegistryFault& fault : registry.faults) {
    if (IsWanted(fault.workspace)) AddFaults(fault.workspace, {fault.finding});
  }
  for (const Finding& note : registry.notes) {
    if (options_.workspace.empty()) AddNote("", note);
  }
  for (const workspace::Workspace& found : registry.workspaces) {
    if (!IsWanted(found.name)) continue;
    Target target{found.name, layout.repository(found.uid), {}, {}};
    if (const auto at = indexed.find(found.uid); at != indexed.end()) {
      target.heads.push_back({at->second.commit, at->second.revision, "the history index"});
    }
    if (const auto at = steps.find(found.uid); at != steps.end()) {
      target.steps = std::move(at->second);
      steps.erase(at);
    }
    targets_.push_back(std::move(target));
  }
  for (const auto& [uid, waiting] : steps) {
    if (!options_.workspace.empty()) break;
    AddFaults("", {{"journal",
                    absl::StrCat("it has ", waiting.size(), " answered steps of ", uid,
                                 ", of which there is no repository with a name"),
                    "mend the registry, then start the server, which stores them"}});
  }
  return absl::OkStatus();
}

absl::Status Verifier::FindInBackup() {
  ASSIGN_OR_RETURN(const std::unique_ptr<workspace::BackupDir> backup,
                   workspace::BackupDir::OpenToRead(options_.backup));
  const workspace::BackupManifest& manifest = *backup->manifest();
  std::set<std::string> names;
  for (const workspace::BackedUpWorkspace& entry : manifest.workspaces) {
    const std::string& name = entry.workspace.name;
    if (!IsWanted(name)) continue;
    if (!names.insert(name).second) {
      AddFaults(name, {{"manifest", absl::StrCat("it has the name twice, also for ", entry.workspace.uid),
                        "take another backup, which names the older one anew; a restore does so as well"}});
    }
    targets_.push_back(
        {name, backup->repository(entry.workspace.uid), {{entry.head, entry.revision, "the manifest"}}, {}});
  }
  for (const std::string& uid : backup->Repositories()) {
    if (manifest.Find(uid) != nullptr || !options_.workspace.empty()) continue;
    const auto copy = workspace::CheckedRepository::Open(backup->repository(uid));
    if (copy.ok() && copy->branch().empty()) continue;
    AddNote("", {absl::StrCat("workspaces/", uid, ".git"),
                 "the manifest does not name it: the backup that fetched it was cut off, and the next one does", ""});
  }
  for (const workspace::FailedWorkspace& failed : manifest.failed) {
    if (!IsWanted(failed.name)) continue;
    AddFaults(
        failed.name,
        {{"manifest",
          absl::StrCat("the backup of ", Utc(manifest.time), " could not take it: ", failed.why,
                       manifest.Holds(failed) ? "; what an earlier one had is there" : "; it holds nothing of it"),
          "mend that, then take another backup"}});
  }
  return absl::OkStatus();
}

void Verifier::Check(const Target& target) {
  const auto repository = workspace::CheckedRepository::Open(target.repository);
  if (!repository.ok()) {
    AddFaults(target.name,
              {{"repository", std::string(repository.status().message()), "restore the workspace from a backup"}});
    return;
  }
  const std::vector<Finding> objects = repository->CheckObjects();
  AddFaults(target.name, objects);
  std::vector<Finding> faults;
  SectionCheck sections(generator_, kVersion);
  const workspace::CommitLine line =
      repository->Walk([&](const workspace::CommitInfo& commit,
                           int parents) { sections.Visit(*repository->objects(), commit, parents, faults); },
                       faults);
  out_.set_commits(out_.commits() + line.commits);
  for (std::vector<Finding>& found : std::vector<std::vector<Finding>>{repository->CheckHeads(line, target.heads),
                                                                       repository->CheckSteps(line, target.steps)}) {
    faults.insert(faults.end(), found.begin(), found.end());
  }
  const auto checked = sections.Check(repository->objects());
  if (checked.ok()) {
    out_.set_sections(out_.sections() + checked->same);
    faults.insert(faults.end(), checked->faults.begin(), checked->faults.end());
    for (const Finding& note : checked->notes) AddNote(target.name, note);
  } else if (objects.empty()) {
    faults.push_back({"topics", std::string(checked.status().message()), "restore the workspace from a backup"});
  }
  AddFaults(target.name, faults);
}

std::string FormatFinding(absl::string_view kind, const v1::VerificationFinding& finding) {
  std::string text = absl::StrCat(kind, "  ", finding.workspace(), finding.workspace().empty() ? "" : ": ",
                                  finding.place(), "\n  ", finding.cause(), "\n");
  if (!finding.mend().empty()) absl::StrAppend(&text, "  to mend: ", finding.mend(), "\n");
  return text;
}

}  // namespace

absl::StatusOr<v1::Verification> Verify(const VerifyOptions& options) { return Verifier(options).Run(); }

std::string FormatVerification(const v1::Verification& verification) {
  std::string text;
  for (const v1::VerificationFinding& fault : verification.faults()) text += FormatFinding("FAULT", fault);
  for (const v1::VerificationFinding& note : verification.notes()) text += FormatFinding("note", note);
  return absl::StrCat(text, "workspaces ", verification.workspaces(), ", commits ", verification.commits(),
                      ", sections derived again ", verification.sections(), ", notes ", verification.notes_size(),
                      ", faults ", verification.faults_size(), "\n");
}

absl::StatusOr<std::string> VerificationJson(const v1::Verification& verification) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(verification, &json, options);
  if (status.ok()) return json;
  return MakeError(absl::StatusCode::kInternal,
                   absl::StrCat("what was found cannot be written as JSON: ", status.ToString()),
                   {"INTERNAL", {}, {}, "leave --format json out"});
}

}  // namespace metapowers::server
