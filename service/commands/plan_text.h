// Fills the texts of response plans (knowledge/v1/response_plans.proto) from the model. Pure; thread-compatible.
#ifndef METAPOWERS_SERVICE_COMMANDS_PLAN_TEXT_H_
#define METAPOWERS_SERVICE_COMMANDS_PLAN_TEXT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/notification_rules.pb.h"
#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "service/analysis/incident_classes.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// What the placeholders of a text stand for; an empty list is no value.
struct PlanValues {
  std::vector<std::string> on;
  std::vector<std::string> machines;  // of them those that run
  std::vector<std::string> data;
  std::vector<std::string> threats;
  std::vector<std::string> switches;
  std::vector<std::string> elements;
  std::vector<std::string> details;
  std::map<std::string, std::string, std::less<>> names;  // further placeholders with their values
};

// Of a class of incidents; one that is nowhere in particular is on the system.
PlanValues ValuesOf(const Input& input, const analysis::IncidentClassFact& fact);

// Adds what `selector` selects: labels, and details as "48 hours for api-gateway and ledger".
void AddSelected(const Input& input, const knowledge::v1::ElementSelector& selector, PlanValues& values);

// Nothing where a placeholder has no value.
std::optional<std::string> FillPlanText(const Input& input, absl::string_view text, const PlanValues& values);

// The lines of a message that have a value, each else what it says otherwise.
std::string MessageText(const Input& input, const google::protobuf::RepeatedPtrField<knowledge::v1::MessageLine>& lines,
                        const PlanValues& values);

// What a step says here: its action, else what it says otherwise; nothing where it says neither. `asks` is set where
// its action has no value.
std::optional<std::string> StepText(const Input& input, const knowledge::v1::ResponseStep& step, PlanValues values,
                                    bool* asks);

// The paths of model fields and the other placeholders in a text; for tests of the data.
std::vector<std::string> PlaceholdersOf(absl::string_view text);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_PLAN_TEXT_H_
