#include "service/server/model_summary.h"

#include <google/protobuf/text_format.h>

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/optional.h"
#include "service/model/difference.h"
#include "service/model/model.h"

namespace metapowers::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// More would make a sentence unreadable.
constexpr size_t kMaxNames = 8;
constexpr size_t kMaxMoves = 4;
constexpr size_t kMaxValueBytes = 60;

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

// ": unknown → database" for a single value, else nothing.
std::string Move(const Message& before, const Message& after, const FieldDescriptor& field) {
  if (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return "";
  const auto was = ValueOf(before, field);
  const auto is = ValueOf(after, field);
  return was.has_value() && is.has_value() ? absl::StrCat(": ", *was, " → ", *is) : "";
}

using Group = std::vector<const model::Difference*>;

// "encryption at rest: unknown → database, backup": the fields at `depth` that differ, in the order of the schema.
std::string FieldMoves(const Group& group, size_t depth) {
  std::map<int, std::string> moves;  // by the field's place
  for (const model::Difference* difference : group) {
    const FieldDescriptor& field = *difference->steps[depth].field;
    const bool whole =
        difference->steps.size() == depth + 1 && difference->in_before != nullptr && difference->in_after != nullptr;
    moves[field.index()] =
        absl::StrCat(Words(field.name()), whole ? Move(*difference->in_before, *difference->in_after, field) : "");
  }
  std::vector<std::string> texts;
  for (auto& [index, text] : moves) texts.push_back(std::move(text));
  if (texts.size() > kMaxMoves) {
    texts[kMaxMoves] = absl::StrCat("and ", texts.size() - kMaxMoves, " more");
    texts.resize(kMaxMoves + 1);
  }
  return absl::StrJoin(texts, ", ");
}

// "added cache; removed web; changed ledger (name: "Ledger" → "Book")"; empty where nothing tells the entries apart.
std::string Entries(const Group& group) {
  std::vector<std::string> added, removed, changed;
  std::map<std::string, Group> changes;
  for (const model::Difference* difference : group) {
    const model::Difference::Step& step = difference->steps.front();
    if (difference->steps.size() > 1) {
      changes[step.key].push_back(difference);
    } else if (!step.key.empty()) {
      (difference->kind == model::Difference::Kind::kAdded ? added : removed).push_back(step.key);
    }
  }
  for (const auto& [key, fields] : changes) changed.push_back(absl::StrCat(key, " (", FieldMoves(fields, 1), ")"));
  std::vector<std::string> parts;
  if (!added.empty()) parts.push_back(absl::StrCat("added ", List(std::move(added))));
  if (!removed.empty()) parts.push_back(absl::StrCat("removed ", List(std::move(removed))));
  if (!changed.empty()) parts.push_back(absl::StrCat("changed ", List(std::move(changed))));
  return absl::StrJoin(parts, "; ");
}

// What a list has become.
std::string ListChange(const Message& before, const Message& after, const FieldDescriptor& field, const Group& group) {
  const int was = before.GetReflection()->FieldSize(before, &field);
  const int is = after.GetReflection()->FieldSize(after, &field);
  const std::string size = was == is ? "" : absl::StrCat(" ", was, " → ", is);
  const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (const std::string entries = messages ? Entries(group) : ""; !entries.empty()) {
    return absl::StrCat(size, ": ", entries);
  }
  return size.empty() ? " changed" : size;
}

// The differences by the field of the root that they are in, in the order of the schema.
std::map<int, Group> ByField(const std::vector<model::Difference>& differences) {
  std::map<int, Group> groups;
  for (const model::Difference& difference : differences) {
    groups[difference.steps.front().field->index()].push_back(&difference);
  }
  return groups;
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
  const std::vector<model::Difference> differences = model::Differences(before, after);
  for (const auto& [index, group] : ByField(differences)) {
    const FieldDescriptor& field = *model::v1::SystemModel::descriptor()->field(index);
    std::string change;
    if (field.is_repeated()) {
      change = ListChange(before, after, field, group);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      // Where the part itself came or went, it says nothing.
      const bool moves = group.front()->steps.size() > 1;
      change = moves ? absl::StrCat(": ", FieldMoves(group, 1)) : "";
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
  const std::vector<model::Difference> differences = model::Differences(before, after);
  const std::map<int, Group> groups = ByField(differences);
  const auto found = groups.find(list.index());
  if (found == groups.end()) return {};
  return {absl::StrCat("Decisions", ListChange(before, after, list, found->second), ".")};
}

}  // namespace metapowers::server
