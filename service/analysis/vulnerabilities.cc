#include "service/analysis/vulnerabilities.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/analysis/fix_versions.h"
#include "service/analysis/vulnerability_groups.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

using evidence::Content;
using evidence::EvidenceSet;
using evidence::Finding;
using evidence::VexState;
using knowledge::v1::VulnerabilityExposure;
using model::v1::Severity;

// Bands of CVSS, which has one decimal: a product is compared as documents print it.
Severity BandOf(double score) {
  const double printed = std::round(score * 10) / 10;
  for (const knowledge::v1::SeverityBand& band : knowledge::VulnerabilityRules().bands()) {
    if (printed >= band.lowest()) return band.severity();
  }
  return model::v1::SEVERITY_UNSPECIFIED;
}

double FloorOf(Severity severity) {
  for (const knowledge::v1::SeverityBand& band : knowledge::VulnerabilityRules().bands()) {
    if (band.severity() == severity) return band.lowest();
  }
  return 0;
}

Severity MeaningOf(absl::string_view word) {
  for (const knowledge::v1::SeverityWord& known : knowledge::VulnerabilityRules().words()) {
    if (known.word() == word) return known.severity();
  }
  return model::v1::SEVERITY_UNSPECIFIED;
}

double DataFactorOf(model::v1::Confidentiality level) {
  for (const knowledge::v1::DataFactor& row : knowledge::VulnerabilityRules().data()) {
    if (row.confidentiality() == level) return row.factor();
  }
  return 0;
}

bool Excludes(VexState state) { return state == VexState::kNotAffected || state == VexState::kFalsePositive; }

// Exposure and data of what a vulnerability is in.
struct Terms {
  VulnerabilityExposure exposure = knowledge::v1::VULNERABILITY_EXPOSURE_INNER;
  bool exposure_unknown = true;
  model::v1::Confidentiality data = model::v1::CONFIDENTIALITY_UNSPECIFIED;
};

class Judge {
 public:
  Judge(const Facts& facts, const EvidenceSet& set)
      : facts_(facts),
        known_(facts.known()),
        model_(facts.model()),
        set_(set),
        result_(std::make_unique<VulnerabilityFacts>()) {}

  std::unique_ptr<const VulnerabilityFacts> Run() {
    CollectEvidence();
    MarkSeries();
    CollectFindings();
    for (VulnerabilityGroup& group : groups_.groups()) {
      if (group.open) Finish(group);
    }
    Sort();
    return std::move(result_);
  }

 private:
  using Series = std::tuple<std::string, std::string, std::string>;  // component, repository, tool

  void CollectEvidence() {
    for (const model::v1::Evidence& declaration : model_.proto().evidence()) {
      EvidenceFact fact;
      fact.declaration = &declaration;
      fact.entry = &set_.Find(declaration.id());
      fact.components = declaration.component().empty() ? ComponentsOf(model_, declaration.repository())
                                                        : std::vector<std::string>{declaration.component()};
      fact.team = TeamOf(declaration.component(), declaration.repository());
      if (!declaration.produced_on().empty()) {
        fact.age_days = static_cast<int>(model_.as_of() - model::ToCivilDay(declaration.produced_on()));
      }
      fact.stale = fact.age_days < 0 || fact.age_days > knowledge::VulnerabilityRules().max_age_days();
      result_->evidence.push_back(std::move(fact));
    }
  }

  std::string TeamOf(const std::string& component_id, const std::string& repository_id) const {
    const auto* component = model_.Find<model::v1::Component>(component_id);
    if (component != nullptr && !component->owner_team().empty()) return component->owner_team();
    const auto* repository = model_.Find<model::v1::Repository>(repository_id);
    if (repository != nullptr && !repository->owner_team().empty()) return repository->owner_team();
    return model_.proto().owner_team();
  }

  // Newest reports of each series, and the steps between its dates. A report without a date is a series of its own;
  // so is a bill of materials, in which nothing is open.
  void MarkSeries() {
    std::map<Series, std::vector<EvidenceFact*>> all;
    for (EvidenceFact& fact : result_->evidence) {
      if (fact.entry->state != EvidenceSet::State::kRead) continue;
      if (fact.declaration->produced_on().empty() || fact.entry->report.content == Content::kComponents) {
        fact.newest = true;
        continue;
      }
      all[{fact.declaration->component(), fact.declaration->repository(),
           absl::AsciiStrToLower(fact.entry->report.tool)}]
          .push_back(&fact);
    }
    for (auto& [series, facts] : all) {
      std::stable_sort(facts.begin(), facts.end(), [](const EvidenceFact* a, const EvidenceFact* b) {
        return a->declaration->produced_on() < b->declaration->produced_on();
      });
      const std::string& newest = facts.back()->declaration->produced_on();
      for (EvidenceFact* fact : facts) fact->newest = fact->declaration->produced_on() == newest;
      AddTrends(facts);
    }
  }

  void AddTrends(const std::vector<EvidenceFact*>& facts) {
    if (!facts.back()->IsScan()) return;
    if (facts.front()->newest) {
      for (const EvidenceFact* fact : facts) result_->baselines.push_back(fact);
      return;
    }
    for (size_t i = 1; i < facts.size(); ++i) {
      if (facts[i - 1]->declaration->produced_on() == facts[i]->declaration->produced_on()) continue;
      TrendFact trend;
      trend.tool = facts[i]->entry->report.tool;
      const model::v1::Evidence& declaration = *facts[i]->declaration;
      trend.subject = declaration.component().empty() ? declaration.repository() : declaration.component();
      trend.older = facts[i - 1];
      trend.newer = facts[i];
      Compare(LabelsOf(*trend.older), LabelsOf(*trend.newer), trend);
      result_->trends.push_back(std::move(trend));
    }
  }

  static std::set<std::string> LabelsOf(const EvidenceFact& fact) {
    std::set<std::string> labels;
    for (const Finding& finding : fact.entry->report.findings) labels.insert(FindingLabel(finding));
    return labels;
  }

  static void Compare(const std::set<std::string>& older, const std::set<std::string>& newer, TrendFact& trend) {
    for (const std::string& label : newer) (older.count(label) > 0 ? trend.remaining : trend.added).push_back(label);
    for (const std::string& label : older) {
      if (newer.count(label) == 0) trend.fixed.push_back(label);
    }
  }

  void CollectFindings() {
    for (const EvidenceFact& fact : result_->evidence) {
      if (fact.entry->state != EvidenceSet::State::kRead) continue;
      for (const Finding& finding : fact.entry->report.findings) {
        const bool excludes = Excludes(finding.vex) && !finding.justification.empty();
        for (Sighting& sighting : SightingsOf(model_, fact, finding)) {
          // A statement alone shows that somebody judged a vulnerability, not that it is there.
          if (!excludes || fact.entry->report.content == Content::kScan) groups_.Add(sighting);
          if (excludes && fact.newest) AddStatement(sighting);
        }
      }
    }
  }

  void AddStatement(const Sighting& sighting) {
    statements_[{sighting.component, sighting.finding->id}].push_back(sighting);
    for (const std::string& alias : sighting.finding->aliases) {
      statements_[{sighting.component, alias}].push_back(sighting);
    }
  }

  // The statement that takes the group out; nullptr when there is none.
  const Sighting* StatementOn(const VulnerabilityGroup& group) const {
    for (const std::string& id : group.ids) {
      const auto found = statements_.find({group.merged.component, id});
      if (found == statements_.end()) continue;
      for (const Sighting& statement : found->second) {
        const bool same_subject = !statement.component.empty() || statement.repository == group.merged.repository;
        if (same_subject && SamePlace(*statement.finding, group.merged)) return &statement;
      }
    }
    return nullptr;
  }

  static bool SamePlace(const Finding& statement, const Vulnerability& vulnerability) {
    if (vulnerability.in_code() || !statement.file.empty()) {
      return statement.package == vulnerability.package &&
             (!vulnerability.in_code() ||
              (statement.file == vulnerability.file && statement.line == vulnerability.line));
    }
    const std::string& package = statement.package;
    const std::string name = package.substr(package.rfind('/') + 1);
    return package.empty() || package == vulnerability.package || name == vulnerability.component;
  }

  void Finish(VulnerabilityGroup& group) {
    Vulnerability& one = group.merged;
    one.team = TeamOf(one.component, one.repository);
    one.aliases = AliasesOf(group);
    one.fixed = FixVersions(one.installed, one.fixed);
    if (const Sighting* statement = StatementOn(group)) {
      one.vex = statement->finding->vex;
      one.justification = statement->finding->justification;
      one.statement = statement->source->declaration->id();
      result_->excluded.push_back(std::move(one));
      return;
    }
    Rate(one);
    SetDue(one);
    result_->open.push_back(std::move(one));
  }

  void Rate(Vulnerability& one) {
    if (one.cvss.has_value() && one.cvss->score > 0) {
      one.score = one.cvss->score;
      one.severity = BandOf(one.score);
    } else {
      one.cvss.reset();
      one.severity = MeaningOf(one.reported);
      one.score = FloorOf(one.severity);
    }
    auto known = terms_.find({one.component, one.repository});
    if (known == terms_.end())
      known = terms_.emplace(std::make_pair(one.component, one.repository), TermsOf(one)).first;
    const Terms& terms = known->second;
    one.exposure = terms.exposure;
    one.exposure_unknown = terms.exposure_unknown;
    one.exposure_factor = FactorOf(terms.exposure).factor();
    one.data = terms.data;
    one.data_factor = DataFactorOf(terms.data);
    one.effective = one.score * one.exposure_factor * one.data_factor;
    if (one.effective > 0) one.level = BandOf(std::max(one.effective, 0.1));
  }

  Terms TermsOf(const Vulnerability& one) const {
    if (const ComponentFacts* component = known_.Find(one.component)) return TermsOf(*component);
    Terms strongest;
    for (const model::v1::IacSource& source : model_.proto().delivery().iac()) {
      if (one.repository.empty() || source.repository() != one.repository) continue;
      for (const auto& [id, component] : known_.components()) {
        const auto& manages = source.manages();
        if (std::find(manages.begin(), manages.end(), component.component->runs_on()) == manages.end()) continue;
        const Terms terms = TermsOf(component);
        strongest.exposure_unknown = false;
        strongest.exposure = std::min(strongest.exposure, terms.exposure);
        strongest.data = std::max(strongest.data, terms.data);
      }
    }
    return strongest;
  }

  Terms TermsOf(const ComponentFacts& component) const {
    const bool declared = component.component->internet_facing() != model::v1::TRISTATE_UNSPECIFIED;
    return {VulnerabilityExposureOf(known_, component), !declared && !component.exposed_to_internet,
            component.confidentiality};
  }

  void SetDue(Vulnerability& one) {
    if (one.severity == model::v1::SEVERITY_UNSPECIFIED) return;
    const absl::CivilDay start = one.first_seen.empty() ? model_.as_of() : model::ToCivilDay(one.first_seen);
    std::optional<absl::CivilDay> due;
    for (const model::v1::PatchSla& sla : model_.proto().policy_parameters().patch_sla()) {
      if (sla.severity() != one.severity || !sla.has_hours()) continue;
      due = start + (sla.hours() + 23) / 24;
      one.basis = DueBasis::kPolicy;
    }
    const ComponentFacts* component = facts_.Find(one.component);
    if (component != nullptr && InPciScope(*component) && one.severity == model::v1::SEVERITY_CRITICAL) {
      const absl::CivilDay month = MonthsLater(start, knowledge::VulnerabilityRules().pci_critical_months());
      if (!due.has_value() || month < *due) {
        due = month;
        one.basis = DueBasis::kPciMonth;
      }
    }
    if (!due.has_value()) {
      without_term_.insert(one.severity);
      return;
    }
    one.due = model::FormatDate(*due);
    one.overdue = *due < model_.as_of();
    if (one.overdue) one.overdue_days = static_cast<int>(model_.as_of() - *due);
  }

  void Sort() {
    const auto key = [](const Vulnerability& one) {
      return std::tie(one.id, one.component, one.repository, one.package, one.file, one.line);
    };
    std::stable_sort(result_->open.begin(), result_->open.end(), [&](const Vulnerability& a, const Vulnerability& b) {
      return a.effective != b.effective ? a.effective > b.effective : key(a) < key(b);
    });
    std::stable_sort(result_->excluded.begin(), result_->excluded.end(),
                     [&](const Vulnerability& a, const Vulnerability& b) {
                       return a.component != b.component ? a.component < b.component : key(a) < key(b);
                     });
    std::stable_sort(result_->trends.begin(), result_->trends.end(), [](const TrendFact& a, const TrendFact& b) {
      return std::tie(a.subject, a.tool) < std::tie(b.subject, b.tool);
    });
    std::stable_sort(
        result_->baselines.begin(), result_->baselines.end(),
        [](const EvidenceFact* a, const EvidenceFact* b) { return a->declaration->id() < b->declaration->id(); });
    result_->without_term.assign(without_term_.rbegin(), without_term_.rend());
  }

  const Facts& facts_;
  const Facts& known_;  // what ratings are made of
  const model::Model& model_;
  const EvidenceSet& set_;
  std::unique_ptr<VulnerabilityFacts> result_;
  VulnerabilityGroups groups_;
  // By component ("" for those in none) and id.
  std::map<std::pair<std::string, std::string>, std::vector<Sighting>> statements_;
  std::map<std::pair<std::string, std::string>, Terms> terms_;  // by component and repository
  std::set<Severity> without_term_;
};

}  // namespace

std::unique_ptr<const VulnerabilityFacts> JudgeVulnerabilities(const Facts& facts, const EvidenceSet& set) {
  return Judge(facts, set).Run();
}

VulnerabilityExposure VulnerabilityExposureOf(const Facts& facts, const ComponentFacts& component) {
  const Facts& known = facts.known();
  const std::string& id = component.component->id();
  if (known.Find(id)->exposed_to_internet) return knowledge::v1::VULNERABILITY_EXPOSURE_INTERNET;
  for (const model::v1::Flow& flow : known.model().proto().flows()) {
    if (flow.target() != id) continue;
    const ComponentFacts* source = known.Find(flow.source());
    if (source == nullptr) continue;
    if (source->exposed_to_internet || source->component->kind() == model::v1::COMPONENT_KIND_EXTERNAL_ENTITY) {
      return knowledge::v1::VULNERABILITY_EXPOSURE_REACHABLE;
    }
  }
  return knowledge::v1::VULNERABILITY_EXPOSURE_INNER;
}

const knowledge::v1::ExposureFactor& FactorOf(VulnerabilityExposure exposure) {
  for (const knowledge::v1::ExposureFactor& row : knowledge::VulnerabilityRules().exposures()) {
    if (row.exposure() == exposure) return row;
  }
  return knowledge::v1::ExposureFactor::default_instance();
}

std::vector<std::string> ComponentsOf(const model::Model& model, absl::string_view repository) {
  std::vector<std::string> ids;
  if (repository.empty()) return ids;
  for (const model::v1::Component& component : model.proto().components()) {
    if (component.repository() == repository) ids.push_back(component.id());
  }
  return ids;
}

bool InPciScope(const ComponentFacts& component) {
  return component.pci_scope == PciScope::kCde || component.pci_scope == PciScope::kConnected;
}

absl::CivilDay MonthsLater(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  return std::min(absl::CivilDay(month) + (day.day() - 1), absl::CivilDay(month + 1) - 1);
}

}  // namespace metapowers::analysis
