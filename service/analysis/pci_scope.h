// PCI DSS scope of each component, after section 4 of PCI DSS 4.0.1 and the PCI SSC's "Guidance for PCI DSS
// Scoping and Network Segmentation" (May 2017):
//
//   CDE         stores or processes account data (PAN, sensitive authentication data), or transmits it: either
//               end of a flow that carries it. Encryption on the way does not take an end out of scope.
//   connected   has a flow with a CDE component, shares its innermost zone or its runtime group with one, shares
//               a cluster or host with one without a zone of its own that denies by default, runs on the same virtual
//               machine as any component in scope, or is declared `pci_connected` (it can affect security in ways that
//               flows do not show).
//   out         none of these.
//
// A data class is account data by its categories alone: one that holds tokens only has neither category.
// A declaration widens the scope and never narrows it against the facts; where they differ there is a
// ScopeConflict. Where no class holds account data and nothing is declared in the CDE, a merchant or payment service
// provider has outsourced card payments: a component with a flow to or from a supplier with role `tpsp` is connected,
// since it can affect the payment page, as is what shares its virtual machine, and the others are out; for everybody
// else the whole model is not applicable. So are always external entities; and what a supplier runs in its own network
// (a component with `third_party` in a zone of type SaaS or with provider SaaS), which that supplier's assessment
// covers (12.8, 12.9).
#ifndef METAPOWERS_SERVICE_ANALYSIS_PCI_SCOPE_H_
#define METAPOWERS_SERVICE_ANALYSIS_PCI_SCOPE_H_

#include <vector>

#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// Fills `pci_scope` and `pci_reason` of each of `components`, which stand in the order of the topology.
void AddPciScope(const Topology& topology, const std::vector<ComponentFacts*>& components);

// Declared scopes that the facts contradict, of components and then of infrastructure, sorted by id:
// PCI DSS scopes narrower than computed, a CDE without account data, and `hipaa` without health information.
// `components` has its scopes.
std::vector<ScopeConflict> FindScopeConflicts(const Topology& topology, const std::vector<ComponentFacts*>& components);

// Whether the flow ends in the CDE and declares no data: account data may lie at its end, so that "carries nothing"
// is not to be concluded.
bool CarriesUnknownIntoCde(const Facts& facts, const model::v1::Flow& flow);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PCI_SCOPE_H_
