// Rows of the section on containers about images: what they are built from, how their files were reviewed, and what
// scans say. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_IMAGE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_IMAGE_TABLES_H_

#include "metapowers/security/protect/v1/container_security.pb.h"
#include "service/analysis/vulnerabilities.h"
#include "service/commands/command.h"
#include "service/commands/container_work.h"

namespace metapowers::commands {

// Fills `base_images`, `origins`, all lists on Dockerfiles, `scans`, `scan_tasks` and `gates`, and asks what the model
// does not say of them.
void AddImageTables(const Input& input, const analysis::VulnerabilityFacts& judged, ContainerWork& work,
                    security::protect::v1::ContainerSecurityResult& result);

// Adds what these rows leave to do.
void AddImageWork(const Input& input, const security::protect::v1::ContainerSecurityResult& result,
                  ContainerWork& work);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_IMAGE_TABLES_H_
