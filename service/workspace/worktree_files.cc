#include "service/workspace/worktree_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"
#include "service/workspace/path.h"

namespace metapowers::workspace {
namespace {

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// One process at a time stages (worktree_engine.cc holds a lock), so that the name may be fixed and be found again
// after a crash.
std::string StagedName(const std::string& name) { return absl::StrCat(".", name, ".metapowers-tmp"); }

// True when errno of an open without following links means that a link or no directory stands there.
bool IsForeignKind(int error_number) { return error_number == ELOOP || error_number == ENOTDIR; }

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof(buffer));
    if (count == 0) return content;
    if (count < 0 && errno != EINTR) return StorageError(errno, "cannot read a file of the working tree");
    if (count > 0) content.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace

WorktreeFiles::~WorktreeFiles() {
  for (const Staged& each : staged_) {
    if (!each.remove) ::unlinkat(each.directory.get(), StagedName(each.name).c_str(), 0);
  }
}

absl::StatusOr<UniqueFd> WorktreeFiles::OpenParent(const std::string& path, bool create) const {
  ASSIGN_OR_RETURN(std::vector<std::string> components, SplitPath(path));
  components.pop_back();
  UniqueFd at(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at.valid()) return StorageError(errno, "cannot open the working tree");
  for (size_t i = 0; i < components.size(); ++i) {
    const char* name = components[i].c_str();
    if (create && ::mkdirat(at.get(), name, 0777) != 0 && errno != EEXIST) {
      return StorageError(errno, "cannot create a directory of the working tree");
    }
    UniqueFd next(::openat(at.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) {
      if (errno == ENOENT) return UniqueFd();
      if (!IsForeignKind(errno)) return StorageError(errno, "cannot open a directory of the working tree");
      const auto end = components.begin() + static_cast<ptrdiff_t>(i) + 1;
      return PathUnsafeError(absl::StrJoin(components.begin(), end, "/"), "link or file of the working tree");
    }
    at = std::move(next);
  }
  return at;
}

absl::StatusOr<std::optional<std::string>> WorktreeFiles::Read(const std::string& path) const {
  ASSIGN_OR_RETURN(const UniqueFd parent, OpenParent(path, /*create=*/false));
  if (!parent.valid()) return std::nullopt;
  // Without O_NONBLOCK, a named pipe would hold us for ever.
  const UniqueFd file(::openat(parent.get(), NameOf(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT) return std::nullopt;
    if (IsForeignKind(errno)) return PathUnsafeError(path, "symbolic link of the working tree");
    return StorageError(errno, "cannot open a file of the working tree");
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return PathUnsafeError(path, "directory or special file of the working tree");
  }
  ASSIGN_OR_RETURN(std::string content, ReadAll(file.get()));
  return content;
}

absl::Status WorktreeFiles::Stage(const std::string& path, const std::optional<std::string>& content) {
  ASSIGN_OR_RETURN(UniqueFd parent, OpenParent(path, /*create=*/content.has_value()));
  if (!parent.valid()) return absl::OkStatus();  // nothing there to remove
  const std::string name = NameOf(path);
  const int directory = parent.get();
  staged_.push_back({std::move(parent), name, path, !content.has_value()});
  if (!content.has_value()) return absl::OkStatus();
  const UniqueFd file(
      ::openat(directory, StagedName(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) return StorageError(errno, "cannot create a file in the working tree");
  return WriteAll(file.get(), *content);
}

absl::Status WorktreeFiles::Publish() {
  while (!staged_.empty()) {
    const Staged& each = staged_.back();
    const int directory = each.directory.get();
    if (!each.remove) {
      if (::renameat(directory, StagedName(each.name).c_str(), directory, each.name.c_str()) != 0) {
        return StorageError(errno, "cannot replace a file of the working tree");
      }
    } else {
      if (::unlinkat(directory, each.name.c_str(), 0) != 0 && errno != ENOENT) {
        return StorageError(errno, "cannot remove a file of the working tree");
      }
      // As Git does: directories that this empties go too; rmdir refuses the others.
      std::string parent = each.path.substr(0, each.path.size() - each.name.size());
      while (!parent.empty()) {
        parent.pop_back();
        if (::rmdir(absl::StrCat(root_, "/", parent).c_str()) != 0) break;
        parent.resize(parent.rfind('/') + 1);
      }
    }
    staged_.pop_back();
  }
  return absl::OkStatus();
}

void WorktreeFiles::RemoveStaged(const std::string& path) const {
  const absl::StatusOr<UniqueFd> parent = OpenParent(path, /*create=*/false);
  if (parent.ok() && parent->valid()) ::unlinkat(parent->get(), StagedName(NameOf(path)).c_str(), 0);
}

struct stat WorktreeFiles::Status(const std::string& path) const {
  struct stat status = {};
  const absl::StatusOr<UniqueFd> parent = OpenParent(path, /*create=*/false);
  if (!parent.ok() || !parent->valid()) return status;
  if (::fstatat(parent->get(), NameOf(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) status = {};
  return status;
}

}  // namespace metapowers::workspace
