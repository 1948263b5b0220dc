// metapowersd: flags -> Env -> Server -> wait for a signal -> drain.
// The only translation unit with CLI11 on the server's side: it costs seconds to compile.
#include <grpc/support/log.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/error.h"
#include "service/base/mutex_checks.h"
#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/listen_address.h"
#include "service/server/log.h"
#include "service/server/server.h"
#include "service/server/version.h"

namespace metapowers::server {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;
constexpr char kVisibleAtOnce[] = "immediate";
constexpr char kVisibleSoon[] = "deferred";

struct Flags {
  std::string data_dir;
  std::vector<std::string> listen = {"127.0.0.1:7433"};
  bool insecure_listen = false;
  int drain_seconds = 30;
  int workers = Limits().workers;
  std::string commit_visibility = kVisibleSoon;
};

int Complain(const absl::Status& status, int exit_code) {
  std::cerr << "metapowersd: " << status.message() << "\n";
  const std::string next_step = DetailsOf(status).next_step;
  if (!next_step.empty()) std::cerr << "  " << next_step << "\n";
  return exit_code;
}

absl::StatusOr<std::vector<ListenAddress>> CheckListen(const Flags& flags) {
  std::vector<ListenAddress> addresses;
  for (const std::string& text : flags.listen) {
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(text));
    if (!address.IsLocal() && !flags.insecure_listen) {
      return MakeError(absl::StatusCode::kInvalidArgument,
                       "listen address \"" + text +
                           "\" can be reached from other machines, without TLS or "
                           "authentication",
                       {"ARGUMENT_INVALID",
                        {},
                        {{"listen", "must be local", ""}},
                        "listen on 127.0.0.1 or a Unix socket, or accept the risk with --insecure-listen"});
    }
    addresses.push_back(address);
  }
  return addresses;
}

// gRPC's own complaints go into the log once the server runs; before that, ours say what failed.
const Logger* grpc_log = nullptr;

void LogGrpc(gpr_log_func_args* line) {
  if (grpc_log != nullptr) grpc_log->Write(LogLevel::kWarning, line->message, {{"source", "grpc"}});
}

// Blocks the signals that end the server, in this thread and those it starts.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Run(const Flags& flags) {
  const absl::StatusOr<std::vector<ListenAddress>> addresses = CheckListen(flags);
  if (!addresses.ok()) return Complain(addresses.status(), kExitUsage);
  const sigset_t signals = BlockSignals();
  gpr_set_log_function(LogGrpc);
  ::umask(077);  // data and sockets are for this user alone
  absl::StatusOr<Env> env = OpenDataDirEnv(
      flags.data_dir, {.log_fd = STDERR_FILENO, .answer_when_stored = flags.commit_visibility == kVisibleAtOnce});
  if (!env.ok()) {
    std::cerr << "metapowersd: cannot open the data directory \"" << flags.data_dir << "\"\n";
    return Complain(env.status(), kExitFailure);
  }
  env->limits.workers = flags.workers;
  const Logger& log = *env->log;
  const absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(*std::move(env), *addresses);
  if (!server.ok()) return Complain(server.status(), kExitFailure);
  for (const std::string& address : (*server)->addresses()) std::cout << "listening " << address << "\n";
  std::cout << std::flush;

  grpc_log = &log;

  int signal = 0;
  sigwait(&signals, &signal);
  // A second signal ends the process at once, which loses nothing that was answered.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  log.Write(LogLevel::kInfo, "draining", {{"signal", int64_t{signal}}});
  (*server)->Drain(absl::Seconds(flags.drain_seconds));
  log.Write(LogLevel::kInfo, "stopped", {});
  grpc_log = nullptr;
  return 0;
}

}  // namespace

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("metapowersd serves security documents, generated from system models and kept in Git.", "metapowersd");
  app.set_version_flag("--version", std::string("metapowersd ") + kVersion);
  app.add_option("--data-dir", flags.data_dir, "Folder of the workspaces; made when it is absent")
      ->required()
      ->type_name("DIR");
  app.add_option("--listen", flags.listen, "HOST:PORT, [IPV6]:PORT or unix:PATH; repeatable; port 0 takes a free one")
      ->capture_default_str()
      ->type_name("ADDRESS");
  app.add_flag("--insecure-listen", flags.insecure_listen,
               "Allow addresses that other machines reach, although there is no TLS and no authentication");
  app.add_option("--drain-seconds", flags.drain_seconds, "Time that running calls have to end after SIGTERM or SIGINT")
      ->capture_default_str()
      ->check(CLI::Range(0, 3600));
  app.add_option("--workers", flags.workers, "Calls that run at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  app.add_option("--commit-visibility", flags.commit_visibility,
                 "When stock git sees a commit: within a second of the answer (deferred), or before it (immediate), "
                 "which takes several syncs more for each call")
      ->capture_default_str()
      ->check(CLI::IsMember({kVisibleSoon, kVisibleAtOnce}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success, std::cout, std::cerr);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "metapowersd: " << wrong.what() << "\n  metapowersd --help\n";
    return kExitUsage;
  }
  return Run(flags);
}

}  // namespace metapowers::server

int main(int argc, char** argv) {
  metapowers::SetMutexChecks();
  return metapowers::server::Main(argc, argv);
}
