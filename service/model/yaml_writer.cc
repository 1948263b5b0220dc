#include "service/model/yaml_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "service/base/strings.h"
#include "service/model/faults.h"
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
  explicit Writer(const YamlComments& comments) : comments_(comments) {}

  std::string Write(const Message& root) && {
    Comment(comments_.opening);
    if (!comments_.opening.empty()) out_ += '\n';
    if (IsEmpty(root)) out_ += "{}\n";
    WriteFields(root, 0, "");
    if (!comments_.closing.empty()) out_ += '\n';
    Comment(comments_.closing);
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

  // Ends the line that the value at `path` begins on.
  void EndLine(const std::string& path) {
    const auto beside = comments_.beside.find(path);
    if (beside != comments_.beside.end()) absl::StrAppend(&out_, "  # ", OneLine(Writable(beside->second)));
    out_ += '\n';
  }

  void WriteFields(const Message& message, size_t indent, const std::string& path) {
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
      const std::string at = AppendPath(path, field.name());
      if (field.is_repeated()) {
        part ? WriteParts(message, field, indent + 2, at) : WriteValues(message, field, indent + 2, at);
      } else if (part) {
        WritePart(message.GetReflection()->GetMessage(message, &field), indent + 2, at);
      } else {
        out_ += ' ';
        WriteValue(message, field, -1, indent + 2, at);
      }
    }
  }

  void WritePart(const Message& part, size_t indent, const std::string& path) {
    if (IsEmpty(part)) out_ += " {}";
    EndLine(path);
    WriteFields(part, indent, path);
  }

  void WriteParts(const Message& message, const FieldDescriptor& field, size_t indent, const std::string& path) {
    EndLine(path);
    int index = 0;
    for (const Message* part : MessagesIn(message, field)) {
      const std::string& id = IdOf(*part);
      const std::string at = id.empty() ? absl::StrCat(path, "[", index, "]") : absl::StrCat(path, "[", id, "]");
      ++index;
      const size_t start = out_.size();
      if (IsEmpty(*part)) {
        absl::StrAppend(&out_, std::string(indent, ' '), "- {}");
        EndLine(at);
        continue;
      }
      WriteFields(*part, indent + 2, at);
      out_[start + indent] = '-';  // in the margin of the first field
      BesideFirstLine(start, at);
    }
  }

  // A comment on a part as a whole, where its first line has none of its own.
  void BesideFirstLine(size_t start, const std::string& path) {
    const auto beside = comments_.beside.find(path);
    if (beside == comments_.beside.end()) return;
    const size_t end = out_.find('\n', start);
    out_.insert(end, absl::StrCat("  # ", OneLine(Writable(beside->second))));
  }

  void WriteValues(const Message& message, const FieldDescriptor& field, size_t indent, const std::string& path) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    if (std::string line; FitsOneLine(message, field, size, indent, line)) {
      absl::StrAppend(&out_, " [", line, "]");
      return EndLine(path);
    }
    EndLine(path);
    for (int i = 0; i < size; ++i) {
      absl::StrAppend(&out_, std::string(indent, ' '), "- ");
      WriteValue(message, field, i, indent + 2, "");
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

  void WriteValue(const Message& message, const FieldDescriptor& field, int index, size_t indent,
                  const std::string& path) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      const std::string text = Writable(StringAt(message, field, index));
      if (NeedsBlock(text)) return WriteBlock(text, indent, path);
    }
    out_ += ScalarOf(message, field, index);
    EndLine(path);
  }

  // The digit says where the text starts where its own first character would hide that.
  void WriteBlock(absl::string_view text, size_t indent, const std::string& path) {
    out_ += absl::StrContains(" \n\t", text.front()) ? "|2-" : "|-";
    EndLine(path);
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!line.empty()) absl::StrAppend(&out_, std::string(indent, ' '), line);
      out_ += '\n';
    }
  }

  const YamlComments& comments_;
  std::string out_;
};

}  // namespace

std::string WriteYaml(const Message& message, const YamlComments& comments) { return Writer(comments).Write(message); }

}  // namespace metapowers::model
