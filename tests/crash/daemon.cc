#include "tests/crash/daemon.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace metapowers::crash {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(5);
constexpr char kFailpoints[] = "METAPOWERS_FAILPOINTS";

std::vector<pid_t> Children() {
  std::ifstream file(absl::StrCat("/proc/self/task/", ::getpid(), "/children"));
  std::vector<pid_t> children;
  for (pid_t child; file >> child;) children.push_back(child);
  return children;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(absl::string_view failpoints) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, absl::StrCat(kFailpoints, "="))) environment.emplace_back(*entry);
  }
  if (!failpoints.empty()) environment.push_back(absl::StrCat(kFailpoints, "=", failpoints));
  return environment;
}

}  // namespace

void AdoptOrphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void EndOrphans(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  for (pid_t ended; (ended = ::waitpid(-1, nullptr, WNOHANG)) >= 0;) {
    if (ended > 0) continue;
    if (absl::Now() > end) {
      for (const pid_t child : Children()) ::kill(child, SIGKILL);  // ours until it is waited for
    }
    absl::SleepFor(kLook);
  }
}

Daemon::~Daemon() {
  if (pid_ == 0) return;
  Send(SIGKILL);
  WaitForEnd(absl::InfiniteDuration());
}

void Daemon::Start(absl::string_view failpoints, bool visible_at_once) {
  std::ofstream(log(), std::ios::app) << "--- start, failpoints '" << failpoints << "'"
                                      << (visible_at_once ? ", immediate" : "") << "\n";
  std::vector<std::string> arguments = {binary_,
                                        "--data-dir",
                                        data(),
                                        "--listen",
                                        address(),
                                        "--commit-visibility",
                                        visible_at_once ? "immediate" : "deferred"};
  std::vector<std::string> environment = Environment(failpoints);
  const std::vector<char*> argv = Pointers(arguments), envp = Pointers(environment);
  const int out = ::open(log().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {  // nothing here may take a lock that another thread held
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(out);
}

void Daemon::Send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);  // not waited for yet, so the id is still its own
}

bool Daemon::WaitForEnd(absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  while (pid_ > 0) {
    if (::waitpid(pid_, &status_, WNOHANG) == pid_) {
      pid_ = 0;
    } else if (absl::Now() > end) {
      return false;
    } else {
      absl::SleepFor(kLook);
    }
  }
  return true;
}

bool Daemon::WaitForSocket(absl::Duration patience) const {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder_ + "/socket").c_str(), sizeof(address.sun_path) - 1);
  for (const absl::Time end = absl::Now() + patience; absl::Now() < end; absl::SleepFor(kLook)) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    if (connected) return true;
  }
  return false;
}

bool Daemon::killed() const { return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL; }
bool Daemon::clean() const { return WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

std::string Daemon::HowItEnded() const {
  return WIFSIGNALED(status_) ? absl::StrCat("signal ", WTERMSIG(status_))
                              : absl::StrCat("exit code ", WEXITSTATUS(status_));
}

}  // namespace metapowers::crash
