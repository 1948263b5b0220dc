// Criticality of a component: the highest of its terms. The tier is what people agreed on and counts in full; data
// counts one level less, so that it lifts a component that was rated too low without making critical all that
// touches critical data. How sensitive the data is stands apart, as the level of classification. The terms:
//
//   tier              0 critical, 1 high, 2 medium, 3 low
//   confidentiality   strictly confidential critical, confidential high, restricted medium, below it low
//   integrity,        mission critical critical, critical high, important medium, below it low
//   availability
//
// The last three are those of the data that the component stores or processes, the strongest of each, of which the
// class that rates highest is the term; it counts in full while neither tier nor override is declared. A declared
// override of the component replaces what its data says, upwards and downwards, and counts in full. A floor takes the
// place of data that rates lower and counts as data does. What is unset adds no term. Data that only passes on a flow
// is not counted: its owner is rated for it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_CRITICALITY_H_
#define METAPOWERS_SERVICE_ANALYSIS_CRITICALITY_H_

#include "service/analysis/facts.h"

namespace metapowers::analysis {

// `facts` has its component, `stores` and `processes`.
CriticalityFact RateCriticality(const ComponentFacts& facts);

// `known`, whose derivation also says what `presumed`, which counts what is assumed as well, would make of it.
CriticalityFact WithPresumed(const CriticalityFact& known, const CriticalityFact& presumed);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_CRITICALITY_H_
