// What all handlers share.
#ifndef METAPOWERS_SERVICE_SERVER_BACKEND_H_
#define METAPOWERS_SERVICE_SERVER_BACKEND_H_

#include <array>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/server/call.h"
#include "service/server/env.h"
#include "service/server/generator.h"
#include "service/server/names.h"
#include "service/server/revisions.h"
#include "service/server/under_way.h"

namespace metapowers::server {

// Writers of one workspace take turns, so that they do not build on a head that is about to move. Only
// other processes can still move it. Workspaces share a mutex by chance alone.
class WriterTurns {
 public:
  absl::Mutex& Of(absl::string_view uid) { return turns_[absl::Hash<absl::string_view>()(uid) % turns_.size()]; }

 private:
  std::array<absl::Mutex, 64> turns_;
};

// Thread-safe.
struct Backend {
  explicit Backend(Env environment) : env(std::move(environment)), generator(env.limits.cache_bytes) {}

  // The workspace of `name`, noted in the call's log line. NOT_FOUND WORKSPACE_NOT_FOUND.
  absl::StatusOr<workspace::Workspace> FindWorkspace(Call& call, const ResourceName& name) const {
    call.workspace = name.workspace;
    call.topic = name.topic;
    return env.registry->Get(name.workspace);
  }

  // The workspace of `name` at `revision`, as ResolveRevision() reads it, or at its head when that is empty.
  absl::StatusOr<std::shared_ptr<const workspace::Snapshot>> Open(Call& call, const ResourceName& name,
                                                                  absl::string_view revision) const {
    const absl::StatusOr<workspace::Workspace> found = FindWorkspace(call, name);
    if (!found.ok()) return found.status();
    if (revision.empty()) return env.engine->Head(found->uid);
    const absl::StatusOr<std::string> commit = ResolveRevision(*env.engine, found->uid, name, revision);
    if (!commit.ok()) return commit.status();
    return env.engine->At(found->uid, *commit);
  }

  const Env env;
  Generator generator;
  WriterTurns turns;
  UnderWay under_way;  // writing calls, from their first look at the workspace to the end of their turn
};

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_BACKEND_H_
