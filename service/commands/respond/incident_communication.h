// incident-communication: whom law, contract and standard oblige to tell, by when and by whose decision, and templates
// of the messages with the declared names. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_COMMUNICATION_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_COMMUNICATION_H_

#include "metapowers/security/respond/v1/incident_communication.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::respond {

security::respond::v1::IncidentCommunicationResult IncidentCommunication(const Input& input);

}  // namespace metapowers::commands::respond

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPOND_INCIDENT_COMMUNICATION_H_
