// How a call commits: in turns with the other writers of its workspace, who go on while its step becomes durable.
//
//   build ahead ─▶ [turn: build on the tip ─▶ submit] ─▶ wait ─▶ answer
//                    ▲ anew, when the tip has moved or a step below has failed
#ifndef METAPOWERS_SERVICE_SERVER_COMMIT_IN_TURN_H_
#define METAPOWERS_SERVICE_SERVER_COMMIT_IN_TURN_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/server/backend.h"
#include "service/server/call.h"
#include "service/server/context.h"
#include "service/workspace/engine.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// Turns are taken within this process: only foreign pushes, and steps below that failed, can make an attempt fail.
inline constexpr int kMaxAttempts = 8;

// What a call has committed, over as many attempts as it takes. Called from the thread of the call.
class StepBuilder {
 public:
  virtual ~StepBuilder() = default;
  // Before the turn, so that the turn is short: builds on what the tip is by now. Whatever is wrong is told in the
  // turn, where it may be right by then.
  virtual void BuildAhead(std::shared_ptr<const workspace::Snapshot> tip) = 0;
  // In the turn: the step on `tip`. `attempt` counts from 1.
  virtual absl::StatusOr<workspace::CommitBatch> Build(std::shared_ptr<const workspace::Snapshot> tip, int attempt) = 0;
  // What the call is answered then, as it is kept under its request id.
  virtual std::string Answer() const = 0;
};

// Answers when the step of `builder` is durable. It is built anew, a bounded number of times, when others move the head
// or a step that it was built on fails, unless the context expects a head. `fingerprint` is "" for a call that is not
// kept; otherwise one that was done before, or is under way, is not done again: the result is what it was answered.
// Errors: those of BaseOf(), FindAnswer(), the builder and the engine; CANCELLED or DEADLINE_EXCEEDED, nothing
// committed; RESOURCE_EXHAUSTED OVERLOADED.
absl::StatusOr<std::optional<std::string>> CommitInTurn(Backend& backend, Call& call, const std::string& uid,
                                                        const CheckedContext& context, const std::string& fingerprint,
                                                        StepBuilder& builder);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_COMMIT_IN_TURN_H_
