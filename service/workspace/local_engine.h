// The server's engine: one bare repository per workspace under the data directory, readable by stock Git, and one
// journal for all of them.
//
// A step is durable, and answered, when the journal has it: what arrived during the last sync shares the next one, over
// all workspaces. A second thread then stores its objects in the repository, loose or, when they are many, as a pack,
// each synced before the branch moves onto them, and has the journal forget it. A crash at any point leaves a
// repository that is whole, and a journal from which the next start makes the missing commits again, to the same ids.
// Loose objects and packs that are too many are packed by a third thread.
#ifndef METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_
#define METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/workspace/data_dir.h"
#include "service/workspace/engine.h"

namespace metapowers::workspace {

// What the engine could not do, for a log.
struct EngineTrouble {
  absl::string_view what;  // it was, and what comes of it
  std::string workspace;   // uid; "" = all
  absl::Status status;
  int failures = 1;  // in a row
};

struct LocalEngineOptions {
  size_t open_repositories = 256;                   // most workspaces kept open that nobody uses
  size_t loose_object_limit = 2'000;                // pack a repository that holds more; 0 = never
  size_t pack_limit = 16;                           // merge the packs of a repository that has more; 0 = never
  absl::Duration packing_time = absl::Minutes(30);  // of one repository; it is given up then, and tried again later
  // From a step's answer to its being stored in the repository, when the storage keeps up.
  absl::Duration flush_delay = absl::Milliseconds(500);
  // Answer a step when stock Git sees it. An error then may be that of storing it: the step is durable all the same,
  // and stock Git sees it once the storage lets it.
  bool answer_when_stored = false;
  // From any thread, which it does not hold up; it calls no engine. What goes on failing is tried again, and told, at
  // growing intervals.
  std::function<void(const EngineTrouble& trouble)> report;
  int64_t unflushed_bytes = int64_t{64} << 20;       // of all steps that wait to be stored; more are refused
  int64_t unflushed_bytes_each = int64_t{48} << 20;  // of those of one workspace
};

// Takes up what the journal holds. Initializes libgit2 for the process (git.h). FAILED_PRECONDITION/GIT_UNSUPPORTED
// when it is too old; the errors of OpenJournal. A workspace that cannot be taken up is no error: its calls
// answer why, DATA_LOSS when it is damaged, and try again when that was a while ago.
absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(std::shared_ptr<const DataDir> data_dir,
                                                       const LocalEngineOptions& options = {});

}  // namespace metapowers::workspace

#endif  // METAPOWERS_SERVICE_WORKSPACE_LOCAL_ENGINE_H_
