// Rows of the section on code about what code takes in and gives out: input, sign-in and errors. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CODE_INPUT_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_CODE_INPUT_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/secure_coding.pb.h"
#include "service/analysis/code_scope.h"
#include "service/analysis/threats.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// Fills `inputs`, `input_tests`, `authentications`, `methods`, `errors` and `error_checks`. `threats` are open ones on
// code, worst first.
void AddCodeInputTables(const Input& input, const analysis::CodeScope& scope,
                        const std::vector<const analysis::Threat*>& threats,
                        security::protect::v1::SecureCodingResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CODE_INPUT_TABLES_H_
