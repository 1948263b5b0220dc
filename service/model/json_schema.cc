#include "service/model/json_schema.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/model/model.h"
#include "service/model/proto_comments.h"
#include "service/model/schema.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr char kLabel[] = "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?";  // of the name of a host

// Writes JSON with members in the order of the calls, two spaces per level.
class JsonWriter {
 public:
  void Open(char bracket) {
    Separate();
    out_ += bracket;
    ends_ += bracket == '{' ? '}' : ']';
    first_ = true;
  }
  void Close() {
    const char end = ends_.back();
    ends_.pop_back();
    if (!first_) NewLine();
    out_ += end;
    first_ = false;
  }
  void Key(absl::string_view key) {
    String(key);
    out_ += ": ";
    after_key_ = true;
  }
  void String(absl::string_view text) {
    Separate();
    absl::StrAppend(&out_, "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
  }
  void Raw(absl::string_view literal) {
    Separate();
    absl::StrAppend(&out_, literal);
  }
  void Member(absl::string_view key, absl::string_view text) {
    Key(key);
    String(text);
  }
  void Member(absl::string_view key, int64_t number) {
    Key(key);
    Raw(absl::StrCat(number));
  }
  std::string Take() && { return std::move(out_) + "\n"; }

 private:
  void Separate() {
    if (!after_key_ && !ends_.empty()) {
      if (!first_) out_ += ',';
      NewLine();
    }
    first_ = false;
    after_key_ = false;
  }
  void NewLine() { absl::StrAppend(&out_, "\n", std::string(2 * ends_.size(), ' ')); }

  std::string out_;
  std::string ends_;  // brackets to close, innermost last
  bool first_ = true;
  bool after_key_ = false;
};

// The named types that `type` is made of, itself included, by name.
void Collect(const Descriptor& type, std::map<std::string, const Descriptor*>& messages,
             std::map<std::string, const EnumDescriptor*>& enums) {
  if (!messages.emplace(type.name(), &type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type() != nullptr) Collect(*field.message_type(), messages, enums);
    if (field.enum_type() != nullptr) enums.emplace(field.enum_type()->name(), field.enum_type());
  }
}

class SchemaWriter {
 public:
  std::string Write(const Descriptor& root) && {
    std::map<std::string, const Descriptor*> messages;
    std::map<std::string, const EnumDescriptor*> enums;
    Collect(root, messages, enums);
    json_.Open('{');
    json_.Member("$schema", "https://json-schema.org/draft/2020-12/schema");
    json_.Member("$id", "urn:metapowers:system-model:1");
    json_.Member("title", "System model");
    json_.Member("$ref", absl::StrCat("#/$defs/", root.name()));
    json_.Key("$defs");
    json_.Open('{');
    for (const auto& [name, type] : messages) WriteMessage(*type);
    for (const auto& [name, type] : enums) WriteEnum(*type);
    json_.Close();
    json_.Close();
    return std::move(json_).Take();
  }

 private:
  void WriteMessage(const Descriptor& type) {
    json_.Key(type.name());
    json_.Open('{');
    Describe(type.full_name());
    json_.Member("type", "object");
    json_.Key("additionalProperties");
    json_.Raw("false");
    std::vector<std::string> required;
    json_.Key("properties");
    json_.Open('{');
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (RuleOf(field).required()) required.push_back(field.name());
      json_.Key(field.name());
      WriteField(field);
    }
    json_.Close();
    if (!required.empty()) WriteStrings("required", required);
    json_.Close();
  }

  void WriteField(const FieldDescriptor& field) {
    const v1::Rule& rule = RuleOf(field);
    json_.Open('{');
    Describe(field.full_name());
    if (field.is_repeated()) {
      json_.Member("type", "array");
      if (rule.required()) json_.Member("minItems", 1);
      json_.Key("items");
      json_.Open('{');
      WriteValue(field, rule);
      json_.Close();
    } else {
      WriteValue(field, rule);
    }
    json_.Close();
  }

  void WriteValue(const FieldDescriptor& field, const v1::Rule& rule) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        json_.Member("$ref", absl::StrCat("#/$defs/", field.message_type()->name()));
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        json_.Member("$ref", absl::StrCat("#/$defs/", field.enum_type()->name()));
        if (rule.required() || field.is_repeated()) {
          json_.Key("not");
          json_.Open('{');
          json_.Member("const", "unknown");
          json_.Close();
        }
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        json_.Member("type", "string");
        WriteForm(rule, field.is_repeated());
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        json_.Member("type", "boolean");
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        json_.Member("type", "number");
        break;
      default:
        json_.Member("type", "integer");
    }
    if (rule.has_min()) json_.Member("minimum", rule.min());
    if (rule.has_max()) json_.Member("maximum", rule.max());
  }

  void WriteForm(const v1::Rule& rule, bool in_list) {
    switch (rule.format()) {
      case v1::FORMAT_SLUG:
        json_.Member("pattern", "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$");
        return;
      case v1::FORMAT_DATE:
        json_.Member("format", "date");
        json_.Member("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        return;
      case v1::FORMAT_CURRENCY:
        json_.Member("pattern", "^[A-Z]{3}$");
        return;
      case v1::FORMAT_COUNTRY:
        json_.Member("pattern", "^[A-Z]{2}$");
        return;
      case v1::FORMAT_HOST:
        json_.Member("pattern", absl::StrCat("^((\\*\\.)?", kLabel, "(\\.", kLabel, ")*|[0-9a-f]*:[0-9a-f:.]+)$"));
        return;
      default:
        if (rule.required() || in_list) json_.Member("minLength", 1);
    }
  }

  void WriteEnum(const EnumDescriptor& type) {
    json_.Key(type.name());
    json_.Open('{');
    Describe(type.full_name());
    WriteStrings("enum", ValueNames(type));
    std::vector<std::string> descriptions;
    for (int i = 0; i < type.value_count(); ++i) descriptions.push_back(ProtoComment(type.value(i)->full_name()));
    WriteStrings("enumDescriptions", descriptions);  // an annotation that editors show
    json_.Close();
  }

  void WriteStrings(absl::string_view key, const std::vector<std::string>& strings) {
    json_.Key(key);
    json_.Open('[');
    for (const std::string& text : strings) json_.String(text);
    json_.Close();
  }

  void Describe(const std::string& full_name) {
    if (const std::string& comment = ProtoComment(full_name); !comment.empty()) json_.Member("description", comment);
  }

  JsonWriter json_;
};

}  // namespace

std::string JsonSchema() { return SchemaWriter().Write(*v1::SystemModel::descriptor()); }

}  // namespace metapowers::model
