// How generators name what they print: values, teams, roles, references, questions. Pure.
#ifndef METAPOWERS_SERVICE_COMMANDS_NAMING_H_
#define METAPOWERS_SERVICE_COMMANDS_NAMING_H_

#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/v1/command.pb.h"
#include "service/analysis/facts.h"
#include "service/analysis/terms.h"
#include "service/commands/command.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {

// "mutual TLS" for TRANSPORT_SECURITY_MTLS; "unknown" for the zero value.
template <class E>
std::string Label(E value) {
  return knowledge::Word(model::YamlName(value));
}

// The team's display name; empty for an empty id.
std::string TeamName(const model::Model& model, absl::string_view id);

// The same; of an empty id that of the team that owns the system.
std::string OwnerName(const model::Model& model, absl::string_view team);

// Title of the first role of one of these kinds, in their order; empty when the model has none.
std::string RoleOfKind(const model::Model& model, const google::protobuf::RepeatedField<int>& kinds);

class ReferenceFilter;

// Labels of the references that the filter leaves; see applicable_references.h.
std::vector<std::string> BindingReferences(ReferenceFilter& filter,
                                           const google::protobuf::RepeatedPtrField<std::string>& references);

// Whether a framework applies.
bool Applies(const analysis::Facts& facts, absl::string_view framework);

// Adds what QuestionsOn() asks (open_questions.h).
void AddQuestions(const model::Model& model, std::initializer_list<absl::string_view> fields,
                  google::protobuf::RepeatedPtrField<metapowers::v1::Question>& out,
                  std::initializer_list<absl::string_view> further = {});

// Sets each flag of `result.has` to whether the list of that name in `result` has entries: a template cannot
// ask for that, and a table without rows must not be printed.
void FillPresence(google::protobuf::Message& result);

// "4,200,000".
std::string Thousands(int64_t number);

// "7 years", "18 months" or "90 days".
using analysis::Days;

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_NAMING_H_
