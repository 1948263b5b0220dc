#include "service/workspace/worktree_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr char kLock[] = "index.lock";
constexpr char kCopy[] = "metapowers-index";
constexpr char kMark[] = "held by metapowers\n";  // content of the lock; Git's own holds an index

absl::Status UnreadableError() {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "the repository's index has a form that cannot be changed safely",
                   {.reason = "REPOSITORY_UNSUPPORTED",
                    .metadata = {{"feature", "index"}},
                    .next_step = "`git update-index --no-split-index --index-version 2` writes a plain one"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorktreeIndex>> WorktreeIndex::Lock(const std::string& git_dir) {
  const UniqueFd lock(::open((git_dir + kLock).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!lock.valid() && errno == EEXIST) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "another Git command is changing the index",
        {.reason = "LOCKED",
         .metadata = {{"resource", kLock}},
         .next_step = "let it end and repeat; if none is running, remove index.lock from the Git directory"});
  }
  if (!lock.valid()) return StorageError(errno, "cannot lock the index");
  // From here on the destructor releases the lock.
  std::unique_ptr<WorktreeIndex> locked(new WorktreeIndex(git_dir));
  RETURN_IF_ERROR(WriteAll(lock.get(), kMark));
  ::unlink((git_dir + kCopy).c_str());
  ASSIGN_OR_RETURN(const std::optional<std::string> content, ReadWholeFile(git_dir + "index"));
  if (content.has_value()) RETURN_IF_ERROR(ReplaceFile(git_dir + kCopy, *content, /*durable=*/false));
  git_index* raw = nullptr;
  const int rc = git_index_open(&raw, (git_dir + kCopy).c_str());
  locked->index_.reset(raw);
  if (rc == 0 && git_index_read(raw, /*force=*/1) == 0) return locked;
  return UnreadableError();
}

void WorktreeIndex::RemoveStaleLock(const std::string& git_dir) {
  const auto content = ReadWholeFile(git_dir + kLock);
  if (content.ok() && content->has_value() && **content == kMark) ::unlink((git_dir + kLock).c_str());
}

WorktreeIndex::~WorktreeIndex() {
  ::unlink((git_dir_ + kCopy).c_str());
  ::unlink((git_dir_ + kLock).c_str());
}

WorktreeIndex::Entry WorktreeIndex::Find(const std::string& path) const {
  Entry found;
  for (int stage = 1; stage <= 3; ++stage) {
    if (git_index_get_bypath(index_.get(), path.c_str(), stage) != nullptr) found.plain = false;
  }
  // A file staged where the path needs a directory, or the reverse.
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (git_index_get_bypath(index_.get(), path.substr(0, slash).c_str(), 0) != nullptr) found.plain = false;
  }
  if (git_index_find_prefix(nullptr, index_.get(), (path + "/").c_str()) == 0) found.plain = false;

  const git_index_entry* const entry = git_index_get_bypath(index_.get(), path.c_str(), 0);
  if (entry == nullptr) return found;
  found.id = FromOid(entry->id);
  if (entry->mode != GIT_FILEMODE_BLOB) found.plain = false;
  if ((entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0) found.plain = false;
  found.skip_worktree = (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
  return found;
}

absl::Status WorktreeIndex::Set(const std::string& path, const std::string& id, const struct stat& status) {
  if (id.empty()) {
    const int removed = git_index_remove(index_.get(), path.c_str(), 0);
    return removed == 0 || removed == GIT_ENOTFOUND ? absl::OkStatus() : GitError(removed, "cannot change the index");
  }
  git_index_entry entry = {};
  const git_index_entry* const before = git_index_get_bypath(index_.get(), path.c_str(), 0);
  if (before != nullptr) entry.flags_extended = before->flags_extended;  // keeps a sparse checkout sparse
  entry.mode = GIT_FILEMODE_BLOB;
  entry.path = path.c_str();
  entry.id = ToOid(id);
  entry.dev = static_cast<uint32_t>(status.st_dev);
  entry.ino = static_cast<uint32_t>(status.st_ino);
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.file_size = static_cast<uint32_t>(status.st_size);
  entry.mtime = {static_cast<int32_t>(status.st_mtim.tv_sec), static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  entry.ctime = {static_cast<int32_t>(status.st_ctim.tv_sec), static_cast<uint32_t>(status.st_ctim.tv_nsec)};
  const int rc = git_index_add(index_.get(), &entry);
  return rc == 0 ? absl::OkStatus() : GitError(rc, "cannot change the index");
}

absl::Status WorktreeIndex::Write() {
  const int rc = git_index_write(index_.get());
  if (rc != 0) return GitError(rc, "cannot write the index");
  if (::rename((git_dir_ + kCopy).c_str(), (git_dir_ + "index").c_str()) == 0) return absl::OkStatus();
  return StorageError(errno, "cannot replace the index");
}

}  // namespace metapowers::workspace
