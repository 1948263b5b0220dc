// recovery-plan: in which order the system comes back, how long that takes, whether its targets can be met, who is
// told, what is checked before it reopens and how it goes back to its normal place. Pure; thread-safe.
//
// Where a declared target cannot be met stands in the gaps; what the model does not say is a question and no gap.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVER_RECOVERY_PLAN_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVER_RECOVERY_PLAN_H_

#include "metapowers/security/recover/v1/recovery_plan.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::recover {

security::recover::v1::RecoveryPlanResult RecoveryPlan(const Input& input);

}  // namespace metapowers::commands::recover

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVER_RECOVERY_PLAN_H_
