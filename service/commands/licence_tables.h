// Rows of the section on dependencies about licences. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_LICENCE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_LICENCE_TABLES_H_

#include "metapowers/security/protect/v1/dependency_scan.pb.h"
#include "service/analysis/licence_audit.h"

namespace metapowers::commands {

// Fills `licences`, `distributions`, `licence_findings` and `licence_policy`, and the totals on findings.
void AddLicenceTables(const model::Model& model, const analysis::LicenceAudit& audit,
                      security::protect::v1::DependencyScanResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_LICENCE_TABLES_H_
