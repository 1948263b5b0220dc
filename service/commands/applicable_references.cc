#include "service/commands/applicable_references.h"

#include <algorithm>

#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/knowledge/governance.h"

namespace metapowers::commands {

namespace {

// The smaller assessment of the framework that leaves the requirement out; nullptr when none does.
const knowledge::v1::ReducedScope* ScopeWithout(absl::string_view framework, absl::string_view requirement) {
  for (const knowledge::v1::ReducedScope& scope : knowledge::PolicyClauses().reduced_scopes()) {
    if (scope.framework() != framework) continue;
    const auto& kept = scope.requirements();
    if (std::find(kept.begin(), kept.end(), requirement) == kept.end()) return &scope;
  }
  return nullptr;
}

}  // namespace

bool RequirementBinds(const Input& input, absl::string_view framework, absl::string_view requirement) {
  const knowledge::v1::ReducedScope* scope = ScopeWithout(framework, requirement);
  return scope == nullptr || SelectsAny(input, scope->unless());
}

std::vector<std::string> ApplicableReferences(const Input& input,
                                              const google::protobuf::RepeatedPtrField<std::string>& references) {
  return ReferenceFilter(input).Applicable(references);
}

std::vector<std::string> ReferenceFilter::Applicable(
    const google::protobuf::RepeatedPtrField<std::string>& references) {
  std::vector<std::string> applicable;
  for (const std::string& reference : references) {
    const std::string framework = reference.substr(0, reference.find(':'));
    if (Applies(framework) && Binds(framework, absl::string_view(reference).substr(framework.size() + 1))) {
      applicable.push_back(reference);
    }
  }
  return applicable;
}

bool ReferenceFilter::Applies(const std::string& framework) {
  const auto [known, added] = applies_.try_emplace(framework, false);
  if (added) known->second = framework == "csf-2.0" || commands::Applies(input_.facts, framework);
  return known->second;
}

bool ReferenceFilter::Binds(const std::string& framework, absl::string_view requirement) {
  const knowledge::v1::ReducedScope* scope = ScopeWithout(framework, requirement);
  if (scope == nullptr) return true;
  const auto [known, added] = in_full_.try_emplace(scope, false);
  if (added) known->second = SelectsAny(input_, scope->unless());
  return known->second;
}

}  // namespace metapowers::commands
