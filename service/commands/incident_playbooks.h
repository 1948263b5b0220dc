// Playbooks: which kinds of incidents a system needs one for, and what each says. A kind has one where one of its
// threats is open, or where a requirement that binds asks for it by itself. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_INCIDENT_PLAYBOOKS_H_
#define METAPOWERS_SERVICE_COMMANDS_INCIDENT_PLAYBOOKS_H_

#include <string>
#include <vector>

#include "metapowers/security/respond/v1/incident_response.pb.h"
#include "service/analysis/incident_classes.h"
#include "service/commands/command.h"
#include "service/commands/readiness_findings.h"
#include "service/commands/response_people.h"

namespace metapowers::commands {

// Why the kind of incident has no playbook here; empty where it has one.
std::string WhyNoPlaybook(const Input& input, const analysis::IncidentClassFact& fact);

// Steps of every incident, playbooks, and what is left out. Steps whose facts the model does not declare ask.
void AddPlaybooks(const Input& input, const std::vector<analysis::IncidentClassFact>& classes,
                  security::respond::v1::IncidentResponseResult& result, Questions& questions);

// At most `most` of the worst scenarios of the risk register, each with its playbook.
void AddResponseScenarios(const Input& input, size_t most, security::respond::v1::IncidentResponseResult& result);

// Exercises of people and contacts; those that play an incident get the scenarios of `result` dealt, worst first. An
// overdue exercise, and a plan that no exercise has played, are findings.
void AddResponseExercises(const Input& input, security::respond::v1::IncidentResponseResult& result,
                          ReadinessFindings& findings);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_INCIDENT_PLAYBOOKS_H_
