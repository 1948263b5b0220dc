// Rows of the section on access about paths of people, and which of them need several factors. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_PEOPLE_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_PEOPLE_TABLES_H_

#include <vector>

#include "metapowers/security/protect/v1/access_control.pb.h"
#include "service/analysis/people_access.h"
#include "service/commands/protection_gaps.h"

namespace metapowers::commands {

// Fills `paths` and `cde`, and adds the gaps of paths to `gaps`.
void AddPeopleTables(const model::Model& model, const analysis::Facts& facts,
                     const std::vector<analysis::PeoplePath>& paths, ProtectionGaps& gaps,
                     security::protect::v1::AccessControlResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PEOPLE_TABLES_H_
