#include "service/lint/renamed_model.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "service/base/status_macros.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_writer.h"

namespace metapowers::lint {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::string_view kIdMark = "zq-";
constexpr absl::string_view kNameMark = "Zq ";
constexpr size_t kMaxSlug = 63;
constexpr int kDaysEarlier = 7;

// Fields that hold what people call something.
constexpr absl::string_view kNameFields[] = {
    "name", "title", "holder", "deputy", "lead", "security_champion", "contact", "spokesperson", "business_function"};
// Fields that hold earlier ids.
constexpr absl::string_view kEarlierIds = "renamed_from";

enum class What { kNothing, kId, kName, kDate };

What WhatIs(const Message& message, const FieldDescriptor& field) {
  const model::v1::Rule& rule = model::RuleOf(field);
  if (rule.refers_to() == "regions") return What::kNothing;
  if (rule.format() == model::v1::FORMAT_DATE) return What::kDate;
  if (!rule.refers_to().empty() || field.name() == kEarlierIds) return What::kId;
  const bool foreign = message.GetDescriptor() == model::v1::Framework::descriptor() ||
                       message.GetDescriptor() == model::v1::Region::descriptor();
  if (foreign) return What::kNothing;
  const bool collected = !model::CollectionOf(*message.GetDescriptor()).empty();
  if (field.name() == "id" && (collected || rule.format() == model::v1::FORMAT_SLUG)) return What::kId;
  for (const absl::string_view name : kNameFields) {
    if (field.name() == name) return What::kName;
  }
  return What::kNothing;
}

std::string Replaced(const std::string& text, What what) {
  if (text.empty()) return text;
  if (what == What::kName) return absl::StrCat(kNameMark, text);
  if (what == What::kDate) return model::FormatDate(model::ToCivilDay(text) - kDaysEarlier);
  std::string id = absl::StrCat(kIdMark, text);
  if (id.size() > kMaxSlug) id.resize(kMaxSlug - 1);
  if (id.back() == '-') id.pop_back();
  return id;
}

void Rename(Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 0;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int n = 0; n < count; ++n) Rename(*reflection.MutableRepeatedMessage(&message, &field, n));
      if (!field.is_repeated() && reflection.HasField(message, &field))
        Rename(*reflection.MutableMessage(&message, &field));
      continue;
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const What what = WhatIs(message, field);
    if (what == What::kNothing) continue;
    for (int n = 0; n < count; ++n) {
      reflection.SetRepeatedString(&message, &field, n,
                                   Replaced(reflection.GetRepeatedString(message, &field, n), what));
    }
    if (!field.is_repeated()) {
      reflection.SetString(&message, &field, Replaced(reflection.GetString(message, &field), what));
    }
  }
}

void Collect(const Message& message, std::set<std::string>& names) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (const Message* each : model::MessagesIn(message, field)) Collect(*each, names);
      continue;
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const What what = WhatIs(message, field);
    if (what != What::kId && what != What::kName) continue;
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int n = 0; n < count; ++n) names.insert(model::StringAt(message, field, field.is_repeated() ? n : -1));
  }
}

}  // namespace

std::set<std::string> DeclaredNames(const model::v1::SystemModel& model) {
  std::set<std::string> names;
  Collect(model, names);
  names.erase("");
  return names;
}

absl::StatusOr<std::shared_ptr<const model::Model>> Anew(
    const model::Model& model, absl::FunctionRef<void(model::v1::SystemModel& changed)> change) {
  model::v1::SystemModel changed = model.proto();
  change(changed);
  std::vector<model::AssumedAttribute> assumed = model::AssumedIn(model, changed);
  ASSIGN_OR_RETURN(auto anew, model::Model::Parse(model::WriteYaml(changed), model.proto().id()));
  if (model.known() == nullptr) return anew;
  model::v1::SystemModel known = model.known()->proto();
  change(known);
  return model::Model::WithKnown(*anew, std::move(known), std::move(assumed));
}

model::v1::SystemModel Renamed(const model::v1::SystemModel& model) {
  model::v1::SystemModel renamed = model;
  Rename(renamed);
  return renamed;
}

}  // namespace metapowers::lint
