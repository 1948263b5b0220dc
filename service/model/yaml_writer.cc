#include "service/model/yaml_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "service/base/strings.h"
#include "service/model/proto_comments.h"
#include "service/model/schema.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr size_t kMaxLine = 118;

class Writer {
 public:
  std::string Write(const Message& root, const YamlComments& comments) && {
    Comment(comments.opening);
    if (!comments.opening.empty()) out_ += '\n';
    if (IsEmpty(root)) out_ += "{}\n";
    WriteFields(root, 0);
    if (!comments.closing.empty()) out_ += '\n';
    Comment(comments.closing);
    return std::move(out_);
  }

 private:
  static bool IsEmpty(const Message& message) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      if (IsSet(message, *type.field(i))) return false;
    }
    return true;
  }

  void Comment(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      const std::string text = OneLine(Writable(line));
      absl::StrAppend(&out_, text.empty() ? "#" : "# ", text, "\n");
    }
  }

  void WriteFields(const Message& message, size_t indent) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (!IsSet(message, field)) continue;
      const bool part = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (indent == 0 && part) {
        out_ += '\n';
        if (const std::string& comment = ProtoComment(field.full_name()); !comment.empty()) Comment({comment});
      }
      absl::StrAppend(&out_, std::string(indent, ' '), field.name(), ":");
      if (field.is_repeated()) {
        part ? WriteParts(message, field, indent + 2) : WriteValues(message, field, indent + 2);
      } else if (part) {
        WritePart(message.GetReflection()->GetMessage(message, &field), indent + 2);
      } else {
        out_ += ' ';
        WriteValue(message, field, -1, indent + 2);
      }
    }
  }

  void WritePart(const Message& part, size_t indent) {
    if (IsEmpty(part)) {
      out_ += " {}\n";
    } else {
      out_ += '\n';
      WriteFields(part, indent);
    }
  }

  void WriteParts(const Message& message, const FieldDescriptor& field, size_t indent) {
    out_ += '\n';
    for (const Message* part : MessagesIn(message, field)) {
      const size_t start = out_.size();
      if (IsEmpty(*part)) {
        absl::StrAppend(&out_, std::string(indent, ' '), "- {}\n");
        continue;
      }
      WriteFields(*part, indent + 2);
      out_[start + indent] = '-';  // in the margin of the first field
    }
  }

  void WriteValues(const Message& message, const FieldDescriptor& field, size_t indent) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    if (std::string line; FitsOneLine(message, field, size, indent, line)) {
      absl::StrAppend(&out_, " [", line, "]\n");
      return;
    }
    out_ += '\n';
    for (int i = 0; i < size; ++i) {
      absl::StrAppend(&out_, std::string(indent, ' '), "- ");
      WriteValue(message, field, i, indent + 2);
    }
  }

  bool FitsOneLine(const Message& message, const FieldDescriptor& field, int size, size_t indent, std::string& line) {
    for (int i = 0; i < size && line.size() <= kMaxLine; ++i) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && NeedsBlock(Writable(StringAt(message, field, i)))) {
        return false;
      }
      absl::StrAppend(&line, i > 0 ? ", " : "", ScalarOf(message, field, i));
    }
    return indent + field.name().size() + line.size() <= kMaxLine;
  }

  void WriteValue(const Message& message, const FieldDescriptor& field, int index, size_t indent) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = Writable(StringAt(message, field, index));
      if (NeedsBlock(text)) return WriteBlock(text, indent);
    }
    absl::StrAppend(&out_, ScalarOf(message, field, index), "\n");
  }

  // The digit says where the text starts where its own first character would hide that.
  void WriteBlock(absl::string_view text, size_t indent) {
    absl::StrAppend(&out_, absl::StrContains(" \n\t", text.front()) ? "|2-" : "|-", "\n");
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!line.empty()) absl::StrAppend(&out_, std::string(indent, ' '), line);
      out_ += '\n';
    }
  }

  std::string out_;
};

}  // namespace

std::string WriteYaml(const Message& message, const YamlComments& comments) {
  return Writer().Write(message, comments);
}

}  // namespace metapowers::model
