// Single values as YAML writes them. Pure; thread-safe.
#ifndef METAPOWERS_SERVICE_MODEL_YAML_SCALAR_H_
#define METAPOWERS_SERVICE_MODEL_YAML_SCALAR_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace metapowers::model {

// `text` as YAML can hold it: characters that are not allowed become U+FFFD, line ends at its end are left out.
std::string Writable(absl::string_view text);

// Whether writable text can stand in a block (`|`) only.
bool NeedsBlock(absl::string_view text);

// Writable text on one line: plain where no reader takes that for something else, inside a list on one line too, or in
// quotes. Line ends and tabs become escapes, which our reader does not take.
std::string TextScalar(absl::string_view text);

// One value of a field that is no message, on one line; `index` is -1 outside lists.
std::string ScalarOf(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                     int index);

// A message, or what a field of it holds, as YAML on one line: `{id: web, ports: [80, 443]}`. For people to read.
std::string FlowOf(const google::protobuf::Message& message);
std::string FlowOf(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_YAML_SCALAR_H_
