// The long-lived objects of a server: made by main.cc, by the client's local mode, or by a test; the server owns
// them from then on and makes none itself.
#ifndef METAPOWERS_SERVICE_SERVER_ENV_H_
#define METAPOWERS_SERVICE_SERVER_ENV_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/server/log.h"
#include "service/workspace/commit.h"
#include "service/workspace/engine.h"
#include "service/workspace/workspace_registry.h"

namespace metapowers::server {

struct Limits {
  int workers = 8;                                    // calls that run at a time
  int queue = 256;                                    // calls that wait for a worker
  absl::Duration call_time = absl::Minutes(10);       // of a call that sets no deadline, or a later one
  size_t cache_bytes = 64 << 20;                      // of models, facts and sections
  int watches = 1'000;                                // that are open at a time, of all workspaces
  int watches_each = 100;                             // of one
  absl::Duration watch_patience = absl::Seconds(30);  // for a client to take what was sent
};

// Members are destroyed from the last to the first: what uses another stands below it.
struct Env {
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Logger> log;  // nullptr: no log
  std::unique_ptr<workspace::Engine> engine;
  std::unique_ptr<workspace::WorkspaceRegistry> registry;
  // Who commits, and the author where a call names none. Asked per commit: in local mode it is the user's
  // configuration of Git, which may be missing.
  std::function<absl::StatusOr<workspace::Identity>()> identity;
  std::string version;  // of the product; written into commits
  Limits limits;
};

// The service as it commits on a server.
inline constexpr char kServiceName[] = "metapowers";
inline constexpr char kServiceEmail[] = "metapowers@localhost";

struct DataDirOptions {
  int log_fd = -1;                                   // where the log goes; -1: there is none
  std::shared_ptr<const workspace::SigningKey> key;  // that commits are signed with; nullptr: they are not signed
  bool answer_when_stored = false;                   // see LocalEngineOptions
};

// Of metapowersd: many workspaces in a data directory, which stays locked while the Env lives.
// Errors: those of DataDir::Open, NewLocalEngine and OpenWorkspaceRegistry.
absl::StatusOr<Env> OpenDataDirEnv(absl::string_view path, const DataDirOptions& options = {});

// Of local mode: the one workspace `workspaces/local`, the repository around `directory`, on the branch that is
// checked out. Errors: those of WorktreeEngine::Discover.
absl::StatusOr<Env> OpenLocalEnv(absl::string_view directory);

// Id of local mode's workspace.
inline constexpr absl::string_view kLocalWorkspace = "local";

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_ENV_H_
