// A model that is the same system under other names, and other changes of models as a whole.
#ifndef METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_
#define METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_

#include <memory>
#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"

namespace metapowers::lint {

// `model` with every id, every reference to one and every name of a thing, role or person replaced, and every date one
// week earlier. Regions, which are places and not names of the system, and ids of shipped catalogues stay. A line of a
// document says something declared when it is another one for this model. Pure.
model::v1::SystemModel Renamed(const model::v1::SystemModel& model);

// `model` with a change to all of it, written and read anew; what is known of it is changed alike. INVALID_ARGUMENT
// MODEL_INVALID where the change makes no valid model. Pure.
absl::StatusOr<std::shared_ptr<const model::Model>> Anew(
    const model::Model& model, absl::FunctionRef<void(model::v1::SystemModel& changed)> change);

// The ids and names that it replaces.
std::set<std::string> DeclaredNames(const model::v1::SystemModel& model);

}  // namespace metapowers::lint

#endif  // METAPOWERS_SERVICE_LINT_RENAMED_MODEL_H_
