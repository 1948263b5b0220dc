// Rows of the section on code about which code there is and what has scanned it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CODE_SCOPE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_CODE_SCOPE_TABLES_H_

#include "metapowers/security/protect/v1/secure_coding.pb.h"
#include "service/analysis/code_findings.h"

namespace metapowers::commands {

// Fills `repositories`, `other_repositories`, `languages_without_rules`, `components` and `scans`.
void AddCodeScopeTables(const model::Model& model, const analysis::CodeScope& scope,
                        const analysis::VulnerabilityFacts& vulnerabilities,
                        security::protect::v1::SecureCodingResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CODE_SCOPE_TABLES_H_
