#include "service/analysis/licence_audit.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace metapowers::analysis {
namespace {

using evidence::Package;
using knowledge::v1::LicencePolicy;

DistributionFact WayOf(const Facts& facts, const std::string& subject, const std::string& ecosystem) {
  if (facts.model().Find<model::v1::Component>(subject) != nullptr) return DistributionOf(facts, subject, ecosystem);
  for (const std::string& id : ComponentsOf(facts.model(), subject)) {
    DistributionFact fact = DistributionOf(facts, id, ecosystem);
    if (fact.kind == knowledge::v1::DISTRIBUTION_KIND_SHIPPED) return fact;
  }
  return {};
}

bool IsRefused(const LicenceIssue& issue) {
  return issue.policy->decision() == knowledge::v1::LICENCE_DECISION_REFUSED;
}

using Uses = std::map<std::pair<int, std::string>, LicenceUse>;  // by class and expression

void Audit(const Facts& facts, const BomFact& bom, Uses& uses, LicenceAudit& audit) {
  std::map<std::string, DistributionFact> ways;  // by ecosystem
  for (const Package& package : bom.bom->packages) {
    const std::string ecosystem = evidence::EcosystemOf(package);
    const auto [way, is_new] = ways.try_emplace(ecosystem);
    if (is_new) way->second = WayOf(facts, bom.subject, ecosystem);
    LicenceFact licence = JudgeLicences(package.licences);
    ++audit.packages[licence.klass];
    LicenceUse& use = uses[{licence.klass, licence.expression}];
    use.licence = licence;
    ++use.packages;
    use.subjects.insert(bom.subject);
    const LicencePolicy& policy = LicencePolicyOf(licence.klass, way->second.kind);
    if (policy.decision() == knowledge::v1::LICENCE_DECISION_ALLOWED) continue;
    audit.issues.push_back({&bom, &package, std::move(licence), way->second, &policy,
                            model::FormatDate(facts.model().as_of() + policy.days())});
  }
  for (auto& [ecosystem, way] : ways) audit.distributions.push_back({bom.subject, ecosystem, std::move(way)});
}

}  // namespace

LicenceAudit AuditLicences(const Facts& facts, const std::vector<const BomFact*>& boms) {
  LicenceAudit audit;
  Uses uses;
  for (const BomFact* bom : boms) Audit(facts, *bom, uses, audit);
  for (auto use = uses.rbegin(); use != uses.rend(); ++use) audit.uses.push_back(std::move(use->second));
  std::stable_sort(audit.issues.begin(), audit.issues.end(), [](const LicenceIssue& a, const LicenceIssue& b) {
    return std::make_tuple(!IsRefused(a), a.due) < std::make_tuple(!IsRefused(b), b.due);
  });
  return audit;
}

}  // namespace metapowers::analysis
