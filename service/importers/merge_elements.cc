#include "service/importers/merge_elements.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "service/model/faults.h"
#include "service/model/model.h"
#include "service/model/schema.h"

namespace metapowers::importers {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// Fields that files word differently without contradicting each other.
bool IsWording(absl::string_view field) {
  static constexpr absl::string_view kFields[] = {"name",      "description", "imported_id", "origin",
                                                  "last_seen", "purpose",     "summary"};
  return std::find(std::begin(kFields), std::end(kFields), field) != std::end(kFields);
}

// The basis of an attribute: its own, else that of what it is in.
Basis BasisOf(std::string path, const std::map<std::string, Basis>& bases, const Spot& spot) {
  while (!path.empty()) {
    if (const auto found = bases.find(path); found != bases.end()) return found->second;
    const size_t cut = path.find_last_of(".[");
    path.resize(cut == std::string::npos ? 0 : cut);
  }
  return {v1::BASIS_OBSERVED, spot, ""};
}

// How much a basis counts against another: what a file says beats what a platform does without it.
int WeightOf(const Basis& basis) {
  return basis.kind == v1::BASIS_OBSERVED ? 2 : basis.kind == v1::BASIS_DEFAULT ? 1 : 0;
}

// By which parts of a list are the same: of an endpoint its method and path, else all that it says.
std::string KeyOf(const Message& part) {
  std::string key;
  for (const char* name : {"control", "method", "path"}) {
    const FieldDescriptor* field = part.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      absl::StrAppend(&key, model::StringAt(part, *field, -1), absl::string_view("\0", 1));
    }
  }
  return key.empty() ? part.SerializeAsString() : key;
}

// Value of a field that is no message, to compare by.
std::string RawText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return model::YamlName(index < 0 ? *r.GetEnum(message, &field) : *r.GetRepeatedEnum(message, &field, index));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return model::StringAt(message, field, index);
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, &field, index, &text);
  return text;
}

// Copies one field that is no message.
void CopyField(const Message& from, const FieldDescriptor& field, Message& into) {
  const std::unique_ptr<Message> only(from.New());
  only->CopyFrom(from);
  std::vector<const FieldDescriptor*> set;
  from.GetReflection()->ListFields(from, &set);
  for (const FieldDescriptor* other : set) {
    if (other != &field) only->GetReflection()->ClearField(only.get(), other);
  }
  into.GetReflection()->ClearField(&into, &field);
  into.MergeFrom(*only);
}

}  // namespace

std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const std::string text = RawText(message, field, index);
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? model::Quote(text) : text;
}

void ElementMerger::Add(const Message& from, const std::map<std::string, Basis>& bases, const Spot& spot) {
  MergeFields(from, "", {bases, spot}, into_, "");
}

void ElementMerger::MergeFields(const Message& from, const std::string& from_path, const Source& source, Message& into,
                                const std::string& into_path) {
  const auto& type = *from.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!model::IsSet(from, field)) continue;
    const std::string path = model::AppendPath(from_path, field.name());
    const std::string target = model::AppendPath(into_path, field.name());
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field.is_repeated()) {
        MergeParts(from, field, path, source, into, target);
      } else {
        MergeFields(from.GetReflection()->GetMessage(from, &field), path, source,
                    *into.GetReflection()->MutableMessage(&into, &field), target);
      }
    } else if (field.is_repeated()) {
      MergeList(from, field, BasisOf(path, source.bases, source.spot), into, target);
    } else {
      MergeValue(from, field, BasisOf(path, source.bases, source.spot), into, target);
    }
  }
}

void ElementMerger::MergeParts(const Message& from, const FieldDescriptor& field, const std::string& from_path,
                               const Source& source, Message& into, const std::string& into_path) {
  const Reflection& r = *from.GetReflection();
  absl::flat_hash_map<std::string, int> known;
  for (int i = 0; i < r.FieldSize(into, &field); ++i) known[KeyOf(r.GetRepeatedMessage(into, &field, i))] = i;
  for (int i = 0; i < r.FieldSize(from, &field); ++i) {
    const Message& part = r.GetRepeatedMessage(from, &field, i);
    const auto [index, is_new] = known.try_emplace(KeyOf(part), r.FieldSize(into, &field));
    if (is_new) r.AddMessage(&into, &field);
    MergeFields(part, absl::StrCat(from_path, "[", i, "]"), source,
                *r.MutableRepeatedMessage(&into, &field, index->second),
                absl::StrCat(into_path, "[", index->second, "]"));
  }
}

void ElementMerger::MergeList(const Message& from, const FieldDescriptor& field, const Basis& basis, Message& into,
                              const std::string& into_path) {
  const Reflection& r = *from.GetReflection();
  const auto [known, is_new] = bases_.try_emplace(into_path, basis);
  const int known_weight = WeightOf(known->second);
  if (is_new || WeightOf(basis) > known_weight) {
    known->second = basis;
    r.ClearField(&into, &field);
  } else if (WeightOf(basis) < known_weight) {
    return;
  }
  absl::flat_hash_set<std::string> there;
  for (int i = 0; i < r.FieldSize(into, &field); ++i) there.insert(RawText(into, field, i));
  const std::unique_ptr<Message> added(from.New());
  CopyField(from, field, *added);
  int kept = 0;
  for (int i = 0; i < r.FieldSize(*added, &field); ++i) {
    if (there.insert(RawText(*added, field, i)).second) r.SwapElements(added.get(), &field, i, kept++);
  }
  while (r.FieldSize(*added, &field) > kept) r.RemoveLast(added.get(), &field);
  into.MergeFrom(*added);
}

void ElementMerger::MergeValue(const Message& from, const FieldDescriptor& field, const Basis& basis, Message& into,
                               const std::string& into_path) {
  const auto known = bases_.find(into_path);
  if (known == bases_.end()) {
    bases_[into_path] = basis;
    CopyField(from, field, into);
    return;
  }
  if (WeightOf(basis) > WeightOf(known->second)) {
    known->second = basis;
    CopyField(from, field, into);
  } else if (RawText(into, field, -1) != RawText(from, field, -1) && known->second.kind == v1::BASIS_OBSERVED &&
             basis.kind == v1::BASIS_OBSERVED && !IsWording(field.name())) {
    const std::string ours = ValueText(into, field);
    inventory_.Note(
        v1::IMPORT_NOTE_KIND_WARNING, basis.spot, absl::StrCat(path_, ".", into_path),
        absl::StrCat("is ", ValueText(from, field), " here and ", ours, " at ", LocationOf(known->second.spot),
                     "; the first in the order of the files stands, ", ours));
  }
}

}  // namespace metapowers::importers
