// A model with its entries in the order of its text, as edits of the text need it. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_ORDERED_MODEL_H_
#define METAPOWERS_SERVICE_MODEL_ORDERED_MODEL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/faults.h"

namespace metapowers::model {

// Checks a model that was read as a whole; `faults` are those of reading it. INVALID_ARGUMENT MODEL_INVALID.
absl::Status CheckInOrder(const v1::SystemModel& model, const SourceMap& map, absl::string_view file_name,
                          Faults faults);

// Reads a model, which must be empty, and checks it. INVALID_ARGUMENT MODEL_INVALID as Model::Parse(). Thread-safe.
absl::Status ReadInOrder(absl::string_view yaml, absl::string_view file_name, v1::SystemModel& model);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ORDERED_MODEL_H_
