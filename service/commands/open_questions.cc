#include "service/commands/open_questions.h"

#include <algorithm>
#include <string>

#include "service/commands/naming.h"

namespace metapowers::commands {

std::vector<v1::Question> QuestionsOn(const model::Model& model, absl::Span<const absl::string_view> types) {
  std::vector<v1::Question> wanted;
  const auto named = [&](absl::string_view type) {
    return std::any_of(types.begin(), types.end(),
                       [&](absl::string_view each) { return type == each || type.substr(0, type.find('.')) == each; });
  };
  for (const model::Question& question : model::OpenQuestions(model, named)) {
    v1::Question& row = wanted.emplace_back();
    row.set_field(question.field);
    row.set_text(question.text);
    row.set_owner(question.owner.empty() ? model.proto().owner_team() : question.owner);
    row.set_owner_name(TeamName(model, row.owner()));
  }
  return wanted;
}

}  // namespace metapowers::commands
