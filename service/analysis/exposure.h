// Zones, what crosses between them, and what the internet reaches.
//
// Outside every zone are external entities and components of suppliers for which no zone is declared: they
// stand on the internet. A component of ours without a zone is unknown, which is a question and no finding:
// its flows are no crossings, and nothing is exposed by them.
#ifndef METAPOWERS_SERVICE_ANALYSIS_EXPOSURE_H_
#define METAPOWERS_SERVICE_ANALYSIS_EXPOSURE_H_

#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// Fills `effective_zone`, `zone_unknown` and `exposed_to_internet` of each of `components`, which stand in the
// order of the topology. Exposed is what is declared internet-facing, and what a flow enters from outside
// every zone or from a zone of type internet, unless that flow runs inside a VPN. External entities never are.
void AddExposure(const Topology& topology, const std::vector<ComponentFacts*>& components);

// Flows between different zones, sorted by flow id. `components` has its zones.
std::vector<ZoneCrossing> FindCrossings(const Topology& topology, const std::vector<ComponentFacts*>& components);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_EXPOSURE_H_
