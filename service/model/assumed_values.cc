#include "service/model/assumed_values.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "service/model/faults.h"
#include "service/model/import_mark.h"
#include "service/model/schema.h"
#include "service/model/text_spans.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

enum class Mark { kNone, kAssumed, kOther };

class Clearer {
 public:
  explicit Clearer(absl::string_view text) : text_(text) {}

  bool changed() const { return changed_; }

  void ClearRoot(const TextNode& root, Message& model) {
    for (const TextNode::Entry& entry : root.entries) {
      const FieldDescriptor* field = model.GetDescriptor()->FindFieldByName(entry.key);
      // What the system as a whole is called stays, as all that documents cannot be without.
      if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      ClearPart(entry, *field, MarkOf(entry) == Mark::kAssumed, model);
    }
  }

 private:
  // Whether the message is itself assumed: which component it is about is.
  bool Clear(const TextNode& node, bool all, Message& message) {
    bool assumed_itself = false;
    std::vector<const FieldDescriptor*> assumed;
    for (const TextNode::Entry& entry : node.entries) {
      const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.key);
      if (field == nullptr || !IsSet(message, *field)) continue;
      const Mark mark = MarkOf(entry);
      const bool here = mark == Mark::kAssumed || (mark == Mark::kNone && all);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ClearPart(entry, *field, here, message);
      } else if (here) {
        const bool needed = RuleOf(*field).required() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
        assumed_itself |= needed && RuleOf(*field).refers_to() == "components";
        if (!needed) assumed.push_back(field);
      }
    }
    for (const FieldDescriptor* field : assumed) message.GetReflection()->ClearField(&message, field);
    changed_ |= !assumed.empty();
    return assumed_itself;
  }

  void ClearPart(const TextNode::Entry& entry, const FieldDescriptor& field, bool all, Message& message) {
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) {
      if (IsSet(message, field)) Clear(*entry.value, all, *reflection.MutableMessage(&message, &field));
      return;
    }
    const std::vector<std::unique_ptr<TextNode>>& items = entry.value->items;
    int kept = 0;
    const int size = std::min<int>(static_cast<int>(items.size()), reflection.FieldSize(message, &field));
    for (int i = 0; i < size; ++i) {
      Message& part = *reflection.MutableRepeatedMessage(&message, &field, i);
      if (Clear(*items[i], all || IsAssumedAsAWhole(*items[i], part), part)) continue;
      reflection.SwapElements(&message, &field, i, kept++);
    }
    changed_ |= kept < size;
    for (int i = size; i > kept; --i) reflection.RemoveLast(&message, &field);
  }

  // An entry without an id has a mark on its first line that is about all of it.
  bool IsAssumedAsAWhole(const TextNode& item, const Message& part) const {
    if (IdField(*part.GetDescriptor()) != nullptr || item.entries.empty()) return false;
    return MarkOf(item.entries.front()) == Mark::kAssumed &&
           std::all_of(item.entries.begin() + 1, item.entries.end(),
                       [this](const TextNode::Entry& entry) { return MarkOf(entry) == Mark::kNone; });
  }

  // Of the comment on the line that the value begins on.
  Mark MarkOf(const TextNode::Entry& entry) const {
    const size_t line_end = LineEnd(text_, entry.begin);
    size_t from = entry.begin + entry.key.size();
    if (entry.value->end > from && entry.value->end <= line_end) from = entry.value->end;
    const size_t hash = text_.substr(0, line_end).find('#', from);
    if (hash == absl::string_view::npos) return Mark::kNone;
    const absl::string_view comment = absl::StripAsciiWhitespace(text_.substr(hash + 1, line_end - hash - 1));
    if (absl::StartsWith(comment, kAssumedMark)) return Mark::kAssumed;
    return IsImportMark(absl::StrCat(comment, " ")) ? Mark::kOther : Mark::kNone;
  }

  const absl::string_view text_;
  bool changed_ = false;
};

}  // namespace

std::optional<v1::SystemModel> KnownPart(absl::string_view yaml, const v1::SystemModel& model) {
  if (!absl::StrContains(yaml, absl::StrCat("# ", kAssumedMark))) return std::nullopt;
  Faults faults;
  const std::unique_ptr<TextNode> root = FindSpans(yaml, faults);
  if (root == nullptr) return std::nullopt;
  v1::SystemModel known = model;
  Clearer clearer(yaml);
  clearer.ClearRoot(*root, known);
  if (!clearer.changed()) return std::nullopt;
  return known;
}

}  // namespace metapowers::model
