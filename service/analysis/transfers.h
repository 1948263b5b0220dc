// Personal and regulated data that crosses a border of law.
//
// What a flow sends moves from its source to its target, what it receives moves the other way. Data of a class
// moves from jurisdiction J to K when the one end is in J, the other is not in J but in K, and
//   - the first end is in J alone: all it hands over leaves J, whoever it is about; or
//   - the first end is in several jurisdictions and the class has subjects in J, or does not say where its
//     subjects are: then the share of J leaves.
// So a component in both EU and US that hands data of people in both to one in the US is one entry, EU to US.
//
// An end that a person uses directly outside our control (an external entity with `used_by_human`) makes no
// transfer: people who disclose their own data are no exporters (EDPB Guidelines 05/2021, section 2.2). Ends
// whose place is unknown make none either: the missing region is a question.
//
// A mechanism is required where personal data leaves the EU (GDPR Art. 44), the UK (UK GDPR Art. 44A) or
// Switzerland (Federal Act on Data Protection Art. 16), for whichever of the others: an adequacy decision is a
// mechanism and is declared as one. One whose `expires` is before `as_of` is expired.
#ifndef METAPOWERS_SERVICE_ANALYSIS_TRANSFERS_H_
#define METAPOWERS_SERVICE_ANALYSIS_TRANSFERS_H_

#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// Sorted by flow id, then by the jurisdictions' names.
std::vector<CrossBorderFlow> FindCrossBorderFlows(const Topology& topology);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_TRANSFERS_H_
