// risk-assessment: the risks of the system from threats, suppliers and gaps, each once; where they stand on the grid,
// what is done about them and by whom, the worst as scenarios, and what they cost. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IDENTIFY_RISK_ASSESSMENT_H_
#define METAPOWERS_SERVICE_COMMANDS_IDENTIFY_RISK_ASSESSMENT_H_

#include "metapowers/security/identify/v1/risk_assessment.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::identify {

security::identify::v1::RiskAssessmentResult RiskAssessment(const Input& input);

}  // namespace metapowers::commands::identify

#endif  // METAPOWERS_SERVICE_COMMANDS_IDENTIFY_RISK_ASSESSMENT_H_
