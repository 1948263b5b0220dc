#include "service/server/model_questions.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/threats.h"
#include "service/base/status_macros.h"
#include "service/model/answers.h"
#include "service/server/names.h"

namespace metapowers::server {
namespace {

using model::AnswerForm;

const char* TypeName(AnswerForm::Type type) {
  switch (type) {
    case AnswerForm::Type::kText:
      return "text";
    case AnswerForm::Type::kNumber:
      return "number";
    case AnswerForm::Type::kDate:
      return "date";
    case AnswerForm::Type::kYesNo:
      return "yes-no";
    case AnswerForm::Type::kWord:
      return "word";
    case AnswerForm::Type::kReference:
      return "reference";
    case AnswerForm::Type::kWords:
      return "words";
  }
  return "text";
}

// How many rules wait for an answer.
class Weights {
 public:
  explicit Weights(const std::shared_ptr<const model::Model>& model) {
    const auto facts = analysis::Facts::Compute(model);
    const auto threats = analysis::Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
    for (const analysis::UndecidedThreat& undecided : threats->undecided()) {
      for (const analysis::Condition* condition : undecided.unknown) {
        if (condition->Field().empty()) continue;
        ++of_element_[{condition->Field(), undecided.element_id()}];
        ++of_field_[condition->Field()];
      }
    }
  }

  // More comes first.
  std::pair<int, int> Of(const model::Question& question) const {
    const auto element = of_element_.find({question.field_type, ElementOf(question.field)});
    const auto field = of_field_.find(question.field_type);
    return {element == of_element_.end() ? 0 : element->second, field == of_field_.end() ? 0 : field->second};
  }

 private:
  // "components[web].container.base_image" -> "web"
  static std::string ElementOf(const std::string& path) {
    const size_t open = path.find('[');
    const size_t close = open == std::string::npos ? open : path.find(']', open);
    return close == std::string::npos ? std::string() : path.substr(open + 1, close - open - 1);
  }

  std::map<std::pair<std::string, std::string>, int> of_element_;
  std::map<std::string, int> of_field_;
};

}  // namespace

void ToProto(const model::Question& question, const model::Model& model, v1::Question& out) {
  out.set_field(question.field);
  out.set_text(question.text);
  out.set_owner(question.owner);
  if (const auto* team = model.Find<metapowers::model::v1::Team>(question.owner)) out.set_owner_name(team->name());
}

void FillQuestions(const std::shared_ptr<const model::Model>& model, v1::ListQuestionsResponse& response) {
  std::vector<model::Question> questions = model::OpenQuestions(*model);
  if (questions.empty()) return;
  const Weights weights(model);
  const auto rank = [&weights](const model::Question& question) {
    const auto [on_element, on_field] = weights.Of(question);
    return std::make_tuple(-on_element, -on_field, question.field_type);
  };
  std::stable_sort(questions.begin(), questions.end(),
                   [&rank](const model::Question& a, const model::Question& b) { return rank(a) < rank(b); });
  model::AnswerForms forms(*model);
  for (const model::Question& question : questions) {
    v1::ModelQuestion& out = *response.add_questions();
    ToProto(question, *model, *out.mutable_question());
    const AnswerForm& form = forms.Of(question);
    out.set_type(TypeName(form.type));
    out.set_help(form.help);
    for (const AnswerForm::Choice& choice : form.choices) {
      v1::AnswerChoice& allowed = *out.add_choices();
      allowed.set_value(choice.value);
      allowed.set_meaning(choice.meaning);
    }
  }
}

absl::Status ListQuestions(Backend& backend, Call& call, const v1::ListQuestionsRequest& request,
                           v1::ListQuestionsResponse& response) {
  ASSIGN_OR_RETURN(const auto model, model::Model::Parse(request.model_yaml(), kModelFile));
  FillQuestions(model, response);
  return absl::OkStatus();
}

absl::Status AnswerQuestions(Backend& backend, Call& call, const v1::AnswerQuestionsRequest& request,
                             v1::AnswerQuestionsResponse& response) {
  std::vector<model::Answer> answers;
  for (const v1::Answer& answer : request.answers()) answers.push_back({answer.field(), answer.value()});
  ASSIGN_OR_RETURN(std::string yaml, model::WriteAnswers(request.model_yaml(), answers));
  ASSIGN_OR_RETURN(const auto model, model::Model::Parse(yaml, kModelFile));
  response.set_open_questions(static_cast<int>(model::OpenQuestions(*model).size()));
  response.set_model_yaml(std::move(yaml));
  return absl::OkStatus();
}

}  // namespace metapowers::server
