// Contradictions between elements of a draft, which no file has alone.
#ifndef METAPOWERS_SERVICE_IMPORTERS_RECONCILE_H_
#define METAPOWERS_SERVICE_IMPORTERS_RECONCILE_H_

#include <map>
#include <string>

#include "metapowers/model/v1/system_model.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// Makes hold what a model requires between its fields: zones lie in no circle, a data store keeps what it handles and
// is in no internet zone, what is out of scope says why. `bases` by path of the model follow. What is taken away is
// noted.
void Reconcile(model::v1::SystemModel& model, std::map<std::string, Basis>& bases, Inventory& inventory);

// Moves the model's date to that of the newest thing in it, where that is later.
void AdvanceDate(model::v1::SystemModel& model);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_RECONCILE_H_
