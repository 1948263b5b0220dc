// Strict YAML into any protobuf message, by its descriptor: keys are field names, enum values are written
// as YamlName() gives them. What YAML has beyond that (anchors, aliases, tags, merge keys, directives,
// several documents, yes/no for true/false, null) is a fault, so that a file means what it shows.
// JSON with the same names is such YAML too. Map fields are not supported.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_READER_H_
#define METAPOWERS_SERVICE_MODEL_YAML_READER_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "service/model/faults.h"

namespace metapowers::model {

// Reads `text` into `message`, which must be empty, and adds every fault to `faults`. A value with a fault
// is marked in `map`; the rest is read all the same. Returns whether the whole text was read: after false
// (syntax error, limits), what is missing in `message` says nothing.
bool ReadYaml(absl::string_view text, google::protobuf::Message& message, SourceMap& map, Faults& faults);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_READER_H_
