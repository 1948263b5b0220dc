// How paths for people name the entries of lists: `components[web]`, `endpoints[/orders#2]`. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_
#define METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "service/model/text_edit.h"

namespace metapowers::model {

// A label for each entry of a list of messages, in the order of the list: the id, else the first required text. Where
// several have the same, all but the first in canonical order have `#2`, `#3`, … behind it, so labels do not depend on
// the order of the text.
std::vector<std::string> ElementLabels(const google::protobuf::Message& holder,
                                       const google::protobuf::FieldDescriptor& list);

// The steps to the field that `path` names in `message`, as OpenQuestions() writes paths; empty when there is none.
// Parts on the way may be unset.
std::vector<ValueStep> FindPath(const google::protobuf::Message& message, absl::string_view path);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_
