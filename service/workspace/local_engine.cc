#include "service/workspace/local_engine.h"

#include <filesystem>
#include <list>
#include <string>
#include <system_error>
#include <utility>

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
#include "service/workspace/git.h"
#include "service/workspace/housekeeper.h"

namespace metapowers::workspace {
namespace {

using RepositoryPointer = std::shared_ptr<BareRepository>;

class LocalEngine : public Engine {
 public:
  LocalEngine(std::shared_ptr<const DataDir> data_dir, const LocalEngineOptions& options)
      : data_dir_(std::move(data_dir)), options_(options) {}

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
    ASSIGN_OR_RETURN(const RepositoryPointer repository, Find(uid));
    return repository->Head();
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view uid, absl::string_view commit) override {
    ASSIGN_OR_RETURN(const RepositoryPointer repository, Find(uid));
    return repository->At(commit);
  }

  absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) override {
    ASSIGN_OR_RETURN(const RepositoryPointer repository, Find(uid));
    return repository->History(query);
  }

  absl::Status Commit(absl::string_view uid, const CommitBatch& batch) override {
    ASSIGN_OR_RETURN(const RepositoryPointer repository, Find(uid));
    RETURN_IF_ERROR(repository->Commit(batch));
    const auto beyond = [](int count, size_t limit) { return limit > 0 && count > static_cast<int>(limit); };
    const bool untidy = beyond(repository->loose_objects(), options_.loose_object_limit) ||
                        beyond(repository->packs(), options_.pack_limit);
    if (untidy && repository->BeginPacking()) {
      housekeeper_.Pack(repository->path(), [repository] { repository->FinishPacking(); });
    }
    return absl::OkStatus();
  }

 private:
  struct Opened {
    RepositoryPointer repository;
    std::list<std::string>::iterator used;
  };

  static bool IsKey(absl::string_view uid) { return IsUuid(uid) && absl::AsciiStrToLower(uid) == uid; }
  std::string PathOf(absl::string_view uid) const { return absl::StrCat(data_dir_->workspaces(), "/", uid, ".git"); }

  absl::StatusOr<RepositoryPointer> Find(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (!IsKey(uid)) return WorkspaceNotFoundError(uid);
    absl::MutexLock lock(&mutex_);
    const auto found = opened_.find(uid);
    if (found != opened_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second.used);
      return found->second.repository;
    }
    const std::string path = PathOf(uid);
    if (!FileExists(path)) return WorkspaceNotFoundError(uid);
    // Once per process: later, locks and temporary files may be those of our own threads and children.
    if (mended_.emplace(uid).second) BareRepository::RemoveLeftovers(path);
    ASSIGN_OR_RETURN(RepositoryPointer repository, BareRepository::Open(path));
    by_use_.emplace_front(uid);
    opened_[by_use_.front()] = {repository, by_use_.begin()};
    CloseUnused();
    return repository;
  }

  // Closes the longest unused beyond the limit. One that a call still holds stays, so that a repository never has
  // two sequencers.
  void CloseUnused() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto at = by_use_.end();
    while (opened_.size() > options_.open_repositories && at != by_use_.begin()) {
      --at;
      const auto candidate = opened_.find(*at);
      if (candidate->second.repository.use_count() > 1) continue;
      opened_.erase(candidate);
      at = by_use_.erase(at);
    }
  }

  const std::shared_ptr<const DataDir> data_dir_;
  const LocalEngineOptions options_;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Opened> opened_ ABSL_GUARDED_BY(mutex_);
  std::list<std::string> by_use_ ABSL_GUARDED_BY(mutex_);  // latest first
  absl::flat_hash_set<std::string> mended_ ABSL_GUARDED_BY(mutex_);
  Housekeeper housekeeper_;  // last: its thread ends before anything it uses
};

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(std::shared_ptr<const DataDir> data_dir,
                                                       const LocalEngineOptions& options) {
  RETURN_IF_ERROR(InitializeGit());
  for (const std::string& name : ListNames(data_dir->workspaces())) {  // of creations that did not end
    std::error_code ignored;
    if (absl::StartsWith(name, "tmp-")) std::filesystem::remove_all(data_dir->workspaces() + "/" + name, ignored);
  }
  return std::make_unique<LocalEngine>(std::move(data_dir), options);
}

}  // namespace metapowers::workspace
