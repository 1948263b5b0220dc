// Marks (import_mark.h) put beside the values of a text. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_TEXT_MARKS_H_
#define METAPOWERS_SERVICE_MODEL_TEXT_MARKS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// `lines`, which read as `message`, with `mark(path)` as a comment behind each value of one line that has one; the path
// has positions in brackets, e.g. `components[0].replicas`.
std::vector<std::string> WithMarks(std::vector<std::string> lines, const google::protobuf::Message& message,
                                   const std::function<std::string(absl::string_view path)>& mark);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_TEXT_MARKS_H_
