#include "service/model/assumed_values.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "service/model/element_labels.h"
#include "service/model/faults.h"
#include "service/model/import_mark.h"
#include "service/model/schema.h"
#include "service/model/text_spans.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

enum class Mark { kNone, kAssumed, kOther };

// What a comment beside a value says.
struct Told {
  Mark mark = Mark::kNone;
  absl::string_view reason;  // of what is assumed
};

// As a person would answer, in one order where that means nothing; empty for what no answer can say.
std::string AnswerOf(const Message& message, const FieldDescriptor& field) {
  const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const auto at = [&](int index) { return text ? StringAt(message, field, index) : ScalarOf(message, field, index); };
  if (!field.is_repeated()) return std::string(at(-1));
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) values.emplace_back(at(i));
  const bool unclear =
      std::any_of(values.begin(), values.end(), [](const std::string& value) { return absl::StrContains(value, ','); });
  if (unclear) return "";
  if (!RuleOf(field).ordered()) std::sort(values.begin(), values.end());
  return absl::StrJoin(values, ", ");
}

class Clearer {
 public:
  explicit Clearer(absl::string_view text) : text_(text) {}

  bool changed() const { return changed_; }
  std::vector<AssumedAttribute> TakeAssumed() { return std::move(assumed_); }

  void ClearRoot(const TextNode& root, Message& model) {
    for (const TextNode::Entry& entry : root.entries) {
      const FieldDescriptor* field = model.GetDescriptor()->FindFieldByName(entry.key);
      // What the system as a whole is called stays, as all that documents cannot be without.
      if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      ClearPart(entry, *field, ToldBy(entry), field->name(), model);
    }
  }

 private:
  // Whether the message is itself assumed: which component it is about is. `all` is what was told of it as a whole.
  bool Clear(const TextNode& node, const Told& all, const std::string& path, Message& message) {
    bool assumed_itself = false;
    std::vector<const FieldDescriptor*> assumed;
    for (const TextNode::Entry& entry : node.entries) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.key);
      if (field == nullptr || !IsSet(message, *field)) continue;
      const Told own = ToldBy(entry);
      const Told& told = own.mark == Mark::kNone ? all : own;
      const std::string at = AppendPath(path, field->name());
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ClearPart(entry, *field, told, at, message);
      } else if (told.mark == Mark::kAssumed) {
        const bool needed = RuleOf(*field).required() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
        assumed_itself |= MakesElement(RuleOf(*field));
        if (!needed) assumed.push_back(field);
        assumed_.push_back({at, absl::StrCat(field->containing_type()->name(), ".", field->name()),
                            AnswerOf(message, *field), std::string(told.reason)});
      }
    }
    for (const FieldDescriptor* field : assumed) message.GetReflection()->ClearField(&message, field);
    changed_ |= !assumed.empty();
    return assumed_itself;
  }

  void ClearPart(const TextNode::Entry& entry, const FieldDescriptor& field, const Told& all, const std::string& path,
                 Message& message) {
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) {
      if (IsSet(message, field)) Clear(*entry.value, all, path, *reflection.MutableMessage(&message, &field));
      return;
    }
    const std::vector<std::unique_ptr<TextNode>>& items = entry.value->items;
    const std::vector<std::string> labels = ElementLabels(message, field);
    int kept = 0;
    const int size = std::min<int>(static_cast<int>(items.size()), reflection.FieldSize(message, &field));
    for (int i = 0; i < size; ++i) {
      Message& part = *reflection.MutableRepeatedMessage(&message, &field, i);
      const Told& told =
          all.mark != Mark::kAssumed && IsAssumedAsAWhole(*items[i], part) ? ToldBy(items[i]->entries.front()) : all;
      if (Clear(*items[i], told, absl::StrCat(path, "[", labels[i], "]"), part)) continue;
      reflection.SwapElements(&message, &field, i, kept++);
    }
    changed_ |= kept < size;
    for (int i = size; i > kept; --i) reflection.RemoveLast(&message, &field);
  }

  // An entry without an id has a mark on its first line that is about all of it.
  bool IsAssumedAsAWhole(const TextNode& item, const Message& part) const {
    if (IdField(*part.GetDescriptor()) != nullptr || item.entries.empty()) return false;
    return ToldBy(item.entries.front()).mark == Mark::kAssumed &&
           std::all_of(item.entries.begin() + 1, item.entries.end(),
                       [this](const TextNode::Entry& entry) { return ToldBy(entry).mark == Mark::kNone; });
  }

  // By the comment on the line that the value begins on.
  Told ToldBy(const TextNode::Entry& entry) const {
    const size_t line_end = LineEnd(text_, entry.begin);
    size_t from = entry.begin + entry.key.size();
    if (entry.value->end > from && entry.value->end <= line_end) from = entry.value->end;
    const size_t hash = text_.substr(0, line_end).find('#', from);
    if (hash == absl::string_view::npos) return {};
    absl::string_view comment = absl::StripAsciiWhitespace(text_.substr(hash + 1, line_end - hash - 1));
    if (absl::ConsumePrefix(&comment, kAssumedMark)) return {Mark::kAssumed, comment};
    return {IsImportMark(absl::StrCat(comment, " ")) ? Mark::kOther : Mark::kNone, ""};
  }

  const absl::string_view text_;
  bool changed_ = false;
  std::vector<AssumedAttribute> assumed_;
};

}  // namespace

std::vector<AssumedAttribute> AssumedIn(const Model& model, const v1::SystemModel& changed) {
  std::vector<AssumedAttribute> assumed;
  PathFinder finder;
  for (const AssumedAttribute& each : model.assumed()) {
    const Message* at = &changed;
    std::string path;
    for (const ValueStep& step : finder.Find(model.proto(), each.field)) {
      path = AppendPath(path, step.field->name());
      if (step.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        assumed.push_back({path, each.field_type, AnswerOf(*at, *step.field), each.reason});
        break;
      }
      if (step.index >= 0) absl::StrAppend(&path, "[", ElementLabels(*at, *step.field)[step.index], "]");
      at = step.index < 0 ? &at->GetReflection()->GetMessage(*at, step.field)
                          : &at->GetReflection()->GetRepeatedMessage(*at, step.field, step.index);
    }
  }
  return assumed;
}

std::optional<KnownPart> FindKnownPart(absl::string_view yaml, const v1::SystemModel& model) {
  if (!absl::StrContains(yaml, absl::StrCat("# ", kAssumedMark))) return std::nullopt;
  Faults faults;
  const std::unique_ptr<TextNode> root = FindSpans(yaml, faults);
  if (root == nullptr) return std::nullopt;
  KnownPart part{model, {}};
  Clearer clearer(yaml);
  clearer.ClearRoot(*root, part.known);
  if (!clearer.changed()) return std::nullopt;
  part.assumed = clearer.TakeAssumed();
  return part;
}

}  // namespace metapowers::model
