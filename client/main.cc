// metapowers: the command line client.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "client/cli.h"
#include "client/pager.h"
#include "client/session.h"
#include "service/base/mutex_checks.h"

namespace {

// Interrupts are taken in a thread of their own: the first cancels the call under way, so that the client
// can say what was committed; the second ends the program. Those for a pager are its own.
void WatchInterrupts() {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([] {
    int taken = 0;
    for (int number = 0; taken < 2; ++taken) {
      do {
        sigwait(&signals, &number);
      } while (number == SIGINT && metapowers::client::PagerIsOpen());
      metapowers::client::Session::Interrupt();
    }
    _exit(metapowers::client::kExitInterrupted);
  }).detach();
}

// Keeps the descriptors of closed standard streams from being given to files, which output would then land in: what is
// written to such a stream fails.
void HoldStandardStreams() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDONLY);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

// Whether stdout is a pipe whose reader has read enough, as `head` does: no fault.
bool ReaderIsGone() {
  pollfd out = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

}  // namespace

int main(int argc, char** argv) {
  metapowers::SetMutexChecks();
  HoldStandardStreams();
  WatchInterrupts();
  signal(SIGPIPE, SIG_IGN);
  metapowers::client::Streams streams{&std::cout, &std::cerr, nullptr, isatty(STDOUT_FILENO) == 1,
                                      isatty(STDERR_FILENO) == 1};
  if (isatty(STDIN_FILENO) == 1 && streams.out_is_tty) streams.in = &std::cin;
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    streams.columns = size.ws_col;
    streams.lines = size.ws_row;
  }
  int code = metapowers::client::RunCli({argv + 1, argv + argc}, streams);
  if (!std::cout.flush() && !ReaderIsGone()) {
    std::cerr << "metapowers: standard output could not be written to its end\n"
              << "  next: make room where it goes, and call again\n";
    if (code == metapowers::client::kExitOk) code = metapowers::client::kExitInternal;
  }
  std::cerr.flush();
  // The libraries' own clean-up at exit takes longer than most commands; nothing of ours is left to do.
  _exit(code);
}
