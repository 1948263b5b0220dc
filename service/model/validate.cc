#include "service/model/validate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/ids.h"
#include "service/base/strings.h"
#include "service/model/schema.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

bool IsCapitals(absl::string_view text, size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), absl::ascii_isupper);
}

// What is wrong with the form of `value`, or "".
std::string WrongForm(v1::Format format, absl::string_view value) {
  switch (format) {
    case v1::FORMAT_SLUG:
      return IsSlug(value) ? "" : absl::StrCat(Quote(value), " is not an id: ", kSlugRule);
    case v1::FORMAT_DATE:
      return IsDate(value) ? "" : absl::StrCat(Quote(value), " is not a date of the calendar in the form YYYY-MM-DD");
    case v1::FORMAT_CURRENCY:
      return IsCapitals(value, 3) ? "" : absl::StrCat(Quote(value), " is not an ISO 4217 code, e.g. 'EUR'");
    case v1::FORMAT_COUNTRY:
      return IsCapitals(value, 2) ? "" : absl::StrCat(Quote(value), " is not an ISO 3166-1 alpha-2 code, e.g. 'DE'");
    case v1::FORMAT_HOST:
      return IsHost(value) ? ""
                           : absl::StrCat(Quote(value), " is not the name of a host in lower case, e.g. ",
                                          "'shop.example.com' or '*.example.com', or an IP address; leave out scheme, ",
                                          "port and path");
    default:
      return "";
  }
}

// The number in a field; nothing when it is none or not set.
std::optional<double> NumberOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.is_repeated() || !IsSet(message, field)) return std::nullopt;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection.GetDouble(message, &field);
    default:
      return std::nullopt;
  }
}

class RuleChecker {
 public:
  RuleChecker(const Collections& known, absl::string_view as_of, const SourceMap& map, Faults& faults)
      : known_(known), as_of_(IsDate(as_of) ? as_of : ""), map_(map), faults_(faults) {}

  void Check(const Message& message) {
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!map_.IsFaulty(message, field)) CheckField(message, field);
    }
  }

 private:
  void CheckField(const Message& message, const FieldDescriptor& field) {
    const v1::Rule& rule = RuleOf(field);
    if (!IsSet(message, field)) {
      if (rule.required()) Fault(message, field, -1, "is required");
      return;
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CheckMessages(message, field);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      CheckStrings(message, field, rule);
    } else {
      CheckRange(message, field, rule);
    }
  }

  void CheckMessages(const Message& message, const FieldDescriptor& field) {
    const FieldDescriptor* id_field = IdField(*field.message_type());
    absl::flat_hash_map<std::string, const Message*> in_list;
    auto& ids = CollectionOf(*field.message_type()).empty() ? in_list : ids_[CollectionOf(*field.message_type())];
    int index = -1;
    for (const Message* child : MessagesIn(message, field)) {
      if (field.is_repeated() && map_.IsFaulty(message, field, ++index)) continue;
      Check(*child);
      if (id_field == nullptr || !field.is_repeated() || IdOf(*child).empty()) continue;
      const auto [first, is_new] = ids.try_emplace(IdOf(*child), child);
      if (is_new) continue;
      const Position at = map_.At(*first->second, id_field);
      Fault(*child, *id_field, -1, absl::StrCat(Quote(IdOf(*child)), " is the id of another one, on line ", at.line));
    }
  }

  void CheckStrings(const Message& message, const FieldDescriptor& field, const v1::Rule& rule) {
    const int size = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 0;
    if (!field.is_repeated()) CheckString(message, field, -1, rule);
    for (int i = 0; i < size; ++i) {
      if (!map_.IsFaulty(message, field, i)) CheckString(message, field, i, rule);
    }
  }

  void CheckString(const Message& message, const FieldDescriptor& field, int index, const v1::Rule& rule) {
    const std::string value = StringAt(message, field, index);
    if (value.find_first_not_of(" \t\n") == std::string::npos) {
      return Fault(message, field, index, "is blank");
    }
    const std::string wrong = WrongForm(rule.format(), value);
    if (!wrong.empty()) return Fault(message, field, index, wrong);
    if (rule.past() && !as_of_.empty() && value > as_of_) {
      return Fault(message, field, index, absl::StrCat(Quote(value), " is after as_of, ", Quote(as_of_)));
    }
    const std::string& collection = rule.refers_to();
    if (collection.empty() || known_.MayContain(collection, value)) return;
    faults_.Add(map_.At(message, &field, index), map_.Path(message, &field, index),
                absl::StrCat(Quote(value), " is not among the ", collection), [known = &known_, &collection, value] {
                  return value.size() > kMaxIdSize ? "" : DidYouMean(value, known->Ids(collection));
                });
  }

  void CheckRange(const Message& message, const FieldDescriptor& field, const v1::Rule& rule) {
    const std::optional<double> value = NumberOf(message, field);
    if (!value.has_value()) return;
    if (rule.has_min() && *value < static_cast<double>(rule.min())) {
      Fault(message, field, -1, absl::StrCat(*value, " is too small; the least is ", rule.min()));
    }
    if (rule.has_max() && *value > static_cast<double>(rule.max())) {
      Fault(message, field, -1, absl::StrCat(*value, " is too large; the most is ", rule.max()));
    }
  }

  void Fault(const Message& message, const FieldDescriptor& field, int index, absl::string_view what) {
    faults_.Add(map_.At(message, &field, index), map_.Path(message, &field, index), what);
  }

  static constexpr size_t kMaxIdSize = 63;

  const Collections& known_;
  const std::string as_of_;
  const SourceMap& map_;
  Faults& faults_;
  std::map<std::string, absl::flat_hash_map<std::string, const Message*>> ids_;  // by collection
};

}  // namespace

Collections Collections::Of(const Message& root, const SourceMap& map) {
  Collections collections;
  collections.Add(root, map);
  return collections;
}

void Collections::Add(const Message& message, const SourceMap& map) {
  const Descriptor& type = *message.GetDescriptor();
  if (const std::string& name = CollectionOf(type); !name.empty()) {
    Collection& collection = collections_[name];
    collection.ids.insert(IdOf(message));
    collection.incomplete |= map.IsFaulty(message, *IdField(type));
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (map.IsFaulty(message, field)) MarkIncomplete(*field.message_type(), 0);
    int index = -1;
    for (const Message* child : MessagesIn(message, field)) {
      if (field.is_repeated() && map.IsFaulty(message, field, ++index)) MarkIncomplete(*field.message_type(), 0);
      Add(*child, map);
    }
  }
}

void Collections::MarkIncomplete(const Descriptor& type, int depth) {
  constexpr int kMaxTypeDepth = 16;  // the schema is no deeper; a recursive type would be endless
  if (depth > kMaxTypeDepth) return;
  if (const std::string& name = CollectionOf(type); !name.empty()) collections_[name].incomplete = true;
  for (int i = 0; i < type.field_count(); ++i) {
    if (const Descriptor* child = type.field(i)->message_type()) MarkIncomplete(*child, depth + 1);
  }
}

bool Collections::MayContain(const std::string& collection, const std::string& id) const {
  const auto found = collections_.find(collection);
  return found != collections_.end() && (found->second.incomplete || found->second.ids.contains(id));
}

std::vector<std::string> Collections::Ids(const std::string& collection) const {
  const auto found = collections_.find(collection);
  if (found == collections_.end()) return {};
  std::vector<std::string> ids(found->second.ids.begin(), found->second.ids.end());
  std::sort(ids.begin(), ids.end());
  return ids;
}

void CheckRules(const Message& root, const Collections& known, absl::string_view as_of, const SourceMap& map,
                Faults& faults) {
  RuleChecker(known, as_of, map, faults).Check(root);
}

}  // namespace metapowers::model
