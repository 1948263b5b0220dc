// compliance-map: which section of the documents meets which requirement of the frameworks that apply, what serves
// several of them, and what is left. The verdicts are those of compliance-gap; that section lists them one by one.
//
// A section says something for a requirement when one of the facts that speak for it shows it or a part of it
// (compliance_sections.h), or, of a subcategory of GOVERN, when a claim of govern's sections holds. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_UTILITY_COMPLIANCE_MAP_H_
#define METAPOWERS_SERVICE_COMMANDS_UTILITY_COMPLIANCE_MAP_H_

#include "metapowers/security/utility/v1/compliance_map.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::utility {

security::utility::v1::ComplianceMapResult ComplianceMap(const Input& input);

}  // namespace metapowers::commands::utility

#endif  // METAPOWERS_SERVICE_COMMANDS_UTILITY_COMPLIANCE_MAP_H_
