// The judgements are analysis'; this file arranges them for reading and for programs.
#include "service/commands/identify/threat_model.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "service/analysis/attack_paths.h"
#include "service/analysis/control_plan.h"
#include "service/analysis/involved_ids.h"
#include "service/analysis/node_access.h"
#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/policy_terms.h"
#include "service/commands/rows.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/commands/zone_maps.h"
#include "service/knowledge/threats.h"
#include "service/model/schema.h"

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
// Rows of priorities after which medium threats are only counted.
constexpr int kPrioritiesShown = 100;
// Elements that a cell names before it counts.
constexpr size_t kNamesInCell = 8;
// Elements that the line on where a threat is controlled names before it counts.
constexpr size_t kControlledInLine = 12;
// Characters of the attack tree, what the template adds included; viewers stop at 2,000.
constexpr size_t kTreeBudget = 1800;

void Fill(const analysis::RiskScore& score, pb::Score& out) {
  out.set_likelihood(score.likelihood);
  out.set_impact(score.impact);
  out.set_severity(score.severity);
}

pb::FindingStatus StatusOf(const Threat& threat) {
  switch (threat.status) {
    case ThreatStatus::kOpen:
      return threat.reopened == nullptr ? pb::FINDING_STATUS_OPEN : pb::FINDING_STATUS_OPEN_AGAIN;
    case ThreatStatus::kControlled:
      return pb::FINDING_STATUS_CONTROLLED;
    case ThreatStatus::kAccepted:
      return pb::FINDING_STATUS_ACCEPTED;
    case ThreatStatus::kMitigating:
      return pb::FINDING_STATUS_MITIGATING;
    case ThreatStatus::kTransferred:
      return pb::FINDING_STATUS_TRANSFERRED;
    case ThreatStatus::kAvoided:
      return pb::FINDING_STATUS_AVOIDED;
    case ThreatStatus::kFalsePositive:
      return pb::FINDING_STATUS_FALSE_POSITIVE;
  }
  return pb::FINDING_STATUS_UNSPECIFIED;
}

// A text of a rule in words that fit each of its elements.
std::string InGeneral(absl::string_view text, const std::string& system) {
  static const auto* const words = new std::map<absl::string_view, absl::string_view>{
      {"element", "the element"}, {"name", "the element"}, {"source", "the source"},    {"target", "the target"},
      {"data", "the data"},       {"zone", "the zone"},    {"team", "the owning team"}, {"protocol", "the protocol"}};
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == absl::string_view::npos ? open : text.find('}', open);
    if (close == absl::string_view::npos) break;
    absl::StrAppend(&out, text.substr(0, open));
    const auto word = words->find(text.substr(open + 1, close - open - 1));
    const bool starts = out.empty() || absl::EndsWith(out, ". ");
    const size_t at = out.size();
    absl::StrAppend(&out, word == words->end() ? absl::string_view(system) : word->second);
    if (starts) out[at] = absl::ascii_toupper(out[at]);
    text.remove_prefix(close + 1);
  }
  return absl::StrCat(out, text);
}

// How a list of elements names the one of a threat: with the data class where the rule is about one.
std::string PlaceOf(const Threat& threat) {
  return threat.data_class == nullptr ? threat.element_id()
                                      : absl::StrCat(threat.element_id(), "/", threat.data_class->id());
}

class Builder {
 public:
  Builder(const Input& input, pb::ThreatModelResult& result)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        result_(result) {}

  void Build() {
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

  // The threats of one rule; findings are sorted by key, which starts with the rule.
  struct Found {
    const k::ThreatRule* rule = nullptr;
    int first = 0;  // position of the first in findings
    std::vector<const Threat*> threats;
    std::vector<std::string> because;  // conditions that hold for each of them
    Severity worst_open = model::v1::SEVERITY_UNSPECIFIED;
  };

  int PositionOf(const Threat& threat) const { return static_cast<int>(&threat - threats_.all().data()); }

  void AddFindings() {
    for (const Threat& threat : threats_.all()) {
      if (found_.empty() || found_.back().rule != threat.rule) found_.push_back({threat.rule, PositionOf(threat)});
      Found& found = found_.back();
      found.threats.push_back(&threat);
      if (threat.open()) found.worst_open = std::max(found.worst_open, threat.severity());
    }
    result_.mutable_findings()->Reserve(static_cast<int>(threats_.all().size()));
    for (Found& found : found_) {
      std::vector<std::vector<std::string>> because;
      for (const Threat* threat : found.threats) because.push_back(analysis::BecauseOf(*threat));
      for (size_t i = 0; i < because.front().size(); ++i) {
        const bool shared = std::all_of(because.begin(), because.end(),
                                        [&](const auto& of_one) { return of_one[i] == because.front()[i]; });
        if (!shared) continue;
        found.because.push_back(because.front()[i]);
        for (std::vector<std::string>& of_one : because) of_one[i].clear();
      }
      for (size_t i = 0; i < found.threats.size(); ++i) {
        FillFinding(*found.threats[i], because[i], *result_.add_findings());
      }
    }
  }

  void FillFinding(const Threat& threat, std::vector<std::string>& because, pb::Finding& out) {
    out.set_key(threat.key());
    out.set_rule_id(threat.rule->id());
    AddAll(threat.rule->equivalents(), out.mutable_equivalents());
    for (const absl::string_view id : analysis::InvolvedIds(threat.element)) out.add_element_ids(std::string(id));
    out.set_stride(threat.rule->stride());
    Fill(threat.scores.inherent, *out.mutable_inherent());
    Fill(threat.scores.current, *out.mutable_current());
    Fill(threat.scores.target, *out.mutable_target());
    out.set_severity(threat.severity());
    out.set_status(StatusOf(threat));
    out.set_assessment(AddAssessment(threat, because));
    out.set_fingerprint(analysis::FingerprintOf(threat));
  }

  // Position of what was found about the threat; one that is there already is used again.
  int AddAssessment(const Threat& threat, std::vector<std::string>& because) {
    because.erase(std::remove(because.begin(), because.end(), ""), because.end());
    std::vector<std::string> unconfirmed = analysis::UnconfirmedOf(threat);
    const analysis::ScoreDerivation derivation = analysis::DerivationOf(threat);
    const std::string& owner = NameOfTeam(*threat.team);
    std::string evidence = EvidenceOf(threat);
    Identify(threat, because, unconfirmed, derivation, owner);
    absl::StrAppend(&identity_, "\x1e", evidence);
    const auto [known, added] = assessments_.try_emplace(identity_, result_.assessments_size());
    if (!added) return known->second;

    pb::FindingAssessment& out = *result_.add_assessments();
    for (const DataClass* data : threat.data) out.add_data(data->id());
    for (std::string& condition : because) out.add_because(std::move(condition));
    for (std::string& condition : unconfirmed) out.add_unconfirmed(std::move(condition));
    out.set_derivation(absl::StrCat(derivation.likelihood, "; ", derivation.impact));
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (each.posture->state == model::v1::POSTURE_STATE_UNSPECIFIED) continue;
      pb::ControlState& control = *out.add_controls();
      control.set_id(each.row->control());
      control.set_state(each.posture->state);
      control.set_source(each.posture->source);
    }
    out.set_owner(owner);
    out.set_due(*threat.due);
    out.set_evidence(std::move(evidence));
    return known->second;
  }

  static std::string EvidenceOf(const Threat& threat) {
    if (threat.rule->subject() != k::THREAT_SUBJECT_COMPONENT) return "";
    return absl::StrJoin(analysis::NodeAccessEvidence(*threat.rule, *threat.element.component().facts->component),
                         ", ");
  }

  // Sets identity_ to all that an assessment says; no text holds the characters between its parts.
  void Identify(const Threat& threat, const std::vector<std::string>& because,
                const std::vector<std::string>& unconfirmed, const analysis::ScoreDerivation& derivation,
                const std::string& owner) {
    identity_.clear();
    for (const DataClass* data : threat.data) absl::StrAppend(&identity_, data->id(), "\x1f");
    absl::StrAppend(&identity_, "\x1e");
    for (const std::string& condition : because) absl::StrAppend(&identity_, condition, "\x1f");
    absl::StrAppend(&identity_, "\x1e");
    for (const std::string& condition : unconfirmed) absl::StrAppend(&identity_, condition, "\x1f");
    absl::StrAppend(&identity_, "\x1e");
    for (const analysis::ControlOnThreat& each : threat.controls) {
      if (each.posture->state == model::v1::POSTURE_STATE_UNSPECIFIED) continue;
      absl::StrAppend(&identity_, each.row->control(), "\x1f", each.posture->state, each.posture->source, "\x1f");
    }
    absl::StrAppend(&identity_, "\x1e", derivation.likelihood, "\x1f", derivation.impact, "\x1f", owner, "\x1f",
                    *threat.due);
  }

  void AddCatalogue() {
    std::map<int, std::vector<const Found*>> letters;
    for (const Found& found : found_) letters[found.rule->stride()].push_back(&found);
    for (auto& [letter, rules] : letters) {
      pb::StrideChapter& chapter = *result_.add_catalogue();
      chapter.set_letter(static_cast<k::Stride>(letter));
      chapter.set_name(StrideName(chapter.letter()));
      std::stable_sort(rules.begin(), rules.end(),
                       [](const Found* a, const Found* b) { return a->worst_open > b->worst_open; });
      int considered = 0;
      int open = 0;
      for (const Found* found : rules) {
        considered += static_cast<int>(found->threats.size());
        open += static_cast<int>(std::count_if(found->threats.begin(), found->threats.end(),
                                               [](const Threat* threat) { return threat->open(); }));
        pb::RuleGroup group;
        FillRule(*found, group);
        (group.rows().empty() && group.low().empty()     ? chapter.mutable_controlled_rules()
         : group.rows().empty() && group.low_size() == 1 ? chapter.mutable_minor_rules()
                                                         : chapter.mutable_rules())
            ->Add(std::move(group));
      }
      chapter.set_count(absl::StrCat(Count(considered, "threat", "threats"), " considered, ", open, " open"));
      chapter.set_has_minor_rules(!chapter.minor_rules().empty());
      chapter.set_has_controlled_rules(!chapter.controlled_rules().empty());
    }
  }

  void FillRule(const Found& found, pb::RuleGroup& group) const {
    const k::ThreatRule& rule = *found.rule;
    group.set_id(rule.id());
    group.set_title(rule.title());
    group.set_precondition(InGeneral(rule.precondition(), proto_.name()));
    AddAll(found.because, group.mutable_because());
    for (const std::string& id : rule.cwe()) group.add_weaknesses(WeaknessLabel(id));
    for (const std::string& id : rule.capec()) group.add_patterns(WeaknessLabel(id));
    for (const std::string& id : rule.attack()) group.add_patterns(WeaknessLabel(id));
    group.set_has_patterns(!group.patterns().empty());
    AddAll(rule.equivalents(), group.mutable_equivalents());
    for (const analysis::ControlOnThreat& each : found.threats.front()->controls) {
      group.add_control_ids(each.control->id());
      group.add_controls(each.control->name());
    }
    std::vector<const Threat*> uncontrolled;
    Severity worst = model::v1::SEVERITY_UNSPECIFIED;
    for (const Threat* threat : found.threats) {
      if (threat->status != ThreatStatus::kControlled) {
        uncontrolled.push_back(threat);
        continue;
      }
      group.add_controlled(PlaceOf(*threat));
      worst = std::max(worst, threat->severity());
    }
    if (!group.controlled().empty()) {
      group.set_controlled_count(
          absl::StrCat(Count(group.controlled_size(), "element", "elements"), ", at most ", Label(worst),
                       " now: ", List({group.controlled().begin(), group.controlled().end()}, kControlledInLine)));
    }
    const bool one = uncontrolled.size() == 1;
    group.set_scenario(one ? absl::StrCat(analysis::ScenarioOf(*uncontrolled.front()), " ",
                                          analysis::ConsequenceOf(*uncontrolled.front()))
                           : InGeneral(absl::StrCat(rule.scenario(), " ", rule.consequence()), proto_.name()));
    AddRows(std::move(uncontrolled), group);
  }

  // Worst first; low ones that differ by nothing but the element share a row.
  void AddRows(std::vector<const Threat*> threats, pb::RuleGroup& group) const {
    std::stable_sort(threats.begin(), threats.end(), [](const Threat* a, const Threat* b) {
      return a->scores.current.product() > b->scores.current.product();
    });
    using Shared =
        std::tuple<int, int, int, int, int, absl::string_view, absl::string_view, absl::string_view, absl::string_view>;
    std::map<Shared, pb::AlikeThreats*> alike;
    for (const Threat* threat : threats) {
      const int at = PositionOf(*threat);
      if (threat->severity() > model::v1::SEVERITY_LOW) {
        group.add_rows(at);
        continue;
      }
      const pb::Finding& finding = result_.findings(at);
      const pb::FindingAssessment& assessment = result_.assessments(finding.assessment());
      pb::AlikeThreats*& row = alike[{finding.status(), finding.inherent().likelihood(), finding.inherent().impact(),
                                      finding.target().likelihood(), finding.target().impact(), assessment.derivation(),
                                      assessment.owner(), assessment.due(), assessment.evidence()}];
      if (row == nullptr) {
        row = group.add_low();
        row->set_example(at);
      }
      row->add_elements(PlaceOf(*threat));
    }
  }

  // --- Coverage ---

  static std::string CellText(const analysis::StrideCell& cell) {
    if (cell.considered == 0) return "none";
    if (cell.open == 0) return absl::StrCat(cell.considered, " controlled");
    return absl::StrCat(cell.open, " of ", cell.considered, " open, ", Label(cell.worst));
  }

  void AddCoverage() {
    std::map<std::string, pb::CoverageRow*> alike;                             // by kind and cells
    std::map<std::pair<absl::string_view, int>, pb::CoverageReason*> reasons;  // by reason and letter
    for (const analysis::StrideRow& row : threats_.coverage()) {
      pb::CoverageRow cells;
      cells.set_kind(std::string(row.kind));
      std::string* const texts[] = {cells.mutable_spoofing(),   cells.mutable_tampering(), cells.mutable_repudiation(),
                                    cells.mutable_disclosure(), cells.mutable_denial(),    cells.mutable_elevation()};
      for (std::string* text : texts) *text = "-";
      for (const analysis::StrideCell& cell : row.cells) {
        *texts[cell.letter - k::STRIDE_SPOOFING] = CellText(cell);
        if (cell.considered > 0) continue;
        pb::CoverageReason*& reason = reasons[{cell.reason, cell.letter}];
        if (reason == nullptr) {
          reason = result_.add_coverage_reasons();
          reason->set_letter(cell.letter);
          reason->set_reason(std::string(cell.reason));
        }
        reason->add_elements(row.element_id);
      }
      pb::CoverageRow*& shown = alike[cells.SerializeAsString()];
      if (shown == nullptr) {
        shown = result_.add_coverage();
        *shown = std::move(cells);
      }
      shown->add_elements(row.element_id);
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
    std::map<std::string, std::vector<const Threat*>> lesser;  // by team
    result_.mutable_open_findings()->Reserve(static_cast<int>(threats_.Prioritised().size()));
    for (const Threat* threat : threats_.Prioritised()) {
      metapowers::v1::OpenFinding& open = *result_.add_open_findings();
      open.set_key(threat->key());
      open.set_title(threat->rule->title());
      open.set_severity(threat->severity());
      open.set_owner(*threat->team);
      open.set_due(*threat->due);
      const bool many = rank >= kPrioritiesShown && threat->severity() < model::v1::SEVERITY_HIGH;
      if (many || threat->scores.current.product() < kPriorityFrom) {
        lesser[NameOfTeam(*threat->team)].push_back(threat);
        continue;
      }
      pb::Priority& row = *result_.add_priorities();
      row.set_rank(++rank);
      row.set_title(threat->rule->title());
      row.set_scenario(analysis::ScenarioOf(*threat));
      row.set_finding(PositionOf(*threat));
      row.set_likelihood(LikelihoodLabel(threat->scores.current.likelihood));
      row.set_impact(ImpactLabel(threat->scores.current.impact));
    }
    AddLesser(lesser);
  }

  void AddLesser(const std::map<std::string, std::vector<const Threat*>>& by_team) {
    for (const auto& [team, found] : by_team) {
      pb::LesserThreats& row = *result_.add_lesser();
      row.set_owner(team);
      const auto is_due_first = [](const Threat* a, const Threat* b) { return *a->due < *b->due; };
      row.set_due(*(*std::min_element(found.begin(), found.end(), is_due_first))->due);
      std::map<std::string, int> counts;
      for (const Threat* threat : found) {
        const bool low = threat->severity() == model::v1::SEVERITY_LOW;
        row.set_low(row.low() + (low ? 1 : 0));
        row.set_medium(row.medium() + (low ? 0 : 1));
        ++counts[threat->rule->id()];
      }
      std::vector<std::pair<std::string, int>> rules(counts.begin(), counts.end());
      std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
      for (const auto& [rule, count] : rules) row.add_rules(absl::StrCat(rule, " (", count, ")"));
    }
  }

  void AddDecisions() {
    for (const Threat& threat : threats_.all()) {
      if (threat.decision == nullptr) continue;
      pb::DecidedThreat& row = *result_.add_decided();
      row.set_key(threat.key());
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
      } else if (threat->reopened != nullptr) {
        add_void(decision, *threat->reopened);
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
    ReferenceFilter binding(input_);
    for (const analysis::PlannedControl& plan : analysis::PlanControls(threats_)) {
      pb::ControlRow& row = *result_.add_controls();
      row.set_id(plan.control->id());
      row.set_name(plan.control->name());
      std::set<std::string> data;
      for (const Threat* threat : plan.threats) {
        if (const DataClass* at_stake = analysis::AtStake(*threat)) data.insert(at_stake->name());
      }
      const std::string where = EachOf(plan.elements, kNamesInCell);
      const std::string what = data.empty() ? "data" : List({data.begin(), data.end()}, kNamesInCell);
      for (const std::string& team : plan.teams) row.add_owners(NameOfTeam(team));
      const std::string who = List({row.owners().begin(), row.owners().end()}, kNamesInCell);
      const auto fill = [&](const std::string& text) {
        return absl::StrReplaceAll(
            FillTerms(input_.model, text),
            {{"{element}", where}, {"{data}", what}, {"{system}", proto_.name()}, {"{team}", who}});
      };
      row.set_measure(fill(plan.control->measure()));
      row.set_verification(fill(plan.control->verification()));
      row.mutable_findings()->Reserve(static_cast<int>(plan.threats.size()));
      for (const Threat* threat : plan.threats) row.add_findings(PositionOf(*threat));
      row.set_threats(static_cast<int>(plan.threats.size()));
      row.set_points(plan.points);
      AddAll(BindingReferences(binding, plan.control->references()), row.mutable_references());
      row.set_due(plan.due);
      row.set_effort(Label(plan.control->effort()));
      row.set_state(StateText(plan.states));
    }
  }

  // Threats of one rule that need the same of the same team by the same day share a row.
  void AddMitigations() {
    std::map<std::string, pb::MitigationRow*> alike;
    for (const Threat* threat : threats_.Prioritised()) {
      if (threat->severity() < model::v1::SEVERITY_HIGH) break;
      pb::MitigationRow row;
      row.set_rule(threat->rule->id());
      row.set_severity(threat->severity());
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (IsMissing(each)) row.add_controls(each.control->name());
      }
      row.set_owner(NameOfTeam(*threat->team));
      row.set_due(*threat->due);
      row.set_target(threat->scores.target.severity);
      pb::MitigationRow*& shown = alike[row.SerializeAsString()];
      if (shown == nullptr) {
        shown = result_.add_mitigations();
        *shown = std::move(row);
        shown->set_mitigation(analysis::MitigationOf(*threat));
      } else {
        shown->set_mitigation(InGeneral(threat->rule->mitigation(), proto_.name()));
      }
      shown->add_keys(threat->key());
    }
  }

  // --- What is not known, and what is odd ---

  // Whether something assumed decides the condition, which else would be unknown.
  static bool IsAssumed(const analysis::Condition& condition, const analysis::Element& element) {
    return condition.Judge(element) != analysis::Truth::kUnknown;
  }

  // By what is not known, the rules that wait for it and who is asked.
  void AddUndecided() {
    std::map<std::pair<absl::string_view, std::string>, pb::UndecidedRow> by_element;  // element, unknown
    for (const analysis::UndecidedThreat& undecided : threats_.undecided()) {
      for (const analysis::Condition* condition : undecided.unknown) {
        std::string unknown(absl::StripSuffix(condition->Say(undecided.element), " is unknown"));
        if (IsAssumed(*condition, undecided.element)) unknown += ", assumed";
        pb::UndecidedRow& row = by_element[{undecided.element_id(), unknown}];
        row.set_unknown(std::move(unknown));
        // Of data it waits once for each element that the data makes it apply to.
        if (row.rules().empty() || *row.rules().rbegin() != undecided.rule->id()) row.add_rules(undecided.rule->id());
        row.set_owner(NameOfTeam(*undecided.team));
      }
    }
    std::map<std::string, pb::UndecidedRow*> alike;
    for (auto& [key, row] : by_element) {
      pb::UndecidedRow*& shown = alike[row.SerializeAsString()];
      if (shown == nullptr) {
        shown = result_.add_undecided();
        *shown = std::move(row);
      }
      shown->add_elements(std::string(key.first));
    }
  }

  void AddModelQuality() {
    for (const analysis::QualityFinding& finding : threats_.model_quality()) {
      pb::ModelQualityRow& row = *result_.add_model_quality();
      row.set_rule(finding.rule->id());
      row.set_element(finding.element_id);
      row.set_advice(finding.advice);
      row.set_owner(NameOfTeam(finding.team));
    }
    for (const analysis::PostureContradiction& found : analysis::PostureContradictions(threats_.landscape())) {
      pb::ContradictionRow& row = *result_.add_contradictions();
      row.set_element(found.element);
      row.set_control(found.control);
      row.set_declared(found.declared);
      row.set_implied(found.implied);
    }
  }

  // What is assumed and rules wait for, each once.
  void AskForAssumed() {
    std::map<std::tuple<std::string, std::string, std::string>, std::set<std::string>> asked;
    for (const analysis::UndecidedThreat& undecided : threats_.undecided()) {
      for (const analysis::Condition* condition : undecided.unknown) {
        if (!IsAssumed(*condition, undecided.element)) continue;
        asked[{condition->Say(undecided.element), *undecided.team, condition->Field()}].insert(undecided.element_id());
      }
    }
    for (const auto& [what, elements] : asked) {
      const auto& [condition, team, field] = what;
      metapowers::v1::Question& question = *result_.add_questions();
      question.set_field(field);
      question.set_text(absl::StrReplaceAll(
          knowledge::RiskGrid().assumed_question(),
          {{"{condition}", condition}, {"{elements}", List({elements.begin(), elements.end()}, kNamesInCell)}}));
      question.set_owner(team);
      question.set_owner_name(NameOfTeam(team));
    }
  }

  // What is assumed, declared fields that rules wait for, then controls of which nothing is known, by team.
  void AddQuestions() {
    AskForAssumed();
    std::set<std::string> fields;
    for (const analysis::UndecidedThreat& undecided : threats_.undecided()) {
      for (const analysis::Condition* condition : undecided.unknown) fields.insert(condition->Field());
    }
    fields.erase("");
    const std::vector<absl::string_view> views(fields.begin(), fields.end());
    if (!views.empty()) {
      for (metapowers::v1::Question& question : QuestionsOn(input_.presumed.model(), views)) {
        *result_.add_questions() = std::move(question);
      }
    }
    // Where it is assumed which component an element is about, so is the element.
    std::vector<absl::string_view> making;
    for (const model::AssumedAttribute& assumed : model_.assumed()) {
      if (model::MakesElement(model::RuleOf(assumed.field_type))) making.push_back(assumed.field_type);
    }
    for (metapowers::v1::Question& question : QuestionsOn(model_, {}, making)) {
      *result_.add_questions() = std::move(question);
    }
    using Asked = std::pair<absl::string_view, absl::string_view>;  // control, team
    absl::flat_hash_map<Asked, std::vector<const std::string*>> unknown;
    for (const Threat* threat : threats_.Prioritised()) {
      for (const analysis::ControlOnThreat& each : threat->controls) {
        if (each.posture->state != model::v1::POSTURE_STATE_UNSPECIFIED) continue;
        unknown[{each.row->control(), *threat->team}].push_back(&threat->element_id());
      }
    }
    const std::map<Asked, std::vector<const std::string*>> sorted(unknown.begin(), unknown.end());
    for (const auto& [asked, ids] : sorted) {
      std::set<std::string> elements;
      for (const std::string* id : ids) elements.insert(*id);
      metapowers::v1::Question& question = *result_.add_questions();
      question.set_field(absl::StrCat("posture.", asked.first));
      question.set_text(absl::StrReplaceAll(knowledge::RiskGrid().posture_question(),
                                            {{"{control}", knowledge::FindControl(asked.first)->name()},
                                             {"{elements}", List({elements.begin(), elements.end()}, kNamesInCell)}}));
      question.set_owner(std::string(asked.second));
      question.set_owner_name(NameOfTeam(question.owner()));
    }
  }

  // --- Totals ---

  void AddTotals() {
    pb::ThreatTotals& totals = *result_.mutable_totals();
    for (const Threat& threat : threats_.all()) {
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
    totals.set_rules_fired(static_cast<int>(found_.size()));
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
    phrases.set_flows(absl::StrCat(Count(totals.flows(), "flow", "flows"), AssumedFlows()));
    phrases.set_crossings(absl::StrCat(totals.crossings(), totals.crossings() == 1 ? " crosses" : " cross"));
    phrases.set_controlled(absl::StrCat(are(totals.controlled()), " controlled"));
    phrases.set_decided(absl::StrCat(are(totals.decided()), " decided"));
    phrases.set_rules(Count(totals.rules_tried(), "rule", "rules"));
  }

  // " (2 more are assumed and wait for confirmation: api-to-db and web-to-api)"; empty where none is.
  std::string AssumedFlows() const {
    std::vector<std::string> ids;
    for (const model::v1::Flow& flow : input_.presumed.model().proto().flows()) {
      if (model_.Find<model::v1::Flow>(flow.id()) == nullptr) ids.push_back(flow.id());
    }
    if (ids.empty()) return "";
    return absl::StrCat(" (", ids.size(), ids.size() == 1 ? " more is assumed and waits" : " more are assumed and wait",
                        " for confirmation: ", List(ids, kNamesInCell), ")");
  }

  // TeamName(), looked up once for each team.
  const std::string& NameOfTeam(const std::string& id) {
    const auto [known, added] = team_names_.try_emplace(id);
    if (added) known->second = TeamName(model_, id);
    return known->second;
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  std::vector<Found> found_;                           // sorted by rule
  absl::flat_hash_map<std::string, int> assessments_;  // positions by identity
  std::string identity_;                               // of the last one; kept for its memory
  std::map<std::string, std::string> team_names_;
  pb::ThreatModelResult& result_;
};

}  // namespace

void ThreatModel(const Input& input, pb::ThreatModelResult& result) { Builder(input, result).Build(); }

}  // namespace metapowers::commands::identify
