// monitoring-strategy: what is watched, which alerts are declared and which are missing, who is called and how fast,
// what whoever is called does, and how well detection works. Pure; thread-safe.
//
// On-call falls short where an alert calls nobody (unrouted) or has no runbook (no_runbook), where a rotation names
// nobody who is called next (no_escalation), has one person at a time on components of tier 0 or 1 (one_person), is
// slower than the shipped time of a tier that it is called for (slow), or is staffed for a part of the day for a tier
// that asks for any hour (not_any_hour). Staffing is at any hour when it says 24x7 or 24/7, for a part of the day when
// it is one span of time; other words are not judged.
#ifndef METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_
#define METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_

#include "metapowers/security/detect/v1/monitoring_strategy.pb.h"
#include "service/commands/command.h"

namespace metapowers::commands::detect {

security::detect::v1::MonitoringStrategyResult MonitoringStrategy(const Input& input);

}  // namespace metapowers::commands::detect

#endif  // METAPOWERS_SERVICE_COMMANDS_DETECT_MONITORING_STRATEGY_H_
