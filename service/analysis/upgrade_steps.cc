#include "service/analysis/upgrade_steps.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace metapowers::analysis {
namespace {

// Packages of the distribution that an image is based on.
bool IsOfDistribution(const evidence::Package& package) {
  const std::string ecosystem = evidence::EcosystemOf(package);
  return ecosystem == "deb" || ecosystem == "apk" || ecosystem == "rpm";
}

void Add(const Vulnerability& one, UpgradeStep& step) {
  step.has_fix = (step.mends.empty() || step.has_fix) && !one.fixed.empty();
  step.mends.push_back(&one);
  step.severity = std::max(step.severity, one.severity);
  if (!one.due.empty() && (step.due.empty() || one.due < step.due)) step.due = one.due;
  if (one.overdue) step.overdue_days = std::max(step.overdue_days, one.overdue_days);
  if (step.team.empty()) step.team = one.team;
}

}  // namespace

std::vector<const Vulnerability*> OpenInPackages(const VulnerabilityFacts& vulnerabilities) {
  std::vector<const Vulnerability*> open;
  for (const Vulnerability& one : vulnerabilities.open) {
    if (!one.in_code()) open.push_back(&one);
  }
  return open;
}

std::vector<UpgradeStep> UpgradeSteps(const VulnerabilityFacts& vulnerabilities, const SoftwareBill& bill) {
  std::map<std::pair<std::string, std::string>, UpgradeStep> by_package;
  for (const Vulnerability* one : OpenInPackages(vulnerabilities)) {
    const PackageMatch match = bill.Find(*one);
    const evidence::Package* direct = nullptr;
    if (match.package != nullptr) {
      const std::vector<const evidence::Package*> path = match.bom->bom->PathTo(*match.package);
      if (path.size() > 1) direct = path.front();
    }
    const std::string& subject = one->component.empty() ? one->repository : one->component;
    const std::string& name = direct == nullptr ? one->package : direct->name;
    UpgradeStep& step = by_package[{subject, name}];
    step.subject = subject;
    if (step.package.empty()) step.package = name;
    if (direct != nullptr) {
      step.direct = direct;
      step.package = direct->version.empty() ? name : absl::StrCat(name, " ", direct->version);
    }
    step.of_distribution = match.package != nullptr && IsOfDistribution(*match.package);
    Add(*one, step);
  }
  std::vector<UpgradeStep> steps;
  for (auto& [key, step] : by_package) steps.push_back(std::move(step));
  std::stable_sort(steps.begin(), steps.end(), [](const UpgradeStep& a, const UpgradeStep& b) {
    return std::make_tuple(a.due.empty(), a.due, -a.severity) < std::make_tuple(b.due.empty(), b.due, -b.severity);
  });
  return steps;
}

std::string TargetVersions(const UpgradeStep& step) {
  std::map<std::string, std::pair<std::set<std::string>, std::set<std::string>>> packages;
  for (const Vulnerability* one : step.mends) {
    auto& [installed, fixed] = packages[one->package];
    installed.insert(one->installed.begin(), one->installed.end());
    fixed.insert(one->fixed.begin(), one->fixed.end());
  }
  std::vector<std::string> targets;
  for (const auto& [package, versions] : packages) {
    const auto& [installed, fixed] = versions;
    const std::string from = installed.empty() ? "" : absl::StrCat(" from ", absl::StrJoin(installed, ", "));
    const std::string to =
        fixed.empty() ? " (no version mends it)" : absl::StrCat(" to ", absl::StrJoin(fixed, " and "));
    targets.push_back(absl::StrCat(package, from, to));
  }
  return absl::StrJoin(targets, "; ");
}

}  // namespace metapowers::analysis
