// Files and directories with durability spelled out. Internal to workspace/. Paths here are built by the
// service; errors are StorageError() and never name them.
#ifndef METAPOWERS_SERVICE_WORKSPACE_FILES_H_
#define METAPOWERS_SERVICE_WORKSPACE_FILES_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::workspace {

// Owns a file descriptor.
class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  ~UniqueFd() { Reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    Reset(std::exchange(other.fd_, -1));
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  void Reset(int fd = -1);

 private:
  int fd_;
};

// The whole file; nullopt when it is absent.
absl::StatusOr<std::optional<std::string>> ReadWholeFile(const std::string& path);

absl::Status WriteAll(int fd, absl::string_view bytes);

// Replaces `path` atomically; durable on return when `durable`.
absl::Status ReplaceFile(const std::string& path, absl::string_view content, bool durable = true);

// Makes what was created, renamed or removed in `directory` durable.
absl::Status SyncDirectory(const std::string& directory);

// Makes all that the file system of `directory` holds durable; errors reach it since Linux 5.8.
absl::Status SyncFileSystem(const std::string& directory);

// Makes `directory` (parents must exist); fine when it is there. Not durable without SyncDirectory on the parent.
absl::Status MakeDirectory(const std::string& directory, unsigned mode = 0700);

// Names in `directory` without "." and "..", sorted; none when it is absent or unreadable.
std::vector<std::string> ListNames(const std::string& directory);

bool FileExists(const std::string& path);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_FILES_H_
