#include "service/server/topic_inputs.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/status_macros.h"
#include "service/server/topics.h"

namespace metapowers::server {
namespace {

absl::StatusOr<std::vector<StoredFile>> FindRules(const workspace::Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const auto entries, snapshot.ListFiles(kRulesPath, ".yaml"));
  if (entries.size() > kMaxRuleFiles) {
    const std::string what = absl::StrCat("holds ", entries.size(), " files; ", kMaxRuleFiles, " are allowed");
    return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("'", kRulesPath, "' ", what),
                     {"RULES_INVALID",
                      {{"errors", "1"}},
                      {{"", what, std::string(kRulesPath)}},
                      "merge files: one can hold any number of rules"});
  }
  std::vector<StoredFile> rules;
  for (const workspace::DirectoryEntry& entry : entries) {
    rules.push_back({absl::StrCat(kRulesPath, "/", entry.name), entry.id});
  }
  return rules;
}

}  // namespace

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
    ASSIGN_OR_RETURN(const std::string id, snapshot.BlobId(topic.PathOf(kModelFile)));
    if (id.empty()) return ModelMissing(topic);
    ASSIGN_OR_RETURN(inputs.model, generator.LoadStored(*snapshot.objects(), id, topic.topic));
  }
  ASSIGN_OR_RETURN(inputs.decisions, ReadDecisions(generator, snapshot, topic, *inputs.model));
  ASSIGN_OR_RETURN(inputs.rules, FindRules(snapshot));
  for (const auto& declaration : inputs.model->model->proto().evidence()) {
    ASSIGN_OR_RETURN(std::string blob, snapshot.BlobId(topic.PathOf(declaration.path())));
    inputs.evidence.push_back({declaration.id(), std::move(blob)});
  }
  inputs.objects = snapshot.objects();
  return inputs;
}

}  // namespace metapowers::server
