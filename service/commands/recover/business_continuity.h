// business-continuity: which functions must go on, what keeps them going while components, suppliers or places are
// lost, who decides and speaks, and which tests prove that. Pure; thread-safe.
//
// Disruptions are those that the model implies: the loss of each region of which something moves or stays down, the
// outage of each critical supplier that stops something, and damage of all data at once. Their loss per hour is the sum
// of what their functions lose, where that is declared.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVER_BUSINESS_CONTINUITY_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVER_BUSINESS_CONTINUITY_H_

#include "metapowers/security/recover/v1/business_continuity.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::recover {

security::recover::v1::BusinessContinuityResult BusinessContinuity(const Input& input);

}  // namespace metapowers::commands::recover

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVER_BUSINESS_CONTINUITY_H_
