// A library to preload (LD_PRELOAD): takes the place of the C library's calls that change files, and logs each change
// below one directory in the order in which they happened, over all threads and the child processes too (operation.h).
// Syncs are logged and not done: what a disk would hold is worked out from the log, and the test then depends on no
// disk's speed.
//
// Not seen, and found by the test that the log tells all: writes through a memory map (SQLite's -shm file, which it
// makes anew, is left out) and those of buffered streams.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <mutex>
#include <string>
#include <vector>

#include "tests/power_cut/operation.h"

namespace {

using metapowers::power_cut::Kind;
using metapowers::power_cut::Operation;

// The C library's own.
#define REAL(name) (*reinterpret_cast<decltype(&::name)>(NextFunction(#name)))

void* NextFunction(const char* name) { return ::dlsym(RTLD_NEXT, name); }

std::string Variable(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

struct Log {
  std::string root = Variable(metapowers::power_cut::kRootVariable);
  int fd = -1;
  std::mutex mutex;
  char kill_kind = 0;
  std::string kill_name;
  int kill_count = 0;

  Log() {
    const std::string path = Variable(metapowers::power_cut::kLogVariable);
    if (root.empty() || path.empty()) return;
    fd = REAL(open)(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char name[NAME_MAX + 1] = "";
    const std::string kill = Variable(metapowers::power_cut::kKillVariable);
    if (::sscanf(kill.c_str(), "%c %255s %d", &kill_kind, name, &kill_count) == 3) kill_name = name;
  }
};

Log& TheLog() {
  static Log& log = *new Log();
  return log;
}

// Holds every other change back, of this process and of others, so that the log has the order of what happened.
class Turn {
 public:
  Turn() : lock_(TheLog().mutex) { ::flock(TheLog().fd, LOCK_EX); }
  ~Turn() {
    const int error = errno;
    ::flock(TheLog().fd, LOCK_UN);
    errno = error;
  }

 private:
  const std::lock_guard<std::mutex> lock_;
};

// In a turn.
void Write(const Operation& operation) {
  Log& log = TheLog();
  const int error = errno;
  const std::string& name = operation.new_name.empty() ? operation.name : operation.new_name;
  const bool meant = log.kill_count > 0 && static_cast<char>(operation.kind) == log.kill_kind &&
                     name.size() >= log.kill_name.size() &&
                     name.compare(name.size() - log.kill_name.size(), std::string::npos, log.kill_name) == 0;
  const bool last = meant && --log.kill_count == 0;
  if (last && IsSync(operation.kind)) ::kill(::getpid(), SIGKILL);
  std::string record;
  AppendOperation(operation, record);
  if (REAL(write)(log.fd, record.data(), record.size()) != static_cast<ssize_t>(record.size())) ::abort();
  if (last) ::kill(::getpid(), SIGKILL);
  errno = error;
}

bool IsWatched(const std::string& path) {
  const std::string& root = TheLog().root;
  if (TheLog().fd < 0 || path.compare(0, root.size(), root) != 0) return false;
  if (path.size() > root.size() && path[root.size()] != '/') return false;
  return path.find("-shm", root.size()) == std::string::npos;
}

std::string PathOf(int fd) {
  char path[PATH_MAX];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : std::string();
}

// An open file.
struct Opened {
  explicit Opened(int fd) : path(PathOf(fd)) {
    struct stat status = {};
    watched = IsWatched(path) && ::fstat(fd, &status) == 0;
    inode = status.st_ino;
    size = static_cast<uint64_t>(status.st_size);
    directory = S_ISDIR(status.st_mode);
  }
  Operation Made(Kind kind) const {
    Operation operation;
    operation.kind = kind;
    operation.inode = inode;
    operation.name = path.substr(path.rfind('/') + 1);
    return operation;
  }

  const std::string path;
  bool watched = false;
  bool directory = false;
  uint64_t inode = 0;
  uint64_t size = 0;
};

// A name in a directory.
struct Place {
  Place(int at, const char* given) {
    std::string path = given;
    if (path.empty()) return;
    if (path[0] != '/' && at != AT_FDCWD) path = PathOf(at) + "/" + path;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    const size_t slash = path.rfind('/');
    name = slash == std::string::npos ? path : path.substr(slash + 1);
    char real[PATH_MAX];
    struct stat status = {};
    const std::string above = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    if (::realpath(above.c_str(), real) == nullptr || ::stat(real, &status) != 0) return;
    watched = IsWatched(std::string(real) + "/" + name);
    parent = status.st_ino;
    full = std::string(real) + "/" + name;
  }
  // Of what has the name, 0 when nothing does.
  uint64_t Inode() const {
    struct stat status = {};
    return ::lstat(full.c_str(), &status) == 0 ? status.st_ino : 0;
  }
  Operation Made(Kind kind) const {
    Operation operation;
    operation.kind = kind;
    operation.inode = Inode();
    operation.parent = parent;
    operation.name = name;
    return operation;
  }

  bool watched = false;
  uint64_t parent = 0;
  std::string name;
  std::string full;
};

template <class Call>
int Open(int at, const char* path, int flags, const Call& call) {
  if ((flags & (O_CREAT | O_TRUNC)) == 0) return call();
  const Place place(at, path);
  if (!place.watched) return call();
  const Turn turn;
  const bool existed = place.Inode() != 0;
  const int fd = call();
  if (fd < 0) return fd;
  if (!existed) {
    Write(place.Made(Kind::kMakeFile));
  } else if ((flags & O_TRUNC) != 0) {
    Write(Opened(fd).Made(Kind::kTruncate));
  }
  return fd;
}

// `offset` < 0: where the file's own ended up.
ssize_t Wrote(int fd, const Opened& file, ssize_t count, const struct iovec* parts, int part_count, off_t offset) {
  if (count <= 0) return count;
  Operation operation = file.Made(Kind::kWrite);
  operation.offset = static_cast<uint64_t>(offset >= 0 ? offset : ::lseek(fd, 0, SEEK_CUR) - count);
  for (int i = 0; i < part_count; ++i) {
    operation.bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  operation.bytes.resize(static_cast<size_t>(count));
  Write(operation);
  return count;
}

template <class Call>
ssize_t WriteTo(int fd, const struct iovec* parts, int part_count, off_t offset, const Call& call) {
  if (TheLog().fd < 0 || fd == TheLog().fd) return call();
  const Opened file(fd);
  if (!file.watched) return call();
  const Turn turn;
  return Wrote(fd, file, call(), parts, part_count, offset);
}

template <class Call>
int Resize(int fd, uint64_t size, bool only_grow, const Call& call) {
  if (TheLog().fd < 0 || !Opened(fd).watched) return call();
  const Turn turn;
  const Opened before(fd);
  const int result = call();
  Operation operation = before.Made(Kind::kTruncate);
  operation.offset = size;
  if (result == 0 && (!only_grow || size > before.size)) Write(operation);
  return result;
}

template <class Call>
int Remove(int at, const char* path, const Call& call) {
  const Place place(at, path);
  if (!place.watched) return call();
  const Turn turn;
  const Operation operation = place.Made(Kind::kRemove);
  const int result = call();
  if (result == 0) Write(operation);
  return result;
}

template <class Call>
int Make(Kind kind, int at, const char* path, const Call& call) {
  const Place place(at, path);
  if (!place.watched) return call();
  const Turn turn;
  const int result = call();
  if (result == 0) Write(place.Made(kind));
  return result;
}

template <class Call>
int Rename(int from_at, const char* from, int to_at, const char* to, const Call& call) {
  const Place source(from_at, from);
  const Place target(to_at, to);
  if (!source.watched || !target.watched) return call();
  const Turn turn;
  Operation operation = source.Made(Kind::kRename);
  operation.target = target.parent;
  operation.new_name = target.name;
  const int result = call();
  if (result == 0) Write(operation);
  return result;
}

// Done is nothing; it takes a while, so that callers share a sync as they do on a disk.
template <class Call>
int Sync(int fd, bool all, const Call& call) {
  if (TheLog().fd < 0) return call();
  const Opened file(fd);
  if (!file.watched) return call();
  ::usleep(300);
  const Turn turn;
  Write(file.Made(all ? Kind::kSyncAll : file.directory ? Kind::kSyncDirectory : Kind::kSyncFile));
  return 0;
}

mode_t ModeOf(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

}  // namespace

extern "C" {

#define OPEN(function)                                                                     \
  int function(const char* path, int flags, ...) {                                         \
    va_list arguments;                                                                     \
    va_start(arguments, flags);                                                            \
    const mode_t mode = ModeOf(flags, arguments);                                          \
    va_end(arguments);                                                                     \
    return Open(AT_FDCWD, path, flags, [&] { return REAL(function)(path, flags, mode); }); \
  }
#define OPEN_AT(function)                                                                \
  int function(int at, const char* path, int flags, ...) {                               \
    va_list arguments;                                                                   \
    va_start(arguments, flags);                                                          \
    const mode_t mode = ModeOf(flags, arguments);                                        \
    va_end(arguments);                                                                   \
    return Open(at, path, flags, [&] { return REAL(function)(at, path, flags, mode); }); \
  }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

ssize_t write(int fd, const void* bytes, size_t size) {
  const struct iovec part = {const_cast<void*>(bytes), size};
  return WriteTo(fd, &part, 1, -1, [&] { return REAL(write)(fd, bytes, size); });
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  const struct iovec part = {const_cast<void*>(bytes), size};
  return WriteTo(fd, &part, 1, offset, [&] { return REAL(pwrite)(fd, bytes, size, offset); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  const struct iovec part = {const_cast<void*>(bytes), size};
  return WriteTo(fd, &part, 1, offset, [&] { return REAL(pwrite64)(fd, bytes, size, offset); });
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return WriteTo(fd, parts, count, -1, [&] { return REAL(writev)(fd, parts, count); });
}

int ftruncate(int fd, off_t size) noexcept {
  return Resize(fd, static_cast<uint64_t>(size), false, [&] { return REAL(ftruncate)(fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept {
  return Resize(fd, static_cast<uint64_t>(size), false, [&] { return REAL(ftruncate64)(fd, size); });
}
int fallocate(int fd, int mode, off_t offset, off_t size) {
  return Resize(fd, static_cast<uint64_t>(offset + size), true,
                [&] { return REAL(fallocate)(fd, mode, offset, size); });
}
int posix_fallocate(int fd, off_t offset, off_t size) {
  return Resize(fd, static_cast<uint64_t>(offset + size), true,
                [&] { return REAL(posix_fallocate)(fd, offset, size); });
}

int rename(const char* from, const char* to) noexcept {
  return Rename(AT_FDCWD, from, AT_FDCWD, to, [&] { return REAL(rename)(from, to); });
}
int renameat(int from_at, const char* from, int to_at, const char* to) noexcept {
  return Rename(from_at, from, to_at, to, [&] { return REAL(renameat)(from_at, from, to_at, to); });
}
int link(const char* from, const char* to) noexcept {
  return Make(Kind::kLink, AT_FDCWD, to, [&] { return REAL(link)(from, to); });
}
int linkat(int from_at, const char* from, int to_at, const char* to, int flags) noexcept {
  return Make(Kind::kLink, to_at, to, [&] { return REAL(linkat)(from_at, from, to_at, to, flags); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  return Make(Kind::kMakeDirectory, AT_FDCWD, path, [&] { return REAL(mkdir)(path, mode); });
}
int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return Make(Kind::kMakeDirectory, at, path, [&] { return REAL(mkdirat)(at, path, mode); });
}
int rmdir(const char* path) noexcept {
  return Remove(AT_FDCWD, path, [&] { return REAL(rmdir)(path); });
}
int unlink(const char* path) noexcept {
  return Remove(AT_FDCWD, path, [&] { return REAL(unlink)(path); });
}
int unlinkat(int at, const char* path, int flags) noexcept {
  return Remove(at, path, [&] { return REAL(unlinkat)(at, path, flags); });
}

int fsync(int fd) {
  return Sync(fd, false, [&] { return REAL(fsync)(fd); });
}
int fdatasync(int fd) {
  return Sync(fd, false, [&] { return REAL(fdatasync)(fd); });
}
int syncfs(int fd) noexcept {
  return Sync(fd, true, [&] { return REAL(syncfs)(fd); });
}

// Children are watched too, whatever environment they are given.
int posix_spawnp(pid_t* child, const char* file, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const arguments[], char* const environment[]) {
  std::vector<std::string> ours;
  for (const char* name : {"LD_PRELOAD", metapowers::power_cut::kRootVariable, metapowers::power_cut::kLogVariable}) {
    ours.push_back(std::string(name) + "=" + Variable(name));
  }
  std::vector<char*> all;
  for (char* const* variable = environment; *variable != nullptr; ++variable) all.push_back(*variable);
  for (std::string& variable : ours) all.push_back(variable.data());
  all.push_back(nullptr);
  return REAL(posix_spawnp)(child, file, actions, attributes, arguments, all.data());
}

void MetapowersPowerCutMark(const char* line, size_t size) {
  if (TheLog().fd < 0) return;
  Operation operation;
  operation.kind = Kind::kMark;
  operation.bytes.assign(line, size);
  const Turn turn;
  Write(operation);
}

}  // extern "C"
