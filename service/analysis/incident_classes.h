// The kinds of incidents that a system has to expect, after its open threats: each threat rule belongs to one class
// (knowledge/data/respond/incident_classes.textproto). Threats of a team's own rules belong to none.
//
//   elements  where the threats are, as responders look for it: a component; of a flow the end of ours, the accepting
//   one
//             first; of an API what serves it; of a credential what uses it; of a key what it encrypts, where
//             something is declared to be; else the element itself. Worst threat first
//   machines  of the elements those that run: components and infrastructure; a key, a repository or a supplier is none
//   data      at stake in the worst threat of each element, in the order of the elements
//   level     the worse of those of the first element and of the data that decides the impact of the worst threat
//   switches  of the kinds of the class that cover one of the elements: best kind first, then most of the elements,
//   then
//             by id
//   seen by   detections that apply and show one of the threats, running ones first, and the declared alerts for them
//
// Pure; refers to its arguments.
#ifndef METAPOWERS_SERVICE_ANALYSIS_INCIDENT_CLASSES_H_
#define METAPOWERS_SERVICE_ANALYSIS_INCIDENT_CLASSES_H_

#include <string>
#include <vector>

#include "metapowers/knowledge/v1/response_plans.pb.h"
#include "service/analysis/detections.h"
#include "service/analysis/severity_ladder.h"
#include "service/analysis/threats.h"

namespace metapowers::analysis {

struct IncidentClassFact {
  const knowledge::v1::IncidentClass* row = nullptr;
  std::vector<const Threat*> threats;  // open ones, worst first
  std::vector<std::string> elements;
  std::vector<std::string> machines;
  std::vector<const model::v1::DataClass*> data;
  const model::v1::SeverityLevel* level = nullptr;  // nullptr: on none
  std::vector<const model::v1::ContainmentSwitch*> switches;
  std::vector<const AppliedDetection*> detections;
  std::vector<const model::v1::Alert*> alerts;  // by id
};

// All shipped classes in the order of the data, those without threats too.
std::vector<IncidentClassFact> IncidentClasses(const Threats& threats, const Detections& detections,
                                               const SeverityLadder& ladder);

// Switches of these kinds that cover one of the components: in the order of the kinds, then most of them first, then by
// id. Without components all of these kinds.
std::vector<const model::v1::ContainmentSwitch*> SwitchesFor(const model::Model& model, absl::Span<const int> kinds,
                                                             const std::vector<std::string>& components);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_INCIDENT_CLASSES_H_
