// metapowersd: flags -> Env -> Server -> wait for a signal -> drain; and the commands of its operator.
// The only translation unit with CLI11 on the server's side: it costs seconds to compile.
#include <grpc/support/log.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/error.h"
#include "service/base/mutex_checks.h"
#include "service/base/status_macros.h"
#include "service/server/backup_command.h"
#include "service/server/control_socket.h"
#include "service/server/env.h"
#include "service/server/listen_address.h"
#include "service/server/log.h"
#include "service/server/server.h"
#include "service/server/verify.h"
#include "service/server/version.h"
#include "service/workspace/backup.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/restore.h"
#include "service/workspace/signing_key.h"

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
  std::string signing_key;
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
  std::shared_ptr<const workspace::SigningKey> key;
  if (!flags.signing_key.empty()) {
    auto loaded = workspace::SigningKey::Load(flags.signing_key);
    if (!loaded.ok()) return Complain(loaded.status(), kExitUsage);
    key = *std::move(loaded);
  }
  const sigset_t signals = BlockSignals();
  gpr_set_log_function(LogGrpc);
  ::umask(077);  // data and sockets are for this user alone
  absl::StatusOr<Env> env =
      OpenDataDirEnv(flags.data_dir, {.log_fd = STDERR_FILENO,
                                      .key = std::move(key),
                                      .answer_when_stored = flags.commit_visibility == kVisibleAtOnce});
  if (!env.ok()) {
    std::cerr << "metapowersd: cannot open the data directory \"" << flags.data_dir << "\"\n";
    return Complain(env.status(), kExitFailure);
  }
  env->limits.workers = flags.workers;
  const absl::StatusOr<ControlSocket> control = ControlSocket::In(flags.data_dir);
  if (!control.ok()) return Complain(control.status(), kExitFailure);
  const Logger& log = *env->log;
  const absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(*std::move(env), *addresses, control->address());
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

// --- Commands of the operator ------------------------------------------------------------------------------------

int ExitCodeOf(const absl::Status& status) { return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailure; }

// A line for each workspace that is begun, for somebody who waits.
void ShowProgress(absl::string_view what, absl::string_view workspace, size_t position, size_t of) {
  std::cerr << what << " " << position << "/" << of << "  " << workspace << "\n";
}

workspace::BackupProgress ProgressOf(absl::string_view what) {
  return [what](const workspace::Workspace& found, size_t position, size_t of) {
    ShowProgress(what, found.name, position, of);
  };
}

std::string Day(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

void ShowProblems(absl::string_view what, const std::vector<workspace::BackupProblem>& problems) {
  for (const workspace::BackupProblem& problem : problems) {
    std::cerr << "metapowersd: workspace " << problem.workspace << " " << what << ": " << problem.status.message()
              << "\n";
    const std::string next_step = DetailsOf(problem.status).next_step;
    if (!next_step.empty()) std::cerr << "  " << next_step << "\n";
  }
}

int Backup(const BackupCommand& command) {
  ::umask(077);
  const absl::StatusOr<workspace::BackupOutcome> outcome = RunBackup(command, ProgressOf("backing up"));
  if (!outcome.ok()) return Complain(outcome.status(), ExitCodeOf(outcome.status()));
  ShowProblems("is not backed up", outcome->problems);
  ShowProblems("is backed up, and not all that was backed up before is in it", outcome->kept);
  std::cout << "backup of " << Day(outcome->manifest.time) << ": workspaces " << outcome->manifest.workspaces.size()
            << ", changed " << outcome->changed << ", new commits " << outcome->commits << "\n";
  return outcome->problems.empty() && outcome->kept.empty() ? 0 : kExitFailure;
}

int Restore(const std::string& from, const std::string& data_dir) {
  ::umask(077);
  const absl::StatusOr<workspace::RestoreOutcome> outcome = workspace::Restore(from, data_dir, ProgressOf("restoring"));
  if (!outcome.ok()) return Complain(outcome.status(), ExitCodeOf(outcome.status()));
  int64_t beyond = 0;
  for (const workspace::BeyondMark& more : outcome->beyond) {
    std::cerr << "workspace " << more.workspace << ": restored with " << more.commits
              << " commits after the mark, of a backup that was cut off\n";
    beyond += more.commits;
  }
  ShowProblems("is not restored as it was", outcome->problems);
  std::cout << "restored the backup of " << Day(outcome->manifest.time) << ": workspaces "
            << outcome->manifest.workspaces.size();
  if (beyond > 0) std::cout << ", commits after the mark " << beyond;
  if (!outcome->problems.empty()) std::cout << ", problems " << outcome->problems.size();
  std::cout << "\n";
  return outcome->problems.empty() ? 0 : kExitFailure;
}

int RunVerify(VerifyOptions options, bool json) {
  ::umask(077);
  if (options.data_dir.empty() == options.backup.empty()) {
    std::cerr << "metapowersd: verify takes one of --data-dir and --from\n  metapowersd verify --help\n";
    return kExitUsage;
  }
  options.progress = [](absl::string_view workspace, size_t position, size_t of) {
    ShowProgress("verifying", workspace, position, of);
  };
  const absl::StatusOr<v1::Verification> verification = Verify(options);
  if (!verification.ok()) return Complain(verification.status(), kExitUsage);
  const absl::StatusOr<std::string> told = json ? VerificationJson(*verification) : FormatVerification(*verification);
  if (!told.ok()) return Complain(told.status(), kExitUsage);
  std::cout << *told;
  return verification->faults().empty() ? 0 : kExitFailure;
}

int AllowedSigners(const std::string& file) {
  const auto key = workspace::SigningKey::Load(file);
  if (!key.ok()) return Complain(key.status(), kExitUsage);
  std::cout << (*key)->AllowedSigner(kServiceEmail) << "\n";
  return 0;
}

// Adds the commands; the one that is given sets `run`.
void AddCommands(CLI::App& app, std::function<int()>& run) {
  app.require_subcommand(0, 1);
  const auto needed = [](CLI::App& command, const char* name, std::string& value, const char* help) {
    command.add_option(name, value, help)->required()->type_name("DIR");
  };
  auto backup = std::make_shared<BackupCommand>();
  CLI::App& backing_up = *app.add_subcommand(
      "backup", "Bring a backup up to date with a data directory, while its server runs or none does");
  needed(backing_up, "--data-dir", backup->data_dir, "The data directory");
  needed(backing_up, "--to", backup->to, "Folder of the backup; made when it is absent");
  backing_up.callback([backup, &run] { run = [backup] { return Backup(*backup); }; });

  auto from = std::make_shared<std::string>(), data_dir = std::make_shared<std::string>();
  CLI::App& restoring = *app.add_subcommand("restore", "Make a data directory of a backup");
  needed(restoring, "--from", *from, "Folder of the backup");
  needed(restoring, "--data-dir", *data_dir, "The new data directory, absent or empty");
  restoring.callback([from, data_dir, &run] { run = [from, data_dir] { return Restore(*from, *data_dir); }; });

  auto options = std::make_shared<VerifyOptions>();
  auto format = std::make_shared<std::string>("text");
  CLI::App& verifying =
      *app.add_subcommand("verify", "Look for damage in a data directory or a backup; exit code 1 when there is any");
  verifying.add_option("--data-dir", options->data_dir, "The data directory")->type_name("DIR");
  verifying.add_option("--from", options->backup, "Folder of the backup")->type_name("DIR");
  verifying.add_option("--workspace", options->workspace, "Only this workspace")->type_name("NAME");
  verifying.add_option("--format", *format, "How to print what is found")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  verifying.callback(
      [options, format, &run] { run = [options, format] { return RunVerify(*options, *format == "json"); }; });

  auto key = std::make_shared<std::string>();
  CLI::App& signers = *app.add_subcommand("allowed-signers",
                                          "Print the line with which `git verify-commit` knows the server's commits");
  signers.add_option("--signing-key", *key, "The server's key")->required()->type_name("FILE");
  signers.callback([key, &run] { run = [key] { return AllowedSigners(*key); }; });
}

}  // namespace

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("metapowersd serves security documents, generated from system models and kept in Git.", "metapowersd");
  app.set_version_flag("--version", std::string("metapowersd ") + kVersion);
  app.add_option("--data-dir", flags.data_dir, "Folder of the workspaces; made when it is absent")->type_name("DIR");
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
  app.add_option("--signing-key", flags.signing_key,
                 "Sign commits with this Ed25519 key of OpenSSH, which has no passphrase and nobody else can read")
      ->type_name("FILE");
  std::function<int()> command;
  AddCommands(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success, std::cout, std::cerr);
  } catch (const CLI::ParseError& wrong) {
    std::cerr << "metapowersd: " << wrong.what() << "\n  metapowersd --help\n";
    return kExitUsage;
  }
  if (command) {
    gpr_set_log_function(LogGrpc);
    return command();
  }
  if (flags.data_dir.empty()) {
    std::cerr << "metapowersd: --data-dir is required\n  metapowersd --help\n";
    return kExitUsage;
  }
  return Run(flags);
}

}  // namespace metapowers::server

int main(int argc, char** argv) {
  metapowers::SetMutexChecks();
  return metapowers::server::Main(argc, argv);
}
