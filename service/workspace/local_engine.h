// The server's engine: one bare repository per workspace under the data directory, readable by stock Git.
//
// A commit is durable thus: its new objects are written to temporary files, one each or, when they are many, all in a
// pack; they are synced, renamed into place and their directories synced; then the branch moves by compare-and-swap,
// its file and directory synced. A crash at any point leaves the old head or the new one, and left-over temporary and
// lock files, which the next open removes. Loose objects and packs that are too many are packed by a background thread,
// off the write path.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

struct LocalEngineOptions {
  size_t open_repositories = 256;     // most handles kept open when unused
  size_t loose_object_limit = 2'000;  // pack a repository that holds more; 0 = never
  size_t pack_limit = 16;             // merge the packs of a repository that has more; 0 = never
};

// Initializes libgit2 for the process (git.h). FAILED_PRECONDITION/GIT_UNSUPPORTED when it is too old.
absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(std::shared_ptr<const DataDir> data_dir,
                                                       const LocalEngineOptions& options = {});

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_
