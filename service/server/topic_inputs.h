// Reads what the sections of a topic are made from.
#ifndef METAPOWERS_SERVICE_SERVER_TOPIC_INPUTS_H_
#define METAPOWERS_SERVICE_SERVER_TOPIC_INPUTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "service/server/generator.h"
#include "service/server/names.h"
#include "service/workspace/snapshot.h"

namespace metapowers::server {

// The decisions beside the topic's model, none where there is no file. INVALID_ARGUMENT DECISIONS_INVALID with every
// fault, those against `model` included.
absl::StatusOr<std::shared_ptr<const DecisionsFile>> ReadDecisions(Generator& generator,
                                                                   const workspace::Snapshot& snapshot,
                                                                   const ResourceName& topic, const ModelFacts& model);

// All inputs of `topic` as of `snapshot`, whose model is `model` where the caller has it already. FAILED_PRECONDITION
// MODEL_MISSING; INVALID_ARGUMENT MODEL_INVALID; those of ReadDecisions(); INVALID_ARGUMENT
// RULES_INVALID when there are too many files of rules; those of reading files
// (PATH_UNSAFE where one is a link).
absl::StatusOr<Inputs> ReadInputs(Generator& generator, const workspace::Snapshot& snapshot, const ResourceName& topic,
                                  std::shared_ptr<const ModelFacts> model = nullptr);

}  // namespace metapowers::server

#endif  // METAPOWERS_SERVICE_SERVER_TOPIC_INPUTS_H_
