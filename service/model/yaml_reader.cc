#include "service/model/yaml_reader.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "service/base/strings.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr absl::string_view kLeaveOut = "; leave the line out while the value is not known";

bool IsNullWord(absl::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// Digits as JSON writes a number: no leading zero, no sign but '-', no underscore, no other base.
bool IsNumber(absl::string_view text, bool whole) {
  const auto digits = [&text] {
    size_t n = 0;
    while (n < text.size() && absl::ascii_isdigit(text[n])) ++n;
    const absl::string_view taken = text.substr(0, n);
    text.remove_prefix(n);
    return taken;
  };
  absl::ConsumePrefix(&text, "-");
  const absl::string_view integer = digits();
  if (integer.empty() || (integer.size() > 1 && integer[0] == '0')) return false;
  if (whole) return text.empty();
  if (absl::ConsumePrefix(&text, ".") && digits().empty()) return false;
  if (absl::ConsumePrefix(&text, "e") || absl::ConsumePrefix(&text, "E")) {
    if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
    if (digits().empty()) return false;
  }
  return text.empty();
}

// Where a scalar goes: a field of a message, or the end of its list.
class Slot {
 public:
  Slot(Message& message, const FieldDescriptor& field)
      : message_(message), field_(field), reflection_(*message.GetReflection()) {}

  void Put(std::string value) {
    field_.is_repeated() ? reflection_.AddString(&message_, &field_, std::move(value))
                         : reflection_.SetString(&message_, &field_, std::move(value));
  }
  void Put(bool value) {
    field_.is_repeated() ? reflection_.AddBool(&message_, &field_, value)
                         : reflection_.SetBool(&message_, &field_, value);
  }
  void Put(double value) {
    if (field_.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
      const auto narrow = static_cast<float>(value);
      field_.is_repeated() ? reflection_.AddFloat(&message_, &field_, narrow)
                           : reflection_.SetFloat(&message_, &field_, narrow);
    } else {
      field_.is_repeated() ? reflection_.AddDouble(&message_, &field_, value)
                           : reflection_.SetDouble(&message_, &field_, value);
    }
  }
  void Put(const EnumValueDescriptor* value) {
    field_.is_repeated() ? reflection_.AddEnum(&message_, &field_, value)
                         : reflection_.SetEnum(&message_, &field_, value);
  }
  // False when the field's type cannot hold the number.
  bool PutInteger(absl::string_view text) {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return PutAs<int32_t>(text, &Reflection::AddInt32, &Reflection::SetInt32);
      case FieldDescriptor::CPPTYPE_INT64:
        return PutAs<int64_t>(text, &Reflection::AddInt64, &Reflection::SetInt64);
      case FieldDescriptor::CPPTYPE_UINT32:
        return PutAs<uint32_t>(text, &Reflection::AddUInt32, &Reflection::SetUInt32);
      default:
        return PutAs<uint64_t>(text, &Reflection::AddUInt64, &Reflection::SetUInt64);
    }
  }

 private:
  template <class Int, class Add, class Set>
  bool PutAs(absl::string_view text, Add add, Set set) {
    Int value = 0;
    if (!absl::SimpleAtoi(text, &value)) return false;
    field_.is_repeated() ? (reflection_.*add)(&message_, &field_, value)
                         : (reflection_.*set)(&message_, &field_, value);
    return true;
  }

  Message& message_;
  const FieldDescriptor& field_;
  const Reflection& reflection_;
};

// What the field takes, for "must be …".
std::string Wanted(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a mapping of fields";
    case FieldDescriptor::CPPTYPE_STRING:
      return "text";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return absl::StrCat("one of ", absl::StrJoin(ValueNames(*field.enum_type()), ", "));
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number";
    default:
      return "a whole number";
  }
}

// Recursive descent over the events. A node is read from its first event (the current one when a Read…
// function is entered) to its last (the current one when it returns). It recurses only as deep as the
// schema; what does not fit the schema is skipped in a loop.
class Reader {
 public:
  Reader(absl::string_view text, SourceMap& map, Faults& faults) : events_(text), map_(map), faults_(faults) {}

  bool Read(Message& root) {
    Advance();  // start of the stream
    Advance();
    if (stopped_) return false;
    const bool has_document = events_.kind() != YamlKind::kStreamEnd && Advance();
    if (!has_document || (events_.is_plain() && events_.scalar().empty())) {
      if (!stopped_) faults_.Add({}, "", "is empty");
      return false;
    }
    json_ = events_.is_flow();
    const bool is_map = ReadMessage(root, "");
    Advance();  // end of the document
    Advance();
    if (!stopped_ && events_.kind() == YamlKind::kDocument) {
      Fault("a second document starts here; one file is one document");
      return false;
    }
    return is_map && !stopped_;
  }

 private:
  // The next event; false when there is none, and for ever after.
  bool Advance() {
    if (stopped_) return false;
    if (!events_.Next()) {
      faults_.Add(events_.at(), path_, events_.syntax_error());
      stopped_ = true;
      return false;
    }
    const YamlKind kind = events_.kind();
    if (kind == YamlKind::kMap || kind == YamlKind::kList) ++depth_;
    if (kind == YamlKind::kMapEnd || kind == YamlKind::kListEnd) --depth_;
    if (depth_ > kMaxModelDepth) {
      Fault(absl::StrCat("is nested more than ", kMaxModelDepth, " levels deep"));
      stopped_ = true;
      return false;
    }
    if (events_.has_anchor()) Fault("anchors (&) are not allowed; write the value where it is used");
    if (events_.has_tag()) Fault("tags (!) are not allowed; the type of a value follows from its field");
    return true;
  }

  // Moves to the last event of the current node.
  void Skip() {
    if (events_.kind() == YamlKind::kAlias) Fault("aliases (*) are not allowed; repeat the value");
    if (events_.kind() != YamlKind::kMap && events_.kind() != YamlKind::kList) return;
    for (int open = 1; open > 0 && Advance();) {
      const YamlKind kind = events_.kind();
      if (kind == YamlKind::kMap || kind == YamlKind::kList) ++open;
      if (kind == YamlKind::kMapEnd || kind == YamlKind::kListEnd) --open;
    }
  }

  // Skips a node of the wrong shape.
  void Refuse(absl::string_view wanted) {
    switch (events_.kind()) {
      case YamlKind::kAlias:
        break;  // Skip() reports it
      case YamlKind::kScalar:
        Fault(events_.is_plain() && IsNullWord(events_.scalar())
                  ? absl::StrCat("has no value", kLeaveOut)
                  : absl::StrCat("must be ", wanted, ", not ", Quote(events_.scalar())));
        break;
      default:
        Fault(absl::StrCat("must be ", wanted, ", not a ", events_.kind() == YamlKind::kList ? "list" : "mapping"));
    }
    Skip();
  }

  // False when the node is no mapping.
  bool ReadMessage(Message& message, const std::string path) {  // a copy: path_ moves on
    path_ = path;
    map_.SetMessage(message, events_.at(), path);
    if (stopped_) return false;
    if (events_.kind() != YamlKind::kMap) {
      Refuse("a mapping of fields");
      return false;
    }
    absl::flat_hash_map<std::string, int> lines;  // of the keys so far
    while (Advance() && events_.kind() != YamlKind::kMapEnd) {
      ReadEntry(message, path, lines);
      path_ = path;
    }
    return true;
  }

  void ReadEntry(Message& message, const std::string& path, absl::flat_hash_map<std::string, int>& lines) {
    const FieldDescriptor* field = ReadKey(message, path, lines);
    if (!Advance()) return;
    if (field == nullptr) return Skip();
    map_.SetField(message, *field, -1, events_.at());
    if (field->is_repeated()) {
      ReadList(message, *field, path_);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message* child = message.GetReflection()->MutableMessage(&message, field);
      if (!ReadMessage(*child, path_)) map_.SetFaulty(message, *field);
    } else if (!ReadScalar(message, *field)) {
      map_.SetFaulty(message, *field);
    }
  }

  // The field that the key names, with path_ set to it; nullptr after a report.
  const FieldDescriptor* ReadKey(Message& message, const std::string& path,
                                 absl::flat_hash_map<std::string, int>& lines) {
    if (events_.kind() != YamlKind::kScalar) {
      Fault("a key must be the name of a field");
      Skip();
      return nullptr;
    }
    const std::string key(events_.scalar());
    if (key == "<<" && events_.is_plain()) {
      Fault("merge keys (<<) are not allowed; repeat the values");
      return nullptr;
    }
    const Descriptor& type = *message.GetDescriptor();
    const FieldDescriptor* field = type.FindFieldByName(key);
    if (field == nullptr) {
      ReportUnknown(message, key);
      return nullptr;
    }
    path_ = AppendPath(path, key);
    const auto [first, is_new] = lines.try_emplace(key, events_.at().line);
    if (!is_new) {
      Fault(absl::StrCat("is written twice; the first time on line ", first->second));
      return nullptr;
    }
    return field;
  }

  void ReportUnknown(Message& message, const std::string& key) {
    const Descriptor& type = *message.GetDescriptor();
    faults_.Add(events_.at(), path_, absl::StrCat("has no field ", Quote(key)),
                [key, &type] { return key.size() > kMaxNameSize ? "" : DidYouMean(key, FieldNames(type)); });
    if (faults_.full() || key.size() > kMaxNameSize) return;
    // A misspelt field is not also a missing one.
    const FieldDescriptor* meant = type.FindFieldByName(NearestWord(key, FieldNames(type)));
    if (meant != nullptr) map_.SetFaulty(message, *meant);
  }

  void ReadList(Message& message, const FieldDescriptor& field, const std::string path) {  // as above
    if (events_.kind() != YamlKind::kList) {
      Refuse("a list");
      map_.SetFaulty(message, field);
      return;
    }
    for (int index = 0; Advance() && events_.kind() != YamlKind::kListEnd; ++index) {
      if (++entries_ > kMaxModelEntries) {
        Fault(absl::StrCat("is one list entry too many; the limit is ", kMaxModelEntries, " in one file"));
        stopped_ = true;
        return;
      }
      path_ = absl::StrCat(path, "[", index, "]");
      map_.SetField(message, field, index, events_.at());
      bool good = false;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        good = ReadMessage(*message.GetReflection()->AddMessage(&message, &field), path_);
      } else {
        good = ReadScalar(message, field);
        if (!good) AddPlaceholder(message, field);
      }
      if (!good) map_.SetFaulty(message, field, index);
    }
    path_ = path;
  }

  // Keeps the indexes of a list in step with the text where an element could not be read.
  static void AddPlaceholder(Message& message, const FieldDescriptor& field) {
    Slot slot(message, field);
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return slot.Put(std::string());
      case FieldDescriptor::CPPTYPE_BOOL:
        return slot.Put(false);
      case FieldDescriptor::CPPTYPE_ENUM:
        return slot.Put(field.enum_type()->value(0));
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return slot.Put(0.0);
      default:
        slot.PutInteger("0");
    }
  }

  // False after a report.
  bool ReadScalar(Message& message, const FieldDescriptor& field) {
    if (events_.kind() != YamlKind::kScalar || (events_.is_plain() && IsNullWord(events_.scalar()))) {
      Refuse(Wanted(field));
      return false;
    }
    const absl::string_view text = events_.scalar();
    Slot slot(message, field);
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return ReadText(text, slot);
      case FieldDescriptor::CPPTYPE_ENUM:
        return ReadEnum(text, field, slot);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (!events_.is_plain() || (text != "true" && text != "false")) {
          Fault(absl::StrCat("must be true or false without quotes, not ", Quote(text)));
          return false;
        }
        slot.Put(text == "true");
        return true;
      default:
        return ReadNumber(text, field, slot);
    }
  }

  bool ReadText(absl::string_view text, Slot& slot) {
    if (events_.is_block() || json_) {
      // `|` ends in the line end that people cannot see.
      while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    }
    for (absl::string_view rest = text; !rest.empty();) {
      const uint32_t code_point = TakeCodePoint(rest);
      const bool layout = code_point == '\n' || code_point == '\t';
      if (layout && !events_.is_block() && !json_) {
        Fault("line ends and tabs are allowed in block text (|) only");
        return false;
      }
      if (!IsAllowed(code_point) || code_point == '\r') {
        Fault(absl::StrCat("character ", CodePointName(code_point), " is not allowed"));
        return false;
      }
    }
    slot.Put(std::string(text));
    return true;
  }

  bool ReadEnum(absl::string_view text, const FieldDescriptor& field, Slot& slot) {
    const EnumValueDescriptor* value = FindValue(*field.enum_type(), text);
    if (value == nullptr) {
      Fault(absl::StrCat("must be ", Wanted(field), ", not ", Quote(text)),
            [word = absl::AsciiStrToLower(text.substr(0, kMaxNameSize)), type = field.enum_type()] {
              return DidYouMean(word, ValueNames(*type));
            });
      return false;
    }
    if (value->number() == 0 && field.is_repeated()) {
      Fault("'unknown' says nothing in a list; leave it out");
      return false;
    }
    slot.Put(value);
    return true;
  }

  bool ReadNumber(absl::string_view text, const FieldDescriptor& field, Slot& slot) {
    const bool whole =
        field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE && field.cpp_type() != FieldDescriptor::CPPTYPE_FLOAT;
    if (!events_.is_plain() || !IsNumber(text, whole)) {
      Fault(absl::StrCat("must be ", Wanted(field), " without quotes, not ", Quote(text),
                         text == "unknown" ? kLeaveOut : ""));
      return false;
    }
    double real = 0;
    const bool fits = whole ? slot.PutInteger(text)
                            : absl::SimpleAtod(text, &real) && real <= std::numeric_limits<double>::max() &&
                                  real >= std::numeric_limits<double>::lowest();
    if (!fits) {
      Fault(absl::StrCat(Quote(text), " is out of range"));
      return false;
    }
    if (!whole) slot.Put(real + 0.0);  // one zero only: -0 becomes 0
    return true;
  }

  void Fault(absl::string_view what, Faults::Hint hint = nullptr) {
    faults_.Add(events_.at(), path_, what, std::move(hint));
  }

  static constexpr size_t kMaxNameSize = 64;  // longer words are not compared with names

  YamlEvents events_;
  SourceMap& map_;
  Faults& faults_;
  std::string path_;  // of the value being read
  int depth_ = 0;
  int entries_ = 0;    // of lists
  bool json_ = false;  // all in brackets: escapes are its only way to write line ends
  bool stopped_ = false;
};

}  // namespace

bool ReadYaml(absl::string_view text, Message& message, SourceMap& map, Faults& faults) {
  const std::optional<std::string> safe = CheckText(text, faults);
  return safe.has_value() && Reader(*safe, map, faults).Read(message);
}

}  // namespace metapowers::model
