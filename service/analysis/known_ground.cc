#include "service/analysis/known_ground.h"

namespace metapowers::analysis {

namespace k = knowledge::v1;

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
  return open;
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

}  // namespace metapowers::analysis
