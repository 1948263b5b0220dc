// supply-chain-security: each supplier with what it receives, where, in which role and under which report; what rests
// on it; what is required of it and of the delivery of software, and when it is looked at again. Pure; thread-safe.
//
// A requirement that the model contradicts is a gap; one that it does not answer is a question.
#ifndef METAPOWERS_SERVICE_COMMANDS_GOVERN_SUPPLY_CHAIN_SECURITY_H_
#define METAPOWERS_SERVICE_COMMANDS_GOVERN_SUPPLY_CHAIN_SECURITY_H_

#include "metapowers/security/govern/v1/supply_chain_security.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::govern {

security::govern::v1::SupplyChainSecurityResult SupplyChainSecurity(const Input& input);

}  // namespace metapowers::commands::govern

#endif  // METAPOWERS_SERVICE_COMMANDS_GOVERN_SUPPLY_CHAIN_SECURITY_H_
