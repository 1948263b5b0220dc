#include "service/analysis/risk_score.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/analysis/terms.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::DataClass;

int Level(int value, int top = 5) { return std::clamp(value, 1, top); }

// "+1", "-2".
std::string Signed(int value) { return value < 0 ? absl::StrCat(value) : absl::StrCat("+", value); }

// --- Likelihood before controls --------------------------------------------------------------------------

const k::PositionTerm& PositionOf(const k::LikelihoodTerms& terms, const Element& element) {
  std::string name;
  if (terms.position() != k::ATTACKER_POSITION_UNSPECIFIED) {
    name = absl::AsciiStrToLower(k::AttackerPosition_Name(terms.position()).substr(18));
  } else if (element.subject == k::THREAT_SUBJECT_FLOW) {
    name = std::string(ExposureName(element.flow().exposure));
  } else if (element.subject == k::THREAT_SUBJECT_API) {
    const auto& api = static_cast<const model::v1::Api&>(*element.message);
    const int index = element.landscape->IndexOf(api.component());
    name = std::string(ExposureName(index < 0 ? Exposure::kInner : element.landscape->components()[index].exposure));
  } else if (element.index >= 0) {
    name = std::string(ExposureName(element.component().exposure));
  } else {
    name = std::string(ExposureName(Exposure::kInner));
  }
  for (const k::PositionTerm& term : knowledge::RiskGrid().positions()) {
    if (term.position() == name) return term;
  }
  return k::PositionTerm::default_instance();
}

struct Sum {
  int value = 0;
  std::vector<std::string> terms;

  void Add(absl::string_view what, int points) {
    if (points == 0) return;
    value += points;
    terms.push_back(absl::StrCat(what, " ", Signed(points)));
  }
};

Sum BaseLikelihood(const k::LikelihoodTerms& terms, const Element& element) {
  const k::PositionTerm& position = PositionOf(terms, element);
  Sum sum;
  sum.value = position.likelihood();
  sum.terms.push_back(absl::StrCat(position.label(), " ", position.likelihood()));
  for (const k::PrivilegeTerm& privilege : knowledge::RiskGrid().privileges()) {
    if (privilege.privilege() == terms.privilege()) sum.Add(privilege.label(), -privilege.levels());
  }
  sum.Add(terms.adjust_reason(), terms.adjust());
  return sum;
}

// --- Impact before controls --------------------------------------------------------------------------------

int TierImpact(model::v1::Tier tier) {
  switch (tier) {
    case model::v1::TIER_TIER_0:
      return 5;
    case model::v1::TIER_TIER_1:
      return 4;
    case model::v1::TIER_TIER_2:
      return 3;
    case model::v1::TIER_TIER_3:
      return 2;
    default:
      return 0;
  }
}

struct Harm {
  int value = 0;
  std::string term;
  const DataClass* data = nullptr;

  void Raise(int level, std::string why, const DataClass* at_stake) {
    if (level <= value) return;
    *this = {level, std::move(why), at_stake};
  }
};

// The tier of the element, or of the target of a flow, which stops when the flow does.
void RaiseByTier(const Element& element, Harm& harm) {
  int index = element.index;
  if (element.subject == k::THREAT_SUBJECT_FLOW) index = element.flow().target;
  if (element.subject == k::THREAT_SUBJECT_API) {
    index = element.landscape->IndexOf(static_cast<const model::v1::Api&>(*element.message).component());
  }
  if (index < 0) return;
  const model::v1::Component& component = *element.landscape->components()[index].facts->component;
  const int level = TierImpact(component.tier());
  if (level > 0) harm.Raise(level, absl::StrCat(Words(component.tier()), " of ", component.id()), nullptr);
}

// What the component itself declares of a leg: a rating that replaces what its data says, or one that is the least.
struct OwnRating {
  int level = 0;  // 0: none
  bool replaces = false;
  std::string term;
};

OwnRating OwnRatingOf(const Element& element, int leg) {
  if (element.subject != k::THREAT_SUBJECT_COMPONENT) return {};
  const model::v1::Component& component = *element.component().facts->component;
  const auto take = [&](const char* what, auto set, auto floor) -> OwnRating {
    if (set != 0) return {set, true, absl::StrCat(what, " set for ", component.id(), " ", Words(set))};
    return {floor, false, absl::StrCat(what, " of ", component.id(), " at least ", Words(floor))};
  };
  switch (leg) {
    case k::IMPACT_LEG_CONFIDENTIALITY:
      return take("confidentiality", component.confidentiality_override(), component.confidentiality_floor());
    case k::IMPACT_LEG_INTEGRITY:
      return take("integrity", component.integrity_override(), component.integrity_floor());
    case k::IMPACT_LEG_AVAILABILITY:
      return take("availability", component.availability_override(), component.availability_floor());
    default:
      return {};
  }
}

Harm BaseImpact(const k::ImpactTerms& terms, const Element& element, const std::vector<const DataClass*>& data) {
  Harm harm;
  for (const int leg : terms.legs()) {
    const OwnRating own = OwnRatingOf(element, leg);
    if (own.replaces) {
      harm.Raise(own.level, own.term, nullptr);
      continue;
    }
    for (const DataClass* each : data) {
      switch (leg) {
        case k::IMPACT_LEG_CONFIDENTIALITY:
          harm.Raise(each->confidentiality(),
                     absl::StrCat("confidentiality of ", each->id(), " ", Words(each->confidentiality())), each);
          break;
        case k::IMPACT_LEG_INTEGRITY:
          harm.Raise(each->integrity(), absl::StrCat("integrity of ", each->id(), " ", Words(each->integrity())), each);
          break;
        case k::IMPACT_LEG_AVAILABILITY:
          harm.Raise(each->availability(),
                     absl::StrCat("availability of ", each->id(), " ", Words(each->availability())), each);
          break;
        default:
          break;
      }
    }
    harm.Raise(own.level, own.term, nullptr);
    if (leg == k::IMPACT_LEG_AVAILABILITY) RaiseByTier(element, harm);
  }
  if (harm.value == 0) harm.Raise(2, "no data or tier declared that would decide", nullptr);
  return harm;
}

// What a control takes away in this state, of `levels`.
int Lowered(int levels, model::v1::PostureState state) {
  if (state == model::v1::POSTURE_STATE_IMPLEMENTED) return levels;
  return state == model::v1::POSTURE_STATE_PARTIAL ? levels / 2 : 0;
}

}  // namespace

RiskScore OnGrid(int likelihood, int impact) {
  return {likelihood, impact, knowledge::RiskGrid().rows(likelihood - 1).severities(impact - 1)};
}

RiskScores ScoreThreat(const k::ThreatRule& rule, const Element& element, const std::vector<const DataClass*>& data,
                       const std::vector<ControlOnThreat>& controls) {
  Sum likelihood = BaseLikelihood(rule.likelihood(), element);
  const Harm harm = BaseImpact(rule.impact(), element, data);
  const int top = rule.impact().cap() == 0 ? 5 : rule.impact().cap();
  Sum impact;
  impact.value = harm.value;
  impact.terms.push_back(absl::StrCat(harm.term, " ", harm.value));
  impact.Add(rule.impact().adjust_reason(), rule.impact().adjust());

  RiskScores scores;
  scores.data_at_stake = harm.data;
  if (scores.data_at_stake == nullptr && data.size() == 1) scores.data_at_stake = data.front();
  const int first_likelihood = Level(likelihood.value);
  const int first_impact = Level(impact.value, top);
  scores.inherent = OnGrid(first_likelihood, first_impact);
  // What is cut to the scale before controls must not be eaten again after them.
  likelihood.value = first_likelihood;
  impact.value = first_impact;
  int least_likelihood = first_likelihood;
  int least_impact = first_impact;
  for (const ControlOnThreat& each : controls) {
    const std::string what = absl::StrCat(absl::AsciiStrToLower(each.control->name().substr(0, 1)),
                                          each.control->name().substr(1), " ", Words(each.posture.state));
    likelihood.Add(what, -Lowered(each.row->likelihood(), each.posture.state));
    impact.Add(what, -Lowered(each.row->impact(), each.posture.state));
    if (each.posture.state == model::v1::POSTURE_STATE_NOT_APPLICABLE) continue;
    least_likelihood -= each.row->likelihood();
    least_impact -= each.row->impact();
  }
  scores.current = OnGrid(Level(likelihood.value), Level(impact.value, top));
  scores.target = OnGrid(std::min(Level(least_likelihood), scores.current.likelihood),
                         std::min(Level(least_impact, top), scores.current.impact));
  scores.likelihood_derivation = absl::StrCat(absl::StrJoin(likelihood.terms, ", "), " = ", scores.current.likelihood);
  scores.impact_derivation = absl::StrCat(absl::StrJoin(impact.terms, ", "), " = ", scores.current.impact);
  return scores;
}

}  // namespace metapowers::analysis
