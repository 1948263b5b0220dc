// container-security: images, registries and runtime settings of containers, and the clusters that run them; for a
// system without containers the fact that says so. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_CONTAINER_SECURITY_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_CONTAINER_SECURITY_H_

#include "metapowers/security/protect/v1/container_security.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::ContainerSecurityResult ContainerSecurity(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_CONTAINER_SECURITY_H_
