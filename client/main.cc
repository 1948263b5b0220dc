// metapowers: the command line client.
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "client/cli.h"

namespace {

// Interrupts are taken in a thread of their own: the first cancels the call under way, so that the client
// can say what was committed; the second ends the program.
void WatchInterrupts() {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([] {
    int number = 0;
    sigwait(&signals, &number);
    metapowers::client::Session::Interrupt();
    sigwait(&signals, &number);
    _exit(metapowers::client::kExitInterrupted);
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  WatchInterrupts();
  signal(SIGPIPE, SIG_IGN);
  const metapowers::client::Streams streams{&std::cout, &std::cerr, isatty(STDOUT_FILENO) == 1,
                                            isatty(STDERR_FILENO) == 1};
  const int code = metapowers::client::RunCli({argv + 1, argv + argc}, streams);
  std::cout.flush();
  std::cerr.flush();
  // The libraries' own clean-up at exit takes longer than most commands; nothing of ours is left to do.
  _exit(code);
}
