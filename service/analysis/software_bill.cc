#include "service/analysis/software_bill.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/asset_gaps.h"
#include "service/knowledge/software_rules.h"

namespace metapowers::analysis {
namespace {

using State = BomFact::State;
using evidence::EvidenceSet;

template <class List>
bool Lists(const List& list, absl::string_view value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& each) { return absl::EqualsIgnoreCase(each, value); });
}

bool IsBom(const model::Model& model, const EvidenceFact& fact) {
  if (fact.entry->state == EvidenceSet::State::kRead) return fact.entry->report.bom.has_value();
  // A CycloneDX file that cannot be read may hold statements alone.
  if (fact.declaration->format() == model::v1::EVIDENCE_FORMAT_SPDX) return true;
  const auto& components = model.proto().components();
  return std::any_of(components.begin(), components.end(),
                     [&](const model::v1::Component& component) { return component.sbom() == fact.declaration->id(); });
}

// Go writes "v1.2.3" where reports may say "1.2.3".
absl::string_view PlainVersion(absl::string_view version) {
  return absl::StartsWith(version, "v") ? version.substr(1) : version;
}

}  // namespace

SoftwareBill::SoftwareBill(const Facts& facts, const VulnerabilityFacts& vulnerabilities) : facts_(facts) {
  for (const EvidenceFact& source : vulnerabilities.evidence) {
    if (!IsBom(facts.model(), source)) continue;
    BomFact& fact = boms_.emplace_back();
    fact.source = &source;
    const model::v1::Evidence& declaration = *source.declaration;
    fact.subject = declaration.component().empty() ? declaration.repository() : declaration.component();
    Judge(fact);
  }
  // From here on their addresses stay.
  for (BomFact& fact : boms_) {
    if (!fact.counts() || fact.subject.empty()) continue;
    const BomFact*& newest = newest_[fact.subject];
    if (newest == nullptr || newest->date <= fact.date) newest = &fact;
  }
  for (BomFact& fact : boms_) {
    if (!fact.counts() || fact.subject.empty()) continue;
    if (newest_[fact.subject] != &fact) fact.state = State::kSuperseded;
  }
  for (const BomFact& fact : boms_) {
    if (fact.counts()) AddNames(fact);
  }
}

void SoftwareBill::AddNames(const BomFact& fact) {
  auto& names = names_[&fact];
  for (const evidence::Package& package : fact.bom->packages) {
    names.emplace(absl::AsciiStrToLower(package.name), &package);
  }
}

void SoftwareBill::Judge(BomFact& fact) const {
  const EvidenceSet::Entry& entry = *fact.source->entry;
  fact.date = fact.source->declaration->produced_on();
  if (entry.state == EvidenceSet::State::kMissing) return;
  fact.state = State::kUnreadable;
  if (entry.state == EvidenceSet::State::kUnreadable) return;
  fact.bom = &*entry.report.bom;
  if (fact.date.empty()) fact.date = fact.bom->created_on;
  absl::CivilDay day;
  if (absl::ParseCivilTime(fact.date, &day)) fact.age_days = static_cast<int>(facts_.model().as_of() - day);
  const bool old = fact.age_days < 0 || fact.age_days > knowledge::DependencyRules().max_bom_age_days();
  fact.state = !Describes(fact) ? State::kOther : old ? State::kOutdated : State::kCurrent;
}

// Names in files are those of images, modules or projects, which have the id or name in them. A file that names nothing
// is believed.
bool SoftwareBill::Describes(const BomFact& fact) const {
  if (fact.bom->subject.empty() || fact.subject.empty()) return true;
  const std::string described = absl::AsciiStrToLower(fact.bom->subject);
  std::vector<std::string> names = {fact.subject};
  const model::Model& model = facts_.model();
  const auto* component = model.Find<model::v1::Component>(fact.subject);
  if (component != nullptr) names.insert(names.end(), {component->name(), component->repository()});
  const auto* repository = model.Find<model::v1::Repository>(fact.subject);
  if (repository != nullptr) names.push_back(repository->name());
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return !name.empty() && absl::StrContains(described, absl::AsciiStrToLower(name));
  });
}

const BomFact* SoftwareBill::Of(absl::string_view component_or_repository) const {
  const auto newest = [&](absl::string_view subject) {
    const auto found = newest_.find(subject);
    return found == newest_.end() ? nullptr : found->second;
  };
  if (const BomFact* own = newest(component_or_repository)) return own;
  const auto* component = facts_.model().Find<model::v1::Component>(component_or_repository);
  if (component == nullptr) return nullptr;
  for (const BomFact& fact : boms_) {
    if (fact.counts() && fact.source->declaration->id() == component->sbom()) return &fact;
  }
  return newest(component->repository());
}

PackageMatch SoftwareBill::Find(const Vulnerability& vulnerability) const {
  PackageMatch match;
  match.bom = Of(vulnerability.component.empty() ? vulnerability.repository : vulnerability.component);
  if (match.bom == nullptr) return match;
  const auto& names = names_.at(match.bom);
  const auto [begin, end] = names.equal_range(absl::AsciiStrToLower(vulnerability.package));
  for (auto at = begin; at != end; ++at) {
    const bool same = std::any_of(
        vulnerability.installed.begin(), vulnerability.installed.end(),
        [&](const std::string& version) { return PlainVersion(version) == PlainVersion(at->second->version); });
    if (match.package == nullptr || (same && !match.same_version)) {
      match.package = at->second;
      match.same_version = same;
    }
  }
  return match;
}

std::vector<std::string> BuiltComponents(const Facts& facts) {
  std::vector<std::string> built;
  for (const std::string& id : ScannableComponents(facts)) {
    const model::v1::Component& component = *facts.Find(id)->component;
    if (component.custom_code() || component.machine() == model::v1::MACHINE_CONTAINER) built.push_back(id);
  }
  return built;
}

const knowledge::v1::PackageManager* FindPackageManager(absl::string_view name) {
  for (const knowledge::v1::PackageManager& row : knowledge::DependencyRules().managers()) {
    if (absl::EqualsIgnoreCase(row.name(), name) || Lists(row.aliases(), name)) return &row;
  }
  return nullptr;
}

std::vector<const knowledge::v1::PackageManager*> PackageManagersOf(const Facts& facts,
                                                                    const model::v1::Component& component) {
  std::vector<const knowledge::v1::PackageManager*> managers;
  const auto* repository = facts.model().Find<model::v1::Repository>(component.repository());
  if (repository == nullptr) return managers;
  for (const std::string& name : repository->package_managers()) {
    const knowledge::v1::PackageManager* row = FindPackageManager(name);
    if (row == nullptr) continue;
    const std::vector<std::string> neighbours = ComponentsOf(facts.model(), repository->id());
    const bool claimed = std::any_of(neighbours.begin(), neighbours.end(), [&](const std::string& id) {
      return Lists(row->languages(), facts.Find(id)->component->language());
    });
    if (!claimed || Lists(row->languages(), component.language())) managers.push_back(row);
  }
  return managers;
}

DistributionFact DistributionOf(const Facts& facts, absl::string_view component, absl::string_view ecosystem) {
  const ComponentFacts* found = facts.Find(component);
  if (found == nullptr) return {};
  for (const knowledge::v1::Distribution& row : knowledge::DependencyRules().distributions()) {
    if (!row.ecosystems().empty() && !Lists(row.ecosystems(), ecosystem)) continue;
    for (const std::string& technology : found->component->technology()) {
      if (!Lists(row.technologies(), technology)) continue;
      return {knowledge::v1::DISTRIBUTION_KIND_SHIPPED, absl::StrCat("technology ", technology, ": ", row.reason())};
    }
  }
  return {};
}

}  // namespace metapowers::analysis
