// incident-response: the severity ladder in terms of this system, a playbook for each kind of incident that its open
// threats make possible, who responds and with what, the clocks, and the decisions as trees. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_RESPONSE_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_RESPONSE_H_

#include "metapowers/security/respond/v1/incident_response.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::respond {

security::respond::v1::IncidentResponseResult IncidentResponse(const Input& input);

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_RESPONSE_H_
