#include "service/analysis/risk_score.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/base/strings.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::DataClass;

// The scale of likelihood and impact.
constexpr int kLeast = 1;
constexpr int kMost = 5;

// Terms of a sum; in words where somebody wants to read them.
struct Sum {
  int value = 0;
  std::string* words = nullptr;

  template <class... Parts>
  void Start(int points, const Parts&... what) {
    value = points;
    if (words != nullptr) absl::StrAppend(words, what..., " ", points);
  }

  template <class... Parts>
  void Add(int points, const Parts&... what) {
    if (points == 0) return;
    value += points;
    if (words != nullptr) absl::StrAppend(words, ", ", what..., points < 0 ? " " : " +", points);
  }

  // Cut to the scale.
  void Clip(int top) {
    const int cut = std::clamp(value, kLeast, top);
    if (words != nullptr && cut != value) absl::StrAppend(words, cut > value ? ", at least " : ", at most ", cut);
    value = cut;
  }

  void End() {
    if (words != nullptr) absl::StrAppend(words, " = ", value);
  }
};

// --- Likelihood before controls --------------------------------------------------------------------------

// Said in place of the position where a port puts the component there whose reach nobody has answered.
constexpr absl::string_view kReachOpen = "open on the network of its host, whose reach is to be answered";

// The component that the element is, or that serves it; nullptr for other elements.
const ComponentView* ComponentOf(const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_FLOW) return nullptr;
  int index = element.index;
  if (element.subject == k::THREAT_SUBJECT_API) {
    index = element.landscape->IndexOf(static_cast<const model::v1::Api&>(*element.message).component());
  }
  return index < 0 ? nullptr : &element.landscape->components()[index];
}

Exposure ExposureOf(const Element& element) {
  if (element.subject == k::THREAT_SUBJECT_FLOW) return element.flow().exposure;
  const ComponentView* component = ComponentOf(element);
  return component == nullptr ? Exposure::kInner : component->exposure;
}

// The row of the grid with this position; an empty one when it has none.
const k::PositionTerm& FindPosition(absl::string_view name) {
  for (const k::PositionTerm& term : knowledge::RiskGrid().positions()) {
    if (term.position() == name) return term;
  }
  return k::PositionTerm::default_instance();
}

const k::PositionTerm& PositionOf(const k::LikelihoodTerms& terms, const Element& element) {
  if (terms.position() == k::ATTACKER_POSITION_UNSPECIFIED) return FindPosition(ExposureName(ExposureOf(element)));
  return FindPosition(absl::AsciiStrToLower(k::AttackerPosition_Name(terms.position()).substr(18)));
}

void AddBaseLikelihood(const k::LikelihoodTerms& terms, const Element& element, Sum& sum) {
  const k::PositionTerm& position = PositionOf(terms, element);
  const ComponentView* component = ComponentOf(element);
  const bool open =
      terms.position() == k::ATTACKER_POSITION_UNSPECIFIED && component != nullptr && component->reach_open;
  sum.Start(position.likelihood(), open ? kReachOpen : absl::string_view(position.label()));
  for (const k::PrivilegeTerm& privilege : knowledge::RiskGrid().privileges()) {
    if (privilege.privilege() == terms.privilege()) sum.Add(-privilege.levels(), privilege.label());
  }
  sum.Add(terms.adjust(), terms.adjust_reason());
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

// The worst that follows, with the reason where somebody wants to read it.
struct Harm {
  int value = 0;
  const DataClass* data = nullptr;
  bool in_words = false;
  std::string term;

  // `say` gives the reason.
  template <class Say>
  void Raise(int level, const DataClass* at_stake, const Say& say) {
    if (level <= value) return;
    value = level;
    data = at_stake;
    if (in_words) term = say();
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
  harm.Raise(TierImpact(component.tier()), nullptr,
             [&] { return absl::StrCat(Words(component.tier()), " of ", component.id()); });
}

// What the component itself declares of a leg: a rating that replaces what its data says, or one that is the least.
struct OwnRating {
  int level = 0;  // 0: none
  bool replaces = false;
};

OwnRating OwnRatingOf(const Element& element, int leg) {
  if (element.subject != k::THREAT_SUBJECT_COMPONENT) return {};
  const model::v1::Component& component = *element.component().facts->component;
  const auto take = [](int set, int floor) { return set != 0 ? OwnRating{set, true} : OwnRating{floor, false}; };
  switch (leg) {
    case k::IMPACT_LEG_CONFIDENTIALITY:
      return take(component.confidentiality_override(), component.confidentiality_floor());
    case k::IMPACT_LEG_INTEGRITY:
      return take(component.integrity_override(), component.integrity_floor());
    case k::IMPACT_LEG_AVAILABILITY:
      return take(component.availability_override(), component.availability_floor());
    default:
      return {};
  }
}

// "integrity of app at least critical", "confidentiality set for app internal".
std::string TermOf(const Element& element, const OwnRating& own, int leg) {
  const std::string level = leg == k::IMPACT_LEG_CONFIDENTIALITY
                                ? Words(static_cast<model::v1::Confidentiality>(own.level))
                                : Words(static_cast<model::v1::Importance>(own.level));
  return absl::StrCat(Words(static_cast<k::ImpactLeg>(leg)), own.replaces ? " set for " : " of ", CurrentId(element),
                      own.replaces ? " " : " at least ", level);
}

void RaiseByData(const DataClass& data, int leg, Harm& harm) {
  const auto raise = [&](const char* what, auto level) {
    harm.Raise(level, &data, [&] { return absl::StrCat(what, " of ", data.id(), " ", Words(level)); });
  };
  switch (leg) {
    case k::IMPACT_LEG_CONFIDENTIALITY:
      return raise("confidentiality", data.confidentiality());
    case k::IMPACT_LEG_INTEGRITY:
      return raise("integrity", data.integrity());
    case k::IMPACT_LEG_AVAILABILITY:
      return raise("availability", data.availability());
    default:
      return;
  }
}

Harm BaseImpact(const k::ImpactTerms& terms, const Element& element, absl::Span<const DataClass* const> data,
                bool in_words) {
  Harm harm;
  harm.in_words = in_words;
  for (const int leg : terms.legs()) {
    const OwnRating own = OwnRatingOf(element, leg);
    if (!own.replaces) {
      for (const DataClass* each : data) RaiseByData(*each, leg, harm);
    }
    harm.Raise(own.level, nullptr, [&] { return TermOf(element, own, leg); });
    if (own.replaces) continue;
    if (leg == k::IMPACT_LEG_AVAILABILITY) RaiseByTier(element, harm);
  }
  if (harm.value == 0) harm.Raise(2, nullptr, [] { return "no data or tier declared that would decide"; });
  return harm;
}

// What a control takes away in this state, of `levels`.
int Lowered(int levels, model::v1::PostureState state) {
  if (state == model::v1::POSTURE_STATE_IMPLEMENTED) return levels;
  return state == model::v1::POSTURE_STATE_PARTIAL ? levels / 2 : 0;
}

void AddControl(const ControlOnThreat& each, int lowered, Sum& sum) {
  if (lowered == 0) return;
  const std::string name = sum.words == nullptr ? "" : InSentence(each.control->name());
  sum.Add(-lowered, name, " ", Words(each.posture->state));
}

}  // namespace

RiskScore OnGrid(int likelihood, int impact) {
  return {likelihood, impact, knowledge::RiskGrid().rows(likelihood - 1).severities(impact - 1)};
}

RiskScores ScoreThreat(const k::ThreatRule& rule, const Element& element, absl::Span<const DataClass* const> data,
                       absl::Span<const ControlOnThreat> controls, ScoreDerivation* derivation) {
  Sum likelihood{0, derivation == nullptr ? nullptr : &derivation->likelihood};
  Sum impact{0, derivation == nullptr ? nullptr : &derivation->impact};
  AddBaseLikelihood(rule.likelihood(), element, likelihood);
  const Harm harm = BaseImpact(rule.impact(), element, data, derivation != nullptr);
  const int top = rule.impact().cap() == 0 ? kMost : rule.impact().cap();
  impact.Start(harm.value, harm.term);
  impact.Add(rule.impact().adjust(), rule.impact().adjust_reason());

  RiskScores scores;
  scores.data_at_stake = harm.data;
  if (scores.data_at_stake == nullptr && data.size() == 1) scores.data_at_stake = data.front();
  // What is cut to the scale before controls must not be eaten again after them.
  likelihood.Clip(kMost);
  impact.Clip(top);
  scores.inherent = OnGrid(likelihood.value, impact.value);
  int least_likelihood = likelihood.value;
  int least_impact = impact.value;
  for (const ControlOnThreat& each : controls) {
    const model::v1::PostureState state = each.posture->state;
    AddControl(each, Lowered(each.row->likelihood(), state), likelihood);
    AddControl(each, Lowered(each.row->impact(), state), impact);
    if (state == model::v1::POSTURE_STATE_NOT_APPLICABLE) continue;
    least_likelihood -= each.row->likelihood();
    least_impact -= each.row->impact();
  }
  likelihood.Clip(kMost);
  impact.Clip(top);
  scores.current = OnGrid(likelihood.value, impact.value);
  scores.target = OnGrid(std::clamp(least_likelihood, kLeast, scores.current.likelihood),
                         std::clamp(least_impact, kLeast, scores.current.impact));
  likelihood.End();
  impact.End();
  return scores;
}

}  // namespace metapowers::analysis
