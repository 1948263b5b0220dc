#include "service/analysis/places.h"

#include <algorithm>

namespace metapowers::analysis {

std::vector<std::string> RegionsOf(const model::Model& model, const model::v1::Component& component) {
  const auto sorted = [](const auto& ids) {
    std::vector<std::string> regions(ids.begin(), ids.end());
    std::sort(regions.begin(), regions.end());
    return regions;
  };
  if (component.regions_size() > 0) return sorted(component.regions());
  const auto* supplier = model.Find<model::v1::ThirdParty>(component.third_party());
  if (supplier != nullptr) return sorted(supplier->regions());
  const auto* infrastructure = model.Find<model::v1::Infrastructure>(component.runs_on());
  return infrastructure == nullptr ? std::vector<std::string>() : sorted(infrastructure->regions());
}

std::set<model::v1::Jurisdiction> JurisdictionsOf(const model::Model& model, const std::vector<std::string>& regions) {
  std::set<model::v1::Jurisdiction> found;
  for (const std::string& id : regions) {
    const auto* region = model.Find<model::v1::Region>(id);
    if (region->jurisdiction() != model::v1::JURISDICTION_UNSPECIFIED) found.insert(region->jurisdiction());
  }
  return found;
}

}  // namespace metapowers::analysis
