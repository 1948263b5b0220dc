// A file of its own: only programs with a local mode link the engine over a working tree.
#include <utility>

#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/version.h"
#include "service/workspace/worktree_engine.h"

namespace metapowers::server {

absl::StatusOr<Env> OpenLocalEnv(absl::string_view directory) {
  ASSIGN_OR_RETURN(std::unique_ptr<workspace::WorktreeEngine> engine, workspace::WorktreeEngine::Discover(directory));
  Env env;
  env.clock = std::make_unique<SystemClock>();
  env.identity = [worktree = engine.get()] { return worktree->UserIdentity(); };
  env.engine = std::move(engine);
  env.registry = workspace::SingleWorkspaceRegistry(
      {std::string(kLocalWorkspace), std::string(workspace::kLocalUid), "", absl::UnixEpoch()});
  env.version = kVersion;
  env.limits.workers = 1;  // one user, one call at a time
  return env;
}

}  // namespace metapowers::server
