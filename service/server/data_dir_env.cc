#include <memory>
#include <string>
#include <utility>

#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/version.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/local_engine.h"
#include "service/workspace/signing_key.h"

namespace metapowers::server {

absl::StatusOr<Env> OpenDataDirEnv(absl::string_view path, const DataDirOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<const workspace::DataDir> data_dir, workspace::DataDir::Open(path));
  Env env;
  env.clock = std::make_unique<SystemClock>();
  if (options.log_fd >= 0) env.log = std::make_unique<Logger>(options.log_fd, LogLevel::kInfo, *env.clock);
  workspace::LocalEngineOptions engine;
  engine.answer_when_stored = options.answer_when_stored;
  engine.report = [log = env.log.get()](const workspace::EngineTrouble& trouble) {
    if (log == nullptr) return;
    log->Write(LogLevel::kError, trouble.what,
               {{"uid", trouble.workspace},
                {"reason", std::string(trouble.status.message())},
                {"mend", DetailsOf(trouble.status).next_step},
                {"failures", int64_t{trouble.failures}}});
  };
  ASSIGN_OR_RETURN(env.engine, workspace::NewLocalEngine(data_dir, engine));
  ASSIGN_OR_RETURN(env.registry, workspace::OpenWorkspaceRegistry(data_dir, *env.engine));
  env.identity = [key = options.key] { return workspace::Identity{kServiceName, kServiceEmail, key}; };
  env.version = kVersion;
  return env;
}

}  // namespace metapowers::server
