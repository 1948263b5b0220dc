// A system model as what a file shows, so that it can be merged with what others do.
#ifndef METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_
#define METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_

#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Adds the architecture of `model`: teams, data classes, zones, runtimes, components, flows and suppliers, all
// observed at `spot`, known by their ids and by their names.
void AddElements(const model::v1::SystemModel& model, const Spot& spot, Inventory& inventory);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_
