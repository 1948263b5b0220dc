// The open questions of the model that a section needs. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_
#define METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "metapowers/v1/command.pb.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Questions whose field is one of `types`, e.g. "Component.owner_team", or of a message that one of them names
// alone, e.g. "PolicyParameters"; in the order of OpenQuestions(). One without an owner goes to the team that owns
// the system.
std::vector<v1::Question> QuestionsOn(const model::Model& model, absl::Span<const absl::string_view> types);

// A question that no field asks by itself. An empty `team` is the one that owns the system.
v1::Question Ask(const model::Model& model, std::string field, std::string text, absl::string_view team);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_OPEN_QUESTIONS_H_
