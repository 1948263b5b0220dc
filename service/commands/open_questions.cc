#include "service/commands/open_questions.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/assumed_questions.h"
#include "service/commands/naming.h"

namespace metapowers::commands {

std::vector<v1::Question> QuestionsOn(const model::Model& model, absl::Span<const absl::string_view> types,
                                      absl::Span<const absl::string_view> further) {
  const auto is_among = [](absl::Span<const absl::string_view> list, absl::string_view type) {
    return std::any_of(list.begin(), list.end(),
                       [&](absl::string_view each) { return type == each || type.substr(0, type.find('.')) == each; });
  };
  const auto named = [&](absl::string_view type) { return is_among(types, type); };
  std::map<absl::string_view, const model::AssumedAttribute*> assumed;  // by path
  for (const model::AssumedAttribute& each : model.assumed()) {
    if (model.known() != nullptr || !analysis::CanBeConfirmed(each)) continue;
    if (named(each.field_type) || is_among(further, each.field_type)) assumed[each.field] = &each;
  }
  std::vector<v1::Question> wanted;
  for (const model::Question& question : model::OpenQuestions(model, named)) {
    const auto found = assumed.find(question.field);
    wanted.push_back(Ask(model, question.field,
                         found == assumed.end() ? question.text : analysis::ConfirmingQuestion(*found->second),
                         question.owner));
    if (found != assumed.end()) assumed.erase(found);
  }
  for (const auto& [field, each] : assumed) {
    wanted.push_back(Ask(model, each->field, analysis::ConfirmingQuestion(*each), model::OwnerAt(model, each->field)));
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
