// What a system needs of policies that its model does not declare. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_POLICY_NEEDS_H_
#define METAPOWERS_SERVICE_COMMANDS_POLICY_NEEDS_H_

#include <string>
#include <vector>

#include "metapowers/security/govern/v1/security_policy.pb.h"
#include "service/commands/clause_book.h"

namespace metapowers::commands {

// Requirements that ask for more than the clause.
google::protobuf::RepeatedPtrField<security::govern::v1::TooWeakFor> TooWeakFor(const Clause& clause);

// The clause with the facts that make it apply and how things stand. Names the first three elements of a list.
security::govern::v1::NeededClause NeedFor(const Clause& clause);

// Counts of the clauses in `area_gaps` by how things stand, without those that the model declines.
void CountNeeds(security::govern::v1::SecurityPolicyResult& result);

// Ids of the shipped clauses that meet a requirement of a framework, whether they apply or not, sorted.
std::vector<std::string> ShippedClausesFor(const std::string& reference);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_POLICY_NEEDS_H_
