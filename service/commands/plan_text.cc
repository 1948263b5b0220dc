#include "service/commands/plan_text.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/commands/model_query.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

using analysis::IncidentClassFact;

namespace {

// What a sentence names before it counts the rest.
constexpr size_t kNamed = 4;
constexpr size_t kElementsNamed = 8;
constexpr size_t kSwitchesNamed = 3;
constexpr size_t kThreatsNamed = 2;

// Calls `text` and `placeholder` with the parts of `whole`, in their order.
template <class Text, class Placeholder>
void Split(absl::string_view whole, const Text& text, const Placeholder& placeholder) {
  while (!whole.empty()) {
    const size_t open = whole.find('{');
    const size_t close = open == absl::string_view::npos ? open : whole.find('}', open);
    text(whole.substr(0, close == absl::string_view::npos ? close : open));
    if (close == absl::string_view::npos) return;
    placeholder(whole.substr(open + 1, close - open - 1));
    whole.remove_prefix(close + 1);
  }
}

std::string OneOf(const std::vector<std::string>& names) {
  return absl::StrCat(names.size() > 1 ? "one or more of " : "", List(names, kNamed));
}

std::string ValueOf(const Input& input, absl::string_view name, const PlanValues& values) {
  if (name == "system") return input.model.proto().name();
  if (name == "organization") return input.model.proto().organization().name();
  if (name == "on") return List(values.on, kNamed);
  if (name == "machines") return List(values.machines, kNamed);
  if (name == "one_of") return OneOf(values.on);
  if (name == "one_machine_of") return OneOf(values.machines);
  if (name == "data") return List(values.data, kNamed);
  if (name == "threats") return List(values.threats, kThreatsNamed);
  if (name == "switches") return List(values.switches, kSwitchesNamed);
  if (name == "elements") return List(values.elements, kElementsNamed);
  if (name == "details") return List(values.details, kElementsNamed);
  if (const auto found = values.names.find(name); found != values.names.end()) return found->second;
  std::vector<std::string> labels;
  for (const Value& value : ValuesAt(input.model, input.model.proto(), name)) labels.push_back(value.label);
  return List(labels, kNamed);
}

}  // namespace

PlanValues ValuesOf(const Input& input, const IncidentClassFact& fact) {
  PlanValues values;
  values.on = fact.elements;
  values.machines = fact.machines;
  for (std::vector<std::string>* places : {&values.on, &values.machines}) {
    if (places->empty()) places->push_back(input.model.proto().name());
  }
  for (const model::v1::DataClass* data : fact.data) values.data.push_back(data->name());
  for (const analysis::Threat* threat : fact.threats) values.threats.push_back(threat->key());
  for (const model::v1::ContainmentSwitch* each : fact.switches) values.switches.push_back(each->name());
  return values;
}

void AddSelected(const Input& input, const knowledge::v1::ElementSelector& selector, PlanValues& values) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> by_detail;
  for (const Element& element : Select(input, selector)) {
    values.elements.push_back(element.label);
    if (selector.detail().empty()) continue;
    const std::string detail = DetailOf(input, element, selector.detail());
    if (detail.empty()) continue;
    if (by_detail.find(detail) == by_detail.end()) order.push_back(detail);
    by_detail[detail].push_back(element.label);
  }
  for (const std::string& detail : order) {
    values.details.push_back(absl::StrCat(detail, " for ", List(by_detail[detail], kNamed)));
  }
}

std::optional<std::string> FillPlanText(const Input& input, absl::string_view text, const PlanValues& values) {
  std::string filled;
  bool complete = true;
  Split(
      text, [&](absl::string_view part) { absl::StrAppend(&filled, part); },
      [&](absl::string_view name) {
        const std::string value = ValueOf(input, name, values);
        complete &= !value.empty();
        absl::StrAppend(&filled, value);
      });
  if (!complete) return std::nullopt;
  return filled;
}

std::optional<std::string> StepText(const Input& input, const knowledge::v1::ResponseStep& step, PlanValues values,
                                    bool* asks) {
  if (step.has_binds()) AddSelected(input, step.binds(), values);
  *asks = false;
  if (!step.has_binds() || !values.elements.empty()) {
    if (std::optional<std::string> text = FillPlanText(input, step.action(), values)) return text;
  }
  *asks = true;
  if (step.otherwise().empty()) return std::nullopt;
  return FillPlanText(input, step.otherwise(), values);
}

std::string MessageText(const Input& input, const google::protobuf::RepeatedPtrField<knowledge::v1::MessageLine>& lines,
                        const PlanValues& values) {
  std::vector<std::string> filled;
  for (const knowledge::v1::MessageLine& line : lines) {
    std::optional<std::string> text = FillPlanText(input, line.text(), values);
    if (!text.has_value() && !line.otherwise().empty()) text = FillPlanText(input, line.otherwise(), values);
    if (text.has_value()) filled.push_back(*std::move(text));
  }
  return absl::StrJoin(filled, "\n");
}

std::vector<std::string> PlaceholdersOf(absl::string_view text) {
  std::vector<std::string> names;
  Split(
      text, [](absl::string_view) {}, [&names](absl::string_view name) { names.emplace_back(name); });
  return names;
}

}  // namespace metapowers::commands
