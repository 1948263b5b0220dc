// security-policy: the declared policies with the clauses that the facts of the model call for, the controls and evidence behind
// each clause, framework by framework, review dates and exceptions.
#ifndef METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_POLICY_H_
#define METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_POLICY_H_

#include "metapowers/security/govern/v1/security_policy.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::govern {

// Pure: equal models give equal results. Thread-safe.
security::govern::v1::SecurityPolicyResult SecurityPolicy(const Input& input);

}  // namespace metapowers::commands::govern

#endif  // METAPOWERS_SERVICE_COMMANDS_GOVERN_SECURITY_POLICY_H_
