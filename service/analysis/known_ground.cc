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
