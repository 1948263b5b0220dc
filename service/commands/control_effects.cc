#include "service/commands/control_effects.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/control_plan.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/policy_terms.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

namespace {

using analysis::ControlOnThreat;
using analysis::Threat;
using analysis::ThreatStatus;
using model::v1::PostureState;

// Elements that a measure names before it counts the rest.
constexpr size_t kNamed = 8;

// One control with what threats say of it.
struct Collected {
  const knowledge::v1::SecurityControl* control = nullptr;
  std::map<std::string, PostureState> states;  // by element
  std::set<std::string> missing;               // elements with an open threat that waits for it
  std::map<std::string, int> rules;
  std::set<std::string> teams;  // that put it in place
  std::set<std::string> data;   // names, of the threats
  int threats = 0;
  int open = 0;
  int points = 0;
  const Threat* worst = nullptr;  // open ones go first
  std::string due;
};

bool IsWorse(const Threat& a, const Threat* b) {
  if (b == nullptr) return true;
  return std::make_pair(a.open(), a.scores.current.product()) > std::make_pair(b->open(), b->scores.current.product());
}

void Collect(const Threat& threat, const ControlOnThreat& each, Collected& into) {
  into.control = each.control;
  // Of several threats on an element the same posture counts; it does not depend on the threat.
  into.states[threat.element_id()] = each.posture->state;
  ++into.rules[threat.rule->id()];
  ++into.threats;
  for (const model::v1::DataClass* data : threat.data) into.data.insert(data->name());
  if (IsWorse(threat, into.worst)) into.worst = &threat;
  if (!threat.open()) return;
  ++into.open;
  if (!IsMissing(each)) return;
  into.missing.insert(threat.element_id());
  into.teams.insert(*threat.team);
  into.points += threat.scores.current.product() - analysis::ScoreWith(threat, each.row->control()).product();
  if (into.due.empty() || *threat.due < into.due) into.due = *threat.due;
}

// Where the measure is still to be taken, else where it has been.
std::vector<std::string> ElementsOf(const Collected& found) {
  if (!found.missing.empty()) return {found.missing.begin(), found.missing.end()};
  std::vector<std::string> having, all;
  for (const auto& [element, state] : found.states) {
    all.push_back(element);
    const bool has = state == model::v1::POSTURE_STATE_IMPLEMENTED || state == model::v1::POSTURE_STATE_PARTIAL;
    if (has) having.push_back(element);
  }
  return having.empty() ? all : having;
}

// A control that applies to none of the elements has nothing to lower, to verify or to report.
bool Applies(const Collected& found) {
  return std::any_of(found.states.begin(), found.states.end(),
                     [](const auto& each) { return each.second != model::v1::POSTURE_STATE_NOT_APPLICABLE; });
}

std::string StateText(const std::map<std::string, PostureState>& states) {
  std::map<PostureState, int> counts;
  for (const auto& [element, state] : states) ++counts[state];
  std::vector<std::string> parts;
  for (const auto& [state, count] : counts) parts.push_back(absl::StrCat(Label(state), " on ", count));
  return absl::StrJoin(parts, ", ");
}

void Fill(const Input& input, ReferenceFilter& binding, const Collected& found, metapowers::v1::ControlEffect& row) {
  row.set_id(found.control->id());
  row.set_name(found.control->name());
  row.set_state(StateText(found.states));
  for (const std::string& element : found.missing) row.add_missing_on(element);
  row.set_threats(found.threats);
  row.set_open(found.open);
  row.set_worst_now(found.worst->severity());
  row.set_worst_target(found.worst->scores.target.severity);
  row.set_points(found.points);
  std::vector<std::pair<int, std::string>> rules;
  for (const auto& [rule, count] : found.rules) rules.emplace_back(-count, rule);
  std::sort(rules.begin(), rules.end());
  for (const auto& [count, rule] : rules) row.add_rules(absl::StrCat(rule, " (", -count, ")"));
  const std::string where = EachOf(ElementsOf(found), kNamed);
  for (const std::string& team : found.teams) row.add_owners(TeamName(input.model, team));
  const std::vector<std::string> owners(row.owners().begin(), row.owners().end());
  const auto text = [&](const std::string& sentence) {
    return absl::StrReplaceAll(
        FillTerms(input.model, sentence),
        {{"{element}", where},
         {"{system}", input.model.proto().name()},
         {"{data}", found.data.empty() ? "its data" : List({found.data.begin(), found.data.end()}, kNamed)},
         {"{team}", owners.empty() ? "the owning team" : List(owners, kNamed)}});
  };
  row.set_measure(text(found.control->measure()));
  row.set_verification(text(found.control->verification()));
  for (std::string& reference : BindingReferences(binding, found.control->references())) {
    *row.add_references() = std::move(reference);
  }
  row.set_effort(Label(found.control->effort()));
  row.set_due(found.due);
}

}  // namespace

void AddControlEffects(const Input& input, absl::string_view command,
                       google::protobuf::RepeatedPtrField<metapowers::v1::ControlEffect>& out) {
  std::map<std::string, Collected> found;
  for (const Threat& threat : input.threats.Get().all()) {
    if (threat.status == ThreatStatus::kFalsePositive) continue;
    for (const ControlOnThreat& each : threat.controls) {
      if (each.control->command() == command) Collect(threat, each, found[each.control->id()]);
    }
  }
  std::vector<const Collected*> order;
  for (const auto& [id, each] : found) {
    if (Applies(each)) order.push_back(&each);
  }
  std::stable_sort(order.begin(), order.end(), [](const Collected* a, const Collected* b) {
    return std::make_pair(a->points, a->threats) > std::make_pair(b->points, b->threats);
  });
  ReferenceFilter binding(input);
  for (const Collected* each : order) Fill(input, binding, *each, *out.Add());
}

}  // namespace metapowers::commands
