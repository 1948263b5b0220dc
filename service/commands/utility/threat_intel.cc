// The judgements are analysis' (technique_relevance.h, threat_actors.h); this puts them into the tables of the section,
// one function a table.
#include "service/commands/utility/threat_intel.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/control_plan.h"
#include "service/analysis/log_view.h"
#include "service/analysis/source_priority.h"
#include "service/analysis/technique_relevance.h"
#include "service/analysis/threat_actors.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/policy_terms.h"
#include "service/commands/rows.h"
#include "service/commands/sight_wording.h"
#include "service/commands/threat_naming.h"
#include "service/commands/wording.h"
#include "service/evidence/cvss.h"
#include "service/knowledge/intel.h"
#include "service/knowledge/threats.h"

namespace metapowers::commands::utility {
namespace {

namespace kb = knowledge::v1;
namespace pb = security::utility::v1;
using analysis::Relevance;
using analysis::TechniqueFact;
using analysis::Threat;
using analysis::Vulnerability;

// Rows of a table before the rest is counted, and names in a cell.
constexpr size_t kRows = 20;
constexpr size_t kNamed = 4;

std::string RelevanceLabel(Relevance relevance) {
  if (relevance == Relevance::kHigh) return "high";
  return relevance == Relevance::kMedium ? "medium" : "low";
}

std::vector<std::string> ElementsOf(const std::vector<const Threat*>& threats) {
  std::set<std::string> elements;
  for (const Threat* threat : threats) elements.insert(threat->element_id());
  return {elements.begin(), elements.end()};
}

// What the points of a technique are for: "threat of high severity 3 + not detected everywhere 2 = 5".
std::string Because(const TechniqueFact& fact) {
  std::vector<std::string> terms;
  if (!fact.open.empty()) {
    const bool severe = analysis::IsSevereAndOpen(*fact.open.front());
    terms.push_back(absl::StrCat("threat of ", Label(fact.open.front()->severity()), " severity ", severe ? 3 : 1));
  }
  if (!fact.blind.empty()) terms.push_back("not detected everywhere 2");
  if (!fact.technologies.empty()) terms.push_back(absl::StrCat(fact.technologies.front()->name(), " 1"));
  if (fact.sector != nullptr) terms.push_back("sector 1");
  if (!fact.vulnerabilities.empty()) {
    const auto count = static_cast<int64_t>(fact.vulnerabilities.size());
    terms.push_back(absl::StrCat(Count(count, "known CVE", "known CVEs"), " 1"));
  }
  return absl::StrCat(absl::StrJoin(terms, " + "), " = ", fact.points);
}

class Builder {
 public:
  explicit Builder(const Input& input)
      : input_(input),
        model_(input.model),
        proto_(input.model.proto()),
        threats_(input.threats.Get()),
        sources_(analysis::LogSources::Of(threats_.landscape())),
        view_(threats_.landscape(), sources_),
        detections_(analysis::Detections::Of(threats_, sources_)),
        vulnerabilities_(analysis::JudgeVulnerabilities(input.facts, input.evidence)),
        intelligence_(analysis::GatherIntelligence(threats_, *detections_, *vulnerabilities_)),
        entries_(analysis::FindEntryPoints(input.facts)) {}

  pb::ThreatIntelResult Build() {
    result_.set_system(proto_.name());
    result_.set_as_of(proto_.as_of());
    result_.set_catalogue(knowledge::Attack().version());
    if (proto_.organization().sector() != model::v1::SECTOR_UNSPECIFIED) {
      result_.set_sector(Label(proto_.organization().sector()));
    }
    if (intelligence_.sector != nullptr) result_.set_stake(intelligence_.sector->stake());
    AddVulnerabilities();
    AddActors();
    AddTactics();
    AddTechnologies();
    AddTechniques();
    AddControls();
    AddBlind();
    AddTotals();
    AddQuestions(model_, {"Organization.sector", "Component.internet_facing"}, *result_.mutable_questions());
    FillPresence(result_);
    return std::move(result_);
  }

 private:
  static bool IsHigh(const TechniqueFact& fact) { return fact.relevance == Relevance::kHigh; }

  static int Detected(const TechniqueFact& fact) { return static_cast<int>(fact.open.size() - fact.blind.size()); }

  // --- Known vulnerabilities ---

  void AddVulnerabilities() {
    pb::IntelTotals& totals = *result_.mutable_totals();
    for (const analysis::EvidenceFact& fact : vulnerabilities_->evidence) {
      if (fact.IsScan() && fact.newest) totals.set_scans(totals.scans() + 1);
      if (fact.entry->state == evidence::EvidenceSet::State::kRead) continue;
      pb::IntelEvidenceRow& row = *result_.add_unread();
      row.set_id(fact.declaration->id());
      AddAll(fact.components, row.mutable_elements());
      row.set_owner(TeamName(model_, fact.team));
    }
    for (const Vulnerability& vulnerability : vulnerabilities_->open) {
      if (!analysis::IsPublic(vulnerability)) continue;
      totals.set_cves(totals.cves() + 1);
      const bool exposed = vulnerability.exposure == kb::VULNERABILITY_EXPOSURE_INTERNET;
      totals.set_exposed(totals.exposed() + (exposed ? 1 : 0));
      totals.set_overdue(totals.overdue() + (vulnerability.overdue ? 1 : 0));
      if (result_.cves_size() == static_cast<int>(kRows)) {
        totals.set_cves_left_out(totals.cves_left_out() + 1);
      } else {
        AddVulnerability(vulnerability, *result_.add_cves());
      }
    }
  }

  void AddVulnerability(const Vulnerability& vulnerability, pb::IntelCveRow& row) const {
    row.set_id(vulnerability.id);
    row.set_element(vulnerability.component.empty() ? vulnerability.repository : vulnerability.component);
    row.set_in(vulnerability.in_code()
                   ? vulnerability.file
                   : absl::StrCat(vulnerability.package, " ", absl::StrJoin(vulnerability.installed, ", ")));
    AddAll(vulnerability.fixed, row.mutable_fixed());
    if (vulnerability.cvss.has_value()) row.set_cvss(absl::StrFormat("%.1f", vulnerability.score));
    row.set_exposure(Label(vulnerability.exposure));
    row.set_level(vulnerability.level);
    if (const auto* technique = analysis::TechniqueOf(vulnerability)) {
      row.set_technique(WeaknessLabel(technique->id()));
      AddFirst(ShownBy(vulnerability, technique->id()), 2, row.mutable_detections());
    }
    row.set_vector_known(vulnerability.cvss.has_value() &&
                         !evidence::AttackVectorOf(vulnerability.cvss->vector).empty());
    row.set_due(vulnerability.due);
    row.set_overdue(vulnerability.overdue);
    row.set_owner(TeamName(model_, vulnerability.team));
  }

  // Rules on the technique that read a collected log which sees the component.
  std::vector<std::string> ShownBy(const Vulnerability& vulnerability, const std::string& technique) const {
    const int index = threats_.landscape().IndexOf(vulnerability.component);
    if (index < 0) return {};
    const auto logs = view_.SourcesOn(threats_.landscape().ComponentElement(index));
    std::vector<std::string> shown;
    for (const analysis::AppliedDetection& detection : detections_->all()) {
      const auto& attack = detection.row->attack();
      if (std::find(attack.begin(), attack.end(), technique) == attack.end()) continue;
      const bool sees = std::any_of(logs.begin(), logs.end(), [&](const analysis::LogSource* log) {
        return log->collected() &&
               std::find(detection.sources.begin(), detection.sources.end(), log) != detection.sources.end();
      });
      if (sees) shown.push_back(detection.row->id());
    }
    return shown;
  }

  // --- Actors ---

  void AddActors() {
    for (const analysis::ThreatActor& actor : analysis::FindThreatActors(threats_, entries_)) {
      pb::IntelActorRow& row = *result_.add_actors();
      row.set_id(actor.row->id());
      row.set_name(actor.row->name());
      row.set_start(actor.row->start());
      row.set_barrier(actor.row->barrier());
      AddFirst(actor.who, kNamed, row.mutable_who());
      row.set_ways(static_cast<int>(actor.ways.size()));
      row.set_unauthenticated(actor.unauthenticated);
      std::vector<std::string> data;
      for (const auto* each : actor.data) data.push_back(each->id());
      AddFirst(std::move(data), kNamed, row.mutable_data());
      row.set_threats(static_cast<int>(actor.threats.size()));
      for (const Threat* threat : actor.threats) {
        row.set_severe(row.severe() + (analysis::IsSevereAndOpen(*threat) ? 1 : 0));
      }
      if (!actor.threats.empty()) row.set_worst(actor.threats.front()->key());
    }
  }

  // --- Techniques ---

  void AddTactics() {
    for (const kb::IntelTactic& tactic : knowledge::ThreatIntelRules().tactics()) {
      pb::IntelTacticRow row;
      row.set_name(tactic.name());
      std::set<const Threat*> open;
      std::set<const Threat*> blind;
      std::vector<std::string> names;
      for (const TechniqueFact& fact : intelligence_.techniques) {
        if (fact.tactic != &tactic) continue;
        row.set_techniques(row.techniques() + 1);
        row.set_high(row.high() + (IsHigh(fact) ? 1 : 0));
        open.insert(fact.open.begin(), fact.open.end());
        blind.insert(fact.blind.begin(), fact.blind.end());
        names.push_back(WeaknessLabel(fact.technique->id()));
      }
      if (names.empty()) continue;
      for (const Threat* threat : open) row.set_worst(std::max(row.worst(), threat->severity()));
      row.set_open(static_cast<int>(open.size()));
      row.set_detected(static_cast<int>(open.size() - blind.size()));
      AddFirst(std::move(names), kNamed, row.mutable_names());
      *result_.add_tactics() = std::move(row);
    }
  }

  void AddTechnologies() {
    for (const analysis::TechnologyFact& fact : intelligence_.technologies) {
      pb::IntelTechnologyRow& row = *result_.add_technologies();
      row.set_name(fact.technology->name());
      AddFirst(fact.components, kNamed, row.mutable_components());
      for (const std::string& id : fact.technology->techniques()) row.add_techniques(id);
      for (const auto* technique : fact.missing) row.add_missing(WeaknessLabel(technique->id()));
    }
  }

  void AddTechniques() {
    for (const TechniqueFact& fact : intelligence_.techniques) {
      if (result_.techniques_size() == static_cast<int>(kRows)) break;
      pb::IntelTechniqueRow& row = *result_.add_techniques();
      row.set_id(fact.technique->id());
      row.set_name(WeaknessLabel(fact.technique->id()));
      row.set_tactic(fact.tactic->name());
      row.set_relevance(RelevanceLabel(fact.relevance));
      row.set_points(fact.points);
      row.set_because(Because(fact));
      AddFirst(ElementsOf(fact.open), kNamed, row.mutable_elements());
      row.set_open(static_cast<int>(fact.open.size()));
      row.set_detected(Detected(fact));
      if (!fact.open.empty()) row.set_worst(fact.open.front()->severity());
      std::vector<std::string> detections;
      for (const auto* detection : fact.detections) detections.push_back(detection->row->id());
      std::sort(detections.begin(), detections.end());
      AddFirst(std::move(detections), 3, row.mutable_detections());
    }
  }

  // --- Recommendations ---

  // Ids of techniques of high and medium relevance that these threats name.
  std::vector<std::string> RelevantOf(const std::vector<const Threat*>& threats) const {
    std::set<const Threat*> wanted(threats.begin(), threats.end());
    std::vector<std::string> ids;
    for (const TechniqueFact& fact : intelligence_.techniques) {
      const bool named = std::any_of(fact.open.begin(), fact.open.end(),
                                     [&](const Threat* threat) { return wanted.count(threat) > 0; });
      if (named && fact.relevance != Relevance::kLow) ids.push_back(fact.technique->id());
    }
    return ids;
  }

  void AddControls() {
    for (const analysis::PlannedControl& planned : analysis::PlanControls(threats_)) {
      std::vector<std::string> techniques = RelevantOf(planned.threats);
      if (planned.points == 0 || techniques.empty()) continue;
      pb::IntelControlRow& row = *result_.add_controls();
      row.set_id(planned.control->id());
      row.set_name(planned.control->name());
      AddFirst(std::move(techniques), kNamed, row.mutable_techniques());
      row.set_threats(static_cast<int>(planned.threats.size()));
      AddFirst(planned.elements, kNamed, row.mutable_missing_on());
      for (const std::string& team : planned.teams) row.add_owners(TeamName(model_, team));
      row.set_due(planned.due);
      row.set_verification(absl::StrReplaceAll(FillTerms(input_.model, planned.control->verification()),
                                               {{"{element}", List(planned.elements, kNamed)},
                                                {"{system}", proto_.name()},
                                                {"{data}", "its data"},
                                                {"{team}", absl::StrJoin(row.owners(), ", ")}}));
      if (result_.controls_size() == static_cast<int>(kRows) / 2) break;
    }
  }

  void AddBlind() {
    for (const TechniqueFact& fact : intelligence_.techniques) {
      if (!IsHigh(fact) || fact.blind.empty()) continue;
      if (result_.blind_size() == static_cast<int>(kRows) / 2) {
        result_.mutable_totals()->set_blind_left_out(result_.totals().blind_left_out() + 1);
        continue;
      }
      const Threat& worst = *fact.blind.front();
      pb::IntelBlindRow& row = *result_.add_blind();
      row.set_name(WeaknessLabel(fact.technique->id()));
      row.set_blind(static_cast<int>(fact.blind.size()));
      AddFirst(ElementsOf(fact.blind), kNamed, row.mutable_elements());
      row.set_owner(TeamName(model_, *worst.team));
      row.set_due(*worst.due);
      const analysis::ThreatSight* sight = detections_->SightOf(worst);
      if (sight == nullptr) continue;
      row.set_reason(BlindReason(*sight));
      row.set_remedy(BlindRemedy(*sight, sources_, proto_.logging().platform()));
    }
  }

  void AddTotals() {
    pb::IntelTotals& totals = *result_.mutable_totals();
    for (const TechniqueFact& fact : intelligence_.techniques) {
      totals.set_high(totals.high() + (IsHigh(fact) ? 1 : 0));
      totals.set_medium(totals.medium() + (fact.relevance == Relevance::kMedium ? 1 : 0));
      totals.set_low(totals.low() + (fact.relevance == Relevance::kLow ? 1 : 0));
      totals.set_threatened(totals.threatened() + (fact.open.empty() ? 0 : 1));
      totals.set_unmodelled(totals.unmodelled() + (fact.open.empty() ? 1 : 0));
    }
    totals.set_techniques(static_cast<int>(intelligence_.techniques.size()));
    totals.set_techniques_left_out(totals.techniques() - result_.techniques_size());
    totals.set_actors(result_.actors_size());
    pb::IntelPhrases& phrases = *result_.mutable_phrases();
    phrases.set_techniques(Count(totals.techniques(), "technique", "techniques"));
    phrases.set_cves(Count(totals.cves(), "CVE", "CVEs"));
    phrases.set_actors(Count(totals.actors(), "kind of actor", "kinds of actors"));
    phrases.set_scans(Count(totals.scans(), "scan", "scans"));
  }

  const Input& input_;
  const model::Model& model_;
  const model::v1::SystemModel& proto_;
  const analysis::Threats& threats_;
  const analysis::LogSources sources_;
  const analysis::LogView view_;
  const std::unique_ptr<const analysis::Detections> detections_;
  const std::unique_ptr<const analysis::VulnerabilityFacts> vulnerabilities_;
  const analysis::ThreatIntelligence intelligence_;
  const std::vector<analysis::EntryPoint> entries_;
  pb::ThreatIntelResult result_;
};

}  // namespace

pb::ThreatIntelResult ThreatIntel(const Input& input) { return Builder(input).Build(); }

}  // namespace metapowers::commands::utility
