// Licences of the packages inside components, against the shipped policy (LicencePolicy). Pure.
//
// A package reaches users as its component does (software_bill.h); of a repository as the first of its components that
// hands packages of the ecosystem on, else as a service. What the policy does not allow is a finding of the team of the
// component or repository, due by the policy's term.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LICENCE_AUDIT_H_
#define METAPOWERS_SERVICE_ANALYSIS_LICENCE_AUDIT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "service/analysis/licences.h"
#include "service/analysis/software_bill.h"

namespace metapowers::analysis {

// A licence, and how many packages state it.
struct LicenceUse {
  LicenceFact licence;
  int packages = 0;
  std::set<std::string> subjects;
};

struct PackageDistribution {
  std::string subject;
  std::string ecosystem;  // empty: not stated
  DistributionFact way;
};

struct LicenceIssue {
  const BomFact* bom = nullptr;
  const evidence::Package* package = nullptr;
  LicenceFact licence;
  DistributionFact way;
  const knowledge::v1::LicencePolicy* policy = nullptr;  // refuses it, or wants a review
  std::string due;
};

struct LicenceAudit {
  std::vector<LicenceUse> uses;                    // most binding first
  std::vector<PackageDistribution> distributions;  // by subject, then ecosystem
  std::vector<LicenceIssue> issues;                // refused ones first, then by due date
  std::map<int, int> packages;                     // by class
};

// `boms` are those that count, by subject; they outlive the audit.
LicenceAudit AuditLicences(const Facts& facts, const std::vector<const BomFact*>& boms);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LICENCE_AUDIT_H_
