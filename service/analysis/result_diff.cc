#include "service/analysis/result_diff.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/analysis/message_diff.h"
#include "service/model/schema.h"

namespace metapowers::analysis {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Entries of a result by path of their list and key.
using Items = std::map<std::pair<std::string, std::string>, const Message*>;

// Adds the entries of every keyed list in `message`, but not of lists inside of an entry.
void Collect(const Message& message, const std::string& prefix, Items& items) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const std::string path = prefix + field.name();
    const FieldDescriptor* key = field.is_repeated() ? KeyField(*field.message_type()) : nullptr;
    for (const Message* entry : model::MessagesIn(message, field)) {
      if (key == nullptr) {
        Collect(*entry, path + ".", items);
        continue;
      }
      const std::string name = model::StringAt(*entry, *key, -1);
      // The same key again is another entry: nothing may be lost.
      for (int n = 1;
           !items.emplace(std::pair(path, n == 1 ? name : absl::StrCat(name, " (", n, ")")), entry).second;) {
        ++n;
      }
    }
  }
}

// DataClass -> "data class".
std::string KindOf(const Descriptor& type) {
  std::string words;
  for (const char c : type.name()) {
    if (absl::ascii_isupper(c) && !words.empty()) words += ' ';
    words += absl::ascii_tolower(c);
  }
  return words;
}

using Elements = std::map<std::pair<std::string, std::string>, const Message*>;  // by collection and id

void CollectElements(const Message& message, Elements& elements) {
  const Descriptor& type = *message.GetDescriptor();
  if (const std::string& collection = model::CollectionOf(type); !collection.empty()) {
    elements[{collection, model::IdOf(message)}] = &message;
  }
  for (int i = 0; i < type.field_count(); ++i) {
    for (const Message* child : model::MessagesIn(message, *type.field(i))) CollectElements(*child, elements);
  }
}

// Changes of a model's elements, by the ids that they have or had.
class ModelChanges {
 public:
  ModelChanges(const model::Model* before, const model::Model& after) {
    if (before == nullptr) return;
    Elements old_elements, new_elements;
    CollectElements(before->proto(), old_elements);
    CollectElements(after.proto(), new_elements);
    std::set<std::pair<std::string, std::string>> renamed;
    for (const auto& [name, element] : new_elements) {
      const auto old = FindOld(name, *element, old_elements);
      if (old == old_elements.end()) {
        Add(*element, v1::CHANGE_KIND_ADDED);
        continue;
      }
      if (old->first != name) renamed.insert(old->first);
      for (const v1::FieldChange& change : DiffFields(*old->second, *element))
        AddAttribute(*element, change, old->first.second);
    }
    for (const auto& [name, element] : old_elements) {
      if (new_elements.count(name) == 0 && renamed.count(name) == 0) Add(*element, v1::CHANGE_KIND_REMOVED);
    }
  }

  // Those of the elements with these ids, sorted by id.
  void CopyTo(const std::set<std::string>& ids, v1::ItemChange& item) const {
    for (const std::string& id : ids) {
      const auto found = by_id_.find(id);
      if (found == by_id_.end()) continue;
      for (const v1::ModelChange& change : found->second) {
        // A renamed element stands under both of its ids.
        if (change.id() == id || ids.count(change.id()) == 0) *item.add_causes() = change;
      }
    }
  }
  bool Has(const std::string& id) const { return by_id_.count(id) > 0; }

 private:
  // The element of the same id, or of one that `element` says it had.
  static Elements::const_iterator FindOld(const std::pair<std::string, std::string>& name, const Message& element,
                                          const Elements& old_elements) {
    auto old = old_elements.find(name);
    const FieldDescriptor* renamed = element.GetDescriptor()->FindFieldByName("renamed_from");
    if (old != old_elements.end() || renamed == nullptr || !renamed->is_repeated()) return old;
    for (int i = 0; i < element.GetReflection()->FieldSize(element, renamed) && old == old_elements.end(); ++i) {
      old = old_elements.find({name.first, model::StringAt(element, *renamed, i)});
    }
    return old;
  }

  v1::ModelChange& Add(const Message& element, v1::ChangeKind kind) {
    v1::ModelChange& change = by_id_[model::IdOf(element)].emplace_back();
    change.set_element(KindOf(*element.GetDescriptor()));
    change.set_id(model::IdOf(element));
    change.set_kind(kind);
    return change;
  }

  void AddAttribute(const Message& element, const v1::FieldChange& field, const std::string& old_id) {
    v1::ModelChange& change = Add(element, v1::CHANGE_KIND_CHANGED);
    change.set_attribute(field.field());
    change.set_before(field.before());
    change.set_after(field.after());
    if (old_id != change.id()) by_id_[old_id].push_back(v1::ModelChange(change));
  }

  std::map<std::string, std::vector<v1::ModelChange>> by_id_;
};

bool IsIdCharacter(char c) { return absl::ascii_isalnum(c) || c == '-'; }

// Adds those texts in `message` that are ids with changes, and those that `key` is made of.
void AddIds(const Message& message, const ModelChanges& changes, std::set<std::string>& ids) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    for (const Message* child : model::MessagesIn(message, field)) AddIds(*child, changes, ids);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const int size = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 1;
    for (int n = 0; n < size; ++n) {
      std::string text = model::StringAt(message, field, field.is_repeated() ? n : -1);
      if (changes.Has(text)) ids.insert(std::move(text));
    }
  }
}

void AddIdsOfKey(const std::string& key, const ModelChanges& changes, std::set<std::string>& ids) {
  for (size_t at = 0; at < key.size();) {
    size_t end = at;
    while (end < key.size() && IsIdCharacter(key[end])) ++end;
    const std::string part = key.substr(at, end - at);
    if (changes.Has(part)) ids.insert(part);
    at = end + 1;
  }
}

// What an entry is called, where it says so.
std::string TitleOf(const Message& entry) {
  for (const char* name : {"title", "name"}) {
    const FieldDescriptor* field = entry.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    return model::StringAt(entry, *field, -1);
  }
  return "";
}

}  // namespace

v1::ResultDiff DiffResults(const Message* before, const Message& after, const model::Model* old_model,
                           const model::Model& new_model) {
  Items old_items, new_items;
  if (before != nullptr) Collect(*before, "", old_items);
  Collect(after, "", new_items);
  const ModelChanges changes(old_model, new_model);
  std::set<Items::key_type> names;
  for (const auto& [name, entry] : old_items) names.insert(name);
  for (const auto& [name, entry] : new_items) names.insert(name);

  v1::ResultDiff diff;
  for (const auto& name : names) {
    const auto old = old_items.find(name);
    const auto now = new_items.find(name);
    const Message& present = now != new_items.end() ? *now->second : *old->second;
    const std::unique_ptr<const Message> nothing(present.New());
    const std::vector<v1::FieldChange> fields =
        DiffFields(old == old_items.end() ? *nothing : *old->second, now == new_items.end() ? *nothing : *now->second);
    if (fields.empty()) continue;
    v1::ItemChange& item = *diff.add_items();
    item.set_list(name.first);
    item.set_key(name.second);
    item.set_kind(old == old_items.end()   ? v1::CHANGE_KIND_ADDED
                  : now == new_items.end() ? v1::CHANGE_KIND_REMOVED
                                           : v1::CHANGE_KIND_CHANGED);
    item.set_title(TitleOf(present));
    item.mutable_fields()->Assign(fields.begin(), fields.end());
    std::set<std::string> ids;
    if (old != old_items.end()) AddIds(*old->second, changes, ids);
    if (now != new_items.end()) AddIds(*now->second, changes, ids);
    AddIdsOfKey(name.second, changes, ids);
    changes.CopyTo(ids, item);
  }
  return diff;
}

}  // namespace metapowers::analysis
