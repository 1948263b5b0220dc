// One draft of a system model from everything that files show.
#ifndef METAPOWERS_SERVICE_IMPORTERS_COMPOSE_H_
#define METAPOWERS_SERVICE_IMPORTERS_COMPOSE_H_

#include <map>
#include <string>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/inventory.h"
#include "service/importers/source_names.h"

namespace metapowers::importers {

struct Composed {
  model::v1::SystemModel model;
  std::vector<v1::AttributeBasis> bases;     // of each attribute that is set, in the order of the model
  std::map<std::string, SourceNames> names;  // what the files call its elements, by collection
};

// Merges elements that are the same, gives ids, resolves references and fills in what a model requires: by a
// placeholder that nothing refers to and an assumption that tells of it, so that no finding rests on it. Where two
// files contradict each other, the first in the order of the request stands and a note names both. A reference that
// nothing answers becomes a note with the reference's place, and the flow or attribute is left out. The result does
// not depend on the order of elements in the files. An element that has an id in `earlier` keeps it. Adds to the
// inventory's notes.
Composed Compose(Inventory& inventory, const std::string& topic_id, const std::string& today,
                 const std::map<std::string, SourceNames>& earlier);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_COMPOSE_H_
