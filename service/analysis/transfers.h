// Personal and regulated data that crosses a border of law.
//
// What a flow sends moves from its source to its target, what it receives moves the other way. Data of a class
// moves from jurisdiction J to K when the one end is in J, the other is not in J but in K, and
//   - the first end is in J alone: all it hands over leaves J, whoever it is about; or
//   - the first end is in several jurisdictions and the class has subjects in J, or does not say where its
//     subjects are: then the share of J leaves.
// So a component in both EU and US that hands data of people in both to one in the US is one entry, EU to US.
//
// The model is that of the organisation that answers for the system, so that a flow counts where it is this
// organisation that exports or imports (GDPR Art. 44; EDPB Guidelines 05/2021, sections 2.1 to 2.3):
//   - one end is a component of ours, and the other is no person: whoever runs the other end is another controller or
//     processor;
//   - both ends are outside, and the one that hands over is a supplier who acts for us and the other another party: an
//     onward transfer (Art. 44 sentence 1), for which we answer as well (Art. 28(2) and (4));
//   - both ends are outside, a person uses the one, and the other is a supplier who acts for us: what an app or a page
//     of ours sends from people straight to our supplier, we have made available to the supplier.
// A supplier acts for us unless the only role that the model gives it is that of a controller of its own. All else is
// none: people who disclose their own data to us, or get it back, are neither exporters nor importers (05/2021, section
// 2.2), and what two parties outside exchange on their own account is theirs to answer for. Ends whose place is unknown
// make no transfer either: the missing region is a question.
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
