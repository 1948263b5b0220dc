// The change of a topic's model, decisions and evidence that a call asks for: checked as a whole before anything is
// written.
#ifndef METAPOWERS_SERVICE_SERVER_MODEL_CHANGE_H_
#define METAPOWERS_SERVICE_SERVER_MODEL_CHANGE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/server/context.h"
#include "service/server/generator.h"
#include "service/workspace/commit.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

struct ModelChange {
  std::shared_ptr<const ModelFacts> model;   // as it is after the change
  std::string what;                          // "model", or "decisions", "evidence" and "import" where only those change
  std::vector<std::string> summary;          // what changes in meaning
  std::vector<workspace::FileChange> files;  // model, decisions and the imported draft
  std::vector<workspace::FileChange> attachments;  // evidence
};

// What the model and the attachments of `context`, which has one of them, change in `snapshot`. INVALID_ARGUMENT
// MODEL_INVALID, DECISIONS_INVALID (also when the standing decisions do not fit a new model) or
// ATTACHMENT_NOT_DECLARED; FAILED_PRECONDITION MODEL_MISSING when there is no model to attach to; those of reading
// files.
absl::StatusOr<ModelChange> PlanModelChange(Generator& generator, const workspace::Snapshot& snapshot,
                                            const CheckedContext& context);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_MODEL_CHANGE_H_
