#include "service/analysis/message_diff.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/base/strings.h"
#include "service/model/model.h"
#include "service/model/schema.h"

namespace metapowers::analysis {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Changes = std::vector<v1::FieldChange>;
using Entries = std::vector<const Message*>;

constexpr size_t kMaxValueBytes = 200;

// `text` on one line and of a readable length.
std::string Short(absl::string_view text) {
  std::string line = OneLine(text);
  if (line.size() <= kMaxValueBytes) return line;
  size_t size = kMaxValueBytes;
  while (size > 0 && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) --size;
  return absl::StrCat(line.substr(0, size), "…");
}

// One value of a field that is no message; `index` -1 for a field that is no list.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection.GetBool(message, &field) : reflection.GetRepeatedBool(message, &field, index)) ? "true"
                                                                                                              : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return model::YamlName(
          *(one ? reflection.GetEnum(message, &field) : reflection.GetRepeatedEnum(message, &field, index)));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? reflection.GetInt32(message, &field)
                              : reflection.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? reflection.GetInt64(message, &field)
                              : reflection.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? reflection.GetUInt32(message, &field)
                              : reflection.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(one ? reflection.GetUInt64(message, &field)
                              : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(one ? reflection.GetFloat(message, &field)
                              : reflection.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(one ? reflection.GetDouble(message, &field)
                              : reflection.GetRepeatedDouble(message, &field, index));
    default:
      return model::StringAt(message, field, index);
  }
}

// A field that is no message, list or not. "" when it is not set; an enum of value zero is "unknown".
std::string FieldText(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) {
    const bool unset = field.has_presence() ? !message.GetReflection()->HasField(message, &field) : false;
    return unset ? "" : ValueText(message, field, -1);
  }
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    values.push_back(ValueText(message, field, i));
  }
  return absl::StrJoin(values, ", ");
}

// Whether the field holds positions in a list: they say nothing outside of one result, and the list is compared itself.
bool HoldsPositions(const FieldDescriptor& field) { return !field.options().GetExtension(v1::rows_of).empty(); }

// A message as "{name: value, …}" of what is set.
std::string MessageText(const Message& message) {
  std::vector<std::string> parts;
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!model::IsSet(message, field) || HoldsPositions(field)) continue;
    std::string value;
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      value = FieldText(message, field);
    } else {
      value = absl::StrJoin(model::MessagesIn(message, field), ", ",
                            [](std::string* out, const Message* each) { out->append(MessageText(*each)); });
    }
    parts.push_back(absl::StrCat(field.name(), ": ", value));
  }
  return absl::StrCat("{", absl::StrJoin(parts, ", "), "}");
}

void Add(const std::string& field, absl::string_view before, absl::string_view after, Changes& out) {
  v1::FieldChange& change = out.emplace_back();
  change.set_field(field);
  change.set_before(Short(before));
  change.set_after(Short(after));
}

void Diff(const Message& before, const Message& after, const std::string& prefix, Changes& out);

// The entries by the value of `field`; nullopt when two have the same or one has none.
std::optional<std::map<std::string, const Message*>> ByField(const Entries& entries, const FieldDescriptor& field) {
  std::map<std::string, const Message*> found;
  for (const Message* entry : entries) {
    if (!model::IsSet(*entry, field) || !found.emplace(FieldText(*entry, field), entry).second) return std::nullopt;
  }
  return found;
}

// What tells the entries of a list apart: the key of the type, or else its first field.
const FieldDescriptor* Discriminator(const Descriptor& type) {
  if (const FieldDescriptor* key = KeyField(type); key != nullptr) return key;
  const FieldDescriptor* first = type.field_count() > 0 ? type.field(0) : nullptr;
  const bool usable =
      first != nullptr && !first->is_repeated() &&
      (first->cpp_type() == FieldDescriptor::CPPTYPE_STRING || first->cpp_type() == FieldDescriptor::CPPTYPE_ENUM);
  return usable ? first : nullptr;
}

void DiffKeyed(const std::map<std::string, const Message*>& before, const std::map<std::string, const Message*>& after,
               const std::string& path, Changes& out) {
  std::set<std::string> keys;
  for (const auto& [key, entry] : before) keys.insert(key);
  for (const auto& [key, entry] : after) keys.insert(key);
  for (const std::string& key : keys) {
    const auto old = before.find(key);
    const auto now = after.find(key);
    const std::string name = absl::StrCat(path, "[", Short(key), "]");
    if (old != before.end() && now != after.end()) {
      Diff(*old->second, *now->second, name + ".", out);
    } else {
      Add(name, old == before.end() ? "" : MessageText(*old->second),
          now == after.end() ? "" : MessageText(*now->second), out);
    }
  }
}

void DiffList(const Entries& before, const Entries& after, const Descriptor& type, const std::string& path,
              Changes& out) {
  if (const FieldDescriptor* field = Discriminator(type); field != nullptr) {
    const auto old = ByField(before, *field);
    const auto now = ByField(after, *field);
    if (old.has_value() && now.has_value()) return DiffKeyed(*old, *now, path, out);
  }
  std::multiset<std::string> gone;
  for (const Message* entry : before) gone.insert(MessageText(*entry));
  std::multiset<std::string> added;
  for (const Message* entry : after) {
    std::string text = MessageText(*entry);
    const auto same = gone.find(text);
    if (same == gone.end()) {
      added.insert(std::move(text));
    } else {
      gone.erase(same);
    }
  }
  for (const std::string& text : gone) Add(path + "[]", text, "", out);
  for (const std::string& text : added) Add(path + "[]", "", text, out);
}

void Diff(const Message& before, const Message& after, const std::string& prefix, Changes& out) {
  const Descriptor& type = *before.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (HoldsPositions(field)) continue;
    const std::string path = prefix + field.name();
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      const std::string old = FieldText(before, field);
      const std::string now = FieldText(after, field);
      if (old != now) Add(path, old, now, out);
    } else if (!model::CollectionOf(*field.message_type()).empty()) {
      continue;
    } else if (field.is_repeated()) {
      DiffList(model::MessagesIn(before, field), model::MessagesIn(after, field), *field.message_type(), path, out);
    } else if (model::IsSet(before, field) || model::IsSet(after, field)) {
      Diff(before.GetReflection()->GetMessage(before, &field), after.GetReflection()->GetMessage(after, &field),
           path + ".", out);
    }
  }
}

}  // namespace

const FieldDescriptor* KeyField(const Descriptor& type) {
  for (const char* name : {"key", "id"}) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return field;
  }
  return nullptr;
}

std::vector<v1::FieldChange> DiffFields(const Message& before, const Message& after) {
  Changes changes;
  Diff(before, after, "", changes);
  return changes;
}

}  // namespace metapowers::analysis
