// Which clauses meet which requirement of one framework, as results hold it. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_MAPPING_H_
#define METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_MAPPING_H_

#include <string>

#include "metapowers/security/govern/v1/security_policy.pb.h"
#include "service/commands/framework_coverage.h"

namespace metapowers::commands {

// The mapping without its name. `open`: of clauses that bind nobody yet; what `met` has as well is left out of it.
security::govern::v1::FrameworkMapping MappingOf(const std::string& framework, const Coverage& met,
                                                 const Coverage& open);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_FRAMEWORK_MAPPING_H_
