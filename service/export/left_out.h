// What an export of a model leaves out. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_EXPORT_LEFT_OUT_H_
#define METAPOWERS_SERVICE_EXPORT_LEFT_OUT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::exporting {

// Fields of the model that a format says: of a list of elements the fields of these, of others an empty set.
using SaidFields = std::map<std::string, std::set<std::string>>;

// The fields that the model sets and `said` does not have, in the order of the schema.
std::vector<std::string> LeftOut(const model::v1::SystemModel& model, const SaidFields& said);

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_LEFT_OUT_H_
