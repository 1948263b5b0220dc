// A system model as what a file shows, so that it can be merged with what others do.
#ifndef METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_
#define METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_

#include <map>
#include <string>

#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Adds the architecture of `model`: teams, data classes, zones, runtimes, components, flows and suppliers, known by
// their ids and by their names. Attributes rest on what `bases` has by path in the model, else they were observed at
// `spot`.
void AddElements(const model::v1::SystemModel& model, const std::map<std::string, Basis>& bases, const Spot& spot,
                 Inventory& inventory);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_MODEL_ELEMENTS_H_
