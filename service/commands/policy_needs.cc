#include "service/commands/policy_needs.h"

#include <algorithm>

#include "service/commands/wording.h"
#include "service/knowledge/governance.h"
#include "service/knowledge/knowledge.h"

namespace metapowers::commands {

namespace pb = security::govern::v1;

namespace {

constexpr size_t kNamed = 3;

}  // namespace

google::protobuf::RepeatedPtrField<pb::TooWeakFor> TooWeakFor(const Clause& clause) {
  google::protobuf::RepeatedPtrField<pb::TooWeakFor> rows;
  for (const knowledge::v1::ReferenceLimit* limit : clause.too_weak) {
    pb::TooWeakFor& row = *rows.Add();
    row.set_control(knowledge::ReferenceLabel(limit->reference()));
    row.set_asks(limit->asks());
  }
  return rows;
}

pb::NeededClause NeedFor(const Clause& clause) {
  pb::NeededClause need;
  need.set_id(clause.id);
  need.set_title(clause.title);
  need.set_because(clause.because);
  need.set_controls(Controls(clause.references));
  *need.mutable_too_weak_for() = TooWeakFor(clause);
  if (clause.state == ClauseState::kWaiting) {
    need.set_question(clause.question);
    return need;
  }
  if (clause.state == ClauseState::kDeclined) {
    need.set_declined(clause.missing_field);
    return need;
  }
  need.set_not_met(List(clause.not_met, kNamed));
  need.set_not_met_count(static_cast<int>(clause.not_met.size()));
  need.set_not_known(List(clause.not_known, kNamed));
  need.set_not_known_count(static_cast<int>(clause.not_known.size()));
  if (!clause.not_met.empty() || !clause.not_known.empty()) return need;
  need.set_kept_count(clause.judged);
  if (clause.judged == 0) need.set_to_show(clause.evidence);
  return need;
}

void CountNeeds(pb::SecurityPolicyResult& result) {
  result.set_area_gap_count(result.area_gaps_size());
  for (const pb::PolicyAreaGap& gap : result.area_gaps()) {
    for (const pb::NeededClause& need : gap.clauses()) {
      if (need.declined().empty()) result.set_needed_count(result.needed_count() + 1);
      const bool unmet = need.not_met_count() > 0;
      result.set_needed_unmet_count(result.needed_unmet_count() + unmet);
      result.set_needed_unknown_count(result.needed_unknown_count() + (!unmet && need.not_known_count() > 0));
      result.set_needed_kept_count(result.needed_kept_count() + (need.kept_count() > 0));
      result.set_needed_unseen_count(result.needed_unseen_count() + !need.to_show().empty());
      result.set_needed_waiting_count(result.needed_waiting_count() + !need.question().empty());
    }
  }
}

std::vector<std::string> ShippedClausesFor(const std::string& reference) {
  std::vector<std::string> ids;
  for (const knowledge::v1::PolicyClause& row : knowledge::PolicyClauses().clauses()) {
    const auto& references = row.references();
    if (std::find(references.begin(), references.end(), reference) != references.end()) ids.push_back(row.id());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace metapowers::commands
