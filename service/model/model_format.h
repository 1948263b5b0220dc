// The usual layout of a model's text.
#ifndef METAPOWERS_SERVICE_MODEL_MODEL_FORMAT_H_
#define METAPOWERS_SERVICE_MODEL_MODEL_FORMAT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace metapowers::model {

// `yaml` with the fields of each element in the order of the schema, two spaces of indent, quotes only where YAML needs
// them, and texts of several lines broken where lines end. Every comment stays with what it stands at, single empty
// lines stay, entries of lists keep their order, and lists and elements in brackets stay in brackets where they are on
// one line, fit on one or are filled into several from the bracket on, and have no comments in them. Formatting the
// result gives the same text; it says the same as `yaml`. INVALID_ARGUMENT MODEL_INVALID, as Model::Parse() has it, for
// what is no valid model. Pure; thread-safe.
absl::StatusOr<std::string> FormatModel(absl::string_view yaml, absl::string_view file_name);

// The same of a text that ReadYaml() has read as a system model without a fault, valid or not.
std::string InUsualLayout(absl::string_view yaml);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_MODEL_FORMAT_H_
