#include "service/commands/evidence_places.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/analysis/terms.h"
#include "service/commands/wording.h"

namespace metapowers::commands {

namespace {

using model::v1::DataClass;

bool HoldsPersonal(const std::vector<const DataClass*>& data) {
  return std::any_of(data.begin(), data.end(), [](const DataClass* each) { return analysis::IsPersonal(*each); });
}

}  // namespace

void EvidencePlaces::Add(const Input& input, absl::string_view element_id) {
  if (const analysis::ComponentFacts* facts = input.facts.Find(element_id)) {
    regions.insert(facts->component->regions().begin(), facts->component->regions().end());
    personal |= HoldsPersonal(facts->stores) || HoldsPersonal(facts->processes) || HoldsPersonal(facts->transfers);
  }
  if (const auto* supplier = input.model.Find<model::v1::ThirdParty>(element_id)) {
    regions.insert(supplier->regions().begin(), supplier->regions().end());
    for (const std::string& id : supplier->data_shared()) {
      const auto* data = input.model.Find<DataClass>(id);
      personal |= data != nullptr && analysis::IsPersonal(*data);
    }
  }
  if (const auto* infrastructure = input.model.Find<model::v1::Infrastructure>(element_id)) {
    regions.insert(infrastructure->regions().begin(), infrastructure->regions().end());
    for (const auto& [id, component] : input.facts.components()) {
      if (component.component->runs_on() != infrastructure->id()) continue;
      personal |= HoldsPersonal(component.stores) || HoldsPersonal(component.processes);
    }
  }
}

void EvidencePlaces::AddBackup(const Input& input, absl::string_view component_id) {
  const analysis::ComponentFacts* facts = input.facts.Find(component_id);
  if (facts == nullptr || facts->component->backup().locations().empty()) return Add(input, component_id);
  const auto& locations = facts->component->backup().locations();
  regions.insert(locations.begin(), locations.end());
  personal |= HoldsPersonal(facts->stores);
}

std::string RegionLimit(const model::Model& model, const EvidencePlaces& places) {
  if (places.regions.empty()) return "not known: no region declared";
  std::map<std::string, std::vector<std::string>> bound;  // regions by name of the jurisdiction
  std::vector<std::string> free;
  bool unknown = false;
  for (const std::string& id : places.regions) {
    const auto* region = model.Find<model::v1::Region>(id);
    const auto jurisdiction = region == nullptr ? model::v1::JURISDICTION_UNSPECIFIED : region->jurisdiction();
    unknown |= jurisdiction == model::v1::JURISDICTION_UNSPECIFIED;
    const bool strict = jurisdiction == model::v1::JURISDICTION_EU || jurisdiction == model::v1::JURISDICTION_UK ||
                        jurisdiction == model::v1::JURISDICTION_CH;
    if (strict && places.personal) {
      bound[analysis::JurisdictionName(jurisdiction)].push_back(id);
    } else if (jurisdiction != model::v1::JURISDICTION_UNSPECIFIED) {
      free.push_back(id);
    }
  }
  std::vector<std::string> limits;
  for (const auto& [jurisdiction, regions] : bound) {
    limits.push_back(
        absl::StrCat("evidence of ", List(regions), " leaves the ", jurisdiction, " only under a transfer mechanism"));
  }
  if (unknown) limits.push_back("jurisdiction of a region not declared");
  if (!limits.empty()) return absl::StrCat(List(limits), free.empty() ? "" : "; none for that of ", List(free));
  const std::vector<std::string> regions(places.regions.begin(), places.regions.end());
  return absl::StrCat("none; in ", List(regions, 4));
}

}  // namespace metapowers::commands
