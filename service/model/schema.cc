#include "service/model/schema.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "service/model/model.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

// LegalRole -> LEGAL_ROLE_, by the same rule as the proto style guide.
std::string EnumPrefix(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  return prefix + "_";
}

// Of the prefix, which all values have: a lint of the protos holds that.
size_t EnumPrefixSize(const EnumDescriptor& type) {
  const std::string& name = type.name();
  return name.size() + static_cast<size_t>(std::count_if(name.begin(), name.end(), absl::ascii_isupper));
}

}  // namespace

const v1::Rule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::rule); }

const std::string& CollectionOf(const Descriptor& type) {
  // By reference: GetExtension of a string returns a copy-free reference to the options' own value.
  return type.options().GetExtension(v1::collection);
}

const FieldDescriptor* IdField(const Descriptor& type) {
  const FieldDescriptor* field = type.FindFieldByName("id");
  const bool usable = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated();
  return usable ? field : nullptr;
}

const std::string& IdOf(const Message& message) {
  static const auto* const none = new std::string();
  const FieldDescriptor* field = IdField(*message.GetDescriptor());
  if (field == nullptr) return *none;
  std::string unused;  // only of strings that are no std::string in the message, which none is
  return message.GetReflection()->GetStringReference(message, field, &unused);
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names;
}

std::string YamlName(const EnumValueDescriptor& value) {
  if (value.number() == 0) return "unknown";
  absl::string_view name = value.name();
  const size_t prefix = EnumPrefixSize(*value.type());
  return absl::AsciiStrToLower(name.substr(name.size() > prefix ? prefix : 0));
}

std::vector<std::string> ValueNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(YamlName(*type.value(i)));
  return names;
}

const EnumValueDescriptor* FindValue(const EnumDescriptor& type, absl::string_view yaml_name) {
  if (yaml_name == "unknown") return type.FindValueByNumber(0);
  const EnumValueDescriptor* value = type.FindValueByName(EnumPrefix(type) + absl::AsciiStrToUpper(yaml_name));
  return value != nullptr && YamlName(*value) == yaml_name ? value : nullptr;
}

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0;
  return reflection.HasField(message, &field);  // without presence: whether it differs from the zero value
}

std::string StringAt(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  return index < 0 ? reflection.GetString(message, &field) : reflection.GetRepeatedString(message, &field, index);
}

std::vector<const Message*> MessagesIn(const Message& message, const FieldDescriptor& field) {
  std::vector<const Message*> found;
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return found;
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (reflection.HasField(message, &field)) found.push_back(&reflection.GetMessage(message, &field));
    return found;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    found.push_back(&reflection.GetRepeatedMessage(message, &field, i));
  }
  return found;
}

bool IsDate(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && !absl::ascii_isdigit(text[i])) return false;
  }
  return FormatDate(ToCivilDay(text)) == text;  // CivilDay carries 30 February over into March
}

absl::CivilDay ToCivilDay(absl::string_view date) {
  int year = 0, month = 0, day = 0;
  const bool parsed = date.size() == 10 && absl::SimpleAtoi(date.substr(0, 4), &year) &&
                      absl::SimpleAtoi(date.substr(5, 2), &month) && absl::SimpleAtoi(date.substr(8, 2), &day);
  return parsed ? absl::CivilDay(year, month, day) : absl::CivilDay();
}

std::string FormatDate(absl::CivilDay day) {
  return absl::StrCat(absl::Dec(day.year(), absl::kZeroPad4), "-", absl::Dec(day.month(), absl::kZeroPad2), "-",
                      absl::Dec(day.day(), absl::kZeroPad2));
}

}  // namespace metapowers::model
