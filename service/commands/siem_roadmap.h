// The roadmap of siem-setup: what its tables leave open, as tasks in the phases of the shipped rules. A fault of the
// declared platform, rules that call nobody and logs that end a severe blind spot come first (phase 1), then what is
// not known of light criteria, dashboards and the way to an incident (phase 2), then old events (phase 3). Sources come
// in as source_priority.h says. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_COMMANDS_SIEM_ROADMAP_H_
#define METAPOWERS_SERVICE_COMMANDS_SIEM_ROADMAP_H_

#include "metapowers/security/detect/v1/siem_setup.pb.h"
#include "service/analysis/source_priority.h"
#include "service/model/model.h"

namespace metapowers::commands {

// Fills `phases`, and the number of tasks, from the other lists of `result`, which are complete.
void AddSiemRoadmap(const model::Model& model, const analysis::SourcePlan& plan,
                    security::detect::v1::SiemSetupResult& result);

}  // namespace metapowers::commands

#endif  // METAPOWERS_SERVICE_COMMANDS_SIEM_ROADMAP_H_
