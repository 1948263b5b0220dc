// What past incidents teach: figures over them, and what of the system today they touch.
//
//   threats    open threats on the components of the incident (Threat::element, or a flow that ends there), worst first
//   playbooks  classes of those threats that one of the controls of the incident's actions lowers; without such a
//   control
//              those of the worst threat. No incident has a declared kind, so that this is where to look, not what it
//              was
//   a figure   a median of those that declare one, none without; shares are whole percent
//
// Pure; refers to its arguments.
#ifndef METAPOWERS_SERVICE_ANALYSIS_LESSONS_H_
#define METAPOWERS_SERVICE_ANALYSIS_LESSONS_H_

#include <optional>
#include <vector>

#include "metapowers/knowledge/v1/lesson_rules.pb.h"
#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

struct PastIncidentFact {
  const model::v1::PastIncident* incident = nullptr;
  std::vector<const Threat*> threats;
  std::vector<const knowledge::v1::IncidentClass*> playbooks;  // in the order of the data
};

// Newest first, then by id.
std::vector<PastIncidentFact> PastIncidents(const Threats& threats);

// Open threats on the incident's components that the declared control lowers by what it implements, worst first.
std::vector<const Threat*> LoweredBy(const PastIncidentFact& fact, const model::v1::Control& control);

// Nothing where no incident says it.
std::optional<double> MeasureLessons(const model::Model& model, knowledge::v1::LessonMeasure measure);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_LESSONS_H_
