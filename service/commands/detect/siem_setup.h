// siem-setup: by what the event management platform is judged, in which order logs come in, what is added to events,
// which correlations run when, what dashboards show, what events are kept for, and how alerts become incidents. What
// each log records, each rule in full and each alert with its runbook stand in the sections beside it. Pure;
// thread-safe.
//
// An incident that an alert leads to has the first level of the severity ladder that names one of its components.
// Dashboards are shown where a platform is declared.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_SIEM_SETUP_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_SIEM_SETUP_H_

#include "metapowers/security/detect/v1/siem_setup.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::SiemSetupResult SiemSetup(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_SIEM_SETUP_H_
