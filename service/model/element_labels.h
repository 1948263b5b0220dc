// How paths for people name the entries of lists: `components[web]`, `endpoints[/orders#2]`. Internal to model/.
#ifndef METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_
#define METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
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

// Finds fields by path, with the labels of each list made once: messages must stay where and as they are. For one
// thread.
class PathFinder {
 public:
  // The steps to the field that `path` names in `message`, as OpenQuestions() writes paths; empty when there is none.
  // Parts on the way may be unset.
  std::vector<ValueStep> Find(const google::protobuf::Message& message, absl::string_view path);

 private:
  using Positions = absl::flat_hash_map<std::string, int>;
  const Positions& PositionsIn(const google::protobuf::Message& holder, const google::protobuf::FieldDescriptor& list);

  absl::flat_hash_map<std::pair<const google::protobuf::Message*, const google::protobuf::FieldDescriptor*>, Positions>
      lists_;
};

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_ELEMENT_LABELS_H_
