// What the protos say about the model, read from their descriptors: rules, collections, YAML names.
// Pure functions of descriptors; thread-safe.
#ifndef METAPOWERS_SERVICE_MODEL_SCHEMA_H_
#define METAPOWERS_SERVICE_MODEL_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "metapowers/model/v1/rule.pb.h"

namespace metapowers::model {

// The rule of a field; an empty one when it has none.
const v1::Rule& RuleOf(const google::protobuf::FieldDescriptor& field);

// The same of the model's field with this message and name, e.g. "Component.tier".
const v1::Rule& RuleOf(absl::string_view field_type);

// Whether the field says which component an element is about, so that the element is as certain as that.
bool MakesElement(const v1::Rule& rule);

// Name of the collection that messages of this type form; "" when they form none.
const std::string& CollectionOf(const google::protobuf::Descriptor& type);

// The field `id` of this type when it has one and it is a string; else nullptr.
const google::protobuf::FieldDescriptor* IdField(const google::protobuf::Descriptor& type);

// The id of a message, which holds it; "" when its type has none.
const std::string& IdOf(const google::protobuf::Message& message);

// Names of the fields, in the order of the proto: the keys that YAML may have.
std::vector<std::string> FieldNames(const google::protobuf::Descriptor& type);

// Names of the values as YAML writes them, in the order of the proto, `unknown` first.
std::vector<std::string> ValueNames(const google::protobuf::EnumDescriptor& type);

// The value of that name; nullptr when there is none.
const google::protobuf::EnumValueDescriptor* FindValue(const google::protobuf::EnumDescriptor& type,
                                                       absl::string_view yaml_name);

// Whether the field says something: present, or not empty and not the zero value where the proto keeps
// no presence.
bool IsSet(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field);

// One string of a string field; `index` -1 for a field that is no list.
std::string StringAt(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                     int index);

// The messages in a message field, present ones only, list or not.
std::vector<const google::protobuf::Message*> MessagesIn(const google::protobuf::Message& message,
                                                         const google::protobuf::FieldDescriptor& field);

// Whether `text` has the form `YYYY-MM-DD` and is a day of the calendar.
bool IsDate(absl::string_view text);

// Whether `text` is the name of a host in lower case, with `*.` before it or not, or an IP address; with no more than
// that, such as a port.
bool IsHost(absl::string_view text);

}  // namespace metapowers::model

#endif  // METAPOWERS_SERVICE_MODEL_SCHEMA_H_
