// ValuesAt() and FieldAt() of model_query.h.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/commands/model_query.h"
#include "service/commands/naming.h"
#include "service/commands/wording.h"
#include "service/knowledge/rules.h"
#include "service/model/schema.h"

namespace metapowers::commands {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

Value EnumValue(const google::protobuf::EnumValueDescriptor& value) {
  const std::string name = model::YamlName(value);
  std::string label = knowledge::Word(name);
  if (value.type() == model::v1::DataCategory_descriptor()) {
    label = knowledge::Category(static_cast<model::v1::DataCategory>(value.number())).label();
  }
  return {name, label, std::nullopt, &value};
}

// The unit of an amount is the end of the field's name.
std::string WithUnit(int64_t amount, absl::string_view field_name) {
  if (field_name == "retention_days") return Days(amount);
  if (absl::EndsWith(field_name, "_minutes")) return Minutes(amount);
  if (absl::EndsWith(field_name, "_hours") || field_name == "hours") return Hours(amount);
  if (absl::EndsWith(field_name, "_days")) return InDays(amount);
  if (absl::EndsWith(field_name, "_months")) return Months(amount);
  return absl::StrCat(amount);
}

Value NumberValue(double number, const FieldDescriptor& field) {
  const bool whole = field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE;
  return {Number(number), whole ? WithUnit(static_cast<int64_t>(number), field.name()) : Number(number), number,
          nullptr};
}

Value TextValue(const model::Model& model, const std::string& text, const FieldDescriptor& field) {
  const std::string& refers_to = model::RuleOf(field).refers_to();
  std::string label = text;
  if (refers_to == "roles") label = RoleTitle(model, text);
  if (refers_to == "teams") label = TeamName(model, text);
  return {text, label, std::nullopt, nullptr};
}

Value ValueOf(const model::Model& model, const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValue(repeated ? *reflection.GetRepeatedEnum(message, &field, index)
                                : *reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return NumberValue(
          repeated ? reflection.GetRepeatedInt32(message, &field, index) : reflection.GetInt32(message, &field), field);
    case FieldDescriptor::CPPTYPE_INT64:
      return NumberValue(static_cast<double>(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                                      : reflection.GetInt64(message, &field)),
                         field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return NumberValue(reflection.GetDouble(message, &field), field);
    case FieldDescriptor::CPPTYPE_BOOL: {
      const char* const word = reflection.GetBool(message, &field) ? "yes" : "no";
      return {word, word, std::nullopt, nullptr};
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return TextValue(model, model::StringAt(message, field, repeated ? index : -1), field);
    default:  // a message: that it is there is all there is to say
      return {"set", "set", std::nullopt, nullptr};
  }
}

void Collect(const model::Model& model, const Message& message, absl::Span<const absl::string_view> path,
             std::vector<Value>& values) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(path[0]));
  if (field == nullptr) return;
  if (path.size() > 1) {
    for (const Message* part : model::MessagesIn(message, *field)) Collect(model, *part, path.subspan(1), values);
    return;
  }
  // A bool has no third state: false is a value too.
  const bool always = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL && !field->is_repeated();
  if (!always && !model::IsSet(message, *field)) return;
  const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
  for (int i = 0; i < count; ++i) values.push_back(ValueOf(model, message, *field, i));
}

}  // namespace

std::vector<Value> ValuesAt(const model::Model& model, const Message& message, absl::string_view path) {
  std::vector<Value> values;
  const std::vector<absl::string_view> names = absl::StrSplit(path, '.');
  Collect(model, message, names, values);
  return values;
}

const FieldDescriptor* FieldAt(const Descriptor& type, absl::string_view path) {
  const Descriptor* at = &type;
  const FieldDescriptor* field = nullptr;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (at == nullptr) return nullptr;
    field = at->FindFieldByName(std::string(name));
    if (field == nullptr) return nullptr;
    at = field->message_type();
  }
  return field;
}

}  // namespace metapowers::commands
