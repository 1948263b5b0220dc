// Where components are.
#ifndef METAPOWERS_SERVICE_ANALYSIS_PLACES_H_
#define METAPOWERS_SERVICE_ANALYSIS_PLACES_H_

#include <set>
#include <string>
#include <vector>

#include "service/model/model.h"

namespace metapowers::analysis {

// Regions of the component, sorted: its own; else, where it names a supplier, those of the supplier; else
// those of the infrastructure that runs it. Empty when unknown.
std::vector<std::string> RegionsOf(const model::Model& model, const model::v1::Component& component);

// Known jurisdictions of regions.
std::set<model::v1::Jurisdiction> JurisdictionsOf(const model::Model& model, const std::vector<std::string>& regions);

}  // namespace metapowers::analysis

#endif  // METAPOWERS_SERVICE_ANALYSIS_PLACES_H_
