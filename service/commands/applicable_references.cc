#include "service/commands/applicable_references.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/knowledge/compliance.h"
#include "service/knowledge/governance.h"

namespace metapowers::commands {

namespace {

// A smaller assessment with its requirements, ready to be searched.
struct SmallerAssessment {
  const knowledge::v1::ReducedScope* scope;
  absl::flat_hash_set<absl::string_view> kept;
};

// The smaller assessment of the framework that leaves the requirement out; nullptr when none does.
const knowledge::v1::ReducedScope* ScopeWithout(absl::string_view framework, absl::string_view requirement) {
  static const auto* const assessments = [] {
    auto* const all = new std::vector<SmallerAssessment>();
    for (const knowledge::v1::ReducedScope& scope : knowledge::PolicyClauses().reduced_scopes()) {
      all->push_back({&scope, {scope.requirements().begin(), scope.requirements().end()}});
    }
    return all;
  }();
  for (const SmallerAssessment& each : *assessments) {
    if (each.scope->framework() == framework && !each.kept.contains(requirement)) return each.scope;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> ReferenceFilter::Applicable(
    const google::protobuf::RepeatedPtrField<std::string>& references) {
  std::vector<std::string> applicable;
  for (const std::string& reference : references) {
    if (Binds(reference)) applicable.push_back(reference);
  }
  return applicable;
}

bool ReferenceFilter::Binds(absl::string_view reference) {
  const std::pair<absl::string_view, absl::string_view> id = absl::StrSplit(reference, absl::MaxSplits(':', 1));
  return Applies(id.first) && BindsInPart(id.first, id.second) && !IsOfOthers(reference);
}

bool ReferenceFilter::IsOfOthers(absl::string_view reference) {
  if (!of_others_.has_value()) {
    of_others_.emplace();
    for (const knowledge::v1::NotBinding& row : knowledge::ComplianceRows().not_binding()) {
      const bool holds = std::all_of(row.when().begin(), row.when().end(),
                                     [&](const auto& match) { return Matches(input_, match) == Truth::kYes; });
      if (row.when_size() == 0 || row.has_unless() || !holds) continue;
      of_others_->insert(row.references().begin(), row.references().end());
    }
  }
  return of_others_->contains(reference);
}

bool ReferenceFilter::Applies(absl::string_view framework) {
  const auto [known, added] = applies_.try_emplace(framework, false);
  if (added) known->second = framework == "csf-2.0" || commands::Applies(input_.facts, known->first);
  return known->second;
}

bool ReferenceFilter::BindsInPart(absl::string_view framework, absl::string_view requirement) {
  const knowledge::v1::ReducedScope* scope = ScopeWithout(framework, requirement);
  if (scope == nullptr) return true;
  const auto [known, added] = in_full_.try_emplace(scope, false);
  if (added) known->second = SelectsAny(input_, scope->unless());
  return known->second;
}

}  // namespace metapowers::commands
