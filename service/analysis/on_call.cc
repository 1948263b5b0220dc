#include "service/analysis/on_call.h"

#include <map>
#include <regex>
#include <set>

#include "absl/algorithm/container.h"
#include "service/knowledge/logging.h"

namespace metapowers::analysis {
namespace {

namespace kb = knowledge::v1;
using model::v1::Alert;
using model::v1::Component;
using model::v1::OnCall;

CalledRotation JudgeRotation(const OnCall& rotation, const kb::TierResponse& need) {
  return {&rotation, rotation.has_response_minutes() && rotation.response_minutes() > need.minutes(),
          need.any_hour() && StaffingOf(rotation) == Staffing::kPartOfTheDay};
}

bool IsUnknown(const CalledRotation& called, const kb::TierResponse& need) {
  return !called.rotation->has_response_minutes() ||
         (need.any_hour() && StaffingOf(*called.rotation) == Staffing::kUnknown);
}

ResponseState StateOf(const TierResponseFact& fact) {
  if (fact.alerts == 0) return ResponseState::kNoAlert;
  if (absl::c_any_of(fact.called, [](const CalledRotation& each) { return each.late || each.absent; })) {
    return ResponseState::kNotMet;
  }
  const bool unknown = fact.called.empty() || absl::c_any_of(fact.called, [&](const CalledRotation& each) {
                         return IsUnknown(each, *fact.need);
                       });
  return unknown ? ResponseState::kUnknown : ResponseState::kMet;
}

const kb::OnCallCheck* CheckOf(absl::string_view id) {
  for (const kb::OnCallCheck& check : knowledge::MonitoringRules().on_call()) {
    if (check.id() == id) return &check;
  }
  return nullptr;
}

// What a rotation falls short of: tiers by importance.
struct Shortfall {
  model::v1::Tier late = model::v1::TIER_UNSPECIFIED;
  model::v1::Tier absent = model::v1::TIER_UNSPECIFIED;
  bool any_hour = false;  // called for a tier that needs it
};

std::map<const OnCall*, Shortfall> Shortfalls(const std::vector<TierResponseFact>& responses) {
  std::map<const OnCall*, Shortfall> found;
  for (const TierResponseFact& fact : responses) {  // most important tier first
    for (const CalledRotation& called : fact.called) {
      Shortfall& shortfall = found[called.rotation];
      if (called.late && shortfall.late == 0) shortfall.late = fact.need->tier();
      if (called.absent && shortfall.absent == 0) shortfall.absent = fact.need->tier();
      shortfall.any_hour |= fact.need->any_hour();
    }
  }
  return found;
}

}  // namespace

Staffing StaffingOf(const OnCall& rotation) {
  static const auto* const always = new std::regex("24 ?[x/] ?7");
  static const auto* const day = new std::regex("0{1,2}:00 ?- ?(24:00|0{1,2}:00|23:59)");
  // Days of the week before it and a time zone behind it; what other words say is not known.
  static const auto* const span = new std::regex(
      "((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* ?- ?(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
      "\\d{1,2}:\\d{2} ?- ?\\d{1,2}:\\d{2}( [A-Z]{2,5})?");
  if (std::regex_search(rotation.hours(), *always) || std::regex_match(rotation.hours(), *day)) {
    return Staffing::kAnyHour;
  }
  return std::regex_match(rotation.hours(), *span) ? Staffing::kPartOfTheDay : Staffing::kUnknown;
}

std::vector<TierResponseFact> TierResponses(const Landscape& landscape) {
  const model::Model& model = landscape.model();
  std::vector<TierResponseFact> facts;
  for (const kb::TierResponse& need : knowledge::MonitoringRules().responses()) {
    TierResponseFact fact;
    fact.need = &need;
    std::set<std::string> alerts;
    std::map<std::string, const OnCall*> rotations;
    for (const Element& element : landscape.ElementsOf(kb::THREAT_SUBJECT_COMPONENT)) {
      const Component& component = *element.component().facts->component;
      if (component.tier() != need.tier()) continue;
      ++fact.components;
      for (const Alert* alert : AlertsOn(model, component.id())) {
        alerts.insert(alert->id());
        if (const OnCall* rotation = RotationOf(model, *alert)) rotations[rotation->id()] = rotation;
      }
    }
    if (fact.components == 0) continue;
    fact.alerts = static_cast<int>(alerts.size());
    for (const auto& [id, rotation] : rotations) fact.called.push_back(JudgeRotation(*rotation, need));
    fact.state = StateOf(fact);
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<OnCallGap> OnCallGaps(const model::Model& model, const std::vector<TierResponseFact>& responses) {
  std::vector<OnCallGap> gaps;
  for (const Alert& alert : model.proto().monitoring().alerts()) {
    const OnCall* rotation = RotationOf(model, alert);
    const std::string team = rotation == nullptr ? "" : rotation->team();
    if (rotation == nullptr) gaps.push_back({CheckOf("unrouted"), &alert, nullptr, {}, team});
    if (alert.runbook().empty()) gaps.push_back({CheckOf("no_runbook"), &alert, nullptr, {}, team});
  }
  const std::map<const OnCall*, Shortfall> shortfalls = Shortfalls(responses);
  for (const OnCall& rotation : model.proto().monitoring().on_call()) {
    const auto found = shortfalls.find(&rotation);
    const Shortfall shortfall = found == shortfalls.end() ? Shortfall() : found->second;
    const auto add = [&](const char* check, model::v1::Tier tier = model::v1::TIER_UNSPECIFIED) {
      gaps.push_back({CheckOf(check), nullptr, &rotation, tier, rotation.team()});
    };
    if (absl::c_none_of(model.proto().monitoring().alerts(),
                        [&](const Alert& alert) { return alert.routed_to() == rotation.id(); })) {
      add("not_called");
    }
    if (rotation.escalates_to().empty() || !rotation.has_escalate_after_minutes()) add("no_escalation");
    if (rotation.has_engineers() && rotation.engineers() == 1 && shortfall.any_hour) add("one_person");
    if (shortfall.late != 0) add("slow", shortfall.late);
    if (shortfall.absent != 0) add("not_any_hour", shortfall.absent);
  }
  return gaps;
}

const OnCall* RotationOf(const model::Model& model, const Alert& alert) {
  return model.Find<OnCall>(alert.routed_to());
}

std::vector<const Alert*> AlertsOn(const model::Model& model, absl::string_view component) {
  std::vector<const Alert*> alerts;
  for (const Alert& alert : model.proto().monitoring().alerts()) {
    if (absl::c_linear_search(alert.components(), component)) alerts.push_back(&alert);
  }
  return alerts;
}

}  // namespace metapowers::analysis
