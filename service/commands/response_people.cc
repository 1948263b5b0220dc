#include "service/commands/response_people.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/commands/held_roles.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/open_questions.h"
#include "service/commands/wording.h"
#include "service/knowledge/response.h"

namespace metapowers::commands {

using model::v1::OnCall;
using model::v1::Role;
using model::v1::Team;

namespace {

const Team* TeamOfPerson(const model::Model& model, const std::string& person, const Role& role) {
  if (person.empty()) return nullptr;
  for (const Team& team : model.proto().teams()) {
    if (person == team.lead() || person == team.deputy() || person == team.security_champion()) return &team;
  }
  for (const Role& each : model.proto().roles()) {
    if (each.holder() == person) return model.Find<Team>(each.team());
  }
  return model.Find<Team>(role.team());
}

// The functions of each person; one who is holder and deputy of one role is a finding of its own.
std::map<std::string, std::vector<std::string>> FunctionsByPerson(const std::vector<ResponseSeat>& seats) {
  std::map<std::string, std::vector<std::string>> functions;
  for (const ResponseSeat& seat : seats) {
    if (seat.role == nullptr) continue;
    const std::string& name = seat.function->name();
    if (!seat.role->holder().empty()) functions[seat.role->holder()].push_back(name);
    if (seat.role->deputy().empty() || seat.role->deputy() == seat.role->holder()) continue;
    functions[seat.role->deputy()].push_back(absl::StrCat(name, " (as deputy)"));
  }
  return functions;
}

// Roles that should do the function before the one that does, and that nobody holds.
void AddVacantBefore(const model::Model& model, const ResponseSeat& seat, ReadinessFindings& findings) {
  for (const int kind : seat.function->roles()) {
    if (kind == seat.role->kind()) return;
    for (const Role& role : model.proto().roles()) {
      if (role.kind() != kind) continue;
      findings.Add("role-vacant", role.id(),
                   absl::StrCat(seat.function->name(), ": no holder, ", seat.role->title(), " stands in"), role.team());
    }
  }
}

}  // namespace

std::vector<ResponseSeat> ResponseSeats(const Input& input) {
  std::vector<ResponseSeat> seats;
  for (const knowledge::v1::ResponseFunction& function : knowledge::ResponsePlans().functions()) {
    if (function.has_binds() && !SelectsAny(input, function.binds())) continue;
    ResponseSeat& seat = seats.emplace_back();
    seat.function = &function;
    seat.role = FindRole(input.model, std::vector<int>(function.roles().begin(), function.roles().end()));
    if (seat.role == nullptr) continue;
    seat.holder_team = TeamOfPerson(input.model, seat.role->holder(), *seat.role);
    seat.deputy_team = TeamOfPerson(input.model, seat.role->deputy(), *seat.role);
  }
  return seats;
}

model::v1::Tristate IsAroundTheClock(const OnCall& rotation) {
  if (rotation.hours().empty()) return model::v1::TRISTATE_UNSPECIFIED;
  const std::string hours = absl::AsciiStrToLower(rotation.hours());
  for (const absl::string_view all : {"24x7", "24/7", "7x24", "around the clock"}) {
    if (absl::StrContains(hours, all)) return model::v1::TRISTATE_YES;
  }
  return model::v1::TRISTATE_NO;
}

std::string RoleWithPeople(const Role* role) {
  if (role == nullptr) return "";
  const std::string deputy = role->deputy().empty() ? "no deputy" : absl::StrCat("else ", role->deputy());
  if (absl::StartsWith(role->title(), role->holder()) && !role->holder().empty()) {
    return absl::StrCat(role->title(), ", ", deputy);
  }
  return absl::StrCat(role->title(), ": ", role->holder().empty() ? "vacant" : role->holder(), ", ", deputy);
}

std::string ActorOf(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds) {
  return ActingFor(model, {kinds.data(), static_cast<size_t>(kinds.size())});
}

void AddPeopleFindings(const Input& input, const std::vector<ResponseSeat>& seats, ReadinessFindings& findings,
                       Questions& questions) {
  for (const ResponseSeat& seat : seats) {
    if (seat.role == nullptr) {
      *questions.Add() = Ask(input.model, "roles", seat.function->question(), "");
      continue;
    }
    AddVacantBefore(input.model, seat, findings);
    const Role& role = *seat.role;
    if (role.holder().empty()) {
      findings.Add("role-vacant", role.id(),
                   absl::StrCat(seat.function->name(), ": no holder, ",
                                role.deputy().empty() ? "no deputy" : absl::StrCat(role.deputy(), " as deputy")),
                   role.team());
    }
    if (role.deputy().empty()) {
      findings.Add("role-without-deputy", role.id(), absl::StrCat(seat.function->name(), ": no deputy declared"),
                   role.team());
    } else if (role.deputy() == role.holder()) {
      findings.Add("deputy-is-holder", role.id(), absl::StrCat(role.holder(), " is both"), role.team());
    }
  }
  for (const auto& [person, functions] : FunctionsByPerson(seats)) {
    if (functions.size() > 1) findings.Add("person-in-two-seats", person, List(functions), "");
  }
}

void AddRotationFindings(const Input& input, ReadinessFindings& findings, Questions& questions) {
  const auto& rotations = input.model.proto().monitoring().on_call();
  if (rotations.empty()) {
    *questions.Add() = Ask(input.model, "monitoring.on_call", "Who is on call for incidents, and at which hours?", "");
  }
  for (const OnCall& rotation : rotations) {
    const Team* team = input.model.Find<Team>(rotation.team());
    const std::string field = absl::StrCat("monitoring.on_call[", rotation.id(), "]");
    if (!rotation.has_engineers()) {
      *questions.Add() =
          Ask(input.model, field + ".engineers",
              absl::StrCat("How many people are on call in ", rotation.id(), " at a time?"), rotation.team());
    } else if (rotation.engineers() <= 1) {
      findings.Add("on-call-one-person", rotation.id(),
                   absl::StrCat(Count(rotation.engineers(), "person", "people"), " at a time, of ",
                                team != nullptr && team->has_members() ? absl::StrCat(team->members()) : "unknown",
                                " in ", TeamName(input.model, rotation.team())),
                   rotation.team());
    }
    const model::v1::Tristate always = IsAroundTheClock(rotation);
    if (always == model::v1::TRISTATE_NO) {
      findings.Add("on-call-not-around-the-clock", rotation.id(), rotation.hours(), rotation.team());
    } else if (always == model::v1::TRISTATE_UNSPECIFIED) {
      *questions.Add() = Ask(input.model, field + ".hours",
                             absl::StrCat("At which hours is ", rotation.id(), " staffed?"), rotation.team());
    }
    if (rotation.escalates_to().empty()) {
      findings.Add("on-call-without-escalation", rotation.id(), "no role declared", rotation.team());
    }
  }
}

}  // namespace metapowers::commands
