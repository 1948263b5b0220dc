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

Criticality OneLess(Criticality level) {
  return level <= model::v1::CRITICALITY_LOW ? level : static_cast<Criticality>(level - 1);
}

// What rates a component: a tier, an override, or a data class or floor with the attributes it is strongest in.
struct Term {
  std::string source;
  std::vector<std::string> values;
  Criticality level;
};

class Rating {
 public:
  explicit Rating(const ComponentFacts& facts) : facts_(facts) {}

  // A person's word on the component: its tier or an override.
  void Declare(Criticality level, const std::string& source) {
    if (level == model::v1::CRITICALITY_UNSPECIFIED) return;
    declared_.push_back({source, {}, level});
  }

  // The override, else the strongest value that `get` finds; the first of equals, stored before processed. A floor
  // above it takes its place and counts as it would.
  template <class E>
  void AddAttribute(absl::string_view name, E declared, E floor, E (DataClass::*get)() const) {
    if (static_cast<int>(declared) != 0) {
      Declare(OfStep(declared), absl::StrCat(name, " override ", Words(declared)));
      return;
    }
    const DataClass* strongest = nullptr;
    absl::string_view verb;
    const auto look = [&](const std::vector<const DataClass*>& classes, absl::string_view how) {
      for (const DataClass* data : classes) {
        if (strongest != nullptr && (data->*get)() <= (strongest->*get)()) continue;
        strongest = data;
        verb = how;
      }
    };
    look(facts_.stores, "stores ");
    look(facts_.processes, "processes ");
    if (strongest == nullptr || floor > (strongest->*get)()) {
      return AddValue("floor", absl::StrCat(name, " ", Words(floor)), OfStep(floor));
    }
    AddValue(absl::StrCat(verb, strongest->id()), absl::StrCat(name, " ", Words((strongest->*get)())),
             OfStep((strongest->*get)()));
  }

  CriticalityFact Result() const {
    std::vector<Term> printed = declared_;
    Criticality level = Highest(declared_);
    if (!data_.empty()) {
      Term strongest = Strongest();
      if (declared_.empty()) {
        level = strongest.level;
      } else {
        strongest.level = OneLess(strongest.level);
        strongest.values.push_back("one level less");
        level = std::max(level, strongest.level);
      }
      printed.push_back(std::move(strongest));
    }
    if (printed.empty()) return {model::v1::CRITICALITY_UNSPECIFIED, "tier and data unknown"};
    const std::string terms = absl::StrJoin(printed, "; ", [](std::string* out, const Term& term) {
      absl::StrAppend(out, term.source);
      if (!term.values.empty()) absl::StrAppend(out, " (", absl::StrJoin(term.values, ", "), ")");
      absl::StrAppend(out, " -> ", Words(term.level));
    });
    return {level, absl::StrCat(terms, "; highest is ", Words(level))};
  }

 private:
  static Criticality Highest(const std::vector<Term>& terms) {
    auto highest = model::v1::CRITICALITY_UNSPECIFIED;
    for (const Term& term : terms) highest = std::max(highest, term.level);
    return highest;
  }

  // The first of the data classes that rate highest; a floor stands among them.
  Term Strongest() const {
    return *std::max_element(data_.begin(), data_.end(),
                             [](const Term& a, const Term& b) { return a.level < b.level; });
  }

  void AddValue(const std::string& source, const std::string& value, Criticality level) {
    if (level == model::v1::CRITICALITY_UNSPECIFIED) return;
    auto term = std::find_if(data_.begin(), data_.end(), [&](const Term& t) { return t.source == source; });
    if (term == data_.end()) term = data_.insert(term, {source, {}, level});
    term->values.push_back(value);
    term->level = std::max(term->level, level);
  }

  const ComponentFacts& facts_;
  std::vector<Term> declared_;
  std::vector<Term> data_;
};

}  // namespace

CriticalityFact RateCriticality(const ComponentFacts& facts) {
  const model::v1::Component& component = *facts.component;
  Rating rating(facts);
  rating.Declare(OfTier(component.tier()), Words(component.tier()));
  rating.AddAttribute("confidentiality", component.confidentiality_override(), component.confidentiality_floor(),
                      &DataClass::confidentiality);
  rating.AddAttribute("integrity", component.integrity_override(), component.integrity_floor(), &DataClass::integrity);
  rating.AddAttribute("availability", component.availability_override(), component.availability_floor(),
                      &DataClass::availability);
  return rating.Result();
}

CriticalityFact WithPresumed(const CriticalityFact& known, const CriticalityFact& presumed) {
  return {known.level, absl::StrCat(known.derivation, "; with what the model only assumes, which does not count, ",
                                    presumed.derivation)};
}

}  // namespace metapowers::analysis
