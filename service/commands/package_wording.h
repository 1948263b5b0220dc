// How documents name packages and their bills of materials. Short words only; sentences stand in templates and data
// rows. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PACKAGE_WORDING_H_
#define METAPOWERS_SERVICE_COMMANDS_PACKAGE_WORDING_H_

#include <string>
#include <vector>

#include "service/analysis/software_bill.h"

namespace metapowers::commands {

// "lodash 4.17.21"; the name alone where no version is stated.
std::string WithVersion(const evidence::Package& package);

// "express 4.18.0 > qs 6.5.2".
std::string PathText(const std::vector<const evidence::Package*>& path);

// "npm"; "not stated" of an empty one.
std::string EcosystemLabel(const std::string& ecosystem);

// "current", "describes something else".
std::string StateLabel(analysis::BomFact::State state);

// "syft 1.4.1".
std::string ToolLabel(const analysis::BomFact& bom);

// "allowed", "review", "refused".
std::string DecisionLabel(knowledge::v1::LicenceDecision decision);

// Id of the team that owns the component or repository, else the system.
const std::string& PackageTeam(const model::Model& model, const std::string& subject);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PACKAGE_WORDING_H_
