#include "service/server/model_questions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
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

// Who answers for the system, whom everything else is asked; then what data is where, which decides the impact of
// threats.
constexpr absl::string_view kFirst[] = {"SystemModel.owner_team", "Organization.name", "Component.stores",
                                        "Component.processes", "Flow.sends"};

bool IsAboutData(const std::string& field_type) {
  return std::find(std::begin(kFirst) + 2, std::end(kFirst), field_type) != std::end(kFirst);
}

// How many threats an answer decides.
class Weights {
 public:
  explicit Weights(const std::shared_ptr<const model::Model>& model) {
    const auto facts = analysis::Facts::Compute(model);
    const auto threats = analysis::Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
    for (const analysis::UndecidedThreat& undecided : threats->undecided()) {
      auto& [element, fields] = waiting_.emplace_back();
      element = undecided.element_id();
      for (const analysis::Condition* condition : undecided.unknown) fields.insert(condition->Field());
      for (const std::string& field : fields) ++of_element_[{field, element}];
    }
    for (const analysis::Threat& threat : threats->all()) {
      if (threat.data.empty()) ++without_data_[threat.element_id()];
    }
  }

  int Of(const model::Question& question) const {
    const std::string element = ElementOf(question.field);
    const auto waiting = of_element_.find({question.field_type, element});
    const auto rated = without_data_.find(element);
    const bool data = IsAboutData(question.field_type) && rated != without_data_.end();
    return (waiting == of_element_.end() ? 0 : waiting->second) + (data ? rated->second : 0);
  }

  // How many threats the questions decide together.
  int OfAll(const std::vector<model::Question>& questions) const {
    std::set<std::pair<std::string, std::string>> asked;
    std::set<std::string> asked_for_data;
    for (const model::Question& question : questions) {
      asked.emplace(question.field_type, ElementOf(question.field));
      if (IsAboutData(question.field_type)) asked_for_data.insert(ElementOf(question.field));
    }
    int threats = 0;
    for (const auto& [element, fields] : waiting_) {
      const auto is_asked = [&, &of = element](const std::string& field) { return asked.count({field, of}) > 0; };
      threats += std::any_of(fields.begin(), fields.end(), is_asked) ? 1 : 0;
    }
    for (const auto& [element, rated] : without_data_) threats += asked_for_data.count(element) > 0 ? rated : 0;
    return threats;
  }

 private:
  // "components[web].container.base_image" -> "web"
  static std::string ElementOf(const std::string& path) {
    const size_t open = path.find('[');
    const size_t close = open == std::string::npos ? open : path.find(']', open);
    return close == std::string::npos ? std::string() : path.substr(open + 1, close - open - 1);
  }

  std::vector<std::pair<std::string, std::set<std::string>>>
      waiting_;                                                    // of each: element, and fields that it waits for
  std::map<std::pair<std::string, std::string>, int> of_element_;  // rules that wait for a field of an element
  std::map<std::string, int> without_data_;                        // threats whose impact has no data to rest on
};

struct Weighted {
  model::Question question;
  int threats = 0;
};

std::vector<Weighted> InOrder(std::vector<model::Question> questions, const Weights& weights) {
  std::vector<Weighted> weighted;
  std::map<std::string, int> of_kind;
  for (model::Question& question : questions) {
    const int threats = weights.Of(question);
    of_kind[question.field_type] += threats;
    weighted.push_back({std::move(question), threats});
  }
  const auto rank = [&](const Weighted& each) {
    const std::string& kind = each.question.field_type;
    const auto first = std::find(std::begin(kFirst), std::end(kFirst), kind) - std::begin(kFirst);
    return std::make_tuple(first, -of_kind[kind], kind, -each.threats);
  };
  std::stable_sort(weighted.begin(), weighted.end(),
                   [&](const Weighted& a, const Weighted& b) { return rank(a) < rank(b); });
  return weighted;
}

void FillForm(const AnswerForm& form, v1::ModelQuestion& out) {
  out.set_type(TypeName(form.type));
  out.set_help(form.help);
  out.set_list(form.list);
  for (const AnswerForm::Choice& choice : form.choices) {
    v1::AnswerChoice& allowed = *out.add_choices();
    allowed.set_value(choice.value);
    allowed.set_meaning(choice.meaning);
  }
}

void FillNewElement(const std::string& list, const model::AnswerForms& forms, v1::NewElement& out) {
  out.set_list(list);
  out.set_word(model::WordOf(list));
  for (const model::NewField& field : forms.ToDeclare(list)) {
    v1::NewElementField& asked = *out.add_fields();
    asked.set_required(field.required);
    FillForm(field.form, *asked.mutable_question());
    asked.mutable_question()->mutable_question()->set_field(field.name);
    asked.mutable_question()->mutable_question()->set_text(field.form.help);
  }
}

}  // namespace

void ToProto(const model::Question& question, const model::Model& model, v1::Question& out) {
  out.set_field(question.field);
  out.set_text(question.text);
  out.set_owner(question.owner);
  if (const auto* team = model.Find<metapowers::model::v1::Team>(question.owner)) out.set_owner_name(team->name());
}

void FillQuestions(const std::shared_ptr<const model::Model>& model, v1::ListQuestionsResponse& response) {
  model::AnswerForms forms(*model);
  std::set<std::string> lists;
  std::vector<model::Question> questions = model::OpenQuestions(*model);
  if (questions.empty()) return;
  const Weights weights(model);
  response.set_threats(weights.OfAll(questions));
  for (const Weighted& each : InOrder(std::move(questions), weights)) {
    v1::ModelQuestion& out = *response.add_questions();
    ToProto(each.question, *model, *out.mutable_question());
    FillForm(forms.Of(each.question), out);
    out.set_threats(each.threats);
    if (!out.list().empty()) lists.insert(out.list());
  }
  // What is declared may name elements of other lists, which may have to be declared too.
  for (std::vector<std::string> left(lists.begin(), lists.end()); !left.empty();) {
    v1::NewElement& element = *response.add_new_elements();
    FillNewElement(left.back(), forms, element);
    left.pop_back();
    for (const v1::NewElementField& field : element.fields()) {
      const std::string& list = field.question().list();
      if (!list.empty() && lists.insert(list).second) left.push_back(list);
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
  ASSIGN_OR_RETURN(model::AnsweredModel answered, model::WriteAnswers(request.model_yaml(), answers));
  response.set_open_questions(static_cast<int>(model::OpenQuestions(*answered.model).size()));
  response.set_model_yaml(std::move(answered.yaml));
  return absl::OkStatus();
}

}  // namespace metapowers::server
