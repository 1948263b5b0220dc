// Stock Git as a child process on a bare repository, in a closed environment: no configuration of the system or the
// user, no hooks, no maintenance of its own, what it writes synced. Internal to workspace/. Thread-safe.
#ifndef METAPOWERS_SERVICE_WORKSPACE_GIT_PROCESS_H_
#define METAPOWERS_SERVICE_WORKSPACE_GIT_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace metapowers::workspace {

// Starts `git` with `command` in a process group of its own, with what it starts in turn, writing both streams to
// `output`, or nowhere when that is -1; returns its process id, 0 on failure.
pid_t StartGit(const std::string& repository, const std::vector<std::string>& command, int output = -1);

// Waits until no process is in the group, whose members are being killed.
void AwaitEndOfGroup(pid_t group);

struct GitRun {
  int exit_code = 0;
  std::string output;  // of both streams, up to a megabyte

  bool ok() const { return exit_code == 0; }
  // The lines of the output that say what went wrong, as one; with the exit code when there are none.
  std::string Complaint() const;
};

// Runs `git` with `command` to its end. DEADLINE_EXCEEDED/CANCELLED when that takes longer than `most_time`: it is
// ended; INTERNAL/INTERNAL when it cannot be started or is killed.
absl::StatusOr<GitRun> RunGit(const std::string& repository, const std::vector<std::string>& command,
                              absl::Duration most_time);

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_GIT_PROCESS_H_
