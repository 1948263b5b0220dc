// What a team raises to be rid of vulnerabilities in packages. Pure.
//
// A team can raise what its component asks for. So a vulnerability in a package that another one brings in belongs to
// the step of the direct package on the shortest path; without a bill of materials that has the path, to the package
// itself.
#ifndef METAPOWERS_SERVICE_ANALYSIS_UPGRADE_STEPS_H_
#define METAPOWERS_SERVICE_ANALYSIS_UPGRADE_STEPS_H_

#include <string>
#include <vector>

#include "service/analysis/software_bill.h"

namespace metapowers::analysis {

struct UpgradeStep {
  std::string subject;                        // component, or repository of no component
  std::string package;                        // what is raised; with its version where it is a direct one
  const evidence::Package* direct = nullptr;  // it brings the vulnerable ones in; nullptr: it is vulnerable itself
  bool of_distribution = false;               // it comes with the base image
  std::vector<const Vulnerability*> mends;    // never empty; highest effective risk first
  bool has_fix = false;                       // for each of them a version that mends it is known
  model::v1::Severity severity = model::v1::SEVERITY_UNSPECIFIED;  // highest
  std::string due;                                                 // earliest; empty: none has a term
  int overdue_days = 0;
  std::string team;  // id
};

// Open vulnerabilities of packages, in the order of VulnerabilityFacts::open.
std::vector<const Vulnerability*> OpenInPackages(const VulnerabilityFacts& vulnerabilities);

// By due date, those without one last; then highest severity first, then by subject and package.
std::vector<UpgradeStep> UpgradeSteps(const VulnerabilityFacts& vulnerabilities, const SoftwareBill& bill);

// What the vulnerable packages have to reach, e.g. "org.yaml:snakeyaml from 1.33 to 2.0".
std::string TargetVersions(const UpgradeStep& step);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_UPGRADE_STEPS_H_
