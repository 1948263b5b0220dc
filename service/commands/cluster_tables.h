// Rows of the section on containers about clusters and their zones, with the manifests that follow from the model.
// Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CLUSTER_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_CLUSTER_TABLES_H_

#include "metapowers/security/protect/v1/container_security.pb.h"
#include "service/commands/command.h"
#include "service/commands/container_work.h"

namespace metapowers::commands {

// Fills `clusters`, `cluster_checks`, `zones`, `zone_flows` and `manifests`, and adds what they leave to do and to ask.
// Reads `runtime`: a component whose manifest fails a setting gets a patch of it.
void AddClusterTables(const Input& input, ContainerWork& work, security::protect::v1::ContainerSecurityResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CLUSTER_TABLES_H_
