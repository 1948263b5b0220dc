// access-control: who may do what on which component and data, how people and services prove who they are, and what
// goes beyond need. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_ACCESS_CONTROL_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_ACCESS_CONTROL_H_

#include "metapowers/security/protect/v1/access_control.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::AccessControlResult AccessControl(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_ACCESS_CONTROL_H_
