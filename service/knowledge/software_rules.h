// Shipped rules on third-party packages and on containers, read once from data embedded in the binary. All look-ups are
// thread-safe; what they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_SOFTWARE_RULES_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_SOFTWARE_RULES_H_

#include "metapowers/knowledge/v1/container_rules.pb.h"
#include "metapowers/knowledge/v1/dependency_rules.pb.h"

namespace metapowers::knowledge {

// Licences, package managers and policy, in the order of the file.
const v1::DependencyRules& DependencyRules();

// Settings of containers, registries and clusters, in the order of the file.
const v1::ContainerRules& ContainerRules();

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_SOFTWARE_RULES_H_
