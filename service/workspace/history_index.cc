#include "service/workspace/history_index.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/workspace/commit.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/thread_priority.h"
#include "service/workspace/tree.h"

namespace metapowers::workspace {
namespace {

constexpr char kRoot[] = ".metapowers/security/";
constexpr size_t kWrittenAtOnce = 1'000;  // commits
constexpr size_t kPathIds = 20'000;
constexpr int64_t kVersion = 1;
constexpr char kSchema[] = R"sql(
  CREATE TABLE IF NOT EXISTS path (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, path TEXT NOT NULL,
                                   UNIQUE (workspace, path));
  CREATE TABLE IF NOT EXISTS change (path INTEGER NOT NULL, revision INTEGER NOT NULL, commit_id TEXT NOT NULL,
                                     PRIMARY KEY (path, revision)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS newest (workspace TEXT PRIMARY KEY, revision INTEGER NOT NULL, commit_id TEXT NOT NULL)
                                    WITHOUT ROWID;
  PRAGMA user_version = 1;
)sql";
// Not synced: after a power cut it may be older than it was, and catches up.
constexpr char kSetUp[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4000; "
    "PRAGMA trusted_schema = OFF;";

std::vector<std::string> PathsOf(const std::vector<TreeDifference>& differences) {
  std::vector<absl::string_view> files;
  for (const TreeDifference& difference : differences) files.push_back(difference.path);
  return WithFolders(files);
}

}  // namespace

bool HistoryIndex::Covers(absl::string_view path) {
  return absl::StartsWith(path, kRoot) && path.size() > sizeof(kRoot) - 1;
}

absl::StatusOr<std::unique_ptr<HistoryIndex>> HistoryIndex::Open(const std::string& file,
                                                                 std::function<void(const absl::Status&)> report) {
  std::unique_ptr<HistoryIndex> index(new HistoryIndex(file, std::move(report)));
  if (!index->SetUp().ok()) RETURN_IF_ERROR(index->SetUpAnew());
  index->thread_ = std::thread([self = index.get()] { self->Run(); });
  return index;
}

absl::StatusOr<absl::flat_hash_map<std::string, IndexedRevision>> HistoryIndex::ReadAllNewest(const std::string& file) {
  absl::flat_hash_map<std::string, IndexedRevision> newest;
  if (!FileExists(file)) return newest;
  ASSIGN_OR_RETURN(const Database database, OpenDatabase(file, /*create=*/false, "PRAGMA query_only = ON;"));
  Statement version, check, rows;
  RETURN_IF_ERROR(version.Prepare(database.get(), "PRAGMA user_version"));
  ASSIGN_OR_RETURN(const bool known, version.Step());
  if (!known || version.Number(0) != kVersion) return newest;
  RETURN_IF_ERROR(check.Prepare(database.get(), "PRAGMA quick_check(1)"));
  ASSIGN_OR_RETURN(const bool checked, check.Step());
  if (!checked || check.Bytes(0) != "ok") return DatabaseCorruptError(checked ? check.Bytes(0) : "it has no pages");
  RETURN_IF_ERROR(rows.Prepare(database.get(), "SELECT workspace, revision, commit_id FROM newest"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return newest;
    newest[rows.Bytes(0)] = {rows.Number(1), rows.Bytes(2)};
  }
}

HistoryIndex::~HistoryIndex() {
  {
    absl::MutexLock lock(&queue_mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status HistoryIndex::SetUpAnew() {
  {
    absl::MutexLock lock(&reader_mutex_);
    for (Statement* statement : {&newest_, &find_}) *statement = Statement();
    reader_.reset();
  }
  for (Statement* statement :
       {&begin_, &commit_, &rollback_, &forget_, &forget_newest_, &add_path_, &find_path_, &add_, &set_newest_}) {
    *statement = Statement();
  }
  writer_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((file_ + suffix).c_str());
  return SetUp();
}

absl::Status HistoryIndex::SetUp() {
  ASSIGN_OR_RETURN(writer_, OpenDatabase(file_, /*create=*/true, kSetUp));
  Statement version;
  RETURN_IF_ERROR(version.Prepare(writer_.get(), "PRAGMA user_version"));
  RETURN_IF_ERROR(version.Step().status());
  const int64_t found = version.Number(0);
  version.Reset();
  if (found != 0 && found != kVersion) return absl::FailedPreconditionError("another version");
  RETURN_IF_ERROR(Execute(writer_.get(), kSchema));
  const std::pair<Statement*, const char*> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&forget_, "DELETE FROM change WHERE path IN (SELECT id FROM path WHERE workspace = ?)"},
      {&forget_newest_, "DELETE FROM newest WHERE workspace = ?"},
      {&add_path_, "INSERT OR IGNORE INTO path (workspace, path) VALUES (?, ?)"},
      {&find_path_, "SELECT id FROM path WHERE workspace = ? AND path = ?"},
      {&add_, "INSERT OR REPLACE INTO change VALUES (?, ?, ?)"},
      {&set_newest_, "INSERT OR REPLACE INTO newest VALUES (?, ?, ?)"},
  };
  for (const auto& [statement, sql] : statements) RETURN_IF_ERROR(statement->Prepare(writer_.get(), sql));
  absl::MutexLock lock(&reader_mutex_);
  ASSIGN_OR_RETURN(reader_, OpenDatabase(file_, /*create=*/false, kSetUp));
  RETURN_IF_ERROR(newest_.Prepare(reader_.get(), "SELECT revision, commit_id FROM newest WHERE workspace = ?"));
  return find_.Prepare(reader_.get(),
                       "SELECT revision, commit_id FROM change WHERE path = (SELECT id FROM path WHERE workspace = ? "
                       "AND path = ?) AND revision <= ? ORDER BY revision DESC LIMIT ?");
}

// --- Reading -----------------------------------------------------------------------------------------------------

absl::StatusOr<std::optional<IndexedRevision>> HistoryIndex::Newest(absl::string_view workspace) {
  absl::StatusOr<std::optional<IndexedRevision>> newest = ReadNewest(workspace);
  Note(newest.status());
  return newest;
}

absl::StatusOr<std::vector<IndexedRevision>> HistoryIndex::Find(absl::string_view workspace, absl::string_view path,
                                                                int64_t newest, int limit) {
  absl::StatusOr<std::vector<IndexedRevision>> revisions = ReadRevisions(workspace, path, newest, limit);
  Note(revisions.status());
  return revisions;
}

absl::StatusOr<std::optional<IndexedRevision>> HistoryIndex::ReadNewest(absl::string_view workspace) {
  absl::MutexLock lock(&reader_mutex_);
  if (reader_ == nullptr) return absl::FailedPreconditionError("the index is being made");
  ASSIGN_OR_RETURN(const bool found, newest_.BindText(workspace).Step());
  if (!found) return std::nullopt;
  IndexedRevision newest{newest_.Number(0), newest_.Bytes(1)};
  newest_.Reset();
  return newest;
}

absl::StatusOr<std::vector<IndexedRevision>> HistoryIndex::ReadRevisions(absl::string_view workspace,
                                                                         absl::string_view path, int64_t newest,
                                                                         int limit) {
  absl::MutexLock lock(&reader_mutex_);
  if (reader_ == nullptr) return absl::FailedPreconditionError("the index is being made");
  find_.BindText(workspace).BindText(path).Bind(newest).Bind(limit);
  std::vector<IndexedRevision> revisions;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, find_.Step());
    if (!row) return revisions;
    revisions.push_back({find_.Number(0), find_.Bytes(1)});
  }
}

// --- Following ---------------------------------------------------------------------------------------------------

void HistoryIndex::Follow(absl::string_view workspace, std::shared_ptr<const ObjectSource> objects,
                          absl::string_view head, std::shared_ptr<const RecentHistory> recent) {
  absl::MutexLock lock(&queue_mutex_);
  for (Task& task : queue_) {
    if (task.workspace != workspace) continue;
    task.head = std::string(head);
    return;
  }
  queue_.push_back({std::string(workspace), std::move(objects), std::string(head), std::move(recent)});
}

void HistoryIndex::Settle() {
  const auto settled = [this]() ABSL_SHARED_LOCKS_REQUIRED(queue_mutex_) {
    return queue_.empty() && damage_.ok() && !working_;
  };
  absl::MutexLock lock(&queue_mutex_, absl::Condition(&settled));
}

bool HistoryIndex::stopping() {
  absl::MutexLock lock(&queue_mutex_);
  return stopping_;
}

void HistoryIndex::Note(const absl::Status& status) {
  if (!IsDatabaseCorrupt(status)) return;
  absl::MutexLock lock(&queue_mutex_);
  damage_.Update(status);
}

void HistoryIndex::Run() {
  LowerThreadPriority(5);  // nobody waits for it
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(queue_mutex_) {
    return stopping_ || !queue_.empty() || !damage_.ok();
  };
  while (true) {
    Task task;
    absl::Status damage;
    {
      absl::MutexLock lock(&queue_mutex_);
      working_ = false;
      queue_mutex_.Await(absl::Condition(&ready));
      if (stopping_) return;
      working_ = true;
      damage = std::exchange(damage_, absl::OkStatus());
      if (damage.ok()) {
        task = std::move(queue_.front());
        queue_.pop_front();
      }
    }
    if (!damage.ok() && report_) report_(damage);
    if (!damage.ok() || !usable_) usable_ = SetUpAnew().ok();
    // What fails is tried again with the next commit; readers walk the history meanwhile.
    if (damage.ok() && usable_) Note(CatchUp(task));
  }
}

absl::StatusOr<std::vector<HistoryIndex::Link>> HistoryIndex::Above(const Task& task, const std::string& known,
                                                                    bool& found) {
  std::vector<Link> links;
  for (std::string at = task.head; !at.empty() && at != known;) {
    if (stopping()) return absl::CancelledError();
    ASSIGN_OR_RETURN(const ObjectPtr object, task.objects->Get(at, ObjectType::kCommit));
    ASSIGN_OR_RETURN(CommitInfo commit, ParseCommit(object->body));
    if (!links.empty()) links.back().parent_tree = commit.tree;
    links.push_back({std::exchange(at, std::move(commit.first_parent)), std::move(commit.tree), ""});
    found = at == known;
  }
  if (links.empty()) found = true;
  if (found && !links.empty() && !known.empty()) {
    ASSIGN_OR_RETURN(const ObjectPtr object, task.objects->Get(known, ObjectType::kCommit));
    ASSIGN_OR_RETURN(const CommitInfo commit, ParseCommit(object->body));
    links.back().parent_tree = commit.tree;
  }
  return links;
}

absl::Status HistoryIndex::CatchUp(const Task& task) {
  ASSIGN_OR_RETURN(const std::optional<IndexedRevision> newest, Newest(task.workspace));
  const IndexedRevision known = newest.value_or(IndexedRevision());
  if (task.recent != nullptr && newest.has_value()) {
    const auto changes = task.recent->After(known, task.head);
    if (changes.has_value()) return Write(task.workspace, *changes, /*anew=*/false);
  }
  bool found = false;
  ASSIGN_OR_RETURN(const std::vector<Link> links, Above(task, known.commit, found));
  int64_t revision = found ? known.revision : 0;
  bool anew = !found || !newest.has_value();  // the branch was rewritten, or this is its first look
  std::vector<Change> changes;
  for (auto link = links.rbegin(); link != links.rend() && !stopping(); ++link) {
    ASSIGN_OR_RETURN(changes.emplace_back(), ReadChange(task, *link, ++revision));
    if (changes.size() < kWrittenAtOnce && link + 1 != links.rend()) continue;
    RETURN_IF_ERROR(Write(task.workspace, changes, std::exchange(anew, false)));
    changes.clear();
  }
  return absl::OkStatus();
}

absl::StatusOr<HistoryIndex::Change> HistoryIndex::ReadChange(const Task& task, const Link& link, int64_t revision) {
  ASSIGN_OR_RETURN(const std::vector<TreeDifference> differences,
                   DiffTrees(*task.objects, link.parent_tree, link.tree));
  return Change{{revision, link.commit}, PathsOf(differences)};
}

absl::Status HistoryIndex::Forget(absl::string_view workspace) {
  RETURN_IF_ERROR(forget_newest_.BindText(workspace).Run());
  return forget_.BindText(workspace).Run();
}

absl::Status HistoryIndex::Write(const std::string& workspace, const std::vector<Change>& changes, bool anew) {
  if (changes.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(begin_.Run());
  absl::Status status = anew ? Forget(workspace) : absl::OkStatus();
  if (status.ok()) status = WriteRows(workspace, changes);
  if (status.ok()) status = commit_.Run();
  if (status.ok()) return status;
  path_ids_.clear();  // some may be taken back
  (void)rollback_.Run();
  return status;
}

absl::Status HistoryIndex::WriteRows(const std::string& workspace, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    for (const std::string& path : change.paths) {
      if (!Covers(path)) continue;
      ASSIGN_OR_RETURN(const int64_t id, PathId(workspace, path));
      RETURN_IF_ERROR(add_.Bind(id).Bind(change.at.revision).BindText(change.at.commit).Run());
    }
  }
  const IndexedRevision& top = changes.back().at;
  return set_newest_.BindText(workspace).Bind(top.revision).BindText(top.commit).Run();
}

absl::StatusOr<int64_t> HistoryIndex::PathId(absl::string_view workspace, absl::string_view path) {
  const std::string key = absl::StrCat(workspace, "/", path);
  if (const auto known = path_ids_.find(key); known != path_ids_.end()) return known->second;
  RETURN_IF_ERROR(add_path_.BindText(workspace).BindText(path).Run());
  ASSIGN_OR_RETURN(const bool found, find_path_.BindText(workspace).BindText(path).Step());
  const int64_t id = found ? find_path_.Number(0) : 0;
  find_path_.Reset();
  if (path_ids_.size() >= kPathIds) path_ids_.clear();
  path_ids_[key] = id;
  return id;
}

}  // namespace metapowers::workspace
