// api-security: the interfaces that the system offers and those that it asks, judged against the OWASP API Security Top
// 10; who calls and by what proof, what is checked of callers and requests, limits, origins and transport, and what is
// to be mended by when. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_API_SECURITY_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_API_SECURITY_H_

#include "metapowers/security/protect/v1/api_security.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::ApiSecurityResult ApiSecurity(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_API_SECURITY_H_
