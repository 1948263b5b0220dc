#include "service/workspace/local_engine.h"

#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/flusher.h"
#include "service/workspace/git.h"
#include "service/workspace/history_index.h"
#include "service/workspace/housekeeper.h"
#include "service/workspace/journal_writer.h"
#include "service/workspace/local_workspace.h"
#include "service/workspace/sqlite_journal.h"

namespace metapowers::workspace {
namespace {

using WorkspacePointer = std::shared_ptr<LocalWorkspace>;

class LocalEngine : public Engine {
 public:
  LocalEngine(std::shared_ptr<const DataDir> data_dir, const LocalEngineOptions& options,
              std::unique_ptr<Journal> journal, int64_t first_sequence, std::unique_ptr<HistoryIndex> index)
      : data_dir_(std::move(data_dir)),
        options_(options),
        index_(std::move(index)),
        journal_(std::move(journal), first_sequence),
        flusher_(options.flush_delay, [this](const WorkspacePointer& workspace, const absl::Status& status) {
          OnFlushed(workspace, status);
        }) {
    budget_.most_bytes = options.unflushed_bytes;
    budget_.most_of_workspace = options.unflushed_bytes_each;
    context_ = {.journal = &journal_,
                .budget = &budget_,
                .index = index_.get(),
                .flush = [this](const WorkspacePointer& workspace, bool soon) { flusher_.Add(workspace, soon); },
                .answer_when_stored = options.answer_when_stored};
  }

  // Steps that have their place are written and, when the storage lets it, stored; the journal keeps the others.
  ~LocalEngine() override { journal_.Drain(); }

  // Makes again what the journal holds and the repositories do not, before the engine is used.
  void Recover(std::vector<JournalEntry> entries) {
    std::map<std::string, std::vector<JournalEntry>> by_workspace;
    for (JournalEntry& entry : entries) by_workspace[entry.workspace].push_back(std::move(entry));
    for (const auto& [uid, of_workspace] : by_workspace) {
      const absl::StatusOr<WorkspacePointer> workspace = Find(uid);
      absl::Status status = workspace.status();
      if (status.ok()) status = (*workspace)->Recover(of_workspace);
      if (status.ok()) {
        if ((*workspace)->HasUnflushed()) flusher_.Add(*workspace, /*soon=*/true);
        continue;
      }
      if (options_.report) options_.report(uid, status);
      absl::MutexLock lock(&mutex_);
      damaged_[uid] = status;
    }
  }

  absl::Status CreateWorkspace(absl::string_view uid) override {
    if (!IsKey(uid)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "a workspace's uid must be a lower-case UUID",
                       {.reason = "NAME_INVALID", .metadata = {{"name", std::string(uid)}}});
    }
    absl::MutexLock lock(&mutex_);
    if (FileExists(PathOf(uid))) {
      return MakeError(absl::StatusCode::kAlreadyExists, absl::StrCat("workspace '", uid, "' exists already"),
                       {.reason = "WORKSPACE_EXISTS", .metadata = {{"workspace", std::string(uid)}}});
    }
    return BareRepository::Create(PathOf(uid));
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> Head(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->Head();
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> Tip(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->Tip();
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view uid, absl::string_view commit) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->At(commit);
  }

  absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->History(query);
  }

  void Submit(absl::string_view uid, CommitBatch batch, std::function<void(absl::Status)> done) override {
    const absl::StatusOr<WorkspacePointer> workspace = Find(uid);
    if (!workspace.ok()) return done(workspace.status());
    (*workspace)->Submit(std::move(batch), std::move(done));
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view uid,
                                                           absl::string_view request_id) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    if (std::optional<RequestRecord> waiting = workspace->FindRequest(request_id)) return waiting;
    return journal_.journal().FindRequest(uid, request_id);
  }

  absl::Status Settle(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    workspace->Settle();
    return absl::OkStatus();
  }

 private:
  struct Opened {
    WorkspacePointer workspace;
    std::list<std::string>::iterator used;
  };

  static bool IsKey(absl::string_view uid) { return IsUuid(uid) && absl::AsciiStrToLower(uid) == uid; }
  std::string PathOf(absl::string_view uid) const { return absl::StrCat(data_dir_->workspaces(), "/", uid, ".git"); }

  absl::StatusOr<WorkspacePointer> Find(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!IsKey(uid)) return WorkspaceNotFoundError(uid);
    absl::MutexLock lock(&mutex_);
    if (const auto damaged = damaged_.find(uid); damaged != damaged_.end()) return damaged->second;
    const auto found = opened_.find(uid);
    if (found != opened_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.used);
      return found->second.workspace;
    }
    const std::string path = PathOf(uid);
    if (!FileExists(path)) return WorkspaceNotFoundError(uid);
    // Once per process: later, locks and temporary files may be those of our own threads and children.
    if (mended_.emplace(uid).second) BareRepository::RemoveLeftovers(path);
    ASSIGN_OR_RETURN(std::shared_ptr<BareRepository> repository, BareRepository::Open(path));
    auto workspace = std::make_shared<LocalWorkspace>(std::string(uid), std::move(repository), context_);
    by_use_.emplace_front(uid);
    opened_[by_use_.front()] = {workspace, by_use_.begin()};
    CloseUnused();
    return workspace;
  }

  // Closes the longest unused beyond the limit. One that a call, the journal or the flusher still holds stays, so that
  // a workspace never has two orders.
  void CloseUnused() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto at = by_use_.end();
    while (opened_.size() > options_.open_repositories && at != by_use_.begin()) {
      --at;
      const auto candidate = opened_.find(*at);
      if (candidate->second.workspace.use_count() > 1) continue;
      opened_.erase(candidate);
      at = by_use_.erase(at);
    }
  }

  // Has a repository packed that has gathered too much.
  void OnFlushed(const WorkspacePointer& workspace, const absl::Status& status) {
    if (!status.ok()) {
      if (options_.report) options_.report(workspace->uid(), status);
      return;
    }
    BareRepository& repository = workspace->repository();
    const auto beyond = [](int count, size_t limit) { return limit > 0 && count > static_cast<int>(limit); };
    const bool untidy = beyond(repository.loose_objects(), options_.loose_object_limit) ||
                        beyond(repository.packs(), options_.pack_limit);
    if (!untidy || !repository.BeginPacking()) return;
    housekeeper_.Pack(repository.path(), [workspace] { workspace->repository().FinishPacking(); });
  }

  const std::shared_ptr<const DataDir> data_dir_;
  const LocalEngineOptions options_;
  const std::unique_ptr<HistoryIndex> index_;
  UnflushedBudget budget_;
  LocalWorkspaceContext context_;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Opened> opened_ ABSL_GUARDED_BY(mutex_);
  std::list<std::string> by_use_ ABSL_GUARDED_BY(mutex_);  // latest first
  absl::flat_hash_set<std::string> mended_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, absl::Status> damaged_ ABSL_GUARDED_BY(mutex_);  // cannot be taken up

  // Threads, which end before anything they use: the flusher first, which has the journal retire what it stored.
  Housekeeper housekeeper_;
  JournalWriter journal_;
  Flusher flusher_;
};

absl::StatusOr<std::unique_ptr<Engine>> Open(std::shared_ptr<const DataDir> data_dir,
                                             const LocalEngineOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal, OpenSqliteJournal(data_dir->journal()));
  ASSIGN_OR_RETURN(std::vector<JournalEntry> entries, journal->Entries());
  const int64_t next = entries.empty() ? 1 : entries.back().sequence + 1;
  // Without an index histories are walked.
  std::unique_ptr<HistoryIndex> index = HistoryIndex::Open(data_dir->history_index()).value_or(nullptr);
  auto engine = std::make_unique<LocalEngine>(std::move(data_dir), options, std::move(journal), next, std::move(index));
  engine->Recover(std::move(entries));
  return engine;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(std::shared_ptr<const DataDir> data_dir,
                                                       const LocalEngineOptions& options) {
  RETURN_IF_ERROR(InitializeGit());
  for (const std::string& name : ListNames(data_dir->workspaces())) {  // of creations that did not end
    std::error_code ignored;
    if (absl::StartsWith(name, "tmp-")) std::filesystem::remove_all(data_dir->workspaces() + "/" + name, ignored);
  }
  // A creation may have been killed before its sync: what is found here is taken to be durable.
  RETURN_IF_ERROR(SyncDirectory(data_dir->workspaces()));
  return Open(std::move(data_dir), options);
}

}  // namespace metapowers::workspace
