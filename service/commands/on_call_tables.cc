#include "service/commands/on_call_tables.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/analysis/on_call.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {
namespace {

namespace pb = security::detect::v1;
using analysis::OnCallGap;
using analysis::ResponseState;
using analysis::TierResponseFact;
using model::v1::Alert;
using model::v1::OnCall;

const char* StateLabel(ResponseState state) {
  switch (state) {
    case ResponseState::kNoAlert:
      return "no alert";
    case ResponseState::kNotMet:
      return "not met";
    case ResponseState::kUnknown:
      return "not known";
    case ResponseState::kMet:
      return "met";
  }
  return "";
}

// What the model says of a gap, for the text of its check.
std::string FactOf(const OnCallGap& gap) {
  if (gap.check->id() == "no_escalation") {
    return gap.rotation->escalates_to().empty() ? "nobody is called next"
                                                : "the time until the next role is called is not declared";
  }
  if (gap.check->id() == "slow") {
    return absl::StrCat(Minutes(gap.rotation->response_minutes()), " on ", Label(gap.tier));
  }
  return gap.check->id() == "not_any_hour" ? absl::StrCat(gap.rotation->hours(), " on ", Label(gap.tier)) : "";
}

void AddRotations(const model::Model& model, pb::MonitoringStrategyResult& result) {
  for (const OnCall& rotation : model.proto().monitoring().on_call()) {
    pb::RotationRow& row = *result.add_rotations();
    row.set_id(rotation.id());
    row.set_name(rotation.name());
    row.set_team(TeamName(model, rotation.team()));
    row.set_engineers(rotation.has_engineers() ? absl::StrCat(rotation.engineers(),
                                                              rotation.engineers() == 1 ? " of " : " ", rotation.name())
                                               : "not known");
    if (rotation.has_response_minutes()) row.set_response(Minutes(rotation.response_minutes()));
    row.set_hours(rotation.hours());
    row.set_tool(rotation.tool());
    row.set_escalates_to(RoleTitle(model, rotation.escalates_to()));
    if (rotation.has_escalate_after_minutes()) row.set_after(Minutes(rotation.escalate_after_minutes()));
    for (const Alert& alert : model.proto().monitoring().alerts()) {
      row.set_alerts(row.alerts() + (alert.routed_to() == rotation.id() ? 1 : 0));
    }
  }
}

void AddResponses(const std::vector<TierResponseFact>& responses, pb::MonitoringStrategyResult& result) {
  for (const TierResponseFact& fact : responses) {
    pb::TierResponseRow& row = *result.add_responses();
    row.set_tier(Label(fact.need->tier()));
    row.set_components(fact.components);
    row.set_alerts(fact.alerts);
    row.set_needed(Minutes(fact.need->minutes()));
    row.set_hours(fact.need->any_hour() ? "any hour" : "working hours");
    for (const analysis::CalledRotation& called : fact.called) {
      const OnCall& rotation = *called.rotation;
      row.add_rotations(
          absl::StrCat(rotation.name(), " (",
                       rotation.has_response_minutes() ? Minutes(rotation.response_minutes()) : "time not known", ", ",
                       rotation.hours().empty() ? "hours not known" : rotation.hours(), ")"));
    }
    row.set_state(StateLabel(fact.state));
  }
}

void AddGaps(const model::Model& model, const std::vector<TierResponseFact>& responses,
             pb::MonitoringStrategyResult& result) {
  for (const OnCallGap& gap : analysis::OnCallGaps(model, responses)) {
    pb::RotationGapRow& row = *result.add_rotation_gaps();
    row.set_subject(gap.subject());
    row.set_fact(absl::StrReplaceAll(gap.check->fact(), {{"{fact}", FactOf(gap)}}));
    row.set_measure(gap.check->measure());
    row.set_owner(OwnerName(model, gap.team));
    row.set_due(model::FormatDate(model.as_of() + knowledge::GapTermDays(gap.check->severity())));
  }
}

}  // namespace

void AddOnCallTables(const analysis::Landscape& landscape, pb::MonitoringStrategyResult& result) {
  const std::vector<TierResponseFact> responses = analysis::TierResponses(landscape);
  AddRotations(landscape.model(), result);
  AddResponses(responses, result);
  AddGaps(landscape.model(), responses, result);
}

}  // namespace metapowers::commands
