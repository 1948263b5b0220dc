// OWASP Threat Dragon, version 2.
//
// Actors, processes and stores become components, data flows flows, and boxes of trust boundaries zones: what lies
// wholly inside a box is in its zone, in the innermost one of several. A curve has no inside; it is kept as a note.
// Elements of one kind and name in several diagrams are one component; two in one diagram are two.
//
// A box that is not ticked says nothing, since that is how Threat Dragon begins: only what is ticked is taken over.
//   isEncrypted            of a store, control `encryption_at_rest`; of a flow, `transport_encryption`: implemented.
//                          How, Threat Dragon does not say, so that the attributes that name it stay unknown, unless
//                          the protocol tells
//   isWebApplication       technology `web-application`
//   handlesCardPayment     scope `pci_cde`
//   outOfScope             `out_of_scope` of a component with its reason; of a flow, a note
//   others                 tags `threat-dragon:isALog`, `threat-dragon:storesCredentials`, …
// Threats are kept as notes with their status.
#ifndef METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_H_
#define METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_H_

#include "service/importers/importer.h"

namespace metapowers::importers {

extern const Format kThreatDragon;

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_THREAT_DRAGON_H_
