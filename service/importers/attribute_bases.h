// What the attributes of a draft rest on, as the API and the comments of the draft have it.
#ifndef METAPOWERS_SERVICE_IMPORTERS_ATTRIBUTE_BASES_H_
#define METAPOWERS_SERVICE_IMPORTERS_ATTRIBUTE_BASES_H_

#include <map>
#include <string>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"
#include "metapowers/v1/model_service.pb.h"
#include "service/importers/inventory.h"

namespace metapowers::importers {

// One for each attribute that is set, in the order of the model, from what is known of them by path. An attribute
// without is a placeholder for what a model must have. Assumptions and the ids of model and schema are no attributes.
std::vector<v1::AttributeBasis> AttributeBases(const model::v1::SystemModel& model,
                                               const std::map<std::string, Basis>& known);

// What the attribute rests on, as a mark beside it (model/import_mark.h).
std::string MarkOf(const v1::AttributeBasis& basis);

// The same as comments beside the attributes, by path: `observed k8s.yaml:12`, `assumed: why`. Where all attributes of
// a part or a list agree, one comment stands at its head for all.
std::map<std::string, std::string> MarksOf(const std::vector<v1::AttributeBasis>& bases);

}  // namespace metapowers::importers

#endif  // METAPOWERS_SERVICE_IMPORTERS_ATTRIBUTE_BASES_H_
