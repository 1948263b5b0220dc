// The judgements are analysis'; this file arranges them for reading and for programs.
#include "service/commands/identify/threat_model.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/attack_paths.h"
#include "service/analysis/control_plan.h"
#include "service/analysis/involved_ids.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/commands/zone_maps.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::identify {
namespace {

namespace pb = security::identify::v1;
namespace k = knowledge::v1;
using analysis::Threat;
using analysis::ThreatStatus;
using model::v1::Component;
using model::v1::DataClass;
using model::v1::Severity;

// Paths that a person reads; the rest is counted by the cuts.
constexpr size_t kPathsShown = 15;
// Product of likelihood and impact from which an open threat has a row of its own among the priorities: what is high or
// critical, and what would be critical if it were likelier.
constexpr int kPriorityFrom = 10;
// Elements that a cell names before it counts.
constexpr size_t kNamesInCell = 8;
// Characters of the attack tree, what the template adds included; viewers stop at 2,000.
constexpr size_t kTreeBudget = 1800;

template <class Range, class Field>
void AddAll(const Range& values, Field* field) {
  for (const auto& value : values) *field->Add() = value;
}

void Fill(const analysis::RiskScore& score, pb::Score& out) {
  out.set_likelihood(score.likelihood);
  out.set_impact(score.impact);
  out.set_severity(score.severity);
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input), model_(input.model), proto_(input.model.proto()), threats_(input.threats.Get()) {}

  pb::ThreatModelResult Build() {
    result_.set_system(proto_.name());
    result_.set_description(proto_.description());
    result_.set_as_of(proto_.as_of());
    for (const auto* catalogue : {&knowledge::Cwe(), &knowledge::Capec(), &knowledge::Attack()}) {
      result_.add_catalogues(catalogue->version());
    }
    AddSystem();
    for (metapowers::v1::ZoneMap& map : ZoneMaps(model_, FlowEnd::kTarget)) *result_.add_boundaries() = std::move(map);
    AddFindings();
    AddCatalogue();
    AddCoverage();
    AddSeverities();
    AddPriorities();
    AddDecisions();
    AddPaths();
    AddControls();
    AddMitigations();
    AddUndecided();
    AddModelQuality();
    AddQuestions();
    AddTotals();
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  // --- System ---

  void AddSystem() {
    AddZones();
    AddActors();
    AddJewels();
    for (const Component& component : proto_.components()) {
      if (!component.out_of_scope()) continue;
      pb::ScopeExclusion& row = *result_.add_exclusions();
      row.set_id(component.id());
      row.set_name(component.name());
      row.set_reason(component.scope_justification());
    }
    for (const model::v1::Assumption& assumption : proto_.assumptions()) {
      pb::ThreatAssumption& row = *result_.add_assumptions();
      row.set_id(assumption.id());
      row.set_statement(assumption.statement());
      row.set_owner(TeamName(model_, assumption.owner_team()));
      row.set_valid_until(assumption.valid_until());
      row.set_expired(model::ToCivilDay(assumption.valid_until()) < model_.as_of());
    }
  }

  void AddZones() {
    std::vector<const model::v1::Zone*> zones;
    for (const model::v1::Zone& zone : proto_.zones()) zones.push_back(&zone);
    std::stable_sort(zones.begin(), zones.end(),
                     [](const model::v1::Zone* a, const model::v1::Zone* b) { return a->trust() < b->trust(); });
    for (const model::v1::Zone* zone : zones) {
      pb::TrustZone& row = *result_.add_zones();
      row.set_id(zone->id());
      row.set_name(zone->name());
      row.set_type(Label(zone->type()));
      if (zone->has_trust()) row.set_trust(absl::StrCat(zone->trust()));
      row.set_policy(Label(zone->network_policy()));
      row.set_parent(zone->parent());
      for (const Component& component : proto_.components()) {
        if (component.zone() == zone->id()) row.add_components(component.id());
      }
      const auto& crossings = input_.facts.zone_crossings();
      row.set_entering(static_cast<int>(std::count_if(crossings.begin(), crossings.end(),
                                                      [&](const auto& crossing) { return crossing.to == zone; })));
    }
  }

  void AddActors() {
    for (const Component& component : proto_.components()) {
      if (!analysis::IsExternal(component)) continue;
      pb::ThreatActor& row = *result_.add_actors();
      row.set_id(component.id());
      row.set_name(component.name());
      row.set_zone(component.zone().empty() ? "internet" : component.zone());
      std::set<std::string> enters;
      std::set<std::string> authentication;
      for (const model::v1::Flow& flow : proto_.flows()) {
        if (flow.source() != component.id()) continue;
        enters.insert(flow.target());
        authentication.insert(Label(flow.authentication()));
      }
      AddAll(enters, row.mutable_enters());
      AddAll(authentication, row.mutable_authentication());
    }
  }

  void AddJewels() {
    for (const DataClass& data : proto_.data_classes()) {
      std::vector<std::string> why;
      if (data.confidentiality() == model::v1::CONFIDENTIALITY_STRICTLY_CONFIDENTIAL) {
        why.push_back(Label(data.confidentiality()));
      }
      if (data.integrity() == model::v1::IMPORTANCE_MISSION_CRITICAL) {
        why.push_back(absl::StrCat("integrity ", Label(data.integrity())));
      }
      if (data.availability() == model::v1::IMPORTANCE_MISSION_CRITICAL) {
        why.push_back(absl::StrCat("availability ", Label(data.availability())));
      }
      if (why.empty()) continue;
      pb::CrownJewel& row = *result_.add_jewels();
      row.set_id(data.id());
      row.set_name(data.name());
      AddAll(why, row.mutable_why());
      for (const auto& [id, facts] : input_.facts.components()) {
        const bool stores = std::find(facts.stores.begin(), facts.stores.end(), &data) != facts.stores.end();
        const bool processes =
            std::find(facts.processes.begin(), facts.processes.end(), &data) != facts.processes.end();
        if (stores || processes) row.add_held_in(id);
      }
    }
  }

  // --- Findings ---

  void AddFindings() {
    for (const Threat& threat : threats_.all()) {
      pb::Finding& out = *result_.add_findings();
      out.set_key(threat.key);
      out.set_rule_id(threat.rule->id());
      AddAll(threat.rule->equivalents(), out.mutable_equivalents());
      AddAll(analysis::InvolvedIds(threat.element), out.mutable_element_ids());
      out.set_stride(StrideName(threat.rule->stride()));
      Fill(threat.scores.inherent, *out.mutable_inherent());
      Fill(threat.scores.current, *out.mutable_current());
      Fill(threat.scores.target, *out.mutable_target());
      out.set_severity(threat.severity());
      out.set_status(StatusLabel(threat));
      out.set_scenario(analysis::ScenarioOf(threat));
      for (const DataClass* data : threat.data) out.add_data(data->id());
      AddAll(threat.because, out.mutable_because());
      AddAll(threat.unconfirmed, out.mutable_unconfirmed());
      out.set_likelihood_derivation(threat.scores.likelihood_derivation);
      out.set_impact_derivation(threat.scores.impact_derivation);
      for (const analysis::ControlOnThreat& each : threat.controls) {
        pb::ControlState& control = *out.add_controls();
        control.set_id(each.row->control());
        control.set_state(each.posture.state);
        control.set_source(each.posture.source);
      }
      out.set_owner(TeamName(model_, threat.team));
      out.set_due(threat.due);
      out.set_fingerprint(threat.fingerprint);
    }
  }

  void AddCatalogue() {
    std::map<int, std::map<std::string, std::vector<const Threat*>>> letters;
    for (const Threat& threat : threats_.all()) letters[threat.rule->stride()][threat.rule->id()].push_back(&threat);
    for (const auto& [letter, rules] : letters) {
      pb::StrideChapter& chapter = *result_.add_catalogue();
      chapter.set_letter(StrideName(static_cast<k::Stride>(letter)));
      int considered = 0;
      int open = 0;
      std::vector<std::pair<Severity, const std::vector<const Threat*>*>> order;
      for (const auto& [id, found] : rules) {
        Severity worst = model::v1::SEVERITY_UNSPECIFIED;
        for (const Threat* threat : found) {
          ++considered;
          if (!threat->open()) continue;
          ++open;
          worst = std::max(worst, threat->severity());
        }
        order.push_back({worst, &found});
      }
      chapter.set_count(absl::StrCat(Count(considered, "threat", "threats"), " considered, ", open, " open"));
      std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
      for (const auto& [worst, found] : order) AddRule(*found, *chapter.add_rules());
    }
  }

  void AddRule(const std::vector<const Threat*>& found, pb::RuleGroup& group) {
    const k::ThreatRule& rule = *found.front()->rule;
    group.set_id(rule.id());
    group.set_title(rule.title());
    // One line for all elements of the rule.
    group.set_precondition(absl::StrReplaceAll(rule.precondition(), {{"{element}", "the element"},
                                                                     {"{name}", "the element"},
                                                                     {"{source}", "the source"},
                                                                     {"{target}", "the target"},
                                                                     {"{data}", "the data"},
                                                                     {"{zone}", "the zone"},
                                                                     {"{protocol}", "the protocol"},
                                                                     {"{team}", "the owning team"},
                                                                     {"{system}", proto_.name()}}));
    for (const std::string& id : rule.cwe()) group.add_weaknesses(WeaknessLabel(id));
    for (const std::string& id : rule.capec()) group.add_patterns(WeaknessLabel(id));
    for (const std::string& id : rule.attack()) group.add_patterns(WeaknessLabel(id));
    AddAll(rule.equivalents(), group.mutable_equivalents());
    for (const analysis::ControlOnThreat& each : found.front()->controls) group.add_controls(each.control->name());
    Severity worst = model::v1::SEVERITY_UNSPECIFIED;
    for (const Threat* threat : found) {
      if (threat->status != ThreatStatus::kControlled) {
        FillRow(*threat, *group.add_rows());
        continue;
      }
      const DataClass* data = threat->data_class;
      group.add_controlled(data == nullptr ? threat->element_id : absl::StrCat(threat->element_id, "/", data->id()));
      worst = std::max(worst, threat->severity());
    }
    if (!group.controlled().empty()) {
      group.set_controlled_count(
          absl::StrCat(Count(group.controlled_size(), "element", "elements"), ", at most ", Label(worst), " now"));
    }
    std::stable_sort(group.mutable_rows()->pointer_begin(), group.mutable_rows()->pointer_end(),
                     [this](const pb::ThreatRow* a, const pb::ThreatRow* b) {
                       return threats_.Find(a->key())->scores.current.product() >
                              threats_.Find(b->key())->scores.current.product();
                     });
    group.set_has_patterns(!group.patterns().empty());
    group.set_has_rows(!group.rows().empty());
  }

  void FillRow(const Threat& threat, pb::ThreatRow& row) const {
    row.set_key(threat.key);
    row.set_scenario(analysis::ScenarioOf(threat));
    row.set_consequence(analysis::ConsequenceOf(threat));
    row.set_stride(StrideName(threat.rule->stride()));
    row.set_likelihood(LikelihoodLabel(threat.scores.current.likelihood));
    row.set_impact(ImpactLabel(threat.scores.current.impact));
    row.set_inherent(ScoreLabel(threat.scores.inherent));
    row.set_current(ScoreLabel(threat.scores.current));
    row.set_target(ScoreLabel(threat.scores.target));
    row.set_derivation(absl::StrCat(threat.scores.likelihood_derivation, "; ", threat.scores.impact_derivation));
    row.set_status(StatusLabel(threat));
    row.set_owner(TeamName(model_, threat.team));
    row.set_due(threat.due);
  }

  // --- Coverage ---

  static std::string CellText(const analysis::StrideCell& cell) {
    if (cell.considered == 0) return "none";
    if (cell.open == 0) return absl::StrCat(cell.considered, " controlled");
    return absl::StrCat(cell.open, " of ", cell.considered, " open, ", Label(cell.worst));
  }

  void AddCoverage() {
    for (const analysis::StrideRow& row : threats_.coverage()) {
      pb::CoverageRow& out = *result_.add_coverage();
      out.set_element(row.element_id);
      out.set_kind(row.kind);
      const auto text = [&](k::Stride letter) {
        const auto found = row.cells.find(letter);
        return found == row.cells.end() ? std::string("-") : CellText(found->second);
      };
      out.set_spoofing(text(k::STRIDE_SPOOFING));
      out.set_tampering(text(k::STRIDE_TAMPERING));
      out.set_repudiation(text(k::STRIDE_REPUDIATION));
      out.set_disclosure(text(k::STRIDE_INFORMATION_DISCLOSURE));
      out.set_denial(text(k::STRIDE_DENIAL_OF_SERVICE));
      out.set_elevation(text(k::STRIDE_ELEVATION_OF_PRIVILEGE));
      for (const auto& [letter, cell] : row.cells) {
        if (cell.considered > 0) continue;
        pb::CoverageReason& reason = *result_.add_coverage_reasons();
        reason.set_element(row.element_id);
        reason.set_letter(StrideName(letter));
        reason.set_reason(cell.reason);
      }
    }
  }

  // --- Priorities ---

  void AddSeverities() {
    for (int level = model::v1::SEVERITY_CRITICAL; level >= model::v1::SEVERITY_LOW; --level) {
      const auto severity = static_cast<Severity>(level);
      pb::SeverityCount& row = *result_.add_severities();
      row.set_severity(severity);
      for (const Threat& threat : threats_.all()) {
        if (threat.status == ThreatStatus::kFalsePositive) continue;
        row.set_inherent(row.inherent() + (threat.scores.inherent.severity == severity ? 1 : 0));
        row.set_current(row.current() + (threat.severity() == severity ? 1 : 0));
        row.set_open(row.open() + (threat.open() && threat.severity() == severity ? 1 : 0));
        row.set_target(row.target() + (threat.scores.target.severity == severity ? 1 : 0));
      }
    }
  }

  void AddPriorities() {
    int rank = 0;
    std::map<std::string, std::vector<const Threat*>> lesser;
    for (const Threat* threat : threats_.Prioritised()) {
      metapowers::v1::OpenFinding& open = *result_.add_open_findings();
      open.set_key(threat->key);
      open.set_title(threat->rule->title());
      open.set_severity(threat->severity());
      open.set_owner(threat->team);
      open.set_due(threat->due);
      if (threat->scores.current.product() < kPriorityFrom) {
        lesser[threat->rule->id()].push_back(threat);
        continue;
      }
      pb::Priority& row = *result_.add_priorities();
      row.set_rank(++rank);
      row.set_title(threat->rule->title());
      row.set_key(threat->key);
      row.set_stride(StrideName(threat->rule->stride()));
      row.set_scenario(analysis::ScenarioOf(*threat));
      row.set_likelihood(LikelihoodLabel(threat->scores.current.likelihood));
      row.set_impact(ImpactLabel(threat->scores.current.impact));
      row.set_severity(threat->severity());
      row.set_owner(TeamName(model_, threat->team));
      row.set_due(threat->due);
    }
    AddLesser(lesser);
  }

  void AddLesser(const std::map<std::string, std::vector<const Threat*>>& by_rule) {
    for (const auto& [id, found] : by_rule) {
      pb::LesserThreats& row = *result_.add_lesser();
      row.set_rule(id);
      row.set_title(found.front()->rule->title());
      row.set_stride(StrideName(found.front()->rule->stride()));
      std::set<std::string> owners;
      row.set_due(found.front()->due);  // worst first, so that none is due earlier
      for (const Threat* threat : found) {
        const bool low = threat->severity() == model::v1::SEVERITY_LOW;
        row.set_low(row.low() + (low ? 1 : 0));
        row.set_medium(row.medium() + (low ? 0 : 1));
        owners.insert(TeamName(model_, threat->team));
      }
      AddAll(owners, row.mutable_owners());
    }
    std::stable_sort(result_.mutable_lesser()->pointer_begin(), result_.mutable_lesser()->pointer_end(),
                     [](const pb::LesserThreats* a, const pb::LesserThreats* b) {
                       return std::make_pair(b->medium(), b->low()) < std::make_pair(a->medium(), a->low());
                     });
  }

  void AddDecisions() {
    for (const Threat& threat : threats_.all()) {
      if (threat.decision == nullptr) continue;
      pb::DecidedThreat& row = *result_.add_decided();
      row.set_key(threat.key);
      row.set_status(Label(threat.decision->status()));
      row.set_severity(threat.severity());
      row.set_approved_by(RoleTitle(model_, threat.decision->approved_by()));
      row.set_rationale(threat.decision->rationale());
      row.set_compensating_control(threat.decision->compensating_control());
      row.set_expires_on(threat.decision->expires_on());
    }
    const auto add_void = [&](const model::v1::Decision& decision, const std::string& reason) {
      pb::VoidDecision& row = *result_.add_void_decisions();
      row.set_key(decision.finding());
      row.set_status(Label(decision.status()));
      row.set_reason(reason);
      row.set_approved_by(RoleTitle(model_, decision.approved_by()));
    };
    for (const model::v1::Decision& decision : input_.threats.decisions().decisions()) {
      if (analysis::IsGapKey(decision.finding())) continue;  // the risk register's
      const Threat* threat = threats_.Find(decision.finding());
      if (threat == nullptr) {
        add_void(decision, "no such finding");
      } else if (!threat->reopened.empty()) {
        add_void(decision, threat->reopened);
      }
    }
  }

  // --- Paths ---

  void AddPaths() {
    const analysis::AttackPaths found = analysis::FindAttackPaths(threats_);
    std::map<std::string, pb::AttackPathRow*> rows;  // by steps: one way may lead to several classes of data
    for (const analysis::AttackPath& path : found.paths) {
      const std::vector<std::string> steps = StepsOf(path);
      pb::AttackPathRow*& row = rows[absl::StrJoin(steps, "\n")];
      if (row == nullptr) {
        if (result_.paths_size() == static_cast<int>(kPathsShown)) continue;
        row = result_.add_paths();
        row->set_number(result_.paths_size());
        row->set_origin(path.origin);
        AddAll(steps, row->mutable_steps());
        row->set_likelihood(LikelihoodLabel(path.likelihood));
        row->set_difficulty(path.difficulty);
      }
      row->add_data(path.target->name());
    }
    AddTree(found);
    for (const analysis::PathCut& cut : found.cuts) {
      pb::PathCutRow& row = *result_.add_cuts();
      row.set_control(cut.control->name());
      row.set_paths(absl::StrCat(cut.paths.size(), " of ", found.paths.size()));
      AddAll(cut.components, row.mutable_components());
    }
    for (const DataClass* data : found.unreached) result_.add_unreached(data->name());
  }

  static std::vector<std::string> StepsOf(const analysis::AttackPath& path) {
    std::vector<std::string> steps;
    for (const analysis::AttackStep& step : path.steps) {
      steps.push_back(absl::StrCat(step.flow->id(), " into ", step.component, " by ",
                                   step.threat == nullptr ? "no known threat" : step.threat->rule->id()));
    }
    return steps;
  }

  // Edges of the cheapest paths, each once, up to the budget; a path is drawn whole or not at all.
  void AddTree(const analysis::AttackPaths& found) {
    std::set<std::pair<std::string, std::string>> drawn;
    size_t used = 60;
    for (size_t i = 0; i < std::min(found.paths.size(), kPathsShown); ++i) {
      const analysis::AttackPath& path = found.paths[i];
      std::vector<pb::PathEdge> edges;
      const auto add = [&](const std::string& from, const std::string& to, const std::string& label) {
        if (drawn.count({from, to}) > 0) return;
        pb::PathEdge edge;
        edge.set_from(from);
        edge.set_to(to);
        edge.set_label(label);
        edges.push_back(std::move(edge));
      };
      for (const analysis::AttackStep& step : path.steps) {
        add(step.flow->source(), step.component, step.threat == nullptr ? "no known threat" : step.threat->rule->id());
      }
      add(path.steps.back().component, path.target->name(), "holds");
      size_t cost = 0;
      // An escaped identifier takes up to four characters for each of the text, its label one.
      for (const pb::PathEdge& edge : edges)
        cost += 5 * (edge.from().size() + edge.to().size()) + edge.label().size() + 24;
      if (used + cost > kTreeBudget) break;
      used += cost;
      for (pb::PathEdge& edge : edges) {
        drawn.insert({edge.from(), edge.to()});
        *result_.add_path_edges() = std::move(edge);
      }
    }
  }

  // --- Mitigations ---

  static std::string StateText(const std::map<model::v1::PostureState, int>& states) {
    std::vector<std::string> parts;
    for (const auto& [state, count] : states) parts.push_back(absl::StrCat(Label(state), " on ", count));
    return absl::StrJoin(parts, ", ");
  }

  void AddControls() {
    for (const analysis::PlannedControl& plan : analysis::PlanControls(threats_)) {
      pb::ControlRow& row = *result_.add_controls();
      row.set_id(plan.control->id());
      row.set_name(plan.control->name());
      const std::vector<std::string> elements(plan.elements.begin(), plan.elements.end());
      const std::string where = List(elements, kNamesInCell);
      row.set_measure(
          absl::StrReplaceAll(plan.control->measure(), {{"{element}", where}, {"{system}", proto_.name()}}));
      row.set_verification(
          absl::StrReplaceAll(plan.control->verification(), {{"{element}", where}, {"{system}", proto_.name()}}));
      AddAll(elements, row.mutable_elements());
      row.set_threats(static_cast<int>(plan.threats.size()));
      row.set_points(plan.points);
      AddAll(BindingReferences(input_, plan.control->references()), row.mutable_references());
      for (const std::string& team : plan.teams) row.add_owners(TeamName(model_, team));
      row.set_due(plan.due);
      row.set_effort(Label(plan.control->effort()));
      row.set_state(StateText(plan.states));
    }
  }

  void AddMitigations() {
    for (const Threat* threat : threats_.Prioritised()) {
      if (threat->severity() < model::v1::SEVERITY_HIGH) break;
      pb::MitigationRow& row = *result_.add_mitigations();
      row.set_key(threat->key);
      row.set_severity(threat->severity());
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (IsMissing(each)) row.add_controls(each.control->name());
      }
      row.set_owner(TeamName(model_, threat->team));
      row.set_due(threat->due);
      row.set_target(threat->scores.target.severity);
      row.set_mitigation(analysis::MitigationOf(*threat));
    }
  }

  // --- What is not known, and what is odd ---

  void AddUndecided() {
    std::map<std::pair<std::string, std::string>, pb::UndecidedRow> rows;
    for (const analysis::UndecidedThreat& undecided : threats_.undecided()) {
      for (const std::string& unknown : undecided.unknown) {
        pb::UndecidedRow& row = rows[{undecided.element_id, unknown}];
        row.set_element(undecided.element_id);
        row.set_unknown(unknown);
        row.add_rules(undecided.rule->id());
        row.set_owner(TeamName(model_, undecided.team));
      }
    }
    for (auto& [key, row] : rows) *result_.add_undecided() = std::move(row);
  }

  void AddModelQuality() {
    for (const analysis::QualityFinding& finding : threats_.model_quality()) {
      pb::ModelQualityRow& row = *result_.add_model_quality();
      row.set_rule(finding.rule->id());
      row.set_element(finding.element_id);
      row.set_advice(finding.advice);
      row.set_owner(TeamName(model_, finding.team));
    }
    for (const analysis::PostureContradiction& found : analysis::PostureContradictions(threats_.landscape())) {
      pb::ContradictionRow& row = *result_.add_contradictions();
      row.set_element(found.element);
      row.set_control(found.control);
      row.set_declared(found.declared);
      row.set_implied(found.implied);
    }
  }

  // Declared fields that rules wait for, then controls of which nothing is known, by team.
  void AddQuestions() {
    std::set<std::string> fields;
    for (const analysis::UndecidedThreat& undecided : threats_.undecided()) {
      fields.insert(undecided.fields.begin(), undecided.fields.end());
    }
    fields.erase("");
    const std::vector<absl::string_view> views(fields.begin(), fields.end());
    if (!views.empty()) {
      for (metapowers::v1::Question& question : QuestionsOn(model_, views)) {
        *result_.add_questions() = std::move(question);
      }
    }
    std::map<std::pair<std::string, std::string>, std::set<std::string>> unknown;  // control, team -> elements
    for (const Threat* threat : threats_.Prioritised()) {
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (each.posture.state != model::v1::POSTURE_STATE_UNSPECIFIED) continue;
        unknown[{each.row->control(), threat->team}].insert(threat->element_id);
      }
    }
    for (const auto& [key, elements] : unknown) {
      metapowers::v1::Question& question = *result_.add_questions();
      question.set_field(absl::StrCat("posture.", key.first));
      question.set_text(absl::StrReplaceAll(knowledge::RiskGrid().posture_question(),
                                            {{"{control}", knowledge::FindControl(key.first)->name()},
                                             {"{elements}", List({elements.begin(), elements.end()}, kNamesInCell)}}));
      question.set_owner(key.second);
      question.set_owner_name(TeamName(model_, key.second));
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::ThreatTotals& totals = *result_.mutable_totals();
    std::set<std::string> fired;
    for (const Threat& threat : threats_.all()) {
      fired.insert(threat.rule->id());
      if (threat.status == ThreatStatus::kFalsePositive) {
        totals.set_false_positives(totals.false_positives() + 1);
        continue;
      }
      totals.set_considered(totals.considered() + 1);
      if (threat.status == ThreatStatus::kControlled) {
        totals.set_controlled(totals.controlled() + 1);
      } else if (threat.open()) {
        totals.set_open(totals.open() + 1);
      } else {
        totals.set_decided(totals.decided() + 1);
      }
    }
    for (const pb::SeverityCount& row : result_.severities()) {
      switch (row.severity()) {
        case model::v1::SEVERITY_CRITICAL:
          totals.set_critical(row.open());
          break;
        case model::v1::SEVERITY_HIGH:
          totals.set_high(row.open());
          break;
        case model::v1::SEVERITY_MEDIUM:
          totals.set_medium(row.open());
          break;
        default:
          totals.set_low(row.open());
      }
    }
    totals.set_rules_fired(static_cast<int>(fired.size()));
    totals.set_rules_tried(static_cast<int>(input_.threats.rules().rules().size()));
    totals.set_flows(proto_.flows_size());
    totals.set_crossings(static_cast<int>(input_.facts.zone_crossings().size()));
    totals.set_components(static_cast<int>(threats_.landscape().ElementsOf(k::THREAT_SUBJECT_COMPONENT).size()));
    AddPhrases(totals);
  }

  void AddPhrases(const pb::ThreatTotals& totals) {
    pb::ThreatPhrases& phrases = *result_.mutable_phrases();
    const auto are = [](int count) { return absl::StrCat(count, count == 1 ? " is" : " are"); };
    phrases.set_considered(Count(totals.considered(), "threat", "threats"));
    phrases.set_open(absl::StrCat(are(totals.open()), " open"));
    phrases.set_by_severity(absl::StrCat(totals.critical(), " critical, ", totals.high(), " high, ", totals.medium(),
                                         " medium and ", totals.low(), " low"));
    phrases.set_components(Count(totals.components(), "component", "components"));
    phrases.set_flows(Count(totals.flows(), "flow", "flows"));
    phrases.set_crossings(absl::StrCat(totals.crossings(), totals.crossings() == 1 ? " crosses" : " cross"));
    phrases.set_controlled(absl::StrCat(are(totals.controlled()), " controlled"));
    phrases.set_decided(absl::StrCat(are(totals.decided()), " decided"));
    phrases.set_rules(Count(totals.rules_tried(), "rule", "rules"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  pb::ThreatModelResult result_;
};

}  // namespace

pb::ThreatModelResult ThreatModel(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::identify
