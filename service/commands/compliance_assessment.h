// The compliance of a model with all that commands know: the facts of analysis/compliance.h, the rows on people, plans
// and records, and the clauses of policies in force. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_
#define METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "service/analysis/compliance.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// The result refers to `landscape` and to the model's facts.
analysis::Compliance AssessCompliance(const Input& input, const analysis::Landscape& landscape);

// A text of the action's fact with its placeholders filled in, without a full stop. Lists name a few, then count.
std::string ActionText(const Input& input, const analysis::RemediationAction& action, absl::string_view text);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_COMPLIANCE_ASSESSMENT_H_
