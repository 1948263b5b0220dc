// resilience-improvement: single points of failure and what recovery plan, backup validation and continuity plan find,
// in one list, each with what closing it takes away and the effort that it costs. Pure; thread-safe.
//
// Rank: points removed per day of effort (improvement_rank.h), then severity, due date, rule and element. A finding of
// one rule on one element stands once.
#ifndef METAPOWERS_SERVICE_COMMANDS_RECOVER_RESILIENCE_IMPROVEMENT_H_
#define METAPOWERS_SERVICE_COMMANDS_RECOVER_RESILIENCE_IMPROVEMENT_H_

#include "metapowers/security/recover/v1/resilience_improvement.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::recover {

security::recover::v1::ResilienceImprovementResult ResilienceImprovement(const Input& input);

}  // namespace metapowers::commands::recover

#endif  // METAPOWERS_SERVICE_COMMANDS_RECOVER_RESILIENCE_IMPROVEMENT_H_
