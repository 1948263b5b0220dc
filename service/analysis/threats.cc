#include "service/analysis/threats.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/computed_attributes.h"
#include "service/analysis/element_team.h"
#include "service/analysis/finding_keys.h"
#include "service/analysis/known_ground.h"
#include "service/analysis/stride_coverage.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Decision;
using model::v1::Severity;

// --- Texts ------------------------------------------------------------------------------------------------

std::string NameOf(const Element& element) {
  const auto* field = element.message->GetDescriptor()->FindFieldByName("name");
  return field == nullptr ? CurrentId(element) : model::StringAt(*element.message, *field, -1);
}

std::string FillIn(const std::string& text, const Element& element, const std::string& team, const DataClass* data,
                   absl::string_view data_without_name) {
  if (text.find('{') == std::string::npos) return text;
  const Landscape& landscape = *element.landscape;
  std::string zone = "no declared zone";
  std::string source;
  std::string target;
  std::string protocol;
  const auto zone_of = [&](const ComponentView& view) {
    if (view.facts->effective_zone != nullptr) zone = view.facts->effective_zone->id();
  };
  if (element.subject == k::THREAT_SUBJECT_FLOW) {
    const model::v1::Flow& flow = *element.flow().flow;
    source = flow.source();
    target = flow.target();
    protocol = flow.protocol();
    zone_of(landscape.components()[element.flow().target]);
  } else if (element.index >= 0) {
    zone_of(element.component());
  }
  const auto* owner = landscape.model().Find<model::v1::Team>(team);
  return absl::StrReplaceAll(text, {{"{element}", CurrentId(element)},
                                    {"{name}", NameOf(element)},
                                    {"{source}", source},
                                    {"{target}", target},
                                    {"{protocol}", protocol.empty() ? "an undeclared protocol" : protocol},
                                    {"{zone}", zone},
                                    {"{data}", data == nullptr ? std::string(data_without_name) : data->name()},
                                    {"{system}", landscape.model().proto().name()},
                                    {"{team}", owner == nullptr ? team : owner->name()}});
}

// Names of the data that a component passes on without declaring it.
std::string UndeclaredNames(const Element& element) {
  if (element.subject != k::THREAT_SUBJECT_COMPONENT) return "";
  std::vector<std::string> names;
  for (const DataClass* data : UndeclaredData(*element.component().facts)) names.push_back(data->name());
  return Enumerate(names);
}

std::string FillIn(const std::string& text, const Threat& threat) {
  return FillIn(text, threat.element, *threat.team, AtStake(threat), "what it handles");
}

std::vector<const Threat*> WorstFirst(const std::vector<Threat>& threats) {
  std::vector<const Threat*> open;
  for (const Threat& threat : threats) {
    if (threat.open()) open.push_back(&threat);
  }
  std::stable_sort(open.begin(), open.end(), [](const Threat* a, const Threat* b) {
    const auto rank = [](const Threat& threat) {
      return std::make_tuple(-static_cast<int>(threat.severity()), -threat.scores.current.product(),
                             -threat.scores.inherent.product());
    };
    return rank(*a) < rank(*b);
  });
  return open;
}

// --- Decisions --------------------------------------------------------------------------------------------

ThreatStatus StatusOf(model::v1::DecisionStatus status) {
  switch (status) {
    case model::v1::DECISION_STATUS_ACCEPTED:
      return ThreatStatus::kAccepted;
    case model::v1::DECISION_STATUS_MITIGATE:
      return ThreatStatus::kMitigating;
    case model::v1::DECISION_STATUS_TRANSFERRED:
      return ThreatStatus::kTransferred;
    case model::v1::DECISION_STATUS_AVOIDED:
      return ThreatStatus::kAvoided;
    case model::v1::DECISION_STATUS_FALSE_POSITIVE:
      return ThreatStatus::kFalsePositive;
    default:
      return ThreatStatus::kOpen;
  }
}

}  // namespace

std::string WhyVoid(const model::Model& model, const Decision& decision, Severity severity,
                    absl::string_view fingerprint) {
  const absl::CivilDay expires = model::ToCivilDay(decision.expires_on());
  if (expires <= model.as_of()) return absl::StrCat("expired on ", decision.expires_on());
  if (!decision.fingerprint().empty() && decision.fingerprint() != fingerprint) {
    return absl::StrCat("taken on ", decision.fingerprint(), ", what it rests on is ", fingerprint, " now");
  }
  if (decision.status() != model::v1::DECISION_STATUS_ACCEPTED) return "";
  if (severity > decision.authority()) {
    return absl::StrCat("severity ", Words(severity), " is above the authority, ", Words(decision.authority()));
  }
  for (const model::v1::AcceptanceAuthority& authority : model.proto().risk_appetite().acceptance()) {
    if (authority.level() != severity || !authority.has_max_days()) continue;
    if (expires - model::ToCivilDay(decision.decided_on()) > authority.max_days()) {
      return absl::StrCat("longer than the ", authority.max_days(), " days that ", Words(severity),
                          " may be accepted for");
    }
  }
  return "";
}

const DataClass* AtStake(const Threat& threat) {
  if (threat.data_class != nullptr) return threat.data_class;
  if (threat.scores.data_at_stake != nullptr || threat.data.empty()) return threat.scores.data_at_stake;
  const auto rank = [](const DataClass* each) {
    return std::max<int>({each->confidentiality(), each->integrity(), each->availability()});
  };
  return *std::max_element(threat.data.begin(), threat.data.end(),
                           [&](const DataClass* a, const DataClass* b) { return rank(a) < rank(b); });
}

std::string Threat::key() const {
  return absl::StrCat(rule->id(), "@", StableId(element), data_class == nullptr ? "" : "/",
                      data_class == nullptr ? "" : data_class->id());
}

std::string ScenarioOf(const Threat& threat) { return FillIn(threat.rule->scenario(), threat); }
std::string ConsequenceOf(const Threat& threat) { return FillIn(threat.rule->consequence(), threat); }
std::string MitigationOf(const Threat& threat) { return FillIn(threat.rule->mitigation(), threat); }

std::vector<std::string> BecauseOf(const Threat& threat) {
  std::vector<std::string> said;
  for (const Condition& condition : threat.compiled->match) said.push_back(condition.Say(threat.element));
  return said;
}

std::vector<std::string> UnconfirmedOf(const Threat& threat) {
  std::vector<std::string> said;
  for (const Condition& condition : threat.compiled->unless) {
    if (condition.Judge(threat.element) == Truth::kUnknown) said.push_back(condition.Say(threat.element));
  }
  return said;
}

bool IsFound(const CompiledQualityRule& rule, const Element& element) {
  const auto holds = [&](const Condition& condition) { return condition.Judge(element) == Truth::kYes; };
  return std::all_of(rule.match.begin(), rule.match.end(), holds) &&
         std::none_of(rule.unless.begin(), rule.unless.end(), holds);
}

bool IsOpen(ThreatStatus status) { return status == ThreatStatus::kOpen || status == ThreatStatus::kMitigating; }

class ThreatsBuilder {
 public:
  ThreatsBuilder(const Facts& facts, const RuleSet& rules, const model::v1::Decisions& decisions)
      : threats_(new Threats()), rules_(rules) {
    threats_->ground_ = KnownGround::Of(facts);
    threats_->landscape_ = std::make_unique<Landscape>(facts);
    for (int level = model::v1::SEVERITY_LOW; level <= model::v1::SEVERITY_CRITICAL; ++level) {
      threats_->due_by_severity_[level] =
          model::FormatDate(facts.model().as_of() + knowledge::GapTermDays(static_cast<model::v1::Severity>(level)));
    }
    threats_->postures_.emplace_back();  // what is not known
    for (int i = 1; i < k::ThreatSubject_ARRAYSIZE; ++i) {
      elements_.push_back(
          KnownGround::ElementsOf(*threats_->landscape_, threats_->ground_.get(), static_cast<k::ThreatSubject>(i)));
    }
    for (const Decision& decision : decisions.decisions()) decisions_.emplace(decision.finding(), &decision);
  }

  std::unique_ptr<const Threats> Build() {
    for (const CompiledRule& rule : rules_.rules()) {
      for (const Element& element : ElementsOf(rule.row->subject())) Judge(rule, element);
    }
    threats_->undecided_.shrink_to_fit();
    SortByKey();
    threats_->prioritised_ = WorstFirst(threats_->all_);
    AddQuality();
    threats_->coverage_ =
        CoverStride(*threats_->landscape_, threats_->ground_.get(), rules_, threats_->all_, threats_->uncovered_);
    for (const auto& [key, decision] : decisions_) {
      if (threats_->Find(key) == nullptr && !IsGapKey(key) && !IsLintKey(key))
        threats_->orphaned_.push_back({decision});
    }
    return std::move(threats_);
  }

 private:
  const std::vector<Element>& ElementsOf(k::ThreatSubject subject) const { return elements_[subject - 1]; }

  void SortByKey() {
    std::vector<std::pair<std::string, const Threat*>> keyed;
    keyed.reserve(threats_->all_.size());
    for (const Threat& threat : threats_->all_) keyed.emplace_back(threat.key(), &threat);
    std::sort(keyed.begin(), keyed.end());
    std::vector<Threat> sorted;
    sorted.reserve(keyed.size());
    for (const auto& [key, threat] : keyed) sorted.push_back(*threat);
    threats_->all_ = std::move(sorted);
  }

  void Judge(const CompiledRule& rule, const Element& element) {
    const Element* known = threats_->ground_ == nullptr ? &element : threats_->ground_->Find(element);
    const auto open = KnownGround::OpenOf(rule, element, known);
    if (!open.has_value()) return;
    std::vector<const Condition*> unknown = *open;
    std::vector<const DataClass*> data = DataAtStake(rule, element);
    if (unknown.empty() && known != &element) {
      if (known == nullptr) {
        ++threats_->waiting_[CurrentId(element)].for_element;
        return;
      }
      unknown = KnownGround::AssumedOf(rule, *known);
      const bool any = !data.empty();
      data = Common(DataAtStake(rule, *known), data);
      const bool about_data = !rule.data.empty() || rule.row->per_data_class();
      if (any && data.empty() && about_data) ++threats_->waiting_[CurrentId(element)].for_data;
      if (unknown.empty() && data.empty()) WaitForData(rule, element, *known);
    }
    if (!rule.data.empty() && data.empty()) return;
    if (!unknown.empty()) {
      threats_->undecided_.push_back(
          {rule.row, element, threats_->conditions_.Keep(std::move(unknown)), &TeamOf(element)});
    } else if (!rule.row->per_data_class()) {
      AddThreat(rule, *known, nullptr, std::move(data));
    } else {
      for (const DataClass* each : data) AddThreat(rule, *known, each, {each});
    }
  }

  std::vector<const DataClass*> DataAtStake(const CompiledRule& rule, const Element& element) const {
    std::vector<const DataClass*> data = element.landscape->DataOf(element, rule.row->reach());
    if (rule.data.empty()) return data;
    data.erase(std::remove_if(data.begin(), data.end(),
                              [&](const DataClass* each) {
                                const Element as_element{k::THREAT_SUBJECT_DATA_CLASS, -1, element.landscape, each};
                                return !std::all_of(rule.data.begin(), rule.data.end(),
                                                    [&](const Condition& condition) {
                                                      return condition.Judge(as_element) == Truth::kYes;
                                                    });
                              }),
               data.end());
    return data;
  }

  // The rule waits for what is assumed of data that would else be at stake.
  void WaitForData(const CompiledRule& rule, const Element& element, const Element& known) {
    const auto as_element = [](const Landscape* landscape, const DataClass* data) {
      return Element{k::THREAT_SUBJECT_DATA_CLASS, -1, landscape, data};
    };
    if (rule.data.empty()) return;
    std::map<absl::string_view, const DataClass*> there;
    for (const DataClass* each : known.landscape->DataOf(known, rule.row->reach())) there.emplace(each->id(), each);
    for (const DataClass* each : element.landscape->DataOf(element, rule.row->reach())) {
      const auto found = there.find(each->id());
      if (found == there.end()) continue;
      const Element data = as_element(element.landscape, each);
      std::vector<const Condition*> open =
          KnownGround::AssumedOfData(rule, data, as_element(known.landscape, found->second));
      if (open.empty()) continue;
      threats_->undecided_.push_back({rule.row, data, threats_->conditions_.Keep(std::move(open)), &TeamOf(data)});
    }
  }

  // What is at stake by what is known, without what something assumed takes out.
  static std::vector<const DataClass*> Common(std::vector<const DataClass*> known,
                                              const std::vector<const DataClass*>& presumed) {
    known.erase(std::remove_if(known.begin(), known.end(),
                               [&](const DataClass* each) {
                                 return std::none_of(presumed.begin(), presumed.end(),
                                                     [&](const DataClass* other) { return other->id() == each->id(); });
                               }),
                known.end());
    return known;
  }

  // `element` is by what is known.
  void AddThreat(const CompiledRule& rule, const Element& element, const DataClass* data_class,
                 std::vector<const DataClass*> data) {
    Threat threat;
    threat.rule = rule.row;
    threat.compiled = &rule;
    threat.element = element;
    threat.data_class = data_class;
    threat.data = threats_->data_.Keep(std::move(data));
    std::vector<ControlOnThreat> controls;
    controls.reserve(rule.controls.size());
    for (const CompiledControl& each : rule.controls) {
      controls.push_back({each.row, each.control, Posture(element, *each.control)});
    }
    threat.controls = threats_->controls_.Keep(std::move(controls));
    threat.scores = ScoresOf(threat);
    threat.team = &TeamOf(element);
    Decide(threat);
    threat.due = &DueOf(threat);
    threats_->all_.push_back(std::move(threat));
  }

  // By severity; a key that ends earlier sets its own day, unless it has ended already.
  const std::string& DueOf(const Threat& threat) const {
    const std::string& due = threats_->due_by_severity_[threat.open() ? threat.severity() : 0];
    if (!threat.open() || threat.element.subject != k::THREAT_SUBJECT_KEY) return due;
    const std::string& end = static_cast<const model::v1::CryptoKey&>(*threat.element.message).expires();
    const bool earlier = !end.empty() && end < due && model::ToCivilDay(end) > threats_->landscape_->model().as_of();
    return earlier ? end : due;
  }

  // Judged once for all rules that a control of the element lowers.
  const ControlPosture* Posture(const Element& element, const k::SecurityControl& control) {
    const auto [known, added] = postures_.try_emplace({element.message, &control}, &threats_->postures_.front());
    if (!added) return known->second;
    ControlPosture posture = PostureOf(element, control.id());
    if (posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) {
      threats_->postures_.push_back(std::move(posture));
      known->second = &threats_->postures_.back();
    }
    return known->second;
  }

  void Decide(Threat& threat) const {
    const bool any_in_place = std::any_of(
        threat.controls.begin(), threat.controls.end(),
        [](const ControlOnThreat& each) { return each.posture->state == model::v1::POSTURE_STATE_IMPLEMENTED; });
    const bool at_target = threat.scores.current == threat.scores.target;
    threat.status = at_target && any_in_place ? ThreatStatus::kControlled : ThreatStatus::kOpen;
    if (decisions_.empty()) return;
    const auto found = decisions_.find(threat.key());
    if (found == decisions_.end()) return;
    std::string void_because =
        WhyVoid(threats_->landscape_->model(), *found->second, threat.severity(), FingerprintOf(threat));
    if (!void_because.empty()) {
      threat.reopened = &threats_->reasons_.emplace_back(std::move(void_because));
      return;
    }
    threat.decision = found->second;
    if (threat.status == ThreatStatus::kOpen) threat.status = StatusOf(found->second->status());
  }

  void AddQuality() {
    for (const CompiledQualityRule& rule : rules_.model_quality()) {
      for (const Element& element : ElementsOf(rule.row->subject())) {
        const Element* known = threats_->ground_ == nullptr ? &element : threats_->ground_->Find(element);
        // What something assumed would mend waits for it.
        if (known == nullptr || !IsFound(rule, *known) || !IsFound(rule, element)) continue;
        const std::string& team = TeamOf(*known);
        threats_->model_quality_.push_back({rule.row, CurrentId(*known),
                                            FillIn(rule.row->advice(), *known, team, nullptr, UndeclaredNames(*known)),
                                            team});
      }
    }
  }

  std::unique_ptr<Threats> threats_;
  const RuleSet& rules_;
  std::vector<std::vector<Element>> elements_;                     // by subject, from 1
  std::map<std::string, const Decision*, std::less<>> decisions_;  // by finding
  absl::flat_hash_map<std::pair<const google::protobuf::Message*, const k::SecurityControl*>, const ControlPosture*>
      postures_;
};

std::unique_ptr<const Threats> Threats::Compute(const Facts& facts, const RuleSet& rules,
                                                const model::v1::Decisions& decisions) {
  return ThreatsBuilder(facts, rules, decisions).Build();
}

const Threat* Threats::Find(absl::string_view key) const {
  const auto at = std::lower_bound(all_.begin(), all_.end(), key, [](const Threat& threat, absl::string_view wanted) {
    return threat.key() < wanted;
  });
  return at != all_.end() && at->key() == key ? &*at : nullptr;
}

}  // namespace metapowers::analysis
