#include "service/server/topic_inputs.h"

#include <optional>
#include <string>
#include <utility>

#include "service/base/status_macros.h"
#include "service/server/topics.h"

namespace metapowers::server {

absl::StatusOr<std::shared_ptr<const DecisionsFile>> ReadDecisions(Generator& generator,
                                                                   const workspace::Snapshot& snapshot,
                                                                   const ResourceName& topic, const ModelFacts& model) {
  ASSIGN_OR_RETURN(const std::optional<std::string> yaml, snapshot.ReadFile(topic.PathOf(kDecisionsFile)));
  return generator.LoadDecisions(yaml.has_value() ? absl::make_optional<absl::string_view>(*yaml) : absl::nullopt,
                                 model);
}

absl::StatusOr<Inputs> ReadInputs(Generator& generator, const workspace::Snapshot& snapshot, const ResourceName& topic,
                                  std::shared_ptr<const ModelFacts> model) {
  Inputs inputs;
  inputs.model = std::move(model);
  if (inputs.model == nullptr) {
    ASSIGN_OR_RETURN(const std::optional<std::string> yaml, snapshot.ReadFile(topic.PathOf(kModelFile)));
    if (!yaml.has_value()) return ModelMissing(topic);
    ASSIGN_OR_RETURN(inputs.model, generator.Load(*yaml, topic.topic));
  }
  ASSIGN_OR_RETURN(inputs.decisions, ReadDecisions(generator, snapshot, topic, *inputs.model));
  return inputs;
}

}  // namespace metapowers::server
