#include "service/analysis/known_ground.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace metapowers::analysis {

namespace k = knowledge::v1;

namespace {

// What makes the component, or an end of the flow, ours.
std::vector<Condition> OursWhere(k::ThreatSubject subject, absl::string_view end) {
  std::vector<Condition> conditions;
  for (const auto& [field, value] :
       {std::make_pair("kind", "external_entity"), std::make_pair("out_of_scope", "true")}) {
    k::AttributeMatch match;
    match.set_attribute(absl::StrCat(end, field));
    match.set_operator_(k::MATCH_OPERATOR_NOT_IN);
    match.add_values(value);
    conditions.push_back(*Condition::TryCompile(subject, match));
  }
  return conditions;
}

// By end; an element is ours where one of its ends is. None for subjects that are never outside.
const std::vector<std::vector<Condition>>& EndsOf(k::ThreatSubject subject) {
  static const auto* const none = new std::vector<std::vector<Condition>>();
  static const auto* const component = [] {
    auto* const ends = new std::vector<std::vector<Condition>>();
    ends->push_back(OursWhere(k::THREAT_SUBJECT_COMPONENT, ""));
    return ends;
  }();
  static const auto* const flow = [] {
    auto* const ends = new std::vector<std::vector<Condition>>();
    for (const char* end : {"source.", "target."}) ends->push_back(OursWhere(k::THREAT_SUBJECT_FLOW, end));
    return ends;
  }();
  return subject == k::THREAT_SUBJECT_COMPONENT ? *component : subject == k::THREAT_SUBJECT_FLOW ? *flow : *none;
}

}  // namespace

std::unique_ptr<const KnownGround> KnownGround::Of(const Facts& facts) {
  if (&facts.known() == &facts) return nullptr;
  return std::unique_ptr<const KnownGround>(new KnownGround(facts.known()));
}

KnownGround::KnownGround(const Facts& known) : landscape_(known) {
  for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
    for (const Element& element : landscape_.ElementsOf(static_cast<k::ThreatSubject>(i))) {
      elements_.emplace(std::make_pair(i, CurrentId(element)), element);
    }
  }
}

const Element* KnownGround::Find(const Element& element) const {
  const auto found = elements_.find(std::make_pair(static_cast<int>(element.subject), CurrentId(element)));
  return found == elements_.end() ? nullptr : &found->second;
}

std::vector<Element> KnownGround::ElementsOf(const Landscape& landscape, const KnownGround* ground,
                                             k::ThreatSubject subject) {
  std::vector<Element> elements = landscape.ElementsOf(subject);
  if (ground == nullptr || EndsOf(subject).empty()) return elements;
  const auto add = [&](Element element) {
    element.subject = subject;  // of one outside, it is another
    const Element* known = ground->Find(element);
    if (known != nullptr && !RuledOutBy(element, *known).empty()) elements.push_back(element);
  };
  const bool flows = subject == k::THREAT_SUBJECT_FLOW;
  const size_t size = flows ? landscape.flows().size() : landscape.components().size();
  for (int i = 0; i < static_cast<int>(size); ++i) {
    add(flows ? landscape.FlowElement(i) : landscape.ComponentElement(i));
  }
  std::sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) { return a.index < b.index; });
  return elements;
}

std::vector<const Condition*> KnownGround::RuledOutBy(const Element& element, const Element& known) {
  std::vector<const Condition*> by;
  for (const std::vector<Condition>& end : EndsOf(element.subject)) {
    bool ours = true;
    for (const Condition& condition : end) {
      if (condition.Judge(element) != Truth::kNo) continue;
      ours = false;
      if (condition.Judge(known) != Truth::kNo) by.push_back(&condition);
    }
    if (ours) return {};
  }
  return by;
}

std::optional<std::vector<const Condition*>> KnownGround::OpenOf(const CompiledRule& rule, const Element& element,
                                                                 const Element* known) {
  const auto is_certain = [&](const Condition& condition, Truth answer) {
    return known == nullptr || known == &element || condition.Judge(*known) == answer;
  };
  std::vector<const Condition*> open;
  for (const Condition& condition : rule.match) {
    const Truth truth = condition.Judge(element);
    if (truth == Truth::kYes) continue;
    if (truth == Truth::kNo && is_certain(condition, truth)) return std::nullopt;
    open.push_back(&condition);
  }
  for (const Condition& condition : rule.unless) {
    if (condition.Judge(element) != Truth::kYes) continue;
    if (is_certain(condition, Truth::kYes)) return std::nullopt;
    open.push_back(&condition);
  }
  if (known == nullptr || known == &element) return open;
  std::vector<const Condition*> out = RuledOutBy(element, *known);
  return out.empty() ? std::move(open) : std::move(out);
}

std::vector<const Condition*> KnownGround::AssumedOf(const CompiledRule& rule, const Element& known) {
  std::vector<const Condition*> assumed;
  for (const Condition& condition : rule.match) {
    if (condition.Judge(known) != Truth::kYes) assumed.push_back(&condition);
  }
  for (const Condition& condition : rule.unless) {
    if (condition.Judge(known) == Truth::kYes) assumed.push_back(&condition);
  }
  return assumed;
}

std::vector<const Condition*> KnownGround::AssumedOfData(const CompiledRule& rule, const Element& data,
                                                         const Element& known) {
  std::vector<const Condition*> assumed;
  for (const Condition& condition : rule.data) {
    const Truth truth = condition.Judge(data);
    if (truth == Truth::kYes) continue;
    if (truth == Truth::kUnknown || condition.Judge(known) == Truth::kNo) return {};
    assumed.push_back(&condition);
  }
  return assumed;
}

}  // namespace metapowers::analysis
