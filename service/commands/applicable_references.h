// Which references to requirements of frameworks bind the system. Pure; a filter is for one thread.
#ifndef METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_
#define METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_

#include <google/protobuf/repeated_field.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/policy_clauses.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// References that belong to a framework that applies. CSF 2.0 always does: the documents follow it. Of a framework that
// binds the system in part, only those requirements.
std::vector<std::string> ApplicableReferences(const Input& input,
                                              const google::protobuf::RepeatedPtrField<std::string>& references);

// The same for many lists: what it takes to judge a framework is looked up in the model once.
class ReferenceFilter {
 public:
  explicit ReferenceFilter(const Input& input) : input_(input) {}

  std::vector<std::string> Applicable(const google::protobuf::RepeatedPtrField<std::string>& references);

 private:
  bool Applies(const std::string& framework);
  bool Binds(const std::string& framework, absl::string_view requirement);

  const Input& input_;
  std::map<std::string, bool> applies_;                         // by framework
  std::map<const knowledge::v1::ReducedScope*, bool> in_full_;  // by whether the model has what `unless` selects
};

// Whether a requirement of a framework binds a system of which a smaller assessment is enough.
bool RequirementBinds(const Input& input, absl::string_view framework, absl::string_view requirement);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_
