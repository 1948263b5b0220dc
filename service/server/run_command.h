// The pipeline, once for all commands: check, read the head, commit a new model, pass the gate, derive facts,
// generate, render, splice, commit.
//
//   context ─▶ head snapshot ─▶ [model] ─▶ gate ─▶ facts ─▶ result ─▶ section ─▶ document ─▶ commit
//
// All commits of one call are built in memory on one snapshot and handed to the engine at once: one commit
// each, one durable step. When another process moves the head in between, everything is built anew on the new
// head, a bounded number of times.
#ifndef METAPOWERS_SERVICE_SERVER_RUN_COMMAND_H_
#define METAPOWERS_SERVICE_SERVER_RUN_COMMAND_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "metapowers/v1/command.pb.h"
#include "metapowers/v1/workflow_service.pb.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/command_index.h"

namespace metapowers::server {

// What a command made. Callers of the same command and model share it.
using SharedResult = std::shared_ptr<const google::protobuf::Message>;

// What a run tells while it goes on. Called from the thread that runs it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // The model of the context and what is attached to it were committed, or were there already (`changed` false). Not
  // called without any.
  virtual void OnModel(const v1::CommandOutcome& outcome) {}
  // A command starts; `position` counts from 1.
  virtual void OnStarted(const CommandEntry& entry, int position) {}
  // A command was refused since nobody has chosen yet: the run ends with SECTION_CONFLICT.
  virtual void OnConflict(const v1::SectionConflict& conflict) {}
  // A command has ended; what it did is durable, unless the call only validates.
  virtual void OnFinished(const v1::CommandOutcome& outcome, const SharedResult& result, int position) {}
};

struct RunOptions {
  bool must_create_model = false;  // ALREADY_EXISTS TOPIC_EXISTS when the topic has a model
  std::string imported_yaml;       // kept beside the model (imported_model.h); empty: what is kept stays
};

// Runs `entries`, all built, in this order; none commits the model alone.
//
// Errors, nothing committed: those of CheckContext; NOT_FOUND WORKSPACE_NOT_FOUND; ABORTED HEAD_MOVED or
// TOPIC_CHANGED; INVALID_ARGUMENT MODEL_INVALID, DECISIONS_INVALID, RULES_INVALID or ATTACHMENT_NOT_DECLARED;
// FAILED_PRECONDITION MODEL_MISSING, GATE_MISSING, DOCUMENT_MALFORMED or CONFLICT_MARKERS; ABORTED SECTION_CONFLICT or
// SECTION_EDITED; CANCELLED or DEADLINE_EXCEEDED; those of the engine. When a command after the first fails for a
// reason of its own, those before it are committed and told, and the error has metadata `failed`, `committed` and
// `remaining` (ids, comma-separated).
absl::Status RunCommands(Backend& backend, Call& call, const v1::CommandContext& context,
                         const std::vector<const CommandEntry*>& entries, RunObserver& observer,
                         const RunOptions& options = {});

struct CommandAnswer {
  v1::CommandOutcome outcome;
  SharedResult result;  // of the type that entry.command names
};

// Runs one command. UNIMPLEMENTED COMMAND_PLANNED when it is not built. With validate_only, the outcome's diff
// includes that of the model.
absl::StatusOr<CommandAnswer> RunCommand(Backend& backend, Call& call, const v1::CommandContext& context,
                                         const CommandEntry& entry);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_RUN_COMMAND_H_
