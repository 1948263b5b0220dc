#include <utility>

#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/version.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"

namespace metapowers::server {

absl::StatusOr<Env> OpenDataDirEnv(absl::string_view path) {
  ASSIGN_OR_RETURN(std::shared_ptr<const workspace::DataDir> data_dir, workspace::DataDir::Open(path));
  Env env;
  env.clock = std::make_unique<SystemClock>();
  ASSIGN_OR_RETURN(env.engine, workspace::NewLocalEngine(data_dir));
  ASSIGN_OR_RETURN(env.registry, workspace::OpenWorkspaceRegistry(data_dir, *env.engine));
  env.identity = [] { return workspace::Identity{"metapowers", "metapowers@localhost"}; };
  env.version = kVersion;
  return env;
}

}  // namespace metapowers::server
