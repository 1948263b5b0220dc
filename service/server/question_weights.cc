#include "service/server/question_weights.h"

#include <algorithm>

#include "service/analysis/assumed_questions.h"
#include "service/analysis/facts.h"
#include "service/analysis/involved_ids.h"
#include "service/model/schema.h"

namespace metapowers::server {
namespace {

using analysis::ElementOf;

template <class Counts, class Key>
typename Counts::mapped_type CountOf(const Counts& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? typename Counts::mapped_type() : found->second;
}

}  // namespace

QuestionWeights::QuestionWeights(const model::Model& model, const analysis::Threats& threats) {
  std::set<OfField> assumed;
  for (const model::AssumedAttribute& each : model.assumed()) assumed.emplace(each.field_type, ElementOf(each.field));
  for (const analysis::UndecidedThreat& undecided : threats.undecided()) {
    auto& [element, fields] = waiting_.emplace_back();
    element = undecided.element_id();
    for (const analysis::Condition* condition : undecided.unknown) fields.insert(condition->Field());
    for (const std::string& field : fields) ++of_element_[{field, element}];
    CountFollowing(undecided, assumed);
  }
  for (const analysis::Threat& threat : threats.all()) {
    if (threat.data.empty()) ++without_data_[threat.element_id()];
  }
  waiting_rules_ = threats.waiting();
}

// What is assumed decides a condition though nothing of that field is assumed of the element: it follows from what the
// element involves.
void QuestionWeights::CountFollowing(const analysis::UndecidedThreat& undecided, const std::set<OfField>& assumed) {
  const bool follows =
      std::any_of(undecided.unknown.begin(), undecided.unknown.end(), [&](const analysis::Condition* condition) {
        return condition->Judge(undecided.element) != analysis::Truth::kUnknown &&
               assumed.count(OfField(condition->Field(), undecided.element_id())) == 0;
      });
  if (!follows) return;
  const analysis::Facts& facts = undecided.element.landscape->facts();
  std::set<std::string> involved = {undecided.element_id()};
  for (const absl::string_view id : analysis::InvolvedIds(undecided.element)) {
    involved.emplace(id);
    const analysis::ComponentFacts* component = facts.Find(id);
    if (component == nullptr) continue;
    involved.insert(component->component->zone());
    for (const auto* list : {&component->stores, &component->processes, &component->transfers}) {
      for (const auto* data : *list) involved.insert(data->id());
    }
  }
  for (const std::string& id : involved) ++following_[id];
}

int QuestionWeights::Of(const model::Question& question) const {
  const std::string element = ElementOf(question.field);
  return CountOf(of_element_, OfField(question.field_type, element)) +
         (model::RuleOf(question.field_type).locates_data() ? CountOf(without_data_, element) : 0);
}

int QuestionWeights::OfAll(const std::vector<model::Question>& questions) const {
  std::set<OfField> asked;
  std::set<std::string> asked_for_data;
  for (const model::Question& question : questions) {
    asked.emplace(question.field_type, ElementOf(question.field));
    if (model::RuleOf(question.field_type).locates_data()) asked_for_data.insert(ElementOf(question.field));
  }
  int threats = 0;
  for (const auto& [element, fields] : waiting_) {
    const auto is_asked = [&, &of = element](const std::string& field) { return asked.count({field, of}) > 0; };
    threats += std::any_of(fields.begin(), fields.end(), is_asked) ? 1 : 0;
  }
  for (const auto& [element, rated] : without_data_) threats += asked_for_data.count(element) > 0 ? rated : 0;
  return threats;
}

WaitingThreats QuestionWeights::Of(const model::AssumedAttribute& assumed) const {
  const std::string element = ElementOf(assumed.field);
  const model::v1::Rule& rule = model::RuleOf(assumed.field_type);
  const analysis::WaitingRules waiting = CountOf(waiting_rules_, element);
  const int following = rule.rated() ? CountOf(following_, element) : 0;
  const int exact = CountOf(of_element_, OfField(assumed.field_type, element)) +
                    (model::MakesElement(rule) ? waiting.for_element : 0) +
                    (rule.locates_data() ? waiting.for_data : 0);
  return {exact + following, following > 0};
}

}  // namespace metapowers::server
