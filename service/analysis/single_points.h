// Single points of failure: what alone stops a component of a main tier. The list is kept to what the model
// proves; an unknown number of replicas is a question, and no entry.
//
//   component       declared not redundant, or 1 replica (and not multi-region) unless declared redundant, or 1 region
//                   although recovery declares active-passive or active-active failover. It stops itself and all that
//                   hard-depends on it; with one instance also the services that outside actors reach through it only
//                   (its dominator in the graph of all flows from external entities, engineers' flows left out).
//   supplier        a component that it operates is of a main tier, or one of those hard-depends on it.
//   infrastructure  a cluster, host, site or network device in at most one region that runs every instance of
//                   such a component, while no element of its kind stands by in another failover region.
//
// External entities, planned and retiring components, and those of staging and development, are no part of it.
#ifndef METAPOWERS_SERVICE_ANALYSIS_SINGLE_POINTS_H_
#define METAPOWERS_SERVICE_ANALYSIS_SINGLE_POINTS_H_

#include <vector>

#include "service/analysis/dependencies.h"
#include "service/analysis/facts.h"
#include "service/analysis/topology.h"

namespace metapowers::analysis {

// Tiers whose loss the search is about: 0 and 1; in a system that declares neither, its highest.
std::vector<model::v1::Tier> MainTiers(const model::Model& model);

// Sorted by id, then kind; one entry per element.
std::vector<SinglePoint> FindSinglePoints(const Topology& topology, const Dependencies& dependencies);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_SINGLE_POINTS_H_
