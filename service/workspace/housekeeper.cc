#include "service/workspace/housekeeper.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/base/status_macros.h"
#include "service/workspace/bare_repository.h"
#include "service/workspace/errors.h"
#include "service/workspace/files.h"
#include "service/workspace/git_process.h"
#include "service/workspace/superseded_packs.h"

namespace metapowers::workspace {
namespace {

constexpr absl::Duration kLongestLook = absl::Milliseconds(50);  // between two looks at whether Git has ended

}  // namespace

Housekeeper::Housekeeper(absl::Duration most_time) : most_time_(most_time), thread_([this] { Run(); }) {}

Housekeeper::~Housekeeper() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    // The group: `git pack-objects`, which does the work, would go on by itself.
    if (child_ > 0) ::kill(-child_, SIGTERM);
  }
  thread_.join();
}

void Housekeeper::Pack(const std::string& repository, std::function<void(const absl::Status&)> done) {
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
    const absl::Status status = PackNow(task.repository);
    if (!status.ok()) BareRepository::RemoveTemporariesOfGit(task.repository);  // it may have been ended
    task.done(status);
  }
}

absl::Status Housekeeper::PackNow(const std::string& repository) {
  RETURN_IF_ERROR(Failpoint("housekeeping"));
  const std::string packs = repository + "/objects/pack";
  // --geometric keeps the number of packs logarithmic. Not -d, which would remove at once what was packed.
  RETURN_IF_ERROR(RunGit(repository, {"repack", "-q", "-n", "--geometric=2"}));
  RETURN_IF_ERROR(SyncDirectory(packs));
  RETURN_IF_ERROR(RunGit(repository, {"prune-packed", "-q"}));
  RemoveSupersededPacks(packs);
  return absl::OkStatus();
}

bool Housekeeper::stopping() {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status Housekeeper::RunGit(const std::string& repository, const std::vector<std::string>& command) {
  pid_t child = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError();
    child_ = child = StartGit(repository, command);
  }
  if (child == 0) return absl::InternalError("git cannot be started");
  const absl::Time latest = absl::Now() + most_time_;
  bool late = false;
  // Look without reaping, so that neither this nor the destructor can signal a process id that is already another's.
  siginfo_t info = {};
  for (absl::Duration pause = absl::Milliseconds(1); info.si_pid == 0; pause = std::min(pause * 2, kLongestLook)) {
    const int rc = ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | WNOHANG);
    if (rc != 0 && errno != EINTR) break;
    if (info.si_pid != 0) break;
    if (!late && absl::Now() > latest) {
      late = true;
      ::kill(-child, SIGKILL);
    }
    absl::SleepFor(pause);
  }
  // What it started may live on and leave files behind those that are removed. Until it is reaped, its id is its own.
  const bool ended = late || stopping();
  if (ended) ::kill(-child, SIGKILL);
  int status = 0;
  bool reaped = false;
  {
    absl::MutexLock lock(&mutex_);
    child_ = 0;
    reaped = ::waitpid(child, &status, 0) == child;
  }
  if (ended) AwaitEndOfGroup(child);
  if (stopping()) return absl::CancelledError();
  const std::string& name = command.front();
  if (late) return absl::DeadlineExceededError(absl::StrCat("git ", name, " took too long and was ended"));
  if (reaped && WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("git ", name, " failed: ", WIFEXITED(status) ? "exit code " : "signal ",
                                          WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status)));
}

}  // namespace metapowers::workspace
