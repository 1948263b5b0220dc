// A model that is the same system under other names.
#ifndef METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_
#define METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_

#include <set>
#include <string>

#include "metapowers/model/v1/system_model.pb.h"

namespace metapowers::lint {

// `model` with every id, every reference to one and every name of a thing, role or person replaced, and every date one
// week earlier. Regions, which are places and not names of the system, and ids of shipped catalogues stay. A line of a
// document says something declared when it is another one for this model. Pure.
model::v1::SystemModel Renamed(const model::v1::SystemModel& model);

// The ids and names that it replaces.
std::set<std::string> DeclaredNames(const model::v1::SystemModel& model);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_
