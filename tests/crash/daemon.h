// A metapowersd of the test's own, to be killed at any time.
#ifndef METAPOWERS_TESTS_CRASH_DAEMON_H_
#define METAPOWERS_TESTS_CRASH_DAEMON_H_

#include <sys/types.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace metapowers::crash {

// Takes in what outlives a daemon that was killed, so that the test can wait for it. Call it once, at the start.
void AdoptOrphans();
// Waits until every process that came from this one has ended; kills those that have not in `patience`.
void EndOrphans(absl::Duration patience);

// One daemon at a time over one data directory. Not thread-safe: a daemon dies with the thread that started it.
class Daemon {
 public:
  // Data, socket and log are in `folder`, an absolute path.
  Daemon(std::string binary, std::string folder) : binary_(std::move(binary)), folder_(std::move(folder)) {}
  ~Daemon();

  std::string address() const { return "unix:" + folder_ + "/socket"; }
  std::string data() const { return folder_ + "/data"; }
  std::string log() const { return folder_ + "/log"; }

  // Starts one; `failpoints` as service/base/failpoint.h says.
  void Start(absl::string_view failpoints, bool visible_at_once);
  void Send(int signal) const;
  // True when it has ended by then.
  bool WaitForEnd(absl::Duration patience);
  // True when the socket takes connections by then.
  bool WaitForSocket(absl::Duration patience) const;

  bool killed() const;  // it ended by SIGKILL
  bool clean() const;   // it ended by itself, and well
  std::string HowItEnded() const;

 private:
  const std::string binary_, folder_;
  pid_t pid_ = 0;   // 0: none runs
  int status_ = 0;  // of the last one
};

}  // namespace metapowers::crash

#endif  // METAPOWERS_TESTS_CRASH_DAEMON_H_
