// The one file of the client that links the service.
#include "client/local.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/base/status_macros.h"
#include "service/server/env.h"
#include "service/server/server.h"
#include "service/server/version.h"
#include "service/server/warm_up.h"
#include "service/workspace/worktree_engine.h"

namespace metapowers::client {
namespace {

// Stands in where there is no repository: what needs none (lists, schema, validation) works, all else answers why.
class AbsentEngine : public workspace::Engine {
 public:
  explicit AbsentEngine(absl::Status why) : why_(std::move(why)) {}

  absl::Status CreateWorkspace(absl::string_view) override { return why_; }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Head(absl::string_view) override { return why_; }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> At(absl::string_view, absl::string_view) override {
    return why_;
  }
  absl::StatusOr<std::vector<std::string>> Match(absl::string_view, absl::string_view, int) override { return why_; }
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Tip(absl::string_view) override { return why_; }
  void Submit(absl::string_view, workspace::CommitBatch, std::function<void(absl::Status)> done) override {
    done(why_);
  }
  absl::StatusOr<std::optional<workspace::RequestRecord>> FindRequest(absl::string_view, absl::string_view) override {
    return why_;
  }
  absl::Status Settle(absl::string_view) override { return why_; }
  absl::StatusOr<workspace::HistoryPage> History(absl::string_view, const workspace::HistoryQuery&) override {
    return why_;
  }
  absl::StatusOr<workspace::RevisionPage> Revisions(absl::string_view, const workspace::RevisionQuery&) override {
    return why_;
  }
  std::unique_ptr<workspace::Subscription> Subscribe(std::function<void(absl::string_view)>) override {
    return nullptr;  // nothing ever moves
  }

 private:
  const absl::Status why_;
};

// What a local service is made of.
struct Started {
  server::WarmUp warm_up;
  std::unique_ptr<server::Server> server;
};

server::Env EnvWithoutRepository(const absl::Status& why) {
  server::Env env;
  env.clock = std::make_unique<SystemClock>();
  env.engine = std::make_unique<AbsentEngine>(why);
  env.registry = workspace::SingleWorkspaceRegistry(
      {std::string(server::kLocalWorkspace), std::string(workspace::kLocalUid), "", absl::UnixEpoch()});
  env.identity = [why]() -> absl::StatusOr<workspace::Identity> { return why; };
  env.version = server::kVersion;
  env.limits.workers = 1;
  return env;
}

}  // namespace

absl::StatusOr<LocalService> StartLocalService(const std::string& directory) {
  auto started = std::make_shared<Started>();  // its thread runs beside libgit2, which reads every certificate there is
  absl::StatusOr<server::Env> env = server::OpenLocalEnv(directory);
  if (!env.ok()) env = EnvWithoutRepository(env.status());
  ASSIGN_OR_RETURN(started->server, server::Server::Start(*std::move(env), {}));
  LocalService service;
  service.channel = started->server->InProcessChannel();
  service.keep_alive = std::move(started);
  return service;
}

}  // namespace metapowers::client
