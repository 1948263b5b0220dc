#include "service/analysis/criticality.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"

namespace metapowers::analysis {

namespace {

using model::v1::Criticality;
using model::v1::DataClass;

Criticality OfTier(model::v1::Tier tier) {
  switch (tier) {
    case model::v1::TIER_TIER_0:
      return model::v1::CRITICALITY_CRITICAL;
    case model::v1::TIER_TIER_1:
      return model::v1::CRITICALITY_HIGH;
    case model::v1::TIER_TIER_2:
      return model::v1::CRITICALITY_MEDIUM;
    case model::v1::TIER_TIER_3:
      return model::v1::CRITICALITY_LOW;
    default:
      return model::v1::CRITICALITY_UNSPECIFIED;
  }
}

// Confidentiality and Importance have five steps above unset, and their lower two rate low.
Criticality OfStep(int step) {
  switch (step) {
    case 0:
      return model::v1::CRITICALITY_UNSPECIFIED;
    case 1:
    case 2:
      return model::v1::CRITICALITY_LOW;
    case 3:
      return model::v1::CRITICALITY_MEDIUM;
    case 4:
      return model::v1::CRITICALITY_HIGH;
    default:
      return model::v1::CRITICALITY_CRITICAL;
  }
}

class Rating {
 public:
  void Add(Criticality level, const std::string& source) {
    if (level == model::v1::CRITICALITY_UNSPECIFIED) return;
    highest_ = std::max(highest_, level);
    terms_.push_back(absl::StrCat(source, " -> ", Words(level)));
  }

  // The override, else the strongest value that `get` finds; the first of equals, stored before processed.
  template <class E>
  void AddAttribute(const ComponentFacts& facts, absl::string_view name, E declared, E (DataClass::*get)() const) {
    if (static_cast<int>(declared) != 0) {
      Add(OfStep(declared), absl::StrCat(name, " override ", Words(declared)));
      return;
    }
    const DataClass* strongest = nullptr;
    bool stored = false;
    const auto look = [&](const std::vector<const DataClass*>& classes, bool in_store) {
      for (const DataClass* data : classes) {
        if (strongest != nullptr && (data->*get)() <= (strongest->*get)()) continue;
        strongest = data;
        stored = in_store;
      }
    };
    look(facts.stores, true);
    look(facts.processes, false);
    if (strongest == nullptr) return;
    Add(OfStep((strongest->*get)()), absl::StrCat(stored ? "stores " : "processes ", strongest->id(), " (", name, " ",
                                                  Words((strongest->*get)()), ")"));
  }

  CriticalityFact Result() const {
    if (terms_.empty()) return {model::v1::CRITICALITY_UNSPECIFIED, "tier and data unknown"};
    return {highest_, absl::StrCat(absl::StrJoin(terms_, "; "), "; highest is ", Words(highest_))};
  }

 private:
  Criticality highest_ = model::v1::CRITICALITY_UNSPECIFIED;
  std::vector<std::string> terms_;
};

}  // namespace

CriticalityFact RateCriticality(const ComponentFacts& facts) {
  const model::v1::Component& component = *facts.component;
  Rating rating;
  rating.Add(OfTier(component.tier()), Words(component.tier()));
  rating.AddAttribute(facts, "confidentiality", component.confidentiality_override(), &DataClass::confidentiality);
  rating.AddAttribute(facts, "integrity", component.integrity_override(), &DataClass::integrity);
  rating.AddAttribute(facts, "availability", component.availability_override(), &DataClass::availability);
  return rating.Result();
}

}  // namespace metapowers::analysis
