// What can be cut off and what stops with it is judged by analysis (containment.h, incident_classes.h); this puts it
// into the tables of the section, one function a table.
#include "service/commands/respond/containment_strategy.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/containment.h"
#include "service/analysis/incident_classes.h"
#include "service/analysis/on_call.h"
#include "service/commands/held_roles.h"
#include "service/commands/incident_playbooks.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/plan_text.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_people.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands::respond {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::respond::v1;
using analysis::Containment;
using analysis::IncidentClassFact;
using analysis::Threat;
using model::v1::ContainmentSwitch;
using model::v1::Role;

// What a cell names before it counts the rest.
constexpr size_t kNamed = 6;

class Strategy {
 public:
  explicit Strategy(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        ladder_(input.facts),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        detections_(analysis::Detections::Of(threats_, sources_)),
        classes_(analysis::IncidentClasses(threats_, *detections_, ladder_)),
        contained_(analysis::ContainmentOf(input.facts)),
        findings_(input) {}

  pb::ContainmentStrategyResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    FindCommander();
    FindIsolations();
    AddIncidents();
    AddComponents();
    AddSwitches();
    AddEradications();
    AddRecoveries();
    AddTradeOffs();
    AddPhases();
    AddQuestions();
    findings_.MoveTo(*result_.mutable_findings(), *result_.mutable_measures());
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  void FindCommander() {
    for (const ResponseSeat& seat : ResponseSeats(input_)) {
      if (seat.function->id() == "command") commander_ = seat.role;
    }
  }

  std::string Commander() const {
    return commander_ != nullptr && !commander_->holder().empty() ? commander_->title() : ActingFor(model_, {});
  }

  // The first way that selects each component.
  void FindIsolations() {
    for (const kb::ManualIsolation& row : knowledge::ContainmentRules().isolations()) {
      for (const Element& element : Select(input_, row.binds())) isolations_.emplace(element.label, &row);
    }
  }

  // --- Containment by Incident Type ---

  void AddIncidents() {
    for (const IncidentClassFact& fact : classes_) {
      if (!WhyNoPlaybook(input_, fact).empty()) continue;
      pb::ContainmentByIncident& row = *result_.add_incidents();
      row.set_incident(fact.row->name());
      AddFirst(fact.elements, kNamed, row.mutable_elements());
      std::set<std::string> covered;
      std::vector<std::string> ordered_by;
      for (const ContainmentSwitch* each : fact.switches) {
        row.add_switches(each->name());
        covered.insert(each->components().begin(), each->components().end());
        const std::string title = TitleOrVacancy(model_, each->ordered_by());
        if (std::find(ordered_by.begin(), ordered_by.end(), title) == ordered_by.end()) ordered_by.push_back(title);
      }
      std::vector<std::string> by_hand;
      for (const std::string& element : fact.elements) {
        if (contained_.contains(element) && !covered.contains(element)) by_hand.push_back(element);
      }
      if (ordered_by.empty()) ordered_by.push_back(Commander());
      AddAll(ordered_by, row.mutable_ordered_by());
      AddFirst(std::move(by_hand), kNamed, row.mutable_by_hand());
    }
  }

  // --- Components ---

  std::string Filled(const std::string& text, const model::v1::Component& component) const {
    const auto* zone = model_.Find<model::v1::Zone>(component.zone());
    const auto* host = model_.Find<model::v1::Infrastructure>(component.runs_on());
    return absl::StrReplaceAll(text, {{"{component}", component.id()},
                                      {"{zone}", zone == nullptr ? "its network" : zone->name()},
                                      {"{host}", host == nullptr ? "its host" : host->name()}});
  }

  void AddComponents() {
    for (const auto& [id, fact] : contained_) {
      const model::v1::Component& component = *fact.component->component;
      pb::ComponentContainmentRow& row = *result_.add_components();
      row.set_component(id);
      if (const auto* level = ladder_.LevelOf(id)) row.set_level(level->id());
      AddFirst(fact.stops, kNamed, row.mutable_stops());
      AddFirst(fact.degrades, kNamed, row.mutable_degrades());
      AddFirst(fact.functions, kNamed, row.mutable_functions());
      if (fact.switches.empty()) {
        const kb::ManualIsolation& way = *isolations_.at(id);
        row.set_action(Filled(way.action(), component));
        row.set_reversible(model::v1::TRISTATE_YES);
        row.set_undo(Filled(way.undo(), component));
        row.set_ordered_by(Commander());
        if (fact.expected) {
          findings_.Add(
              "component-without-switch", id,
              absl::StrCat(Count(static_cast<int64_t>(fact.stops.size()), "component stops", "components stop"),
                           " with it"),
              component.owner_team());
        }
        continue;
      }
      const ContainmentSwitch& first = *fact.switches.front();
      row.set_is_switch(true);
      row.set_action(first.has_effect_minutes() ? absl::StrCat(first.name(), ", ", Minutes(first.effect_minutes()))
                                                : first.name());
      row.set_reversible(first.reversible());
      row.set_ordered_by(TitleOrVacancy(model_, first.ordered_by()));
    }
  }

  // --- Switches ---

  void AddSwitches() {
    for (const ContainmentSwitch& each : proto_.containment_switches()) {
      pb::ContainmentSwitchRow& row = *result_.add_switches();
      row.set_name(each.name());
      row.set_kind(each.kind());
      AddFirst({each.components().begin(), each.components().end()}, 2 * kNamed, row.mutable_components());
      row.set_mechanism(each.mechanism());
      if (each.has_effect_minutes()) row.set_effect(Minutes(each.effect_minutes()));
      row.set_reversible(each.reversible());
      const Role* role = model_.Find<Role>(each.ordered_by());
      row.set_ordered_by(RoleWithPeople(role));
      row.set_last_tested(each.last_tested());
      const std::string team = role == nullptr ? "" : role->team();
      if (each.last_tested().empty()) findings_.Add("switch-untested", each.id(), "no test declared", team);
      if (role != nullptr && role->holder().empty()) {
        findings_.Add("switch-ordered-by-nobody", each.id(), absl::StrCat(role->title(), " is vacant"), team);
      }
    }
  }

  // --- Eradication Steps ---

  void AddEradications() {
    for (const IncidentClassFact& fact : classes_) {
      if (!WhyNoPlaybook(input_, fact).empty()) continue;
      pb::EradicationRow& row = *result_.add_eradications();
      row.set_incident(fact.row->name());
      const PlanValues values = ValuesOf(input_, fact);
      for (const kb::ResponseStep& step : fact.row->steps()) {
        bool asks = false;
        if (step.phase() != kb::RESPONSE_PHASE_ERADICATE) continue;
        if (auto text = StepText(input_, step, values, &asks)) row.add_steps(*std::move(text));
      }
      if (fact.threats.empty()) {
        row.set_owner(TeamName(model_, model_.proto().owner_team()));
        continue;
      }
      const Threat& worst = *fact.threats.front();
      row.set_threat(worst.key());
      row.set_owner(TeamName(model_, *worst.team));
      row.set_due(*worst.due);
      for (const analysis::ControlOnThreat& control : worst.controls) {
        if (!IsMissing(control)) continue;
        row.add_controls(control.control->id());
        const std::string& check = control.control->verification();
        if (!check.empty()) row.add_verified_by(absl::StrReplaceAll(check, {{"{element}", worst.element_id()}}));
      }
    }
  }

  // --- Recovery Criteria ---

  void AddRecoveries() {
    AddAll(knowledge::ContainmentRules().criteria(), result_.mutable_criteria());
    std::map<std::string, std::vector<const Threat*>> severe;
    for (const Threat* threat : threats_.Prioritised()) {
      if (threat->severity() >= model::v1::SEVERITY_HIGH) severe[threat->element_id()].push_back(threat);
    }
    for (const auto& [id, fact] : contained_) {
      if (!fact.expected) continue;
      const model::v1::Component& component = *fact.component->component;
      pb::RecoveryCriterionRow& row = *result_.add_recoveries();
      row.set_component(id);
      for (const model::v1::Credential& credential : proto_.secrets().credentials()) {
        const auto& users = credential.used_by();
        if (std::find(users.begin(), users.end(), id) != users.end()) row.add_credentials(credential.id());
      }
      std::vector<std::string> alerts;
      for (const model::v1::Alert* alert : analysis::AlertsOn(model_, id)) alerts.push_back(alert->id());
      AddFirst(std::move(alerts), kNamed, row.mutable_alerts());
      if (const auto found = severe.find(id); found != severe.end()) {
        row.set_threats(static_cast<int32_t>(found->second.size()));
        row.set_worst(found->second.front()->key());
      }
      row.set_store(!fact.component->stores.empty());
      row.set_restored(component.backup().last_restore_test());
      row.set_owner(TeamName(model_, component.owner_team().empty() ? proto_.owner_team() : component.owner_team()));
    }
  }

  // --- Containment Trade-Offs ---

  std::string LossOf(const std::set<std::string>& functions) const {
    double loss = 0;
    bool known = false;
    for (const model::v1::BusinessFunction& function : proto_.recovery().functions()) {
      if (!functions.contains(function.name()) || !function.has_loss_per_hour()) continue;
      loss += function.loss_per_hour();
      known = true;
    }
    return known ? Amount(loss, proto_.currency()) : "";
  }

  void AddTradeOffs() {
    for (const ContainmentSwitch& each : proto_.containment_switches()) {
      pb::ContainmentTradeOff& row = *result_.add_trade_offs();
      row.set_name(each.name());
      for (const kb::SwitchKindRule& rule : knowledge::ContainmentRules().kinds()) {
        if (rule.kind() != each.kind()) continue;
        row.set_stops(rule.stops());
        row.set_costs(rule.costs());
        row.set_evidence(rule.evidence());
      }
      std::set<std::string> stopped;
      std::set<std::string> functions;
      for (const std::string& id : each.components()) {
        const auto found = contained_.find(id);
        if (found == contained_.end()) continue;
        stopped.insert(found->second.stops.begin(), found->second.stops.end());
        functions.insert(found->second.functions.begin(), found->second.functions.end());
      }
      for (const std::string& id : each.components()) stopped.erase(id);
      row.set_dependents(static_cast<int32_t>(stopped.size()));
      AddFirst({functions.begin(), functions.end()}, kNamed, row.mutable_functions());
      row.set_loss(LossOf(functions));
    }
  }

  // --- Phased Recovery Plan ---

  // The shortest recovery time that the tiers of these components have; empty when none is declared.
  std::string TargetOf(const std::vector<std::string>& components) const {
    int shortest = -1;
    for (const std::string& id : components) {
      for (const model::v1::RecoveryTier& tier : proto_.recovery().tiers()) {
        if (tier.tier() != contained_.at(id).component->component->tier()) continue;
        if (shortest < 0 || tier.rto_minutes() < shortest) shortest = tier.rto_minutes();
      }
    }
    return shortest < 0 ? "" : Minutes(shortest);
  }

  void AddPhases() {
    const Role* owner = FindRole(model_, {model::v1::ROLE_KIND_SYSTEM_OWNER, model::v1::ROLE_KIND_PRODUCT_OWNER,
                                          model::v1::ROLE_KIND_EXECUTIVE_SPONSOR});
    const auto phases = analysis::RecoveryPhases(input_.facts, contained_);
    std::map<std::string, int> last_phase;  // of each business function
    for (size_t i = 0; i < phases.size(); ++i) {
      for (const std::string& id : phases[i]) {
        const std::string& function = contained_.at(id).component->component->business_function();
        if (!function.empty()) last_phase[function] = static_cast<int>(i);
      }
    }
    for (size_t i = 0; i < phases.size(); ++i) {
      pb::ContainmentPhase& row = *result_.add_phases();
      row.set_number(static_cast<int32_t>(i) + 1);
      AddAll(phases[i], row.mutable_components());
      for (const auto& [function, last] : last_phase) {
        if (last == static_cast<int>(i)) row.add_functions(function);
      }
      row.set_starts(
          i == 0 ? knowledge::ContainmentRules().first_phase()
                 : absl::StrReplaceAll(knowledge::ContainmentRules().next_phase(), {{"{before}", absl::StrCat(i)}}));
      row.set_target(TargetOf(phases[i]));
      if (owner != nullptr) row.set_decides(TitleOrVacancy(model_, owner->id()));
    }
    for (const std::vector<std::string>& cycle : input_.facts.dependency_cycles()) {
      result_.add_cycles(absl::StrCat(List(cycle), ", broken at ", cycle.front()));
    }
  }

  // --- Questions and figures ---

  void AddQuestions() {
    for (metapowers::v1::Question& question : QuestionsOn(model_, {"ContainmentSwitch"})) {
      *result_.add_questions() = std::move(question);
    }
    if (proto_.containment_switches().empty()) {
      *result_.add_questions() =
          Ask(model_, "containment_switches", "Which parts can be cut off at once, how, and by whose order?", "");
    }
    for (const ContainmentSwitch& each : proto_.containment_switches()) {
      if (each.has_effect_minutes()) continue;
      *result_.add_questions() = Ask(model_, absl::StrCat("containment_switches[", each.id(), "].effect_minutes"),
                                     absl::StrCat("After how many minutes does ", each.name(), " work?"), "");
    }
  }

  void AddTotals() {
    pb::ContainmentTotals& totals = *result_.mutable_totals();
    for (const auto& [id, fact] : contained_) {
      const int covered = fact.switches.empty() ? 0 : 1;
      totals.set_components(totals.components() + 1);
      totals.set_covered(totals.covered() + covered);
      if (!fact.expected) continue;
      totals.set_expected(totals.expected() + 1);
      totals.set_expected_covered(totals.expected_covered() + covered);
    }
    totals.set_switches(result_.switches_size());
    for (const pb::ContainmentSwitchRow& row : result_.switches()) {
      totals.set_tested(totals.tested() + (row.last_tested().empty() ? 0 : 1));
    }
    pb::ContainmentPhrases& phrases = *result_.mutable_phrases();
    phrases.set_covered(absl::StrCat(totals.covered(), " of ", Count(totals.components(), "component", "components")));
    phrases.set_expected(absl::StrCat(totals.expected_covered(), " of ", totals.expected()));
    phrases.set_switches(Count(totals.switches(), "switch", "switches"));
    phrases.set_tested(absl::StrCat(totals.tested(), " of ", phrases.switches()));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::SeverityLadder ladder_;
  const analysis::LogSources sources_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::vector<IncidentClassFact> classes_;
  const std::map<std::string, Containment> contained_;
  std::map<std::string, const kb::ManualIsolation*> isolations_;
  const Role* commander_ = nullptr;
  ReadinessFindings findings_;
  pb::ContainmentStrategyResult result_;
};

}  // namespace

pb::ContainmentStrategyResult ContainmentStrategy(const Input& input) { return Strategy(input).Build(); }

}  // namespace metapowers::commands::respond
