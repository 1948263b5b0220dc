#include "service/commands/open_questions.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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

v1::Question Ask(const model::Model& model, std::string field, std::string text, absl::string_view team) {
  v1::Question question;
  question.set_field(std::move(field));
  question.set_text(std::move(text));
  question.set_owner(team.empty() ? model.proto().owner_team() : std::string(team));
  question.set_owner_name(TeamName(model, question.owner()));
  return question;
}

void RowQuestions::Ask(absl::string_view field, absl::string_view list, absl::string_view id, absl::string_view team) {
  const size_t dot = std::min(field.find('.'), field.size());
  const std::string path = absl::StrCat(list, "[", id, "]", field.substr(dot));
  if (!fields_.insert(path).second) return;
  for (const knowledge::v1::SurfaceQuestion& row : rows_) {
    if (row.field() != field) continue;
    asked_.push_back(commands::Ask(model_, path, absl::StrReplaceAll(row.text(), {{"{id}", id}}), team));
  }
}

}  // namespace metapowers::commands
