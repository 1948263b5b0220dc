#include "service/analysis/patch_terms.h"

#include "service/analysis/asset_gaps.h"
#include "service/knowledge/rules.h"

namespace metapowers::analysis {
namespace {

constexpr int kHoursADay = 24;

TermState StateOf(const Facts& facts, const PatchTermFact& fact) {
  if (fact.hours == 0) return fact.pci ? TermState::kPciAlone : TermState::kNone;
  const absl::CivilDay today = facts.model().as_of();
  const absl::CivilDay own = today + (fact.hours + kHoursADay - 1) / kHoursADay;
  const bool longer = own > MonthsLater(today, knowledge::VulnerabilityRules().pci_critical_months());
  return fact.pci && longer ? TermState::kTooLong : TermState::kOwn;
}

}  // namespace

std::vector<PatchTermFact> PatchTerms(const Facts& facts, const std::vector<const Vulnerability*>& vulnerabilities) {
  const FrameworkFact* pci = PciFramework(facts);
  std::vector<PatchTermFact> terms;
  for (const knowledge::v1::SeverityBand& band : knowledge::VulnerabilityRules().bands()) {
    PatchTermFact& fact = terms.emplace_back();
    fact.severity = band.severity();
    fact.pci = pci != nullptr && pci->applies && fact.severity == model::v1::SEVERITY_CRITICAL;
    for (const model::v1::PatchSla& sla : facts.model().proto().policy_parameters().patch_sla()) {
      if (sla.severity() == fact.severity) fact.hours = sla.hours();
    }
    fact.state = StateOf(facts, fact);
    for (const Vulnerability* one : vulnerabilities) {
      if (one->severity != fact.severity) continue;
      ++fact.open;
      fact.overdue += one->overdue ? 1 : 0;
    }
  }
  return terms;
}

}  // namespace metapowers::analysis
