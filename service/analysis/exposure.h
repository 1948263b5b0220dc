// Zones, what crosses between them, and what the internet reaches.
//
// Outside every zone are external entities and components of suppliers for which no zone is declared: they
// stand on the internet. A component of ours without a zone is unknown, which is a question and no finding:
// its flows are no crossings, and nothing is exposed by them.
//
// How exposed something is, is asked in four ways. All start from the facts of this header, and each answers what the
// others do not:
//
//   exposed_to_internet    here          Can strangers open a connection to the component itself? Yes or no.
//   Exposure               landscape.h   How near to the component does an attacker stand before the first step? One
//                                        step behind what the internet or a partner reaches is adjacent, further is
//                                        inner. Scores of threats start from it (attributes.h has the definition).
//   EntryExposure          outside.h     Who hands the input over on one way in? It is about the caller, not about the
//                                        component: a component has one Exposure and may have ways in of every
//                                        EntryExposure. It tells suppliers from partners, whose contracts differ, and
//                                        knows the site, which no network reaches (entry_points.h).
//   VulnerabilityExposure  vulnerabilities.h  Which factor of the vulnerability rules holds? Coarser than Exposure: it
//                                        asks for an open connection from outside or from an exposed component, and
//                                        takes an external entity for outside wherever it stands.
//
// kInternet of Exposure is exposed_to_internet. EntryExposure::kInternet is not: an endpoint behind a gateway has that
// of the gateway's callers, while its own component is adjacent.
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
