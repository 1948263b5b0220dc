#include "service/commands/model_query.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/analysis/credentials.h"
#include "service/analysis/people_access.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

namespace metapowers::commands {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using knowledge::v1::AttributeMatch;
using model::v1::DataClass;

namespace {

// --- Data -----------------------------------------------------------------------------------------

using Data = std::vector<const DataClass*>;

void AddData(const model::Model& model, const google::protobuf::RepeatedPtrField<std::string>& ids, Data& data) {
  for (const std::string& id : ids) {
    if (const auto* found = model.Find<DataClass>(id)) data.push_back(found);
  }
}

// The data that an element stores or, with `handled`, has anything to do with; sorted by id.
Data DataOf(const Input& input, const Element& element, bool handled) {
  Data data;
  const Descriptor* type = element.message == nullptr ? nullptr : element.message->GetDescriptor();
  if (type == model::v1::Component::descriptor()) {
    const auto& component = static_cast<const model::v1::Component&>(*element.message);
    const analysis::ComponentFacts* facts = input.facts.Find(component.id());
    if (facts == nullptr) return data;
    data = facts->stores;
    if (handled) {
      data.insert(data.end(), facts->processes.begin(), facts->processes.end());
      data.insert(data.end(), facts->transfers.begin(), facts->transfers.end());
    }
  } else if (type == model::v1::Flow::descriptor()) {
    const auto& flow = static_cast<const model::v1::Flow&>(*element.message);
    AddData(input.model, flow.sends(), data);
    AddData(input.model, flow.receives(), data);
  } else if (type == model::v1::ThirdParty::descriptor()) {
    AddData(input.model, static_cast<const model::v1::ThirdParty&>(*element.message).data_shared(), data);
  }
  std::sort(data.begin(), data.end(), [](const DataClass* a, const DataClass* b) { return a->id() < b->id(); });
  data.erase(std::unique(data.begin(), data.end()), data.end());
  return data;
}

struct DataAttribute {
  absl::string_view name;
  bool handled;
  const char* field;
};

constexpr DataAttribute kDataAttributes[] = {
    {"$stored_categories", false, "categories"},
    {"$stored_confidentiality", false, "confidentiality"},
    {"$handled_categories", true, "categories"},
    {"$handled_confidentiality", true, "confidentiality"},
};

const DataAttribute* FindDataAttribute(absl::string_view name) {
  for (const DataAttribute& attribute : kDataAttributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

// --- Comparison -----------------------------------------------------------------------------------

// The declared values of a match; one may be a placeholder for another field of the model.
std::vector<std::string> WantedValues(const model::Model& model, const AttributeMatch& match) {
  std::vector<std::string> wanted;
  for (const std::string& text : match.values()) {
    if (!absl::StartsWith(text, "{")) {
      wanted.push_back(text);
      continue;
    }
    for (const Value& value : UnlabelledValuesAt(model.proto(), absl::string_view(text).substr(1, text.size() - 2))) {
      wanted.push_back(value.yaml);
    }
  }
  return wanted;
}

bool Holds(const model::Model& model, const AttributeMatch& match, const Value& value,
           const std::vector<std::string>& wanted) {
  switch (match.operator_()) {
    case knowledge::v1::MATCH_OPERATOR_IN:
      return std::find(wanted.begin(), wanted.end(), value.yaml) != wanted.end();
    case knowledge::v1::MATCH_OPERATOR_NOT_IN:
      return std::find(wanted.begin(), wanted.end(), value.yaml) == wanted.end();
    case knowledge::v1::MATCH_OPERATOR_SET:
      return true;
    case knowledge::v1::MATCH_OPERATOR_AT_LEAST:
      return !wanted.empty() && Compare(value, wanted[0]) >= 0;
    case knowledge::v1::MATCH_OPERATOR_AT_MOST:
      return !wanted.empty() && Compare(value, wanted[0]) <= 0;
    case knowledge::v1::MATCH_OPERATOR_AFTER_AS_OF:
      return model::ToCivilDay(value.yaml) > model.as_of();
    default:
      return false;
  }
}

Truth Judge(const model::Model& model, const AttributeMatch& match, const std::vector<Value>& values) {
  if (values.empty()) {
    return match.operator_() == knowledge::v1::MATCH_OPERATOR_SET ? Truth::kNo : Truth::kUnknown;
  }
  const std::vector<std::string> wanted = WantedValues(model, match);
  if (wanted.empty() && match.values_size() > 0) return Truth::kUnknown;  // compared with something unset
  const auto holds = [&](const Value& value) { return Holds(model, match, value, wanted); };
  const bool all = match.operator_() == knowledge::v1::MATCH_OPERATOR_NOT_IN;
  const bool yes =
      all ? std::all_of(values.begin(), values.end(), holds) : std::any_of(values.begin(), values.end(), holds);
  return yes ? Truth::kYes : Truth::kNo;
}

// Data classes of `data` that meet the condition.
Data Matching(const Input& input, const AttributeMatch& match, const Data& data, const char* field) {
  Data matching;
  for (const DataClass* each : data) {
    if (Judge(input.model, match, UnlabelledValuesAt(*each, field)) == Truth::kYes) matching.push_back(each);
  }
  return matching;
}

constexpr absl::string_view kPosture = "$posture.";
constexpr absl::string_view kSystem = "$system.";

std::vector<Value> ComputedValues(const Input& input, const Element& element, absl::string_view attribute) {
  if (absl::ConsumePrefix(&attribute, kSystem)) return ValuesAt(input.model, input.model.proto(), attribute);
  const auto text = [](absl::string_view value) {
    return Value{std::string(value), std::string(value), std::nullopt, nullptr};
  };
  for (const auto& [name, value] : element.computed) {
    if (name == attribute) return {text(value)};
  }
  if (element.message == nullptr) return {};
  if (element.message->GetDescriptor() != model::v1::Component::descriptor()) return {};
  const analysis::ComponentFacts* facts =
      input.facts.Find(static_cast<const model::v1::Component&>(*element.message).id());
  if (facts == nullptr) return {};
  if (absl::ConsumePrefix(&attribute, kPosture)) {
    for (const model::v1::ControlPosture& posture : facts->component->posture()) {
      if (posture.control() == attribute) return {text(model::YamlName(posture.state()))};
    }
    return {};
  }
  if (attribute == "$exposed") return {text(facts->exposed_to_internet ? "yes" : "no")};
  if (attribute != "$pci_scope") return {};
  switch (facts->pci_scope) {
    case analysis::PciScope::kCde:
      return {text("cde")};
    case analysis::PciScope::kConnected:
      return {text("connected")};
    default:
      return {text("out")};
  }
}

// --- Elements -------------------------------------------------------------------------------------

std::string TextField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool text = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return text ? model::StringAt(message, *field, -1) : "";
}

std::string OwnerName(const model::Model& model, const Message& message) {
  for (const char* name : {"owner_team", "owner", "team"}) {
    const std::string id = TextField(message, name);
    if (id.empty()) continue;
    return model.Find<model::v1::Role>(id) != nullptr ? RoleTitle(model, id) : TeamName(model, id);
  }
  for (const char* name : {"component", "source"}) {
    const auto* component = model.Find<model::v1::Component>(TextField(message, name));
    if (component != nullptr && !component->owner_team().empty()) return TeamName(model, component->owner_team());
  }
  return "";
}

Element Unlabelled(const Message& message) {
  Element element;
  element.message = &message;
  if (message.GetDescriptor() == DataClass::descriptor()) element.data = {static_cast<const DataClass*>(&message)};
  return element;
}

// Fills label and owner; `path` names the field of the label.
void Describe(const model::Model& model, absl::string_view path, Element& element) {
  const std::vector<Value> values = ValuesAt(model, *element.message, path);
  element.label = values.empty() ? model::IdOf(*element.message) : values[0].label;
  element.owner = OwnerName(model, *element.message);
}

Element ElementOf(const model::Model& model, const Message& message) {
  Element element = Unlabelled(message);
  Describe(model, "id", element);
  return element;
}

std::vector<Element> CrossBorder(const Input& input) {
  std::vector<Element> elements;
  for (const analysis::CrossBorderFlow& crossing : input.facts.cross_border_flows()) {
    if (!crossing.mechanism_required) continue;
    Element element = ElementOf(input.model, *crossing.flow);
    element.data = crossing.data;
    const std::string mechanism = crossing.mechanism == nullptr
                                      ? "no mechanism declared"
                                      : knowledge::Word(model::YamlName(crossing.mechanism->mechanism()));
    element.computed = {{"$route", absl::StrCat(crossing.from, " to ", crossing.to, " on ", mechanism)},
                        {"$mechanism", crossing.lacks_mechanism() ? "no" : "yes"}};
    elements.push_back(std::move(element));
  }
  return elements;
}

std::vector<Element> SinglePoints(const Input& input) {
  std::vector<Element> elements;
  for (const analysis::SinglePoint& point : input.facts.single_points()) {
    Element element;
    element.label = point.id;
    element.computed = {{"$reason", point.reason}};
    elements.push_back(std::move(element));
  }
  return elements;
}

std::vector<Element> EndOfLife(const Input& input) {
  std::vector<Element> elements;
  for (const analysis::EndOfLifeFact& fact : input.facts.end_of_life()) {
    Element element;
    element.label = fact.id;
    if (const auto* component = input.model.Find<model::v1::Component>(fact.id)) {
      element.owner = OwnerName(input.model, *component);
    } else if (const auto* infrastructure = input.model.Find<model::v1::Infrastructure>(fact.id)) {
      element.owner = OwnerName(input.model, *infrastructure);
    }
    element.computed = {{"$eol", absl::StrCat(fact.version, " until ", fact.eol_date)},
                        {"$supported", fact.days_left < 0 ? "no" : "yes"}};
    elements.push_back(std::move(element));
  }
  return elements;
}

std::vector<Element> PeoplePaths(const Input& input) {
  std::vector<Element> elements;
  for (const analysis::PeoplePath& path : analysis::FindPeoplePaths(input.threats.Get().landscape())) {
    if (!path.required) continue;
    Element element = ElementOf(input.model, *path.flow);
    element.owner = TeamName(input.model, path.target->component->owner_team());
    if (path.several_factors != model::v1::TRISTATE_UNSPECIFIED) {
      element.computed = {{"$several_factors", model::YamlName(path.several_factors)}};
    }
    elements.push_back(std::move(element));
  }
  return elements;
}

// Credentials, with whether they are kept in a store.
std::vector<Element> Credentials(const Input& input) {
  const analysis::StoredCredentials stored(input.facts);
  std::vector<Element> elements;
  for (const model::v1::Credential& credential : input.model.proto().secrets().credentials()) {
    Element& element = elements.emplace_back(Unlabelled(credential));
    const model::v1::Tristate kept = stored.IsInStore(credential);
    if (kept != model::v1::TRISTATE_UNSPECIFIED) element.computed = {{"$kept_in_store", model::YamlName(kept)}};
  }
  return elements;
}

// Those of the model's own lists without label and owner.
std::vector<Element> Candidates(const Input& input, const knowledge::v1::ElementSelector& selector) {
  if (selector.collection() == "$cross_border_flows") return CrossBorder(input);
  if (selector.collection() == "$single_points") return SinglePoints(input);
  if (selector.collection() == "$end_of_life") return EndOfLife(input);
  if (selector.collection() == "$people_paths") return PeoplePaths(input);
  if (selector.collection() == "secrets.credentials") return Credentials(input);
  std::vector<const Message*> messages = {&input.model.proto()};
  for (const absl::string_view name : absl::StrSplit(selector.collection(), '.')) {
    std::vector<const Message*> next;
    for (const Message* message : messages) {
      const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(std::string(name));
      if (field == nullptr) continue;
      const std::vector<const Message*> parts = model::MessagesIn(*message, *field);
      next.insert(next.end(), parts.begin(), parts.end());
    }
    messages = std::move(next);
  }
  std::vector<Element> elements;
  for (const Message* message : messages) elements.push_back(Unlabelled(*message));
  return elements;
}

// Narrows the element's data by a condition on data; false when none is left.
bool NarrowData(const Input& input, const AttributeMatch& match, const DataAttribute& attribute, bool first,
                Element& element) {
  const Data all = first ? DataOf(input, element, attribute.handled) : element.data;
  element.data = Matching(input, match, all, attribute.field);
  return !element.data.empty();
}

// Whether the element meets every condition; narrows its data to what matched.
bool Wanted(const Input& input, const knowledge::v1::ElementSelector& selector, Element& element) {
  bool first_on_data = true;
  return std::all_of(selector.where().begin(), selector.where().end(), [&](const AttributeMatch& match) {
    const DataAttribute* attribute = FindDataAttribute(match.attribute());
    if (attribute == nullptr) return Matches(input, element, match) == Truth::kYes;
    const bool any = NarrowData(input, match, *attribute, first_on_data, element);
    first_on_data = false;
    return any;
  });
}

}  // namespace

Truth Matches(const Input& input, const AttributeMatch& match) {
  return Judge(input.model, match, UnlabelledValuesAt(input.model.proto(), match.attribute()));
}

Truth Matches(const Input& input, const Element& element, const AttributeMatch& match) {
  if (const DataAttribute* attribute = FindDataAttribute(match.attribute())) {
    const Data data = DataOf(input, element, attribute->handled);
    return Matching(input, match, data, attribute->field).empty() ? Truth::kNo : Truth::kYes;
  }
  if (absl::StartsWith(match.attribute(), "$")) {
    return Judge(input.model, match, ComputedValues(input, element, match.attribute()));
  }
  if (element.message == nullptr) return Truth::kUnknown;
  return Judge(input.model, match, UnlabelledValuesAt(*element.message, match.attribute()));
}

std::vector<Element> Select(const Input& input, const knowledge::v1::ElementSelector& selector) {
  const bool computed = IsComputedList(selector.collection());
  std::vector<Element> selected;
  for (Element& element : Candidates(input, selector)) {
    if (!Wanted(input, selector, element)) continue;
    if (!computed) Describe(input.model, selector.label().empty() ? "id" : selector.label(), element);
    selected.push_back(std::move(element));
  }
  return selected;
}

bool SelectsAny(const Input& input, const knowledge::v1::ElementSelector& selector) {
  std::vector<Element> candidates = Candidates(input, selector);
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](Element& element) { return Wanted(input, selector, element); });
}

std::string DetailOf(const Input& input, const Element& element, absl::string_view path) {
  if (absl::StartsWith(path, "$")) {
    const std::vector<Value> values = ComputedValues(input, element, path);
    return values.empty() ? "" : values[0].label;
  }
  if (element.message == nullptr) return "";
  std::vector<std::string> labels;
  for (const Value& value : ValuesAt(input.model, *element.message, path)) labels.push_back(value.label);
  return List(labels);
}

bool IsComputedAttribute(absl::string_view name) {
  static const auto* const names =
      new std::set<absl::string_view>{"$exposed", "$pci_scope", "$route",  "$mechanism",    "$several_factors",
                                      "$eol",     "$supported", "$reason", "$kept_in_store"};
  if (absl::ConsumePrefix(&name, kSystem)) return FieldAt(*model::v1::SystemModel::descriptor(), name) != nullptr;
  if (absl::ConsumePrefix(&name, kPosture)) return knowledge::FindControl(name) != nullptr;
  return FindDataAttribute(name) != nullptr || names->count(name) > 0;
}

bool IsComputedList(absl::string_view name) {
  return name == "$cross_border_flows" || name == "$single_points" || name == "$end_of_life" || name == "$people_paths";
}

}  // namespace metapowers::commands
