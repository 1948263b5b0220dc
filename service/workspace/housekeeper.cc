#include "service/workspace/housekeeper.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

namespace metapowers::workspace {
namespace {

// Starts `git repack` and returns its process id, 0 on failure.
pid_t StartRepack(const std::string& repository) {
  const std::string git_dir = "--git-dir=" + repository;
  // --geometric keeps the number of packs logarithmic; -d also removes loose objects that are packed now.
  const std::vector<const char*> arguments = {"git",    git_dir.c_str(),
                                              "-c",     "core.hooksPath=/dev/null",
                                              "-c",     "core.fsmonitor=false",
                                              "-c",     "gc.auto=0",
                                              "-c",     "core.fsync=objects,derived-metadata,reference",
                                              "-c",     "pack.threads=1",
                                              "repack", "-d",
                                              "-q",     "--geometric=2",
                                              nullptr};
  const std::vector<const char*> environment = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                                "GIT_CONFIG_NOSYSTEM=1",
                                                "GIT_CONFIG_GLOBAL=/dev/null",
                                                "HOME=/nonexistent",
                                                "GIT_TERMINAL_PROMPT=0",
                                                "LC_ALL=C",
                                                nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int rc = posix_spawnp(&child, "git", &actions, nullptr, const_cast<char* const*>(arguments.data()),
                              const_cast<char* const*>(environment.data()));
  posix_spawn_file_actions_destroy(&actions);
  return rc == 0 ? child : 0;
}

}  // namespace

Housekeeper::Housekeeper() : thread_([this] { Run(); }) {}

Housekeeper::~Housekeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (child_ > 0) ::kill(child_, SIGTERM);
  }
  thread_.join();
}

void Housekeeper::Pack(const std::string& repository, std::function<void()> done) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back({repository, std::move(done)});
}

void Housekeeper::Run() {
  for (;;) {
    Task task;
    {
      const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !queue_.empty(); };
      absl::MutexLock lock(&mutex_, absl::Condition(&ready));
      if (stopping_) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    RunGit(task.repository);
    task.done();
  }
}

void Housekeeper::RunGit(const std::string& repository) {
  pid_t child = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    child_ = child = StartRepack(repository);
  }
  if (child == 0) return;
  // Wait without reaping, so that the destructor can never signal a process id that is already another's.
  siginfo_t info = {};
  while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  absl::MutexLock lock(&mutex_);
  child_ = 0;
  ::waitpid(child, nullptr, 0);
}

}  // namespace metapowers::workspace
