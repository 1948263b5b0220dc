#include "service/render/template.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/status_macros.h"
#include "service/render/bind.h"
#include "service/render/program.h"
#include "service/render/tidy.h"

namespace metapowers::render {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Length of the prefix that all names of the type share, up to and with its last '_'.
size_t EnumPrefix(const EnumDescriptor& type) {
  absl::string_view prefix = type.value(0)->name();
  for (int i = 1; i < type.value_count(); ++i) {
    const absl::string_view name = type.value(i)->name();
    while (!absl::StartsWith(name, prefix)) prefix.remove_suffix(1);
  }
  // A type of one value has no other to compare with: its whole name would be the prefix.
  if (type.value_count() == 1) return 0;
  const size_t underscore = prefix.rfind('_');
  return underscore == absl::string_view::npos ? 0 : underscore + 1;
}

std::string EnumText(const EnumDescriptor& type, int number) {
  const EnumValueDescriptor* value = type.FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  std::string text = absl::AsciiStrToLower(absl::string_view(value->name()).substr(EnumPrefix(type)));
  if (text == "unspecified") return "unknown";
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

// The shortest decimal that reads back as the same number.
template <class Real>
std::string RealText(Real value) {
  char buffer[512];
  const bool fixed = value == 0 || (value < 1e15 && value > -1e15 && (value > 1e-6 || value < -1e-6));
  const auto end = fixed ? std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed)
                         : std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, end.ptr);
}

// A scalar: a field of a message, or one element of it (index >= 0).
struct Scalar {
  const Message* message;
  const FieldDescriptor* field;
  int index;
};

// The text of `scalar`; `storage` holds it when it is not a string of the message.
absl::string_view TextOf(const Scalar& scalar, std::string& storage) {
  const Message& message = *scalar.message;
  const FieldDescriptor* field = scalar.field;
  const Reflection& get = *message.GetReflection();
  const int i = scalar.index;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return i < 0 ? get.GetStringReference(message, field, &storage)
                   : get.GetRepeatedStringReference(message, field, i, &storage);
    case FieldDescriptor::CPPTYPE_INT32:
      storage = absl::StrCat(i < 0 ? get.GetInt32(message, field) : get.GetRepeatedInt32(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      storage = absl::StrCat(i < 0 ? get.GetInt64(message, field) : get.GetRepeatedInt64(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      storage = absl::StrCat(i < 0 ? get.GetUInt32(message, field) : get.GetRepeatedUInt32(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      storage = absl::StrCat(i < 0 ? get.GetUInt64(message, field) : get.GetRepeatedUInt64(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      storage = RealText(i < 0 ? get.GetDouble(message, field) : get.GetRepeatedDouble(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      storage = RealText(i < 0 ? get.GetFloat(message, field) : get.GetRepeatedFloat(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      storage = (i < 0 ? get.GetBool(message, field) : get.GetRepeatedBool(message, field, i)) ? "true" : "false";
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      storage = EnumText(*field->enum_type(),
                         i < 0 ? get.GetEnumValue(message, field) : get.GetRepeatedEnumValue(message, field, i));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      storage.clear();  // Bind() lets none through
      break;
  }
  return storage;
}

// {{#field}} of a field that is not repeated.
bool IsTrue(const Message& message, const FieldDescriptor* field) {
  const Reflection& get = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return get.GetBool(message, field);
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string storage;
      return !get.GetStringReference(message, field, &storage).empty();
    }
    default:
      // Without presence in the schema, a number or enum is there when it is not zero.
      return get.HasField(message, field);
  }
}

class Renderer {
 public:
  Renderer(const std::vector<Binding>& bindings, const Message& root) : bindings_(bindings) {
    frames_.push_back({&root, nullptr, -1});
  }

  void Run(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      if (node.kind == Node::Kind::kLiteral) {
        Literal(node.text);
      } else if (node.kind == Node::Kind::kValue) {
        Value(node);
      } else {
        Section(node);
      }
    }
  }

  std::string TakeOutput() { return std::move(out_); }

 private:
  void Literal(absl::string_view text) {
    const size_t line = text.rfind('\n');
    if (line != absl::string_view::npos) line_start_ = out_.size() + line + 1;
    out_.append(text.data(), text.size());
  }

  // The message that holds the last field of the path.
  const Message* Holder(const Binding& binding) const {
    const Message* message = frames_[binding.frame].message;
    for (size_t i = 0; i + 1 < binding.fields.size(); ++i) {
      message = &message->GetReflection()->GetMessage(*message, binding.fields[i]);
    }
    return message;
  }

  bool IsOne(const Node& node) {
    const Binding& binding = bindings_[node.id];
    return TextOf({Holder(binding), binding.fields.back(), -1}, storage_) == "1";
  }

  void Value(const Node& node) {
    const Binding& binding = bindings_[node.id];
    if (binding.fields.empty()) return Escaped(frames_[binding.frame], node.place, node.place.after);
    const Message* holder = Holder(binding);
    const FieldDescriptor* field = binding.fields.back();
    if (!node.one.empty() || !node.many.empty()) {
      const bool one = IsOne(node) || (!node.children.empty() && IsOne(node.children.front()));
      return AppendEscaped(one ? node.one : node.many, node.place, node.place.after);
    }
    if (!field->is_repeated()) return Escaped({holder, field, -1}, node.place, node.place.after);
    const int size = holder->GetReflection()->FieldSize(*holder, field);
    for (int i = 0; i < size; ++i) {
      if (i > 0) out_ += ", ";
      Escaped({holder, field, i}, node.place, i + 1 < size ? ',' : node.place.after);
    }
    if (size == 0) AppendEscaped("", node.place, node.place.after);
  }

  void Escaped(const Scalar& scalar, const Place& place, char after) {
    AppendEscaped(TextOf(scalar, storage_), place, after);
  }

  void AppendEscaped(absl::string_view text, const Place& place, char after) {
    MarkdownNeighbours neighbours;
    neighbours.before = out_.empty() ? '\n' : out_.back();
    neighbours.after = after;
    neighbours.in_table = place.in_table;
    neighbours.scheme_fixed = place.scheme_fixed;
    neighbours.fence = place.fence;
    neighbours.indent = place.indent;
    neighbours.required = place.required;
    const absl::string_view line = absl::string_view(out_).substr(line_start_);
    if (place.context == MarkdownContext::kText || place.may_stand_alone) {
      neighbours.block_start = IsBlockPrefix(line);
      // "- " and nothing else would underline the line above, "## " would be a heading of nothing.
      const bool alone = neighbours.block_start || line.find_first_not_of("# ") == absl::string_view::npos;
      neighbours.required |= place.may_stand_alone && alone && line.find_first_not_of(' ') != absl::string_view::npos;
    }
    AppendMarkdown(text, place.context, neighbours, out_);
    // Only code blocks keep line ends, and nothing asks for the line start there.
  }

  // True when only indentation, list markers, task boxes and quote marks stand on the line so far.
  static bool IsBlockPrefix(absl::string_view line) {
    for (size_t at = 0; at < line.size();) {
      const char c = line[at];
      const size_t mark = std::min(line.find_first_not_of("0123456789", at), line.size());
      const auto spaced = [&](size_t i) { return i + 1 < line.size() && line[i + 1] == ' '; };
      if (c == ' ' || c == '>' || ((c == '-' || c == '+' || c == '*') && spaced(at))) {
        ++at;
      } else if (mark > at && mark < line.size() && (line[mark] == '.' || line[mark] == ')') && spaced(mark)) {
        at = mark + 1;
      } else if (c == '[' && line.size() > at + 3 && line[at + 2] == ']' && line[at + 3] == ' ') {
        at += 4;
      } else {
        return false;
      }
    }
    return true;
  }

  void Section(const Node& node) {
    const Binding& binding = bindings_[node.id];
    const Message* holder = Holder(binding);
    const FieldDescriptor* field = binding.fields.back();
    const Reflection& get = *holder->GetReflection();
    const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const int size = field->is_repeated() ? get.FieldSize(*holder, field) : IsTrue(*holder, field) ? 1 : 0;
    if (node.kind == Node::Kind::kInverted) {
      if (size == 0) Run(node.children);
      return;
    }
    if (!binding.pushes) {
      if (size > 0) Run(node.children);
      return;
    }
    if (binding.rows != nullptr) return Rows(node, *holder, *binding.rows);
    for (int i = 0; i < size; ++i) {
      if (!message) {
        frames_.push_back({holder, field, i});
      } else if (field->is_repeated()) {
        frames_.push_back({&get.GetRepeatedMessage(*holder, field, i), nullptr, -1});
      } else {
        frames_.push_back({&get.GetMessage(*holder, field), nullptr, -1});
      }
      Run(node.children);
      frames_.pop_back();
    }
  }

  // The rows of a list of the root at the positions that the field holds.
  void Rows(const Node& node, const Message& holder, const FieldDescriptor& list) {
    const FieldDescriptor* field = bindings_[node.id].fields.back();
    const Reflection& get = *holder.GetReflection();
    const Message& root = *frames_[0].message;
    const int known = root.GetReflection()->FieldSize(root, &list);
    const int size = field->is_repeated() ? get.FieldSize(holder, field) : 1;
    for (int i = 0; i < size; ++i) {
      const int at = field->is_repeated() ? get.GetRepeatedInt32(holder, field, i) : get.GetInt32(holder, field);
      if (at < 0 || at >= known) continue;
      frames_.push_back({&root.GetReflection()->GetRepeatedMessage(root, &list, at), nullptr, -1});
      Run(node.children);
      frames_.pop_back();
    }
  }

  const std::vector<Binding>& bindings_;
  // A message (field == nullptr), or the element of a repeated scalar.
  std::vector<Scalar> frames_;
  std::string out_;
  size_t line_start_ = 0;
  std::string storage_;
};

}  // namespace

struct Template::Program {
  ParsedTemplate parsed;
};

Template::Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

absl::StatusOr<Template> Template::Parse(absl::string_view text, absl::string_view name) {
  ASSIGN_OR_RETURN(ParsedTemplate parsed, ParseTemplate(text, name));
  return Template(std::make_shared<const Program>(Program{std::move(parsed)}));
}

absl::Status Template::Check(const google::protobuf::Descriptor& type) const {
  return Bind(program_->parsed, type).status();
}

absl::StatusOr<std::string> Template::Render(const Message& message) const {
  ASSIGN_OR_RETURN(const std::vector<Binding> bindings, Bind(program_->parsed, *message.GetDescriptor()));
  Renderer renderer(bindings, message);
  renderer.Run(program_->parsed.nodes);
  return Tidy(renderer.TakeOutput());
}

}  // namespace metapowers::render
