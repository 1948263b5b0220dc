#include "service/model/yaml_writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "service/base/strings.h"
#include "service/model/model.h"
#include "service/model/proto_comments.h"
#include "service/model/schema.h"
#include "service/model/yaml_events.h"

namespace metapowers::model {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

constexpr size_t kMaxLine = 118;

// Text as YAML can hold it.
std::string Writable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    const absl::string_view character = text.substr(0, size);
    text.remove_prefix(size);
    absl::string_view rest = character;
    const uint32_t code_point = IsUtf8(character) ? TakeCodePoint(rest) : '\r';
    absl::StrAppend(&out, IsAllowed(code_point) && code_point != '\r' ? character : "\xef\xbf\xbd");
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

// Words that some reader of YAML takes for something else than text.
bool IsReserved(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  const std::string word = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// Whether `text` needs no quotes, inside a list on one line too.
bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(text.front()) || text.back() == ' ' || IsReserved(text)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80 || absl::StrContains(" _./()+-;", c);
  });
}

bool NeedsBlock(absl::string_view text) { return text.find_first_of("\n\t") != absl::string_view::npos; }

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// As few digits as give the number back.
template <class Real>
std::string Digits(Real value, int fewest, int most) {
  char text[40];
  for (int digits = fewest; digits <= most; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(value));
    if (static_cast<Real>(std::strtod(text, nullptr)) == value) break;
  }
  return text;
}

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

  // One value on one line; the index is -1 outside lists.
  static std::string ScalarOf(const Message& message, const FieldDescriptor& field, int index) {
    const Reflection& r = *message.GetReflection();
    const bool list = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = Writable(StringAt(message, field, index));
        const bool date = RuleOf(field).format() == v1::FORMAT_DATE && IsDate(text);
        return date || IsPlain(text) ? text : Quoted(text);
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        return YamlName(list ? *r.GetRepeatedEnum(message, &field, index) : *r.GetEnum(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return (list ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(list ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(list ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(list ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(list ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Digits(list ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field), 6, 9);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return Digits(list ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field), 15, 17);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return "";
  }

  const YamlComments& comments_;
  std::string out_;
};

}  // namespace

std::string WriteYaml(const Message& message, const YamlComments& comments) { return Writer(comments).Write(message); }

}  // namespace metapowers::model
