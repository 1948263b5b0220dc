// Gives a model text another id.
#ifndef METAPOWERS_SERVICE_MODEL_REPLACE_ID_H_
#define METAPOWERS_SERVICE_MODEL_REPLACE_ID_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::model {

// `yaml` with the value of `id` at its root replaced by `new_id`, every other byte kept: comments, order and
// line ends. Only the text up to that value is looked at. INVALID_ARGUMENT: NAME_INVALID when `new_id` is no
// slug, MODEL_INVALID when the text is no YAML or its root has no `id` of one line.
absl::StatusOr<std::string> ReplaceModelId(absl::string_view yaml, absl::string_view new_id);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_REPLACE_ID_H_
