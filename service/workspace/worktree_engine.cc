#include "service/workspace/worktree_engine.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/base/strings.h"
#include "service/workspace/errors.h"
#include "service/workspace/git.h"
#include "service/workspace/head_listeners.h"
#include "service/workspace/lineage.h"
#include "service/workspace/object_store.h"
#include "service/workspace/path.h"
#include "service/workspace/staged_objects.h"
#include "service/workspace/tree.h"
#include "service/workspace/worktree_files.h"
#include "service/workspace/worktree_index.h"

namespace metapowers::workspace {
namespace {

constexpr char kOwnLock[] = "metapowers-lock";     // flock()ed while one of our processes commits
constexpr char kPending[] = "metapowers-pending";  // "<old head> <new head>" while a commit is under way
constexpr absl::Duration kPatience = absl::Seconds(10);

absl::Status UnsupportedError(absl::string_view feature, absl::string_view why, absl::string_view next) {
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("cannot work in this repository: ", why),
                   {.reason = "REPOSITORY_UNSUPPORTED",
                    .metadata = {{"feature", std::string(feature)}},
                    .next_step = std::string(next)});
}

absl::Status NotARepositoryError(absl::string_view directory, absl::string_view why) {
  const std::string shown = OneLine(directory);
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("'", shown, "' ", why),
                   {.reason = "NOT_A_REPOSITORY",
                    .metadata = {{"directory", shown}},
                    .next_step = "`git init` makes a repository; or name a server with --server"});
}

absl::Status DirtyError(const std::string& path, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("'", path, "' has ", what),
                   {.reason = "WORKTREE_DIRTY",
                    .metadata = {{"path", path}},
                    .next_step = absl::StrCat("commit it, or `git stash push -- ", path, "`, or `git restore --staged ",
                                              "--worktree -- ", path, "` to drop the edits")});
}

// libgit2's reason for refusing a repository is shown: in local mode the repository is the caller's own.
absl::Status OpenError(int rc, const std::string& directory) {
  const git_error* error = git_error_last();
  const std::string why = error == nullptr ? "libgit2 cannot open it" : OneLine(error->message);
  git_buf found = {};
  const bool exists = git_repository_discover(&found, directory.c_str(), /*across_fs=*/0, nullptr) == 0;
  git_buf_dispose(&found);
  if (!exists) return NotARepositoryError(directory, "is not inside a Git repository");
  // 1.5.1 asks the user's configuration for exceptions, and says "not found" when there is none.
  if (rc == GIT_EOWNER || rc == GIT_ENOTFOUND) {
    return UnsupportedError("owner", "it belongs to another user", "run as the owner of the repository");
  }
  return UnsupportedError("format", why, "SHA-256, reftable and per-worktree configuration are not supported");
}

absl::flat_hash_set<std::string> ReadShallow(const std::string& common_dir) {
  const auto text = ReadWholeFile(common_dir + "shallow");
  if (!text.ok() || !text->has_value()) return {};
  return absl::StrSplit(**text, '\n', absl::SkipEmpty());
}

// One file that a commit changes: ids of its blob before and after, "" = absent.
using Change = TreeDifference;

std::string BlobIdOf(const std::optional<std::string>& content) {
  return content.has_value() ? MakeObject(ObjectType::kBlob, *content).id : std::string();
}

// A checkout may have turned line ends into CR LF: that is no edit.
bool IsCheckoutOf(const std::optional<std::string>& content, const std::string& id) {
  if (BlobIdOf(content) == id) return true;
  return content.has_value() && BlobIdOf(absl::StrReplaceAll(*content, {{"\r\n", "\n"}})) == id;
}

class WorktreeEngineImpl : public WorktreeEngine {
 public:
  WorktreeEngineImpl(std::string root, std::string git_dir, std::string common_dir, RepositoryHandle handle,
                     std::shared_ptr<ObjectStore> objects)
      : root_(std::move(root)),
        git_dir_(std::move(git_dir)),
        objects_(std::move(objects)),
        lineage_(objects_, common_dir + "metapowers-revision", ReadShallow(common_dir)),
        handle_(std::move(handle)) {}

  const std::string& root() const override { return root_; }
  absl::StatusOr<Identity> UserIdentity() const override;

  absl::Status CreateWorkspace(absl::string_view uid) override {
    return MakeError(absl::StatusCode::kAlreadyExists, "the repository is its one workspace",
                     {.reason = "WORKSPACE_EXISTS", .metadata = {{"workspace", std::string(kLocalUid)}}});
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> Head(absl::string_view uid) override {
    ASSIGN_OR_RETURN(const Branch branch, CheckedBranch(uid));
    return lineage_.SnapshotOfHead(branch.commit);
  }

  absl::StatusOr<std::shared_ptr<const Snapshot>> At(absl::string_view uid, absl::string_view commit) override {
    ASSIGN_OR_RETURN(const Branch branch, CheckedBranch(uid));
    return lineage_.SnapshotAt(commit, branch.commit);
  }

  absl::StatusOr<std::vector<std::string>> Match(absl::string_view uid, absl::string_view prefix, int most) override {
    ASSIGN_OR_RETURN(const Branch branch, CheckedBranch(uid));
    ASSIGN_OR_RETURN(const int64_t newest, lineage_.RevisionOfHead(branch.commit));
    return lineage_.Match(prefix, branch.commit, newest, most);
  }

  absl::StatusOr<HistoryPage> History(absl::string_view uid, const HistoryQuery& query) override {
    ASSIGN_OR_RETURN(const Branch branch, CheckedBranch(uid));
    return lineage_.History(branch.commit, query);
  }

  absl::StatusOr<RevisionPage> Revisions(absl::string_view uid, const RevisionQuery& query) override {
    ASSIGN_OR_RETURN(const Branch branch, CheckedBranch(uid));
    ASSIGN_OR_RETURN(const int64_t newest, lineage_.RevisionOfHead(branch.commit));
    return lineage_.Revisions(newest, branch.commit, query);
  }

  std::unique_ptr<Subscription> Subscribe(std::function<void(absl::string_view uid)> moved) override {
    return listeners_.Add(std::move(moved));
  }

  // Nothing waits here: what has its place is answered.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Tip(absl::string_view uid) override { return Head(uid); }
  void Submit(absl::string_view uid, CommitBatch batch, std::function<void(absl::Status)> done) override {
    const absl::Status status = Apply(uid, batch);
    done(status);
    if (status.ok()) listeners_.Tell(uid);
  }
  absl::Status Settle(absl::string_view uid) override { return CheckedBranch(uid).status(); }
  // One process is the caller and the engine: there is nobody who could call again.
  absl::StatusOr<std::optional<RequestRecord>> FindRequest(absl::string_view uid, absl::string_view) override {
    RETURN_IF_ERROR(CheckedBranch(uid).status());
    return std::nullopt;
  }

 private:
  absl::Status Apply(absl::string_view uid, const CommitBatch& batch);
  struct Branch {
    std::string name;    // refs/heads/…
    std::string commit;  // "" = unborn
  };

  absl::StatusOr<Branch> CheckedBranch(absl::string_view uid) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (uid != kLocalUid) return WorkspaceNotFoundError(uid);
    absl::MutexLock lock(&mutex_);
    return ReadBranch();
  }
  absl::StatusOr<Branch> ReadBranch() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<UniqueFd> TakeOwnLock() const;
  absl::StatusOr<std::string> TreeOf(const ObjectSource& objects, const std::string& commit) const;
  absl::StatusOr<std::vector<Change>> ChangesBetween(const ObjectSource& objects, const std::string& from,
                                                     const std::string& to) const;
  absl::Status CheckUntouched(const WorktreeIndex& index, const WorktreeFiles& files, const Change& change) const;
  absl::Status Stage(const ObjectSource& objects, const WorktreeIndex& index, const std::vector<Change>& changes,
                     WorktreeFiles& files) const;
  absl::Status Finish(const std::vector<Change>& changes, WorktreeIndex& index, WorktreeFiles& files) const;
  absl::Status Recover() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RollForward(const std::vector<Change>& changes) const;

  const std::string root_;
  const std::string git_dir_;  // with a trailing slash
  const std::shared_ptr<ObjectStore> objects_;
  Lineage lineage_;
  HeadListeners listeners_;

  absl::Mutex commit_mutex_;  // one commit at a time; readers take only mutex_, and briefly
  mutable absl::Mutex mutex_;
  const RepositoryHandle handle_ ABSL_PT_GUARDED_BY(mutex_);
};

absl::StatusOr<WorktreeEngineImpl::Branch> WorktreeEngineImpl::ReadBranch() const {
  git_reference* raw = nullptr;
  const int rc = git_reference_lookup(&raw, handle_.get(), "HEAD");
  const ReferenceHandle head(raw);
  if (rc != 0) return GitError(rc, "cannot read HEAD");
  if (git_reference_type(head.get()) != GIT_REFERENCE_SYMBOLIC) {
    return UnsupportedError("detached HEAD", "HEAD is detached, so that no branch would hold the commit",
                            "`git switch BRANCH` first");
  }
  Branch branch{.name = git_reference_symbolic_target(head.get()), .commit = ""};
  git_oid oid = {};
  const int found = git_reference_name_to_id(&oid, handle_.get(), branch.name.c_str());
  if (found == 0) branch.commit = FromOid(oid);
  if (found != 0 && found != GIT_ENOTFOUND) return GitError(found, "cannot read the branch");
  return branch;
}

absl::StatusOr<UniqueFd> WorktreeEngineImpl::TakeOwnLock() const {
  UniqueFd lock(::open((git_dir_ + kOwnLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) return StorageError(errno, "cannot lock the repository");
  const absl::Time deadline = absl::Now() + kPatience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (absl::Now() > deadline) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, "another metapowers command is committing here",
          {.reason = "LOCKED", .metadata = {{"resource", kOwnLock}}, .next_step = "let it end and repeat"});
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return lock;
}

absl::StatusOr<std::string> WorktreeEngineImpl::TreeOf(const ObjectSource& objects, const std::string& commit) const {
  if (commit.empty()) return std::string();
  ASSIGN_OR_RETURN(const ObjectPtr object, objects.Get(commit, ObjectType::kCommit));
  ASSIGN_OR_RETURN(CommitInfo info, ParseCommit(object->body));
  return std::move(info.tree);
}

absl::StatusOr<std::vector<Change>> WorktreeEngineImpl::ChangesBetween(const ObjectSource& objects,
                                                                       const std::string& from,
                                                                       const std::string& to) const {
  ASSIGN_OR_RETURN(const std::string old_tree, TreeOf(objects, from));
  ASSIGN_OR_RETURN(const std::string new_tree, TreeOf(objects, to));
  return DiffTrees(objects, old_tree, new_tree);
}

// The path may hold what the commit starts from or what it ends with; anything else is somebody's work.
absl::Status WorktreeEngineImpl::CheckUntouched(const WorktreeIndex& index, const WorktreeFiles& files,
                                                const Change& change) const {
  const WorktreeIndex::Entry entry = index.Find(change.path);
  if (!entry.plain || (entry.id != change.old_id && entry.id != change.new_id)) {
    return DirtyError(change.path, "staged changes that are not committed");
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> content, files.Read(change.path));
  if (entry.skip_worktree && !content.has_value()) return absl::OkStatus();
  if (IsCheckoutOf(content, change.old_id) || IsCheckoutOf(content, change.new_id)) return absl::OkStatus();
  return DirtyError(change.path, "edits that are not committed");
}

absl::Status WorktreeEngineImpl::Stage(const ObjectSource& objects, const WorktreeIndex& index,
                                       const std::vector<Change>& changes, WorktreeFiles& files) const {
  for (const Change& change : changes) {
    if (index.Find(change.path).skip_worktree) continue;
    std::optional<std::string> content;
    if (!change.new_id.empty()) {
      ASSIGN_OR_RETURN(content, objects.Read(change.new_id, ObjectType::kBlob));
    }
    RETURN_IF_ERROR(files.Stage(change.path, content));
  }
  return absl::OkStatus();
}

absl::Status WorktreeEngineImpl::Finish(const std::vector<Change>& changes, WorktreeIndex& index,
                                        WorktreeFiles& files) const {
  RETURN_IF_ERROR(files.Publish());
  for (const Change& change : changes) {
    RETURN_IF_ERROR(index.Set(change.path, change.new_id, files.Status(change.path)));
  }
  return index.Write();
}

absl::Status WorktreeEngineImpl::Apply(absl::string_view uid, const CommitBatch& batch) {
  if (uid != kLocalUid) return WorkspaceNotFoundError(uid);
  absl::MutexLock sequence(&commit_mutex_);
  ASSIGN_OR_RETURN(const UniqueFd own_lock, TakeOwnLock());
  Branch branch;
  {
    absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(Recover());
    ASSIGN_OR_RETURN(branch, ReadBranch());
  }
  if (branch.commit != batch.expected_head) return HeadMovedError(batch.expected_head, branch.commit);
  if (batch.new_head == batch.expected_head) return absl::OkStatus();
  RETURN_IF_ERROR(CheckBatch(batch));

  // Everything that may be refused or may fail comes before the branch moves.
  StagedObjects staged(objects_);
  staged.Add(batch.objects);
  ASSIGN_OR_RETURN(const std::vector<Change> changes, ChangesBetween(staged, batch.expected_head, batch.new_head));
  ASSIGN_OR_RETURN(const std::unique_ptr<WorktreeIndex> index, WorktreeIndex::Lock(git_dir_));
  WorktreeFiles files(root_);
  for (const Change& change : changes) RETURN_IF_ERROR(CheckUntouched(*index, files, change));
  RETURN_IF_ERROR(objects_->Write(batch.objects).status());
  RETURN_IF_ERROR(ReplaceFile(git_dir_ + kPending, absl::StrCat(batch.expected_head, " ", batch.new_head, "\n"),
                              /*durable=*/false));
  absl::Status status = Stage(staged, *index, changes, files);
  if (status.ok()) {
    absl::MutexLock lock(&mutex_);
    const CommitInfo& last = batch.commits.back();
    git_repository_set_ident(handle_.get(), last.committer.name.c_str(), last.committer.email.c_str());
    status = MoveReference(handle_.get(), branch.name, batch.expected_head, batch.new_head,
                           absl::StrCat("commit: ", last.subject));
  }
  if (!status.ok()) {
    ::unlink((git_dir_ + kPending).c_str());
    if (!absl::IsAborted(status)) return status;
    absl::MutexLock lock(&mutex_);
    const absl::StatusOr<Branch> now = ReadBranch();
    return HeadMovedError(batch.expected_head, now.ok() ? now->commit : "");
  }
  // The commit stands. Should its files not follow now, the next run makes them.
  if (Finish(changes, *index, files).ok()) ::unlink((git_dir_ + kPending).c_str());
  return absl::OkStatus();
}

// Completes or undoes what a killed process left half done.
absl::Status WorktreeEngineImpl::Recover() {
  WorktreeIndex::RemoveStaleLock(git_dir_);
  ASSIGN_OR_RETURN(const std::optional<std::string> pending, ReadWholeFile(git_dir_ + kPending));
  if (!pending.has_value()) return absl::OkStatus();
  const std::pair<std::string, std::string> heads =
      absl::StrSplit(absl::StripSuffix(*pending, "\n"), absl::MaxSplits(' ', 1));
  const auto changes = ChangesBetween(*objects_, heads.first, heads.second);
  if (changes.ok()) {
    ASSIGN_OR_RETURN(const Branch branch, ReadBranch());
    const WorktreeFiles files(root_);
    for (const Change& change : *changes) files.RemoveStaged(change.path);
    if (branch.commit == heads.second) RETURN_IF_ERROR(RollForward(*changes));
  }
  ::unlink((git_dir_ + kPending).c_str());
  return absl::OkStatus();
}

absl::Status WorktreeEngineImpl::RollForward(const std::vector<Change>& changes) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<WorktreeIndex> index, WorktreeIndex::Lock(git_dir_));
  WorktreeFiles files(root_);
  std::vector<Change> untouched;  // what was edited since is the person's; Git shows it as such
  for (const Change& change : changes) {
    if (CheckUntouched(*index, files, change).ok()) untouched.push_back(change);
  }
  RETURN_IF_ERROR(Stage(*objects_, *index, untouched, files));
  return Finish(untouched, *index, files);
}

absl::StatusOr<Identity> WorktreeEngineImpl::UserIdentity() const {
  absl::MutexLock lock(&mutex_);
  git_config* raw = nullptr;
  if (const int rc = git_config_new(&raw); rc != 0) return GitError(rc, "cannot read the configuration");
  const ConfigHandle config(raw);
  // libgit2's own look-up is switched off for the whole process (git.h): the files are named here.
  const auto add = [&](const std::string& path, git_config_level_t level) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (FileExists(path)) git_config_add_file_ondisk(config.get(), path.c_str(), level, handle_.get(), /*force=*/0);
  };
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string home = variable("HOME");
  const std::string xdg = variable("XDG_CONFIG_HOME");
  add("/etc/gitconfig", GIT_CONFIG_LEVEL_SYSTEM);
  add(xdg.empty() ? home + "/.config/git/config" : xdg + "/git/config", GIT_CONFIG_LEVEL_XDG);
  const std::string global = variable("GIT_CONFIG_GLOBAL");
  add(global.empty() ? home + "/.gitconfig" : global, GIT_CONFIG_LEVEL_GLOBAL);
  add(absl::StrCat(git_repository_commondir(handle_.get()), "config"), GIT_CONFIG_LEVEL_LOCAL);

  const auto setting = [&](const char* environment, const char* key) {
    std::string value = variable(environment);
    git_buf buffer = {};
    if (value.empty() && git_config_get_string_buf(&buffer, config.get(), key) == 0)
      value.assign(buffer.ptr, buffer.size);
    git_buf_dispose(&buffer);
    return value;
  };
  Identity identity{.name = setting("GIT_AUTHOR_NAME", "user.name"),
                    .email = setting("GIT_AUTHOR_EMAIL", "user.email")};
  if (!identity.name.empty() && !identity.email.empty()) return identity;
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "Git does not know who you are",
      {.reason = "IDENTITY_UNKNOWN",
       .next_step = "git config --global user.name \"Your Name\" and git config --global user.email you@example.com"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorktreeEngine>> WorktreeEngine::Discover(absl::string_view directory) {
  RETURN_IF_ERROR(InitializeGit());
  git_repository* raw = nullptr;
  const std::string start(directory);
  const int rc = git_repository_open_ext(&raw, start.c_str(), /*flags=*/0, /*ceiling_dirs=*/nullptr);
  RepositoryHandle handle(raw);
  if (rc != 0) return OpenError(rc, start);
  if (git_repository_is_bare(raw) != 0)
    return NotARepositoryError(directory, "is in a bare repository, without a working tree");
  const std::string common_dir = git_repository_commondir(raw);
  const std::string root(absl::StripSuffix(git_repository_workdir(raw), "/"));
  ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> objects, ObjectStore::Open(common_dir + "objects"));
  return std::make_unique<WorktreeEngineImpl>(root, git_repository_path(raw), common_dir, std::move(handle),
                                              std::move(objects));
}

}  // namespace metapowers::workspace
