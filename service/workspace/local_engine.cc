#include "service/workspace/local_engine.h"

#include <filesystem>
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
#include "absl/time/clock.h"
#include "service/base/back_off.h"
#include "service/base/error.h"
#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/flusher.h"
#include "service/workspace/git.h"
#include "service/workspace/head_listeners.h"
#include "service/workspace/history_index.h"
#include "service/workspace/housekeeper.h"
#include "service/workspace/journal.h"
#include "service/workspace/journal_writer.h"
#include "service/workspace/local_workspace.h"
#include "service/workspace/open_workspaces.h"
#include "service/workspace/repository_settings.h"

namespace metapowers::workspace {
namespace {

using WorkspacePointer = std::shared_ptr<LocalWorkspace>;

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

class LocalEngine : public Engine {
 public:
  LocalEngine(std::shared_ptr<const DataDir> data_dir, const LocalEngineOptions& options,
              std::unique_ptr<Journal> journal, std::unique_ptr<HistoryIndex> index)
      : data_dir_(std::move(data_dir)),
        options_(options),
        index_(std::move(index)),
        workspaces_(options.open_repositories, [this](const std::string& uid) { return OpenWorkspace(uid); }),
        housekeeper_(options.packing_time),
        journal_(std::move(journal)),
        flusher_(options.flush_delay, [this](const WorkspacePointer& workspace, const absl::Status& status,
                                             int failures) { OnFlushed(workspace, status, failures); }) {
    budget_.most_bytes = options.unflushed_bytes;
    budget_.most_of_workspace = options.unflushed_bytes_each;
    context_ = {
        .journal = &journal_,
        .budget = &budget_,
        .index = index_.get(),
        .flush = [this](const WorkspacePointer& workspace, FlushTime time) { flusher_.Add(workspace, time); },
        .answer_when_stored = options.answer_when_stored,
        .moved = [this](const std::string& uid) { listeners_.Tell(uid); },
        .lost =
            [this](const std::string& uid, const absl::Status& lost) {
              Report(
                  {"somebody rewrote the branch of a workspace, which loses commits; later ones go on upon what "
                   "is there",
                   uid, lost});
            }};
  }

  // Steps that have their place are written and, when the storage lets it, stored; the journal keeps the others.
  ~LocalEngine() override { journal_.Drain(); }

  // Makes again what the journal holds and the repositories do not, before the engine is used.
  void Recover(std::vector<JournalEntry> entries) {
    std::vector<std::string> uids;
    {
      absl::MutexLock lock(&mutex_);
      for (JournalEntry& entry : entries) {
        std::shared_ptr<Recovery>& recovery = recoveries_[entry.workspace];
        if (recovery == nullptr) {
          recovery = std::make_shared<Recovery>();
          uids.push_back(entry.workspace);
        }
        recovery->entries.push_back(std::move(entry));
      }
    }
    for (const std::string& uid : uids) (void)workspaces_.Find(uid);  // what fails is reported, and tried again
  }

  absl::Status CreateWorkspace(absl::string_view uid) override {
    if (!IsKey(uid)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "a workspace's uid must be a lower-case UUID",
                       {.reason = "NAME_INVALID", .metadata = {{"name", std::string(uid)}}});
    }
    const absl::Status created = BareRepository::Create(PathOf(uid));
    if (!absl::IsAlreadyExists(created)) return created;
    return MakeError(absl::StatusCode::kAlreadyExists, absl::StrCat("workspace '", uid, "' exists already"),
                     {.reason = "WORKSPACE_EXISTS", .metadata = {{"workspace", std::string(uid)}}});
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

  absl::StatusOr<std::vector<std::string>> Match(absl::string_view uid, absl::string_view prefix, int most) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->Match(prefix, most);
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> Store(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->Store();
  }

  absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->History(query);
  }

  absl::StatusOr<RevisionPage> Revisions(absl::string_view uid, const RevisionQuery& query) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    return workspace->Revisions(query);
  }

  std::unique_ptr<Subscription> Subscribe(std::function<void(absl::string_view uid)> moved) override {
    return listeners_.Add(std::move(moved));
  }

  void Submit(absl::string_view uid, CommitBatch batch, std::function<void(absl::Status)> done) override {
    const absl::StatusOr<WorkspacePointer> workspace = Find(uid);
    if (!workspace.ok()) return done(workspace.status());
    (*workspace)->Submit(std::move(batch), std::move(done));
  }

  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view uid,
                                                           absl::string_view request_id) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    ASSIGN_OR_RETURN(std::optional<RequestRecord> waiting, workspace->FindRequest(request_id));
    if (waiting.has_value()) return waiting;
    return journal_.journal().FindRequest(uid, request_id);
  }

  absl::Status Settle(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const WorkspacePointer workspace, Find(uid));
    workspace->Settle();
    return absl::OkStatus();
  }

 private:
  // What the journal has of a workspace that could not be taken up yet. All but its place in the map belongs to the
  // thread that opens the workspace.
  struct Recovery {
    std::vector<JournalEntry> entries;
    absl::Status status;  // of the last try
    int failures = 0;
    absl::Time next_try = absl::InfinitePast();
  };

  static bool IsKey(absl::string_view uid) { return IsUuid(uid) && absl::AsciiStrToLower(uid) == uid; }
  std::string PathOf(absl::string_view uid) const { return data_dir_->repository(uid); }

  absl::StatusOr<WorkspacePointer> Find(absl::string_view uid) {
    if (!IsKey(uid)) return WorkspaceNotFoundError(uid);
    return workspaces_.Find(uid);
  }

  // Opens the repository and takes up what the journal has for it, unless that failed a moment ago.
  absl::StatusOr<WorkspacePointer> OpenWorkspace(const std::string& uid) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::shared_ptr<Recovery> recovery;
    bool first = false;
    {
      absl::MutexLock lock(&mutex_);
      const auto found = recoveries_.find(uid);
      if (found != recoveries_.end()) recovery = found->second;
      first = !mended_.contains(uid);
    }
    if (recovery != nullptr && absl::Now() < recovery->next_try) return recovery->status;
    absl::StatusOr<WorkspacePointer> workspace = OpenRepository(uid, first);
    if (recovery == nullptr) return workspace;
    recovery->status = workspace.ok() ? (*workspace)->Recover(recovery->entries) : workspace.status();
    if (recovery->status.ok()) {
      if ((*workspace)->HasUnflushed()) flusher_.Add(*workspace, FlushTime::kSoon);
      absl::MutexLock lock(&mutex_);
      recoveries_.erase(uid);
      return workspace;
    }
    ++recovery->failures;
    recovery->next_try = absl::Now() + BackOff(recovery->failures, kFirstPause, kLongestPause);
    Report({"cannot take up what the journal holds of a workspace; tried again when it is used", uid, recovery->status,
            recovery->failures});
    return recovery->status;
  }

  absl::StatusOr<WorkspacePointer> OpenRepository(const std::string& uid, bool first) ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::string path = PathOf(uid);
    if (!FileExists(path)) return WorkspaceNotFoundError(uid);
    RETURN_IF_ERROR(Failpoint("open_workspace"));
    if (first) {  // in this process: later, locks and temporary files may be those of our own threads and children
      BareRepository::RemoveLeftovers(path);
      if (absl::Status pinned = PinSettings(path); !pinned.ok()) {
        Report(
            {"cannot give a repository its settings, so that a push may rewrite or damage it; tried again after a "
             "restart",
             uid, std::move(pinned)});
      }
      absl::MutexLock lock(&mutex_);
      mended_.insert(uid);
    }
    ASSIGN_OR_RETURN(std::shared_ptr<BareRepository> repository, BareRepository::Open(path));
    return std::make_shared<LocalWorkspace>(uid, std::move(repository), context_);
  }

  void Report(const EngineTrouble& trouble) const {
    if (options_.report) options_.report(trouble);
  }

  // Has a repository packed that has gathered too much.
  void OnFlushed(const WorkspacePointer& workspace, const absl::Status& status, int failures) {
    if (!status.ok()) {
      if (workspace->Trouble().ok()) return;
      Report({"cannot store steps of a workspace in its repository; tried again", workspace->uid(), status, failures});
      return;
    }
    BareRepository& repository = workspace->repository();
    const auto beyond = [](int count, size_t limit) { return limit > 0 && count > static_cast<int>(limit); };
    const bool untidy = beyond(repository.loose_objects(), options_.loose_object_limit) ||
                        beyond(repository.packs(), options_.pack_limit);
    if (!untidy || !repository.BeginPacking()) return;
    housekeeper_.Pack(repository.path(), [this, workspace](const absl::Status& packed) {
      const int in_a_row = workspace->repository().FinishPacking(packed);
      if (packed.ok() || absl::IsCancelled(packed)) return;
      Report({"cannot pack a repository, which grows meanwhile; tried again with a later commit", workspace->uid(),
              packed, in_a_row});
    });
  }

  const std::shared_ptr<const DataDir> data_dir_;
  const LocalEngineOptions options_;
  const std::unique_ptr<HistoryIndex> index_;
  UnflushedBudget budget_;
  LocalWorkspaceContext context_;
  HeadListeners listeners_;

  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> mended_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<Recovery>> recoveries_ ABSL_GUARDED_BY(mutex_);  // to be done
  OpenWorkspaces workspaces_;

  // Threads, which end before anything they use: the flusher first, which has the journal retire what it stored.
  Housekeeper housekeeper_;
  JournalWriter journal_;
  Flusher flusher_;
};

absl::StatusOr<std::unique_ptr<Engine>> Open(std::shared_ptr<const DataDir> data_dir,
                                             const LocalEngineOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal,
                   OpenJournal(data_dir->journal_log(), data_dir->journal_database()));
  ASSIGN_OR_RETURN(std::vector<JournalEntry> entries, journal->TakeEntries());
  const auto report = options.report ? options.report : [](const EngineTrouble&) {};
  absl::StatusOr<std::unique_ptr<HistoryIndex>> index =
      HistoryIndex::Open(data_dir->history_index(), [report](const absl::Status& damage) {
        report({"the index of histories is damaged and made anew; histories are walked meanwhile", "", damage});
      });
  if (!index.ok()) {
    report({"cannot open the index of histories; they are walked until a restart", "", index.status()});
    index = nullptr;
  }
  auto engine = std::make_unique<LocalEngine>(std::move(data_dir), options, std::move(journal), *std::move(index));
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
