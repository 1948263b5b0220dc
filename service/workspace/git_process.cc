#include "service/workspace/git_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "service/base/error.h"
#include "service/base/strings.h"
#include "service/workspace/files.h"

namespace metapowers::workspace {
namespace {

constexpr absl::Duration kLongestEnd = absl::Seconds(5);  // of killed processes
constexpr size_t kMostOutput = 1 << 20;
constexpr size_t kMostComplaints = 3;  // lines

absl::Status GitFailed(const std::vector<std::string>& command, absl::StatusCode code, absl::string_view why) {
  const bool late = code == absl::StatusCode::kDeadlineExceeded;
  return MakeError(code, absl::StrCat("git ", command.front(), " ", why), {.reason = late ? "CANCELLED" : "INTERNAL"});
}

// Reads what the child writes until it closes its end; false when that lasts beyond `latest`.
bool Drain(int from, absl::Time latest, std::string& out) {
  for (;;) {
    const absl::Duration left = latest - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    pollfd ready = {from, POLLIN, 0};
    const auto pause = static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(left) + 1, 60'000));
    if (::poll(&ready, 1, pause) <= 0) continue;
    char buffer[16384];
    const ssize_t count = ::read(from, buffer, sizeof(buffer));
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return true;
    if (count < 0) continue;
    out.append(buffer, std::min(static_cast<size_t>(count), kMostOutput - std::min(kMostOutput, out.size())));
  }
}

}  // namespace

pid_t StartGit(const std::string& repository, const std::vector<std::string>& command, int output) {
  const std::string git_dir = "--git-dir=" + repository;
  std::vector<const char*> arguments = {"git", git_dir.c_str(),
                                        "-c",  "core.hooksPath=/dev/null",
                                        "-c",  "core.fsmonitor=false",
                                        "-c",  "gc.auto=0",
                                        "-c",  "core.fsync=objects,derived-metadata,reference",
                                        "-c",  "pack.threads=1"};
  for (const std::string& word : command) arguments.push_back(word.c_str());
  arguments.push_back(nullptr);
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
  if (output < 0) {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  } else {
    posix_spawn_file_actions_adddup2(&actions, output, 1);
  }
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = 0;
  const int rc = posix_spawnp(&child, "git", &actions, &attributes, const_cast<char* const*>(arguments.data()),
                              const_cast<char* const*>(environment.data()));
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return rc == 0 ? child : 0;
}

void AwaitEndOfGroup(pid_t group) {
  const absl::Time latest = absl::Now() + kLongestEnd;
  while (::kill(-group, 0) == 0 && absl::Now() < latest) absl::SleepFor(absl::Milliseconds(1));
}

std::string GitRun::Complaint() const {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipWhitespace())) {
    const bool complaint = absl::StartsWith(line, "error: ") || absl::StartsWith(line, "fatal: ");
    if (complaint && lines.size() < kMostComplaints) lines.push_back(OneLine(line.substr(7)));
  }
  return lines.empty() ? absl::StrCat("exit code ", exit_code) : absl::StrJoin(lines, "; ");
}

absl::StatusOr<GitRun> RunGit(const std::string& repository, const std::vector<std::string>& command,
                              absl::Duration most_time) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return GitFailed(command, absl::StatusCode::kInternal, "cannot be started");
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t child = StartGit(repository, command, writing.get());
  if (child == 0) return GitFailed(command, absl::StatusCode::kInternal, "cannot be started");
  writing.Reset();
  GitRun run;
  const bool in_time = Drain(reading.get(), absl::Now() + most_time, run.output);
  if (!in_time) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) {
    AwaitEndOfGroup(child);
    return GitFailed(command, absl::StatusCode::kDeadlineExceeded, "took too long and was ended");
  }
  if (!WIFEXITED(status)) {
    return GitFailed(command, absl::StatusCode::kInternal, absl::StrCat("was ended by signal ", WTERMSIG(status)));
  }
  run.exit_code = WEXITSTATUS(status);
  return run;
}

}  // namespace metapowers::workspace
