// security-checklist: is the system ready to launch. Pure; thread-safe.
//
// Items and their states are those of checklist_items.h; the list has the first of them, 5 a team, at least 10 and at
// most 25, and counts the rest. Score = done / items. Blockers are risks of the register of high or critical severity
// that are to be mitigated: they are, or are accepted by whoever may, before a launch.
#ifndef METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_CHECKLIST_H_
#define METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_CHECKLIST_H_

#include "metapowers/security/utility/v1/security_checklist.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::utility {

security::utility::v1::SecurityChecklistResult SecurityChecklist(const Input& input);

}  // namespace metapowers::commands::utility

#endif  // METAPOWERS_SERVICE_COMMANDS_UTILITY_SECURITY_CHECKLIST_H_
