// The dashboards of an event management platform: the panels of the shipped rules of which the model has a log, with
// what they read and where they start. Pure; thread-safe.
//
// Figures that panels start from: threats (open ones of high or critical severity that are detected), sources
// (collected), correlations (that read all their logs), control-failures (rules on failures of controls that do).
#ifndef METAPOWERS_SERVICE_COMMANDS_SIEM_DASHBOARDS_H_
#define METAPOWERS_SERVICE_COMMANDS_SIEM_DASHBOARDS_H_

#include "metapowers/security/detect/v1/siem_setup.pb.h"
#include "service/analysis/source_priority.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Fills `panels`, where `result` has a platform, and `other_dashboards`: each declared dashboard stands in one of them,
// as that of the first audience that its words name.
void AddSiemDashboards(const model::Model& model, const analysis::LogSources& sources,
                       const analysis::Detections& detections, const analysis::SourcePlan& plan,
                       security::detect::v1::SiemSetupResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SIEM_DASHBOARDS_H_
