// Which references to requirements of frameworks bind the system. Pure; a filter is for one thread.
#ifndef METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_
#define METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_

#include <google/protobuf/repeated_field.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/policy_clauses.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands {

// A reference binds when its framework applies, which CSF 2.0 always does: the documents follow it. Of a framework that
// binds the system in part, only those requirements do; one that binds others alone, e.g. service providers, binds
// nobody here where the model says that the organisation is none. What it takes to judge a framework is looked up in
// the model once for all references.
class ReferenceFilter {
 public:
  explicit ReferenceFilter(const Input& input) : input_(input) {}

  // Those of the references that bind.
  std::vector<std::string> Applicable(const google::protobuf::RepeatedPtrField<std::string>& references);
  // `<framework>:<requirement>`.
  bool Binds(absl::string_view reference);
  // Whether a requirement of a framework binds where a smaller assessment of it is enough.
  bool BindsInPart(absl::string_view framework, absl::string_view requirement);

 private:
  bool Applies(absl::string_view framework);
  // Whether what the model says of the organisation alone makes it a requirement of others.
  bool IsOfOthers(absl::string_view reference);

  const Input& input_;
  absl::flat_hash_map<std::string, bool> applies_;              // by framework
  std::map<const knowledge::v1::ReducedScope*, bool> in_full_;  // by whether the model has what `unless` selects
  std::optional<absl::flat_hash_set<std::string>> of_others_;
};

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_APPLICABLE_REFERENCES_H_
