// The model as JSON: WriteJson() of model_export.h.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "service/export/model_export.h"
#include "service/model/schema.h"

namespace metapowers::exporting {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

// One value that is no message; `index` is -1 outside lists.
Json ValueOf(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool list = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return model::YamlName(list ? *r.GetRepeatedEnum(message, &field, index) : *r.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return list ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return list ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return list ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return list ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return list ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return list ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return list ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field);
    default:
      return model::StringAt(message, field, index);
  }
}

Json ObjectOf(const Message& message) {
  Json object = Json::object();
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!model::IsSet(message, field)) continue;
    const bool part = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    Json value = field.is_repeated() ? Json::array() : Json();
    if (part) {
      for (const Message* each : model::MessagesIn(message, field)) {
        field.is_repeated() ? value.push_back(ObjectOf(*each)) : void(value = ObjectOf(*each));
      }
    } else if (!field.is_repeated()) {
      value = ValueOf(message, field, -1);
    } else {
      const int size = message.GetReflection()->FieldSize(message, &field);
      for (int j = 0; j < size; ++j) value.push_back(ValueOf(message, field, j));
    }
    object[field.name()] = std::move(value);
  }
  return object;
}

}  // namespace

ModelExport WriteJson(const model::Model& model) {
  return {absl::StrCat(ObjectOf(model.proto()).dump(2, ' ', false, Json::error_handler_t::replace), "\n"), {}};
}

}  // namespace metapowers::exporting
