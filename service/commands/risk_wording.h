// How sections write risks of the register: what they are called, who answers for them, what they cost. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RISK_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_RISK_WORDING_H_

#include <string>
#include <vector>

#include "metapowers/security/identify/v1/risk_assessment.pb.h"
#include "service/analysis/risk_register.h"
#include "service/analysis/risk_scenarios.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// "threat", "supplier", "inventory", "compliance".
std::string SourceLabel(analysis::RiskSource source);

// "mitigate", "tolerate", "accept", "transfer", "avoid".
std::string TreatmentLabel(analysis::RiskTreatment treatment);

// Short name of what all risks that say the same have in common.
std::string RiskTitle(const analysis::Risk& risk);

// What happens, or what is missing where; without the consequence.
std::string RiskStatement(const Input& input, const analysis::Risk& risk);

// What follows from it; empty for an action, whose statement says it.
std::string RiskConsequence(const analysis::Risk& risk);

// What is to be done about it.
std::string RiskMitigation(const Input& input, const analysis::Risk& risk);

// The team that answers, or the role where no team has the action.
std::string RiskOwner(const model::Model& model, const analysis::Risk& risk);

// Title of the role that may accept a risk of this severity, "(vacant)" after it where nobody holds it; empty when the
// model names none.
std::string AcceptedBy(const model::Model& model, model::v1::Severity severity);

// The scenarios in money. For a model whose appetite declares `loss`.
security::identify::v1::LossResult LossOf(const model::Model& model,
                                          const std::vector<analysis::RiskScenario>& scenarios);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RISK_WORDING_H_
