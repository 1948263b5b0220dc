// ValuesAt(), UnlabelledValuesAt(), Compare() and FieldAt() of model_query.h.
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
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
  return {model::YamlName(value), "", std::nullopt, &value};
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

Value NumberValue(double number) { return {Number(number), "", number, nullptr}; }

Value TextValue(std::string text) { return {std::move(text), "", std::nullopt, nullptr}; }

// Without its label.
Value ValueOf(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValue(repeated ? *reflection.GetRepeatedEnum(message, &field, index)
                                : *reflection.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return NumberValue(repeated ? reflection.GetRepeatedInt32(message, &field, index)
                                  : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return NumberValue(static_cast<double>(repeated ? reflection.GetRepeatedInt64(message, &field, index)
                                                      : reflection.GetInt64(message, &field)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return NumberValue(reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return TextValue(reflection.GetBool(message, &field) ? "yes" : "no");
    case FieldDescriptor::CPPTYPE_STRING:
      return TextValue(model::StringAt(message, field, repeated ? index : -1));
    default:  // a message: that it is there is all there is to say
      return TextValue("set");
  }
}

std::string LabelOf(const model::Model& model, const Value& value, const FieldDescriptor& field) {
  if (value.enum_value != nullptr) {
    if (field.enum_type() != model::v1::DataCategory_descriptor()) return knowledge::Word(value.yaml);
    return knowledge::Category(static_cast<model::v1::DataCategory>(value.enum_value->number())).label();
  }
  if (value.number.has_value() && field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) {
    return WithUnit(static_cast<int64_t>(*value.number), field.name());
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) return value.yaml;
  const std::string& refers_to = model::RuleOf(field).refers_to();
  if (refers_to == "roles") return RoleTitle(model, value.yaml);
  if (refers_to == "teams") return TeamName(model, value.yaml);
  return value.yaml;
}

// With labels where there is a model to take names from.
void Collect(const model::Model* model, const Message& message, absl::Span<const absl::string_view> path,
             std::vector<Value>& values) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(path[0]));
  if (field == nullptr) return;
  if (path.size() > 1) {
    for (const Message* part : model::MessagesIn(message, *field)) Collect(model, *part, path.subspan(1), values);
    return;
  }
  // A bool without presence has no third state: false is a value too.
  const bool is_bool = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  const bool always = is_bool && !field->is_repeated() && !field->has_presence();
  if (!always && !model::IsSet(message, *field)) return;
  const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
  for (int i = 0; i < count; ++i) {
    values.push_back(ValueOf(message, *field, i));
    if (model != nullptr) values.back().label = LabelOf(*model, values.back(), *field);
  }
}

std::vector<Value> Values(const model::Model* model, const Message& message, absl::string_view path) {
  std::vector<Value> values;
  const absl::InlinedVector<absl::string_view, 4> names = absl::StrSplit(path, '.');
  Collect(model, message, names, values);
  return values;
}

}  // namespace

std::vector<Value> ValuesAt(const model::Model& model, const Message& message, absl::string_view path) {
  return Values(&model, message, path);
}

std::vector<Value> UnlabelledValuesAt(const Message& message, absl::string_view path) {
  return Values(nullptr, message, path);
}

int Compare(const Value& value, const std::string& wanted) {
  double left = value.number.value_or(0);
  double right = 0;
  if (value.enum_value != nullptr) {
    const auto* other = model::FindValue(*value.enum_value->type(), wanted);
    left = value.enum_value->number();
    right = other == nullptr ? left : other->number();
  } else if (!absl::SimpleAtod(wanted, &right)) {
    return 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
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
