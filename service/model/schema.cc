#include "service/model/schema.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr size_t kMaxHostSize = 253;  // RFC 1035, as text
constexpr size_t kMaxLabelSize = 63;

// An address of RFC 4291 in lower case, in groups of which one `::` may stand for zeros.
bool IsIpv6(absl::string_view text) {
  constexpr size_t kGroups = 8;
  const std::vector<absl::string_view> halves = absl::StrSplit(text, "::");
  size_t groups = 0;
  for (const absl::string_view half : halves) {
    if (half.empty()) continue;
    for (const absl::string_view group : absl::StrSplit(half, ':')) {
      const bool hex = std::all_of(group.begin(), group.end(),
                                   [](unsigned char c) { return absl::ascii_isxdigit(c) && !absl::ascii_isupper(c); });
      if (group.empty() || group.size() > 4 || !hex) return false;
      ++groups;
    }
  }
  return halves.size() == 2 ? groups < kGroups : halves.size() == 1 && groups == kGroups;
}

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

const v1::Rule& RuleOf(absl::string_view field_type) {
  const FieldDescriptor* field = google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(
      absl::StrCat(v1::SystemModel::descriptor()->file()->package(), ".", field_type));
  return field == nullptr ? v1::Rule::default_instance() : RuleOf(*field);
}

bool MakesElement(const v1::Rule& rule) { return rule.required() && rule.refers_to() == "components"; }

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

bool IsHost(absl::string_view text) {
  if (absl::StrContains(text, ':')) return IsIpv6(text);
  absl::ConsumePrefix(&text, "*.");
  if (text.size() > kMaxHostSize) return false;
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](absl::string_view label) {
    if (label.empty() || label.size() > kMaxLabelSize || label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(), [](unsigned char c) {
      return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_';
    });
  });
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
