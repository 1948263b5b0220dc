// iac-security: which infrastructure is described by code, what of it is misconfigured by reports of scanners and by
// declared settings, configuration of scanners and policies for the declared tools, how changes get to production, and
// what is mended by when. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_IAC_SECURITY_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_IAC_SECURITY_H_

#include "metapowers/security/protect/v1/iac_security.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::IacSecurityResult IacSecurity(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_IAC_SECURITY_H_
