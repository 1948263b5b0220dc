#include "service/server/model_summary.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/optional.h"
#include "service/model/model.h"

namespace metapowers::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// More would make a sentence unreadable.
constexpr size_t kMaxNames = 8;
constexpr size_t kMaxMoves = 4;
constexpr size_t kMaxValueBytes = 60;

// The entries of a repeated message field by `key`; entries without one are not listed.
std::map<std::string, const Message*> ByKey(const Message& model, const FieldDescriptor& list, const char* key) {
  std::map<std::string, const Message*> entries;
  const FieldDescriptor* id = list.message_type()->FindFieldByName(key);
  if (id == nullptr || id->is_repeated() || id->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return entries;
  const int count = model.GetReflection()->FieldSize(model, &list);
  for (int i = 0; i < count; ++i) {
    const Message& entry = model.GetReflection()->GetRepeatedMessage(model, &list, i);
    entries[entry.GetReflection()->GetString(entry, id)] = &entry;
  }
  return entries;
}

// "encryption at rest" for `encryption_at_rest`.
std::string Words(const std::string& name) {
  static const auto* const words = new std::map<std::string, std::string>{
      {"apis", "APIs"}, {"infrastructure", "infrastructure elements"}, {"raci", "RACI rows"}};
  if (const auto found = words->find(name); found != words->end()) return found->second;
  return absl::StrReplaceAll(name, {{"_", " "}});
}

// "policy" for "policies", "data class" for "data classes".
std::string Singular(std::string words) {
  if (absl::EndsWith(words, "ies")) return words.replace(words.size() - 3, 3, "y");
  const size_t end = absl::EndsWith(words, "sses") ? 2 : absl::EndsWith(words, "s") ? 1 : 0;
  return words.substr(0, words.size() - end);
}

// "cache, queue and 3 more"; "cache and queue".
std::string List(std::vector<std::string> names) {
  if (names.size() > kMaxNames) {
    const size_t more = names.size() - kMaxNames;
    names.resize(kMaxNames);
    return absl::StrCat(absl::StrJoin(names, ", "), " and ", more, " more");
  }
  if (names.size() < 2) return absl::StrJoin(names, "");
  const std::string last = names.back();
  names.pop_back();
  return absl::StrCat(absl::StrJoin(names, ", "), " and ", last);
}

// A single value as the YAML has it; nullopt for one too long to stand in a sentence.
absl::optional<std::string> ValueOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.has_presence() && !reflection.HasField(message, &field)) return "none";
  std::string value;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      value = reflection.GetString(message, &field);
      value = value.empty() ? "none" : absl::StrCat("\"", value, "\"");
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      value = model::YamlName(*reflection.GetEnum(message, &field));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      value = reflection.GetBool(message, &field) ? "true" : "false";
      break;
    default:
      google::protobuf::TextFormat::PrintFieldValueToString(message, &field, -1, &value);
  }
  if (value.size() > kMaxValueBytes) return absl::nullopt;
  return value;
}

// Most are the same byte for byte, which is told far sooner than field by field.
bool Same(const Message& before, const Message& after) {
  if (before.ByteSizeLong() == after.ByteSizeLong() && before.SerializeAsString() == after.SerializeAsString()) {
    return true;
  }
  return google::protobuf::util::MessageDifferencer::Equals(before, after);
}

// True when the field is the same in both.
bool SameField(const Message& before, const Message& after, const FieldDescriptor& field) {
  const auto& reflection = *before.GetReflection();
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    google::protobuf::util::MessageDifferencer differencer;
    return differencer.CompareWithFields(before, after, {&field}, {&field});
  }
  if (!field.is_repeated()) {
    return reflection.HasField(before, &field) == reflection.HasField(after, &field) &&
           Same(reflection.GetMessage(before, &field), reflection.GetMessage(after, &field));
  }
  const int size = reflection.FieldSize(before, &field);
  if (size != reflection.FieldSize(after, &field)) return false;
  for (int i = 0; i < size; ++i) {
    const Message& entry = reflection.GetRepeatedMessage(before, &field, i);
    if (!Same(entry, reflection.GetRepeatedMessage(after, &field, i))) return false;
  }
  return true;
}

// ": unknown → database" for a single value, else nothing.
std::string Move(const Message& before, const Message& after, const FieldDescriptor& field) {
  if (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return "";
  const auto was = ValueOf(before, field);
  const auto is = ValueOf(after, field);
  return was.has_value() && is.has_value() ? absl::StrCat(": ", *was, " → ", *is) : "";
}

// "encryption at rest: unknown → database, backup": the fields of a message that differ, one level deep.
std::string FieldMoves(const Message& before, const Message& after) {
  std::vector<std::string> moves;
  const auto* type = before.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    if (!SameField(before, after, field)) {
      moves.push_back(absl::StrCat(Words(field.name()), Move(before, after, field)));
    }
  }
  if (moves.size() > kMaxMoves) {
    moves[kMaxMoves] = absl::StrCat("and ", moves.size() - kMaxMoves, " more");
    moves.resize(kMaxMoves + 1);
  }
  return absl::StrJoin(moves, ", ");
}

// "added cache; removed web; changed ledger (name: "Ledger" → "Book")"; empty for lists without ids.
std::string Entries(const std::map<std::string, const Message*>& before,
                    const std::map<std::string, const Message*>& after) {
  std::vector<std::string> added, removed, changed;
  for (const auto& [id, entry] : after) {
    const auto old = before.find(id);
    if (old == before.end()) {
      added.push_back(id);
    } else if (!Same(*old->second, *entry)) {
      changed.push_back(absl::StrCat(id, " (", FieldMoves(*old->second, *entry), ")"));
    }
  }
  for (const auto& [id, entry] : before) {
    if (after.count(id) == 0) removed.push_back(id);
  }
  std::vector<std::string> parts;
  if (!added.empty()) parts.push_back(absl::StrCat("added ", List(std::move(added))));
  if (!removed.empty()) parts.push_back(absl::StrCat("removed ", List(std::move(removed))));
  if (!changed.empty()) parts.push_back(absl::StrCat("changed ", List(std::move(changed))));
  return absl::StrJoin(parts, "; ");
}

// What a list of the model has become.
std::string ListChange(const Message& before, const Message& after, const FieldDescriptor& field,
                       const char* key = "id") {
  const int was = before.GetReflection()->FieldSize(before, &field);
  const int is = after.GetReflection()->FieldSize(after, &field);
  const std::string size = was == is ? "" : absl::StrCat(" ", was, " → ", is);
  const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const std::string entries = messages ? Entries(ByKey(before, field, key), ByKey(after, field, key)) : "";
  if (!entries.empty()) return absl::StrCat(size, ": ", entries);
  return size.empty() ? " changed" : size;
}

// The lists of a first model, e.g. "Declares 3 regions, 8 teams".
std::vector<std::string> SummarizeFirst(const model::v1::SystemModel& model) {
  std::vector<std::string> lists;
  const auto* type = model::v1::SystemModel::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor& field = *type->field(i);
    const int size = field.is_repeated() ? model.GetReflection()->FieldSize(model, &field) : 0;
    if (size > 0)
      lists.push_back(absl::StrCat(size, " ", size == 1 ? Singular(Words(field.name())) : Words(field.name())));
  }
  return {absl::StrCat("Declares ", absl::StrJoin(lists, ", "), ".")};
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
    std::string change;
    if (field.is_repeated()) {
      change = ListChange(before, after, field);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const auto& reflection = *before.GetReflection();
      change = absl::StrCat(
          ": ", FieldMoves(reflection.GetMessage(before, &field), after.GetReflection()->GetMessage(after, &field)));
    } else {
      change = Move(before, after, field);
    }
    std::string name = Words(field.name());
    name[0] = absl::ascii_toupper(name[0]);
    lines.push_back(absl::StrCat(name, change.empty() ? " changed" : change, "."));
  }
  if (lines.empty()) lines.push_back("No declared fact changed: only comments, order or layout.");
  return lines;
}

std::vector<std::string> SummarizeDecisions(const model::v1::Decisions& before, const model::v1::Decisions& after) {
  const FieldDescriptor& list = *model::v1::Decisions::descriptor()->FindFieldByName("decisions");
  if (SameField(before, after, list)) return {};
  return {absl::StrCat("Decisions", ListChange(before, after, list, "finding"), ".")};
}

}  // namespace metapowers::server
