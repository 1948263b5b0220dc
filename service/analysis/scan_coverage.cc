#include "service/analysis/scan_coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/asset_gaps.h"
#include "service/analysis/terms.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

using knowledge::v1::ScanCommand;
using knowledge::v1::ScanKind;
using knowledge::v1::ScanNeed;
using model::v1::Component;

template <class List, class T>
bool Lists(const List& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// An empty list does not restrict.
template <class List, class T>
bool Allows(const List& list, const T& value) {
  return list.empty() || Lists(list, value);
}

bool OnRepository(const ScanNeed& need) {
  return need.package_managers() || need.infrastructure_code() || need.kind() == knowledge::v1::SCAN_KIND_CODE;
}

// Whether a report of this tool on this kind of subject covers the kind.
bool Covers(const EvidenceFact& fact, ScanKind kind) {
  const std::string tool = absl::AsciiStrToLower(fact.entry->report.tool);
  for (const knowledge::v1::ScanTool& row : knowledge::VulnerabilityRules().tools()) {
    if (!absl::StartsWith(tool, row.name())) continue;
    return Lists(fact.declaration->component().empty() ? row.repository() : row.component(), static_cast<int>(kind));
  }
  return false;
}

class Finder {
 public:
  Finder(const Facts& facts, const VulnerabilityFacts& vulnerabilities)
      : facts_(facts), model_(facts.model()), vulnerabilities_(vulnerabilities) {}

  std::vector<ScanFact> Run() {
    for (const ScanNeed& need : knowledge::VulnerabilityRules().needs()) {
      if (need.infrastructure_code()) {
        for (const model::v1::IacSource& source : model_.proto().delivery().iac()) AddIac(need, source);
        continue;
      }
      for (const std::string& id : ScannableComponents(facts_)) {
        const ComponentFacts& component = *facts_.Find(id);
        if (Needs(need, component)) AddComponent(need, component);
      }
    }
    std::vector<ScanFact> scans;
    for (auto& [key, scan] : scans_) {
      AddEvidence(scan);
      scan.due = model::FormatDate(model_.as_of() + FactorOf(scan.exposure).scan_days());
      scans.push_back(std::move(scan));
    }
    return scans;
  }

 private:
  bool Needs(const ScanNeed& need, const ComponentFacts& facts) const {
    const Component& component = *facts.component;
    if (!need.machines().empty() && !Lists(need.machines(), component.machine())) return false;
    if (need.custom_code() && !component.custom_code()) return false;
    if (need.internet() && !facts.exposed_to_internet) return false;
    if (!need.package_managers()) return true;
    const auto* repository = model_.Find<model::v1::Repository>(component.repository());
    return repository != nullptr && !repository->package_managers().empty();
  }

  // What one scan of this kind looks at as a whole.
  std::string TargetOf(const ScanNeed& need, const Component& component) const {
    if (OnRepository(need) && !component.repository().empty()) return component.repository();
    const auto* host = model_.Find<model::v1::Infrastructure>(component.runs_on());
    const bool own_host = host != nullptr && host->kind() == model::v1::INFRASTRUCTURE_KIND_VIRTUAL_MACHINE;
    return need.kind() == knowledge::v1::SCAN_KIND_HOST && own_host ? host->id() : component.id();
  }

  void AddComponent(const ScanNeed& need, const ComponentFacts& facts) {
    const Component& component = *facts.component;
    const std::string target = TargetOf(need, component);
    const auto [at, is_new] = scans_.try_emplace({need.kind(), target});
    ScanFact& scan = at->second;
    scan.components.push_back(component.id());
    scan.exposure = std::min(scan.exposure, VulnerabilityExposureOf(facts_, facts));
    if (!is_new) return;
    scan.need = &need;
    scan.target = target;
    scan.team = TeamOf(need, component);
    for (const ScanCommand& command : need.commands()) {
      if (!Fits(command, component)) continue;
      Fill(command, component, scan);
      break;
    }
  }

  std::string TeamOf(const ScanNeed& need, const Component& component) const {
    const auto* repository = model_.Find<model::v1::Repository>(component.repository());
    if (OnRepository(need) && repository != nullptr && !repository->owner_team().empty()) {
      return repository->owner_team();
    }
    return component.owner_team().empty() ? model_.proto().owner_team() : component.owner_team();
  }

  bool Fits(const ScanCommand& command, const Component& component) const {
    if (command.foreign_image() && (component.custom_code() || component.container().base_image().empty())) {
      return false;
    }
    if (!Allows(command.providers(), component.provider())) return false;
    if (command.technologies().empty() && command.versions().empty()) return true;
    const auto& technologies = component.technology();
    if (std::any_of(technologies.begin(), technologies.end(),
                    [&](const std::string& technology) { return Lists(command.technologies(), technology); })) {
      return true;
    }
    const auto* host = model_.Find<model::v1::Infrastructure>(component.runs_on());
    return std::any_of(command.versions().begin(), command.versions().end(), [&](const std::string& word) {
      return absl::StrContains(component.version(), word) ||
             (host != nullptr && absl::StrContains(host->version(), word));
    });
  }

  void Fill(const ScanCommand& command, const Component& component, ScanFact& scan) const {
    // Where no repository is declared the file is named after the component.
    const std::string& repository = component.repository().empty() ? component.id() : component.repository();
    scan.command = absl::StrReplaceAll(command.command(), {{"{component}", component.id()},
                                                           {"{repository}", repository},
                                                           {"{target}", scan.target},
                                                           {"{image}", component.container().base_image()}});
    scan.format = command.format();
    scan.action = command.action();
  }

  void AddIac(const ScanNeed& need, const model::v1::IacSource& source) {
    const auto* repository = model_.Find<model::v1::Repository>(source.repository());
    if (repository == nullptr) return;
    const auto [at, is_new] = scans_.try_emplace({need.kind(), repository->id()});
    ScanFact& scan = at->second;
    for (const auto& [id, component] : facts_.components()) {
      if (Lists(source.manages(), component.component->runs_on())) {
        scan.exposure = std::min(scan.exposure, VulnerabilityExposureOf(facts_, component));
      }
    }
    if (!is_new) return;
    scan.need = &need;
    scan.target = repository->id();
    scan.components = ComponentsOf(model_, repository->id());
    scan.team = repository->owner_team().empty() ? model_.proto().owner_team() : repository->owner_team();
    for (const ScanCommand& command : need.commands()) {
      if (!Allows(command.iac_tools(), source.tool())) continue;
      Component nobody;
      nobody.set_repository(repository->id());
      Fill(command, nobody, scan);
      break;
    }
  }

  void AddEvidence(ScanFact& scan) const {
    for (const EvidenceFact& fact : vulnerabilities_.evidence) {
      if (!fact.IsScan() || !fact.newest || !Covers(fact, scan.need->kind())) continue;
      const std::string& component = fact.declaration->component();
      const bool about =
          component.empty() ? fact.declaration->repository() == scan.target : Lists(scan.components, component);
      if (about) (fact.stale ? scan.outdated_by : scan.covered_by).push_back(&fact);
    }
  }

  const Facts& facts_;
  const model::Model& model_;
  const VulnerabilityFacts& vulnerabilities_;
  std::map<std::pair<ScanKind, std::string>, ScanFact> scans_;
};

bool InScope(const ComponentFacts& component, knowledge::v1::DutyScope scope, bool has_cde) {
  switch (scope) {
    case knowledge::v1::DUTY_SCOPE_PCI:
      return has_cde && InPciScope(component);
    case knowledge::v1::DUTY_SCOPE_PCI_INTERNET:
      return InPciScope(component) && component.exposed_to_internet;
    case knowledge::v1::DUTY_SCOPE_HEALTH: {
      const auto health = [](const model::v1::DataClass* data) {
        return HasCategory(*data, {model::v1::DATA_CATEGORY_PHI});
      };
      return std::any_of(component.stores.begin(), component.stores.end(), health) ||
             std::any_of(component.processes.begin(), component.processes.end(), health);
    }
    default:
      return true;
  }
}

}  // namespace

bool ScanFact::by_evidence() const {
  return !format.empty() || (command.empty() && need->kind() == knowledge::v1::SCAN_KIND_HOST);
}

std::vector<ScanFact> ScansNeeded(const Facts& facts, const VulnerabilityFacts& vulnerabilities) {
  return Finder(facts, vulnerabilities).Run();
}

namespace {

bool Counts(const EvidenceFact& fact, const knowledge::v1::ScanDuty& duty) {
  const auto& kinds = duty.kinds();
  return kinds.empty() ||
         std::any_of(kinds.begin(), kinds.end(), [&](int kind) { return Covers(fact, static_cast<ScanKind>(kind)); });
}

// Dates until which the newest report on each component holds; a component without one is left out.
std::map<std::string, absl::CivilDay> ShownUntil(const VulnerabilityFacts& vulnerabilities,
                                                 const knowledge::v1::ScanDuty& duty) {
  std::map<std::string, absl::CivilDay> until;
  if (!duty.by_evidence()) return until;
  for (const EvidenceFact& fact : vulnerabilities.evidence) {
    if (!fact.IsScan() || !fact.newest || fact.age_days < 0 || !Counts(fact, duty)) continue;
    const absl::CivilDay produced = model::ToCivilDay(fact.declaration->produced_on());
    const absl::CivilDay end = duty.months() > 0 ? MonthsLater(produced, duty.months())
                                                 : produced + knowledge::VulnerabilityRules().max_age_days();
    for (const std::string& component : fact.components) {
      const auto [at, is_new] = until.try_emplace(component, end);
      at->second = std::max(at->second, end);
    }
  }
  return until;
}

// References of frameworks that apply; the documents follow CSF 2.0 always.
std::vector<std::string> Binding(const Facts& facts, const knowledge::v1::ScanDuty& duty) {
  std::vector<std::string> binding;
  for (const std::string& reference : duty.references()) {
    const std::string framework = reference.substr(0, reference.find(':'));
    const bool applies = std::any_of(facts.frameworks().begin(), facts.frameworks().end(),
                                     [&](const FrameworkFact& one) { return one.applies && one.id == framework; });
    if (applies || framework == "csf-2.0") binding.push_back(reference);
  }
  return binding;
}

void Fill(const Facts& facts, const VulnerabilityFacts& vulnerabilities, const std::set<std::string>& scannable,
          bool has_cde, ScanDutyFact& fact) {
  const auto until = ShownUntil(vulnerabilities, *fact.duty);
  absl::CivilDay due = absl::CivilDay::max();
  for (const std::string& id : ScannableComponents(facts)) {
    if (!InScope(*facts.Find(id), fact.duty->scope(), has_cde)) continue;
    fact.components.push_back(id);
    const auto end = until.find(id);
    const bool shown = end != until.end() && end->second >= facts.model().as_of();
    if (!shown && fact.duty->by_evidence() && scannable.count(id) == 0) {
      fact.checked.push_back(id);
      continue;
    }
    (shown ? fact.shown : fact.missing).push_back(id);
    due = std::min(due, shown ? end->second : facts.model().as_of());
  }
  if (due != absl::CivilDay::max()) fact.due = model::FormatDate(due);
}

}  // namespace

std::vector<ScanDutyFact> ScanDuties(const Facts& facts, const VulnerabilityFacts& vulnerabilities,
                                     const std::vector<ScanFact>& scans) {
  const bool has_cde = std::any_of(facts.components().begin(), facts.components().end(),
                                   [](const auto& one) { return one.second.pci_scope == PciScope::kCde; });
  std::set<std::string> scannable;
  for (const ScanFact& scan : scans) {
    if (scan.by_evidence()) scannable.insert(scan.components.begin(), scan.components.end());
  }
  std::vector<ScanDutyFact> duties;
  for (const knowledge::v1::ScanDuty& duty : knowledge::VulnerabilityRules().duties()) {
    ScanDutyFact fact;
    fact.duty = &duty;
    fact.references = Binding(facts, duty);
    if (fact.references.empty()) continue;
    Fill(facts, vulnerabilities, scannable, has_cde, fact);
    if (!fact.components.empty()) duties.push_back(std::move(fact));
  }
  return duties;
}

}  // namespace metapowers::analysis
