#include "service/model/difference.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/model/schema.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

using Kind = Difference::Kind;
using Entries = std::vector<const Message*>;
using Keyed = std::map<std::string, const Message*>;

// Fields that may tell entries of a type apart.
struct KeyFields {
  std::vector<const FieldDescriptor*> fields;
  bool may_be_unset = false;  // one that is left out tells as well; else each entry must have all
};

bool CanBeKey(const FieldDescriptor& field) {
  return !field.is_repeated() &&
         (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING || field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM);
}

// Of a type whose entries say where they are declared: all else that they say.
std::vector<const FieldDescriptor*> WithoutPlace(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (RuleOf(*field).place()) continue;
    if (field->is_repeated() || field->message_type() != nullptr) return {};
    fields.push_back(field);
  }
  if (static_cast<int>(fields.size()) == type.field_count()) return {};
  return fields;
}

// Best first.
std::vector<KeyFields> KeyCandidates(const Descriptor& type) {
  if (const FieldDescriptor* id = IdField(type)) return {{{id}}};
  std::vector<KeyFields> candidates;
  const FieldDescriptor* first = type.field_count() > 0 && CanBeKey(*type.field(0)) ? type.field(0) : nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    if (RuleOf(*type.field(i)).required() && CanBeKey(*type.field(i))) candidates.push_back({{type.field(i)}});
  }
  const size_t required = candidates.size();
  if (first != nullptr) candidates.push_back({{first}});
  for (size_t i = 0; i < required && first != nullptr; ++i) {
    const FieldDescriptor* other = candidates[i].fields.front();
    if (other != first) candidates.push_back({{first, other}});
  }
  if (auto fields = WithoutPlace(type); !fields.empty()) candidates.push_back({std::move(fields), true});
  return candidates;
}

// The entries by the values of these fields; nullopt when two have the same or one lacks what it must have.
std::optional<Keyed> ByKey(const Entries& entries, const KeyFields& key) {
  Keyed keyed;
  for (const Message* entry : entries) {
    std::vector<std::string> values;
    for (const FieldDescriptor* field : key.fields) {
      if (!IsSet(*entry, *field)) {
        if (!key.may_be_unset) return std::nullopt;
        values.emplace_back();
        continue;
      }
      values.push_back(field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? StringAt(*entry, *field, -1)
                                                                            : ScalarOf(*entry, *field, -1));
    }
    const std::string joined = absl::StrJoin(values, " ");
    if (!keyed.emplace(absl::StripAsciiWhitespace(joined), entry).second) return std::nullopt;
  }
  return keyed;
}

Kind KindOf(bool was, bool is) { return !was ? Kind::kAdded : !is ? Kind::kRemoved : Kind::kChanged; }

class Comparison {
 public:
  void Compare(const Message& before, const Message& after) {
    const Descriptor& type = *before.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) CompareField(before, after, *type.field(i));
  }

  std::vector<Difference> Take() && {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Difference& a, const Difference& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  void CompareField(const Message& before, const Message& after, const FieldDescriptor& field) {
    const bool was = IsSet(before, field);
    const bool is = IsSet(after, field);
    if (!was && !is) return;
    steps_.push_back({&field, "", false});
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      CompareValues(before, after, field);
    } else if (field.is_repeated()) {
      CompareLists(MessagesIn(before, field), MessagesIn(after, field), field);
    } else {
      const Message& old_part = before.GetReflection()->GetMessage(before, &field);
      const Message& new_part = after.GetReflection()->GetMessage(after, &field);
      const size_t size = found_.size();
      if (!IsSame(old_part, new_part)) Compare(old_part, new_part);
      if (was != is && found_.size() == size) {  // it is there and says nothing
        Add(was ? "{}" : "", is ? "{}" : "", was ? &before : nullptr, is ? &after : nullptr);
      }
    }
    steps_.pop_back();
  }

  void CompareValues(const Message& before, const Message& after, const FieldDescriptor& field) {
    std::string was = IsSet(before, field) ? FlowOf(before, field) : "";
    std::string is = IsSet(after, field) ? FlowOf(after, field) : "";
    if (was == is ||
        (field.is_repeated() && !RuleOf(field).ordered() && ValuesOf(before, field) == ValuesOf(after, field))) {
      return;
    }
    Add(std::move(was), std::move(is), &before, &after);
  }

  static std::multiset<std::string> ValuesOf(const Message& message, const FieldDescriptor& field) {
    std::multiset<std::string> values;
    for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
      values.insert(ScalarOf(message, field, i));
    }
    return values;
  }

  void CompareLists(const Entries& before, const Entries& after, const FieldDescriptor& field) {
    for (const KeyFields& key : KeyCandidates(*field.message_type())) {
      const std::optional<Keyed> old_entries = ByKey(before, key);
      if (!old_entries.has_value()) continue;
      const std::optional<Keyed> new_entries = ByKey(after, key);
      if (new_entries.has_value()) return CompareKeyed(*old_entries, *new_entries);
    }
    CompareWhole(before, after);
  }

  void CompareKeyed(const Keyed& before, const Keyed& after) {
    steps_.back().entry = true;
    for (const auto& [key, entry] : before) {
      steps_.back().key = key;
      const auto found = after.find(key);
      if (found == after.end()) {
        Add(FlowOf(*entry), "", entry, nullptr);
      } else if (!IsSame(*entry, *found->second)) {
        Compare(*entry, *found->second);
      }
    }
    for (const auto& [key, entry] : after) {
      if (before.count(key) > 0) continue;
      steps_.back().key = key;
      Add("", FlowOf(*entry), nullptr, entry);
    }
  }

  // Entries that nothing tells apart but what they say.
  void CompareWhole(const Entries& before, const Entries& after) {
    steps_.back().entry = true;
    std::multimap<std::string, const Message*> gone;
    for (const Message* entry : before) gone.emplace(FlowOf(*entry), entry);
    std::multimap<std::string, const Message*> added;
    for (const Message* entry : after) {
      std::string text = FlowOf(*entry);
      const auto same = gone.find(text);
      if (same == gone.end()) {
        added.emplace(std::move(text), entry);
      } else {
        gone.erase(same);
      }
    }
    for (const auto& [text, entry] : gone) Add(text, "", entry, nullptr);
    for (const auto& [text, entry] : added) Add("", text, nullptr, entry);
  }

  void Add(std::string before, std::string after, const Message* in_before, const Message* in_after) {
    Difference& difference = found_.emplace_back();
    for (const Difference::Step& step : steps_) {
      absl::StrAppend(&difference.path, difference.path.empty() ? "" : ".", step.field->name());
      if (step.entry) absl::StrAppend(&difference.path, "[", step.key, "]");
    }
    difference.kind = KindOf(!before.empty(), !after.empty());
    difference.before = std::move(before);
    difference.after = std::move(after);
    difference.steps = steps_;
    difference.in_before = in_before;
    difference.in_after = in_after;
  }

  std::vector<Difference> found_;
  std::vector<Difference::Step> steps_;  // to what is being compared
};

}  // namespace

std::vector<Difference> Differences(const Message& before, const Message& after) {
  if (IsSame(before, after)) return {};
  Comparison comparison;
  comparison.Compare(before, after);
  return std::move(comparison).Take();
}

int EntryFinder::Find(const Message& holder, const FieldDescriptor& list, absl::string_view key) {
  const auto [at, is_new] = lists_.try_emplace({&holder, &list});
  Positions& positions = at->second;
  if (is_new) {
    const Entries entries = MessagesIn(holder, list);
    absl::flat_hash_map<const Message*, int> order;
    for (size_t i = 0; i < entries.size(); ++i) order[entries[i]] = static_cast<int>(i);
    for (const KeyFields& candidate : KeyCandidates(*list.message_type())) {
      const std::optional<Keyed> keyed = ByKey(entries, candidate);
      if (!keyed.has_value()) continue;
      for (const auto& [name, entry] : *keyed) positions[name] = order[entry];
      break;
    }
    const FieldDescriptor* earlier = list.message_type()->FindFieldByName("renamed_from");
    for (size_t i = 0; i < entries.size() && earlier != nullptr; ++i) {
      for (int k = 0; k < entries[i]->GetReflection()->FieldSize(*entries[i], earlier); ++k) {
        positions.try_emplace(StringAt(*entries[i], *earlier, k), static_cast<int>(i));
      }
    }
  }
  const auto found = positions.find(key);
  return found == positions.end() ? -1 : found->second;
}

bool IsSame(const Message& before, const Message& after) {
  // Most are the same byte for byte, which is told far sooner than field by field.
  if (before.ByteSizeLong() != after.ByteSizeLong()) return false;
  return before.SerializeAsString() == after.SerializeAsString() ||
         google::protobuf::util::MessageDifferencer::Equals(before, after);
}

}  // namespace metapowers::model
