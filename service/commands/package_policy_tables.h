// Rows of the section on dependencies about the policy: terms to mend, the risk appetite, package managers, rules and
// registries. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PACKAGE_POLICY_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_PACKAGE_POLICY_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/dependency_scan.pb.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Fills `terms`, `appetite`, `managers`, `policy` and `registries`; `open` are the open vulnerabilities of packages.
// Reads `pci_months` and `cooldown_days`.
void AddPackagePolicyTables(const Input& input, const std::vector<const analysis::Vulnerability*>& open,
                            security::protect::v1::DependencyScanResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PACKAGE_POLICY_TABLES_H_
