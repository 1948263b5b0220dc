#include "service/analysis/technique_relevance.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/source_priority.h"
#include "service/evidence/cvss.h"
#include "service/knowledge/intel.h"
#include "service/knowledge/threats.h"

namespace metapowers::analysis {

namespace {

namespace k = knowledge::v1;

constexpr int kHighPoints = 5;
constexpr int kMediumPoints = 3;

// ATT&CK names each tactic of a technique; the data has all of them.
const k::IntelTactic* FirstTactic(const k::CatalogueEntry& technique) {
  for (const k::IntelTactic& tactic : knowledge::ThreatIntelRules().tactics()) {
    const auto& tactics = technique.tactics();
    if (std::find(tactics.begin(), tactics.end(), tactic.id()) != tactics.end()) return &tactic;
  }
  return nullptr;
}

template <class List>
bool Names(const List& techniques, absl::string_view id) {
  return std::any_of(techniques.begin(), techniques.end(),
                     [&](const std::string& each) { return SameTechnique(each, id); });
}

class Gatherer {
 public:
  Gatherer(const Threats& threats, const Detections& detections, const VulnerabilityFacts& vulnerabilities)
      : threats_(threats), detections_(detections), vulnerabilities_(vulnerabilities) {}

  ThreatIntelligence Gather() {
    FindTechnologies();
    FindSector();
    for (const Threat* threat : threats_.Prioritised()) {
      for (const std::string& id : threat->rule->attack()) AddThreat(*threat, id);
    }
    for (const Vulnerability& vulnerability : vulnerabilities_.open) {
      const k::CatalogueEntry* technique = IsPublic(vulnerability) ? TechniqueOf(vulnerability) : nullptr;
      if (technique != nullptr) Fact(technique->id()).vulnerabilities.push_back(&vulnerability);
    }
    for (const TechnologyFact& fact : result_.technologies) {
      for (const std::string& id : fact.technology->techniques()) AddUnlessCovered(id);
    }
    if (result_.sector != nullptr) {
      for (const std::string& id : result_.sector->techniques()) AddUnlessCovered(id);
    }
    for (auto& [id, fact] : facts_) {
      Rate(fact);
      result_.techniques.push_back(std::move(fact));
    }
    std::stable_sort(result_.techniques.begin(), result_.techniques.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.points, a.open.size()) > std::make_tuple(b.points, b.open.size());
    });
    return std::move(result_);
  }

 private:
  TechniqueFact& Fact(const std::string& id) {
    TechniqueFact& fact = facts_[id];
    fact.technique = knowledge::FindWeakness(id);
    return fact;
  }

  void AddThreat(const Threat& threat, const std::string& id) {
    TechniqueFact& fact = Fact(id);
    fact.open.push_back(&threat);
    const ThreatSight* sight = detections_.SightOf(threat);
    if (sight == nullptr || sight->sight != Sight::kDetected) fact.blind.push_back(&threat);
    if (sight == nullptr) return;
    for (const AppliedDetection* detection : sight->detections) {
      auto& shown = fact.detections;
      if (std::find(shown.begin(), shown.end(), detection) == shown.end()) shown.push_back(detection);
    }
  }

  // A technique that open threats name at another level stands there.
  void AddUnlessCovered(const std::string& id) {
    const bool covered =
        std::any_of(facts_.begin(), facts_.end(), [&](const auto& each) { return SameTechnique(each.first, id); });
    if (!covered) Fact(id);
  }

  void FindTechnologies() {
    for (const k::IntelTechnology& technology : knowledge::ThreatIntelRules().technologies()) {
      TechnologyFact fact;
      fact.technology = &technology;
      for (const ComponentView& view : threats_.landscape().components()) {
        if (!view.outside && (view.capabilities >> technology.capability() & 1) != 0) {
          fact.components.push_back(view.facts->component->id());
        }
      }
      if (fact.components.empty()) continue;
      for (const std::string& id : technology.techniques()) {
        const bool named = std::any_of(threats_.all().begin(), threats_.all().end(),
                                       [&](const Threat& threat) { return Names(threat.rule->attack(), id); });
        if (!named) fact.missing.push_back(knowledge::FindWeakness(id));
      }
      result_.technologies.push_back(std::move(fact));
    }
  }

  void FindSector() {
    const auto sector = threats_.landscape().model().proto().organization().sector();
    for (const k::IntelSector& row : knowledge::ThreatIntelRules().sectors()) {
      if (row.sector() == sector) result_.sector = &row;
    }
  }

  void Rate(TechniqueFact& fact) const {
    fact.tactic = FirstTactic(*fact.technique);
    const std::string& id = fact.technique->id();
    for (const TechnologyFact& each : result_.technologies) {
      if (Names(each.technology->techniques(), id)) fact.technologies.push_back(each.technology);
    }
    if (result_.sector != nullptr && Names(result_.sector->techniques(), id)) fact.sector = result_.sector;
    const bool severe =
        std::any_of(fact.open.begin(), fact.open.end(), [](const Threat* threat) { return IsSevereAndOpen(*threat); });
    fact.points = (severe              ? 3
                   : fact.open.empty() ? 0
                                       : 1) +
                  (fact.blind.empty() ? 0 : 2) + (fact.technologies.empty() ? 0 : 1) +
                  (fact.sector == nullptr ? 0 : 1) + (fact.vulnerabilities.empty() ? 0 : 1);
    fact.relevance = fact.points >= kHighPoints     ? Relevance::kHigh
                     : fact.points >= kMediumPoints ? Relevance::kMedium
                                                    : Relevance::kLow;
  }

  const Threats& threats_;
  const Detections& detections_;
  const VulnerabilityFacts& vulnerabilities_;
  std::map<std::string, TechniqueFact> facts_;
  ThreatIntelligence result_;
};

}  // namespace

ThreatIntelligence GatherIntelligence(const Threats& threats, const Detections& detections,
                                      const VulnerabilityFacts& vulnerabilities) {
  return Gatherer(threats, detections, vulnerabilities).Gather();
}

bool SameTechnique(absl::string_view a, absl::string_view b) {
  return a == b || absl::StartsWith(a, absl::StrCat(b, ".")) || absl::StartsWith(b, absl::StrCat(a, "."));
}

bool IsPublic(const Vulnerability& vulnerability) { return absl::StartsWith(vulnerability.id, "CVE-"); }

const k::CatalogueEntry* TechniqueOf(const Vulnerability& vulnerability) {
  if (!vulnerability.cvss.has_value()) return nullptr;
  const absl::string_view vector = evidence::AttackVectorOf(vulnerability.cvss->vector);
  for (const k::IntelExploit& row : knowledge::ThreatIntelRules().exploits()) {
    const bool exposed =
        row.exposure() == k::VULNERABILITY_EXPOSURE_UNSPECIFIED || row.exposure() == vulnerability.exposure;
    if (exposed && std::find(row.vectors().begin(), row.vectors().end(), vector) != row.vectors().end()) {
      return knowledge::FindWeakness(row.technique());
    }
  }
  return nullptr;
}

}  // namespace metapowers::analysis
