// dependency-scan: which packages are inside the components, their known vulnerabilities and licences, what is raised
// by whom and when, and the rules by which packages come in; without bills of materials, which to make and how. Pure;
// thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PROTECT_DEPENDENCY_SCAN_H_
#define METAPOWERS_SERVICE_COMMANDS_PROTECT_DEPENDENCY_SCAN_H_

#include "metapowers/security/protect/v1/dependency_scan.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::protect {

security::protect::v1::DependencyScanResult DependencyScan(const Input& input);

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_SERVICE_COMMANDS_PROTECT_DEPENDENCY_SCAN_H_
