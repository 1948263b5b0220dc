// What findings may rest on: what is observed, declared, answered or a platform's default, and nothing that the model
// marks as assumed.
#ifndef METAPOWERS_SERVICE_ANALYSIS_KNOWN_GROUND_H_
#define METAPOWERS_SERVICE_ANALYSIS_KNOWN_GROUND_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "service/analysis/landscape.h"
#include "service/analysis/threat_rules.h"

namespace metapowers::analysis {

// Immutable; thread-safe.
class KnownGround {
 public:
  // nullptr when the model assumes nothing, so that all of it is known. `facts` outlive it.
  static std::unique_ptr<const KnownGround> Of(const Facts& facts);

  // All of it.
  const Landscape& landscape() const { return landscape_; }

  // The same element without what is assumed; nullptr where the element itself is.
  const Element* Find(const Element& element) const;

  // The elements that rules of the subject are about, sorted by id, with the components and flows that only something
  // assumed takes outside or out of scope. `ground` is nullptr where nothing is assumed.
  static std::vector<Element> ElementsOf(const Landscape& landscape, const KnownGround* ground,
                                         knowledge::v1::ThreatSubject subject);

  // What is assumed and takes the element outside or out of scope, so that all rules wait for it; empty where it is
  // ours all the same. The conditions live as long as the process.
  static std::vector<const Condition*> RuledOutBy(const Element& element, const Element& known);

  // Conditions of the rule that the model does not answer, and those that something assumed alone decides so that they
  // rule it out: such a rule waits. Those of RuledOutBy() alone where there are any. Nullopt where the rule is ruled
  // out by what is known. `known` is from Find(), or `element` itself where nothing is assumed.
  static std::optional<std::vector<const Condition*>> OpenOf(const CompiledRule& rule, const Element& element,
                                                             const Element* known);

  // Conditions of the rule that would not hold, or would excuse the element, without what is assumed of `known` and of
  // what is around it. `known` is from Find().
  static std::vector<const Condition*> AssumedOf(const CompiledRule& rule, const Element& known);

  // Conditions of the rule on data that keep the class from being at stake by something assumed alone; empty where it
  // is at stake, or kept from it by what is known. Both are the class, with what is assumed and without.
  static std::vector<const Condition*> AssumedOfData(const CompiledRule& rule, const Element& data,
                                                     const Element& known);

 private:
  explicit KnownGround(const Facts& known);

  const Landscape landscape_;
  absl::flat_hash_map<std::pair<int, std::string>, Element> elements_;  // by subject and id
};

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_KNOWN_GROUND_H_
