// Who does what in a response, by the shipped functions and the declared roles, and where a person is missing.
//
// A function takes the first declared role of its kinds, one that is held before a vacant one. A person belongs to the
// team that names them as lead, deputy or champion, else to the team of a role that they hold, else to the team of the
// role whose deputy they are.
//
// Findings: a vacant role, also one that should do a function before the role that does; a role without deputy, a
// deputy who is the holder; a person with several functions, as holder or deputy of different roles or as holder of one
// role that has several; a rotation of one person, one that is not staffed around the clock, one without escalation. A
// function without a role, and what a rotation does not say, are questions. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RESPONSE_PEOPLE_H_
#define METAPOWERS_SERVICE_COMMANDS_RESPONSE_PEOPLE_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_field.h"
#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "metapowers/v1/command.pb.h"
#include "service/commands/command.h"
#include "service/commands/readiness_findings.h"

namespace metapowers::commands {

// Who does a function.
struct ResponseSeat {
  const knowledge::v1::ResponseFunction* function = nullptr;
  const model::v1::Role* role = nullptr;         // nullptr: the model has none
  const model::v1::Team* holder_team = nullptr;  // nullptr: vacant
  const model::v1::Team* deputy_team = nullptr;  // nullptr: no deputy
};

// The functions that this system needs, in the order of the data.
std::vector<ResponseSeat> ResponseSeats(const Input& input);

// Whether the rotation says that somebody is on call at every hour; unknown where it says nothing.
model::v1::Tristate IsAroundTheClock(const model::v1::OnCall& rotation);

// "Incident commander: Staff Engineer, else Head of Platform": title, holder where the title does not name them, and
// deputy; "" for nullptr.
std::string RoleWithPeople(const model::v1::Role* role);

// Who acts for the first role of these kinds (held_roles.h).
std::string ActorOf(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds);

using Questions = google::protobuf::RepeatedPtrField<metapowers::v1::Question>;

void AddPeopleFindings(const Input& input, const std::vector<ResponseSeat>& seats, ReadinessFindings& findings,
                       Questions& questions);
void AddRotationFindings(const Input& input, ReadinessFindings& findings, Questions& questions);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RESPONSE_PEOPLE_H_
