// Which data a component stores, processes and passes on, and how confidential it is as a result.
#ifndef METAPOWERS_SERVICE_ANALYSIS_DATA_HANDLING_H_
#define METAPOWERS_SERVICE_ANALYSIS_DATA_HANDLING_H_

#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// Fills `stores`, `processes`, `transfers` and `confidentiality` of the component at `index`. Each class is in
// the first of the three lists that it belongs to.
void AddDataHandling(const Topology& topology, int index, ComponentFacts& facts);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_DATA_HANDLING_H_
