#include "service/server/model_questions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "service/base/status_macros.h"
#include "service/knowledge/knowledge.h"
#include "service/model/answers.h"
#include "service/server/confirmations.h"
#include "service/server/names.h"
#include "service/server/question_weights.h"

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

constexpr absl::string_view kFrameworks = "SystemModel.frameworks";

// Who answers for the system, whom everything else is asked; then what data is where, which decides the impact of
// threats.
constexpr absl::string_view kFirst[] = {"SystemModel.owner_team", "Organization.name", "Component.stores",
                                        "Component.processes", "Flow.sends"};

// What decides which law applies, and no threat: the last of its part.
constexpr absl::string_view kOfLaw[] = {"Organization.countries", "Organization.legal_roles",
                                        "Organization.publicly_traded", kFrameworks};

struct Weighted {
  model::Question question;
  int threats = 0;
};

std::vector<Weighted> InOrder(std::vector<model::Question> questions, const QuestionWeights& weights) {
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
    const bool of_law = std::find(std::begin(kOfLaw), std::end(kOfLaw), kind) != std::end(kOfLaw);
    return std::make_tuple(first, -of_kind[kind], kind.substr(0, kind.find('.')), of_law, kind, -each.threats);
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

// The schema does not know those of the catalogue.
void FillFrameworks(v1::ModelQuestion& out) {
  for (const knowledge::v1::Framework& framework : knowledge::Catalogue().frameworks()) {
    v1::AnswerChoice& choice = *out.add_choices();
    choice.set_value(framework.id());
    choice.set_meaning(framework.title());
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

namespace {

// Of the model alone, without rules and decisions that stand beside it somewhere.
absl::StatusOr<std::shared_ptr<const analysis::ThreatSource>> ThreatsOf(const std::shared_ptr<const ModelFacts>& model,
                                                                        Generator& generator) {
  ASSIGN_OR_RETURN(auto none, generator.LoadDecisions(absl::nullopt, *model));
  return generator.LoadThreats({model, std::move(none), {}, {}, nullptr});
}

}  // namespace

void FillQuestions(const ModelFacts& facts, const analysis::ThreatSource& source, v1::ListQuestionsResponse& response) {
  const std::shared_ptr<const model::Model>& model = facts.model;
  model::AnswerForms forms(*model);
  std::set<std::string> lists;
  std::vector<model::Question> questions = facts.questions;
  if (questions.empty() && model->assumed().empty()) return;
  const QuestionWeights weights(*model, source.Get());
  response.set_threats(weights.OfAll(questions));
  const auto add = [&](const model::Question& question, int threats) -> v1::ModelQuestion& {
    v1::ModelQuestion& out = *response.add_questions();
    ToProto(question, *model, *out.mutable_question());
    FillForm(forms.Of(question), out);
    if (question.field_type == kFrameworks) FillFrameworks(out);
    out.set_threats(threats);
    if (!out.list().empty()) lists.insert(out.list());
    return out;
  };
  for (const Weighted& each : InOrder(std::move(questions), weights)) add(each.question, each.threats);
  for (const Confirmation& each : ToConfirm(*model, weights)) {
    v1::ModelQuestion& out = add(each.question, each.threats.count);
    out.set_at_most(each.threats.at_most);
    out.set_assumed(each.assumed->value);
    out.set_reason(each.assumed->reason);
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
  const auto facts = backend.generator.LoadParsed(request.model_yaml(), model);
  ASSIGN_OR_RETURN(const auto threats, ThreatsOf(facts, backend.generator));
  FillQuestions(*facts, *threats, response);
  return absl::OkStatus();
}

absl::Status AnswerQuestions(Backend& backend, Call& call, const v1::AnswerQuestionsRequest& request,
                             v1::AnswerQuestionsResponse& response) {
  std::vector<model::Answer> answers;
  for (const v1::Answer& answer : request.answers()) answers.push_back({answer.field(), answer.value()});
  std::vector<std::string> frameworks;
  for (const auto& framework : knowledge::Catalogue().frameworks()) frameworks.push_back(framework.id());
  ASSIGN_OR_RETURN(model::AnsweredModel answered, model::WriteAnswers(request.model_yaml(), answers, frameworks));
  const auto facts = backend.generator.LoadParsed(answered.yaml, answered.model);
  response.set_open_questions(static_cast<int>(facts->questions.size()));
  if (!answered.model->assumed().empty()) {
    ASSIGN_OR_RETURN(const auto threats, ThreatsOf(facts, backend.generator));
    const QuestionWeights weights(*answered.model, threats->Get());
    response.set_to_confirm(static_cast<int>(ToConfirm(*answered.model, weights).size()));
  }
  response.set_model_yaml(std::move(answered.yaml));
  return absl::OkStatus();
}

}  // namespace metapowers::server
