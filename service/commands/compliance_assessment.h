// The compliance of a model with all that commands know: the facts of analysis/compliance.h, the rows on people, plans
// and records, and the clauses of policies in force. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_
#define METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_

#include "service/analysis/compliance.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// The result refers to `landscape` and to the model's facts.
analysis::Compliance AssessCompliance(const Input& input, const analysis::Landscape& landscape);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_
