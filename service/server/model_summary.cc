#include "service/server/model_summary.h"

#include <google/protobuf/util/message_differencer.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace metapowers::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMaxNames = 8;  // more would make the line unreadable

// The entries of a repeated message field by id; entries without an id are not listed.
std::map<std::string, const Message*> ById(const Message& model, const FieldDescriptor& list) {
  std::map<std::string, const Message*> entries;
  const FieldDescriptor* id = list.message_type()->FindFieldByName("id");
  if (id == nullptr || id->is_repeated() || id->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return entries;
  const int count = model.GetReflection()->FieldSize(model, &list);
  for (int i = 0; i < count; ++i) {
    const Message& entry = model.GetReflection()->GetRepeatedMessage(model, &list, i);
    entries[entry.GetReflection()->GetString(entry, id)] = &entry;
  }
  return entries;
}

std::vector<std::string> Changes(const std::map<std::string, const Message*>& before,
                                 const std::map<std::string, const Message*>& after) {
  std::vector<std::string> names;
  for (const auto& [id, entry] : after) {
    const auto old = before.find(id);
    if (old == before.end()) {
      names.push_back(absl::StrCat("+", id));
    } else if (!google::protobuf::util::MessageDifferencer::Equals(*old->second, *entry)) {
      names.push_back(absl::StrCat("~", id));
    }
  }
  for (const auto& [id, entry] : before) {
    if (after.count(id) == 0) names.push_back(absl::StrCat("-", id));
  }
  if (names.size() > kMaxNames) {
    const size_t more = names.size() - kMaxNames;
    names.resize(kMaxNames);
    names.push_back(absl::StrCat("and ", more, " more"));
  }
  return names;
}

// The lists of a first model, e.g. "Declares 3 regions, 8 teams".
std::vector<std::string> SummarizeFirst(const model::v1::SystemModel& model) {
  std::vector<std::string> lists;
  const auto* type = model::v1::SystemModel::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    const int size = field.is_repeated() ? model.GetReflection()->FieldSize(model, &field) : 0;
    if (size > 0) lists.push_back(absl::StrCat(size, " ", absl::StrReplaceAll(field.name(), {{"_", " "}})));
  }
  return {absl::StrCat("Declares ", absl::StrJoin(lists, ", "), ".")};
}

// True when the field is the same in both.
bool SameField(const Message& before, const Message& after, const FieldDescriptor& field) {
  google::protobuf::util::MessageDifferencer differencer;
  return differencer.CompareWithFields(before, after, {&field}, {&field});
}

}  // namespace

std::vector<std::string> SummarizeModelChange(const model::v1::SystemModel& before,
                                              const model::v1::SystemModel& after) {
  if (before.id().empty()) return SummarizeFirst(after);
  std::vector<std::string> lines;
  const auto* type = model::v1::SystemModel::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (SameField(before, after, field)) continue;
    std::string line = field.name();
    if (field.is_repeated()) {
      const int was = before.GetReflection()->FieldSize(before, &field);
      const int is = after.GetReflection()->FieldSize(after, &field);
      absl::StrAppend(&line, " ", was, " -> ", is);
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && was > 0) {
        const std::vector<std::string> names = Changes(ById(before, field), ById(after, field));
        if (!names.empty()) absl::StrAppend(&line, ": ", absl::StrJoin(names, ", "));
      }
    } else {
      absl::StrAppend(&line, " changed");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace metapowers::server
