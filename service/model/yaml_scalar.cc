#include "service/model/yaml_scalar.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "service/base/strings.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// Words that some reader of YAML takes for something else than text.
bool IsReserved(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  const std::string word = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// Whether `text` needs no quotes, inside a list on one line too.
bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(text.front()) || text.back() == ' ' || IsReserved(text)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80 || absl::StrContains(" _./()+-;", c);
  });
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}, {"\t", "\\t"}}),
                      "\"");
}

// As few digits as give the number back.
template <class Real>
std::string Digits(Real value, int fewest, int most) {
  char text[40];
  for (int digits = fewest; digits <= most; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (static_cast<Real>(std::strtod(text, nullptr)) == value) break;
  }
  return text;
}

}  // namespace

std::string Writable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    const absl::string_view character = text.substr(0, size);
    text.remove_prefix(size);
    absl::string_view rest = character;
    const uint32_t code_point = IsUtf8(character) ? TakeCodePoint(rest) : '\r';
    absl::StrAppend(&out, IsAllowed(code_point) && code_point != '\r' ? character : "\xef\xbf\xbd");
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

bool NeedsBlock(absl::string_view text) { return text.find_first_of("\n\t") != absl::string_view::npos; }

std::string TextScalar(absl::string_view text) { return IsPlain(text) ? std::string(text) : Quoted(text); }

std::string ScalarOf(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool list = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = Writable(StringAt(message, field, index));
      const bool date = RuleOf(field).format() == v1::FORMAT_DATE && IsDate(text);
      return date ? text : TextScalar(text);
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return YamlName(list ? *r.GetRepeatedEnum(message, &field, index) : *r.GetEnum(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (list ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(list ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(list ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(list ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(list ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Digits(list ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field), 6, 9);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Digits(list ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field), 15, 17);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

std::string FlowOf(const Message& message) {
  std::vector<std::string> parts;
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsSet(message, field)) parts.push_back(absl::StrCat(field.name(), ": ", FlowOf(message, field)));
  }
  return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
}

std::string FlowOf(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> values;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    for (const Message* part : MessagesIn(message, field)) values.push_back(FlowOf(*part));
  } else if (field.is_repeated()) {
    for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
      values.push_back(ScalarOf(message, field, i));
    }
  } else {
    values.push_back(ScalarOf(message, field, -1));
  }
  return field.is_repeated() ? absl::StrCat("[", absl::StrJoin(values, ", "), "]") : absl::StrJoin(values, "");
}

}  // namespace metapowers::model
