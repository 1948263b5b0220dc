#include "service/server/question_weights.h"

#include <algorithm>
#include <iterator>

#include "service/analysis/facts.h"
#include "service/analysis/involved_ids.h"

namespace metapowers::server {
namespace {

constexpr absl::string_view kData[] = {"Component.stores", "Component.processes", "Flow.sends"};

// What makes an element what it is: without it the element is not there (model::Model::known()).
constexpr absl::string_view kMakeElement[] = {"Flow.source", "Flow.target", "Api.component"};

template <class List>
bool Has(const List& list, absl::string_view field_type) {
  return std::find(std::begin(list), std::end(list), field_type) != std::end(list);
}

template <class Counts, class Key>
typename Counts::mapped_type CountOf(const Counts& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? typename Counts::mapped_type() : found->second;
}

// What criticality, scores of ways in and factors of vulnerabilities are made of, though no rule waits for it.
constexpr absl::string_view kRated[] = {
    "Component.availability_floor",
    "Component.confidentiality_floor",
    "Component.integrity_floor",
    "Component.internet_facing",
    "Component.kind",
    "Component.processes",
    "Component.stores",
    "Component.technology",
    "Component.tier",
    "Component.zone",
    "DataClass.availability",
    "DataClass.confidentiality",
    "DataClass.integrity",
    "Flow.authentication",
    "Flow.ip_filtered",
    "Flow.receives",
    "Flow.sends",
    "Flow.source",
    "Flow.target",
    "Flow.transport_security",
    "Flow.vpn",
    "Zone.type",
};

}  // namespace

std::string ElementOf(absl::string_view path) {
  const size_t open = path.find('[');
  const size_t close = open == absl::string_view::npos ? open : path.find(']', open);
  return close == absl::string_view::npos ? std::string() : std::string(path.substr(open + 1, close - open - 1));
}

bool IsAboutData(absl::string_view field_type) { return Has(kData, field_type); }

bool IsRated(absl::string_view field_type) { return Has(kRated, field_type); }

QuestionWeights::QuestionWeights(const std::shared_ptr<const model::Model>& model) {
  std::set<OfField> assumed;
  for (const model::AssumedAttribute& each : model->assumed()) assumed.emplace(each.field_type, ElementOf(each.field));
  const auto facts = analysis::Facts::Compute(model);
  const auto threats = analysis::Threats::Compute(*facts, analysis::RuleSet::Shipped(), {});
  for (const analysis::UndecidedThreat& undecided : threats->undecided()) {
    auto& [element, fields] = waiting_.emplace_back();
    element = undecided.element_id();
    for (const analysis::Condition* condition : undecided.unknown) fields.insert(condition->Field());
    for (const std::string& field : fields) ++of_element_[{field, element}];
    CountFollowing(undecided, assumed);
  }
  for (const analysis::Threat& threat : threats->all()) {
    if (threat.data.empty()) ++without_data_[threat.element_id()];
  }
  waiting_rules_ = threats->waiting();
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
         (IsAboutData(question.field_type) ? CountOf(without_data_, element) : 0);
}

int QuestionWeights::OfAll(const std::vector<model::Question>& questions) const {
  std::set<OfField> asked;
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

int QuestionWeights::Of(const model::AssumedAttribute& assumed) const {
  const std::string element = ElementOf(assumed.field);
  const analysis::WaitingRules waiting = CountOf(waiting_rules_, element);
  const bool data = IsAboutData(assumed.field_type) || assumed.field_type == "Flow.receives";
  return CountOf(of_element_, OfField(assumed.field_type, element)) +
         (IsRated(assumed.field_type) ? CountOf(following_, element) : 0) +
         (Has(kMakeElement, assumed.field_type) ? waiting.for_element : 0) + (data ? waiting.for_data : 0);
}

}  // namespace metapowers::server
