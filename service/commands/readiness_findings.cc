#include "service/commands/readiness_findings.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "service/commands/applicable_references.h"
#include "service/commands/naming.h"
#include "service/commands/rows.h"
#include "service/knowledge/response.h"
#include "service/knowledge/rules.h"

namespace metapowers::commands {

using metapowers::v1::ReadinessFinding;
using metapowers::v1::ReadinessMeasure;

void ReadinessFindings::Add(absl::string_view rule, absl::string_view subject, std::string fact,
                            absl::string_view team) {
  if (!known_.emplace(std::string(rule), std::string(subject)).second) return;
  const knowledge::v1::ReadinessRule& known = knowledge::ReadinessRuleOf(rule);
  ReadinessFinding& row = rows_.emplace_back();
  row.set_rule(known.id());
  row.set_title(known.title());
  row.set_subject(std::string(subject));
  row.set_fact(std::move(fact));
  row.set_severity(known.severity());
  row.set_owner(TeamName(input_.model, team.empty() ? input_.model.proto().owner_team() : team));
  row.set_due(model::FormatDate(input_.model.as_of() + knowledge::GapTermDays(known.severity())));
}

void ReadinessFindings::MoveTo(google::protobuf::RepeatedPtrField<ReadinessFinding>& findings,
                               google::protobuf::RepeatedPtrField<ReadinessMeasure>& measures) {
  std::sort(rows_.begin(), rows_.end(), [](const ReadinessFinding& a, const ReadinessFinding& b) {
    return std::make_tuple(-a.severity(), a.rule(), a.subject()) <
           std::make_tuple(-b.severity(), b.rule(), b.subject());
  });
  ReferenceFilter binding(input_);
  for (ReadinessFinding& row : rows_) {
    if (measures.empty() || measures.rbegin()->rule() != row.rule()) {
      const knowledge::v1::ReadinessRule& rule = knowledge::ReadinessRuleOf(row.rule());
      ReadinessMeasure& measure = *measures.Add();
      measure.set_rule(rule.id());
      measure.set_title(rule.title());
      measure.set_measure(rule.measure());
      measure.set_verification(rule.verification());
      AddAll(BindingReferences(binding, rule.references()), measure.mutable_references());
    }
    ReadinessMeasure& measure = *measures.rbegin();
    measure.set_findings(measure.findings() + 1);
    *findings.Add() = std::move(row);
  }
  rows_.clear();
  known_.clear();
}

}  // namespace metapowers::commands
