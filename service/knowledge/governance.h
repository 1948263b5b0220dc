// Shipped rows behind the Govern documents, read once from data embedded in the binary. All look-ups are
// thread-safe; what they return lives as long as the process.
#ifndef METAPOWERS_SERVICE_KNOWLEDGE_GOVERNANCE_H_
#define METAPOWERS_SERVICE_KNOWLEDGE_GOVERNANCE_H_

#include "absl/strings/string_view.h"
#include "metapowers/knowledge/v1/policy_clauses.pb.h"
#include "metapowers/knowledge/v1/security_activities.pb.h"

namespace metapowers::knowledge {

// Clauses of policies, and claims on the subcategories of CSF 2.0, merged from all data files in the order of
// their names.
const v1::PolicyClauses& PolicyClauses();

// Activities, required roles, conflicts, remedies.
const v1::SecurityActivities& SecurityActivities();

// The activity with this key; nullptr when it is not shipped.
const v1::SecurityActivity* FindActivity(absl::string_view id);

// What to do about this kind of gap; every value but the zero one has its row.
const v1::GapRemedy& Remedy(v1::GapKind kind);

}  // namespace metapowers::knowledge

#endif  // METAPOWERS_SERVICE_KNOWLEDGE_GOVERNANCE_H_
