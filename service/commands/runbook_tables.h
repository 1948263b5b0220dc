// Rows of the section on monitoring about what whoever is called does. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_RUNBOOK_TABLES_H_
#define METAPOWERS_SERVICE_COMMANDS_RUNBOOK_TABLES_H_

#include <vector>

#include "metapowers/security/detect/v1/monitoring_strategy.pb.h"
#include "service/analysis/alert_coverage.h"

namespace metapowers::commands {

// Fills `runbooks` of declared alerts and `planned_runbooks` of missing ones.
void AddRunbookTables(const model::Model& model, const std::vector<analysis::RequiredAlertFact>& required,
                      security::detect::v1::MonitoringStrategyResult& result);

// Declared alerts, most severe first.
std::vector<const model::v1::Alert*> AlertsBySeverity(const model::Model& model);

// Required alerts that this one answers, in their order.
std::vector<const analysis::RequiredAlertFact*> AnsweredBy(const std::vector<analysis::RequiredAlertFact>& required,
                                                           const model::v1::Alert& alert);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_RUNBOOK_TABLES_H_
