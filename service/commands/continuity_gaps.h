// What of continuity is a gap: by the rules of knowledge/data/recover/continuity.textproto. What the model does not say
// is none. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_CONTINUITY_GAPS_H_
#define METAPOWERS_SERVICE_COMMANDS_CONTINUITY_GAPS_H_

#include <vector>

#include "metapowers/knowledge/v1/recovery_rules.pb.h"
#include "service/analysis/continuity.h"
#include "service/commands/protection_gaps.h"
#include "service/commands/recovery_gaps.h"

namespace metapowers::commands {

// How the business goes on, on one model.
struct Continuity {
  Continuity(const analysis::Facts& facts, const Recovery& recovery);

  const std::vector<analysis::FunctionContinuity> functions;
  const std::vector<analysis::SupplierContinuity> suppliers;
};

// The role that holds the duty: the first declared one of its kinds; nullptr where the model has none.
const model::v1::Role* HolderOf(const model::Model& model, const knowledge::v1::ContinuityDuty& duty);

// Functions of high or critical criticality without a procedure, procedures that are untested, old or too short,
// outages that last too long, suppliers without a procedure, exercises that are late or missing, duties that nobody
// holds.
void AddContinuityGaps(const Continuity& continuity, const model::Model& model, ProtectionGaps& gaps);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_CONTINUITY_GAPS_H_
