#include "service/workspace/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "service/base/ids.h"
#include "service/base/status_macros.h"
#include "service/workspace/errors.h"

namespace metapowers::workspace {
namespace {

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

void UniqueFd::Reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

absl::StatusOr<std::optional<std::string>> ReadWholeFile(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return StorageError(errno, "cannot open a file");
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return StorageError(errno, "cannot read a file");
  if (!S_ISREG(status.st_mode)) return StorageError(EINVAL, "cannot read what is no plain file");
  std::string content;
  content.reserve(static_cast<size_t>(status.st_size) + 1);
  char buffer[16384];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof(buffer));
    if (count > 0) {
      content.append(buffer, static_cast<size_t>(count));
    } else if (count == 0) {
      return content;
    } else if (errno != EINTR) {
      return StorageError(errno, "cannot read a file");
    }
  }
}

absl::Status WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return StorageError(errno, "cannot write a file");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status ReplaceFile(const std::string& path, absl::string_view content, bool durable) {
  const std::string temporary = path + ".tmp-" + NewUuid();
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return StorageError(errno, "cannot create a file");
  absl::Status status = WriteAll(file.get(), content);
  if (status.ok() && durable && ::fsync(file.get()) != 0) status = StorageError(errno, "cannot sync a file");
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
    status = StorageError(errno, "cannot rename a file");
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return durable ? SyncDirectory(ParentOf(path)) : absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& directory) {
  const UniqueFd handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.valid() || ::fsync(handle.get()) != 0) return StorageError(errno, "cannot sync a directory");
  return absl::OkStatus();
}

absl::Status SyncFileSystem(const std::string& directory) {
  const UniqueFd handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.valid() || ::syncfs(handle.get()) != 0) return StorageError(errno, "cannot sync the file system");
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& directory, unsigned mode) {
  if (::mkdir(directory.c_str(), mode) == 0 || errno == EEXIST) return absl::OkStatus();
  return StorageError(errno, "cannot create a directory");
}

std::vector<std::string> ListNames(const std::string& directory) {
  std::vector<std::string> names;
  DIR* const stream = ::opendir(directory.c_str());
  if (stream == nullptr) return names;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

bool FileExists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace metapowers::workspace
