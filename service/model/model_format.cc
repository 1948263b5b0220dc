#include "service/model/model_format.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "metapowers/model/v1/system_model.pb.h"
#include "service/base/status_macros.h"
#include "service/model/model.h"
#include "service/model/schema.h"
#include "service/model/yaml_layout.h"
#include "service/model/yaml_scalar.h"

namespace metapowers::model {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

using Kind = LayoutNode::Kind;

constexpr size_t kMaxLine = 118;

// Whether a value has comments in it, or a text that stands on lines of its own.
bool NeedsLines(const LayoutNode& node) {
  if (!node.after.empty() || (node.kind == Kind::kScalar && NeedsBlock(node.text))) return true;
  return std::any_of(node.entries.begin(), node.entries.end(), [](const LayoutEntry* entry) {
    return !entry->beside.empty() || NeedsLines(*entry->value) ||
           std::any_of(entry->before.begin(), entry->before.end(),
                       [](const std::string& line) { return !line.empty(); });
  });
}

// Code points.
size_t Length(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Whether `>` can hold the text in lines that are broken between words.
bool CanFold(absl::string_view text) {
  if (absl::StrContains(text, '\t')) return false;
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  return !lines.front().empty() && std::none_of(lines.begin(), lines.end(), [](absl::string_view line) {
    return absl::StartsWith(line, " ") || absl::EndsWith(line, " ");
  });
}

// The lines of a text that CanFold(), none longer than `width` where a word is not. A line end of the text is an empty
// line more.
std::vector<std::string> Fold(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    if (!lines.empty()) lines.emplace_back();
    if (paragraph.empty()) continue;
    lines.emplace_back();
    bool glued = false;  // to the word before, by several blanks
    for (const absl::string_view word : absl::StrSplit(paragraph, ' ')) {
      std::string& line = lines.back();
      const bool starts = line.empty();
      const bool breaks = !starts && !glued && !word.empty() && Length(line) + 1 + Length(word) > width;
      glued = word.empty();
      if (breaks) {
        lines.emplace_back(word);
      } else {
        absl::StrAppend(&line, starts ? "" : " ", word);
      }
    }
  }
  return lines;
}

class Formatter {
 public:
  std::string Write(const Layout& layout, const Descriptor& type) && {
    WriteLines(layout.opening, 0);
    if (!layout.opening.empty()) out_ += '\n';
    WriteMap(*layout.root, type, 0);
    WriteLines(layout.root->after, 0);
    return std::move(out_);
  }

 private:
  // The entries of a mapping in the order of the schema.
  static std::vector<const LayoutEntry*> InOrder(const LayoutNode& map, const Descriptor& type) {
    std::vector<const LayoutEntry*> entries(map.entries.begin(), map.entries.end());
    std::stable_sort(entries.begin(), entries.end(), [&](const LayoutEntry* a, const LayoutEntry* b) {
      return FieldOf(type, *a).index() < FieldOf(type, *b).index();
    });
    return entries;
  }
  static const FieldDescriptor& FieldOf(const Descriptor& type, const LayoutEntry& entry) {
    return *type.FindFieldByName(entry.key);  // of a text that was read: each key is a field
  }

  // Comments; several empty lines are one.
  void WriteLines(const std::vector<std::string>& lines, size_t indent) {
    for (const std::string& line : lines) {
      if (line.empty()) {
        if (!absl::EndsWith(out_, "\n\n")) out_ += '\n';
      } else {
        absl::StrAppend(&out_, std::string(indent, ' '), line, "\n");
      }
    }
  }
  // Above an entry. Nothing stands between what opens a list or element and its first entry but comments.
  void WriteAbove(const std::vector<std::string>& lines, size_t indent, bool first) {
    auto begin = lines.begin();
    while (first && begin != lines.end() && begin->empty()) ++begin;
    WriteLines({begin, lines.end()}, indent);
  }

  void WriteMap(const LayoutNode& map, const Descriptor& type, size_t indent) {
    bool first = true;
    for (const LayoutEntry* entry : InOrder(map, type)) {
      WriteAbove(entry->before, indent, first);
      WriteEntry(*entry, type, indent);
      first = false;
    }
  }

  // The entry's line, and those of its value.
  void WriteEntry(const LayoutEntry& entry, const Descriptor& type, size_t indent) {
    const FieldDescriptor& field = FieldOf(type, entry);
    const LayoutNode& value = *entry.value;
    const std::string start = absl::StrCat(std::string(indent, ' '), entry.key, ":");
    if (value.kind == Kind::kScalar) {
      absl::StrAppend(&out_, start, " ");
      return WriteScalar(entry, field, start.size() + 1, indent + 2);
    }
    if (value.entries.empty() || StaysFlow(value, field, start.size() + 1)) {
      // What stands in the brackets of an empty one is no part of it.
      absl::StrAppend(&out_, start, " ", FlowFrom(start.size() + 1, value, field));
      EndLine(entry.beside);
      return WriteLines(value.after, indent);
    }
    out_ += start;
    EndLine(entry.beside);
    value.kind == Kind::kMap ? WriteMap(value, *field.message_type(), indent + 2) : WriteList(value, field, indent + 2);
    WriteLines(value.after, indent + 2);
  }

  void WriteList(const LayoutNode& list, const FieldDescriptor& field, size_t indent) {
    bool first = true;
    for (const LayoutEntry* entry : list.entries) {
      WriteAbove(entry->before, indent, first);
      WriteItem(*entry, field, indent);
      first = false;
    }
  }

  void WriteItem(const LayoutEntry& item, const FieldDescriptor& field, size_t indent) {
    const LayoutNode& value = *item.value;
    const std::string start = absl::StrCat(std::string(indent, ' '), "- ");
    if (value.kind == Kind::kScalar) {
      out_ += start;
      return WriteScalar(item, field, start.size(), indent + 2);
    }
    if (value.entries.empty() || StaysFlow(value, field, start.size())) {
      absl::StrAppend(&out_, start, FlowFrom(start.size(), value, field));
      EndLine(item.beside);
      return WriteLines(value.after, indent);
    }
    // The first field stands beside the dash; what is above it stands above the dash.
    const std::vector<const LayoutEntry*> fields = InOrder(value, *field.message_type());
    if (!item.beside.empty()) WriteLines({item.beside}, indent);
    WriteAbove(fields.front()->before, indent, true);
    const size_t begin = out_.size();
    for (const LayoutEntry* entry : fields) {
      if (entry != fields.front()) WriteLines(entry->before, indent + 2);
      WriteEntry(*entry, *field.message_type(), indent + 2);
    }
    out_[begin + indent] = '-';  // in the margin of the first field
    WriteLines(value.after, indent + 2);
  }

  // Whether a list or element in brackets is written so again, from this column on.
  static bool StaysFlow(const LayoutNode& value, const FieldDescriptor& field, size_t column) {
    return value.flow && !NeedsLines(value) &&
           (value.one_line || value.filled || column + Length(Flow(value, field)) <= kMaxLine);
  }

  // In brackets from this column on. What was on several lines and does not fit on one is filled into as many as it
  // needs; what was on one line is left there.
  static std::string FlowFrom(size_t column, const LayoutNode& value, const FieldDescriptor& field) {
    std::string flow = Flow(value, field);
    if (value.entries.empty() || value.one_line || column + Length(flow) <= kMaxLine) return flow;
    const std::vector<std::string> parts = PartsOf(value, field);
    flow = absl::StrCat(flow.substr(0, 1), parts.front());
    size_t end = column + Length(flow);
    for (size_t i = 1; i < parts.size(); ++i) {
      const size_t size = Length(parts[i]);
      const bool breaks = end + size + 3 > kMaxLine;  // with what stands before it and after it
      absl::StrAppend(&flow, ",", breaks ? absl::StrCat("\n", std::string(column + 1, ' ')) : " ", parts[i]);
      end = (breaks ? column + 1 : end + 2) + size;
    }
    return absl::StrCat(flow, value.kind == Kind::kList ? "]" : "}");
  }

  static std::string Flow(const LayoutNode& value, const FieldDescriptor& field) {
    if (value.kind == Kind::kScalar) return OneLineOf(value, field);
    const std::string parts = absl::StrJoin(PartsOf(value, field), ", ");
    return value.kind == Kind::kList ? absl::StrCat("[", parts, "]") : absl::StrCat("{", parts, "}");
  }

  // The entries of a list or element, each in one piece.
  static std::vector<std::string> PartsOf(const LayoutNode& value, const FieldDescriptor& field) {
    std::vector<std::string> parts;
    if (value.kind == Kind::kList) {
      for (const LayoutEntry* entry : value.entries) parts.push_back(Flow(*entry->value, field));
      return parts;
    }
    for (const LayoutEntry* entry : InOrder(value, *field.message_type())) {
      parts.push_back(absl::StrCat(entry->key, ": ", Flow(*entry->value, FieldOf(*field.message_type(), *entry))));
    }
    return parts;
  }

  // A scalar on one line; of one that was plain, as it was.
  static std::string OneLineOf(const LayoutNode& value, const FieldDescriptor& field) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || (value.plain && value.one_line)) return value.text;
    const bool date = RuleOf(field).format() == v1::FORMAT_DATE && IsDate(value.text);
    return date ? value.text : TextScalar(value.text);
  }

  void WriteScalar(const LayoutEntry& entry, const FieldDescriptor& field, size_t column, size_t indent) {
    const LayoutNode& value = *entry.value;
    const std::string one_line = OneLineOf(value, field);
    const bool long_text = !value.one_line && column + Length(one_line) > kMaxLine;
    if (NeedsBlock(value.text) ? value.folded && CanFold(value.text) : long_text && CanFold(value.text)) {
      return WriteBlock(">-", Fold(value.text, kMaxLine - indent), entry.beside, indent);
    }
    if (NeedsBlock(value.text)) {
      // The digit says where the text starts where its own first character would hide that.
      return WriteBlock(absl::StrContains(" \n\t", value.text.front()) ? "|2-" : "|-", absl::StrSplit(value.text, '\n'),
                        entry.beside, indent);
    }
    out_ += one_line;
    EndLine(entry.beside);
  }

  void WriteBlock(absl::string_view indicator, const std::vector<std::string>& lines, const std::string& comment,
                  size_t indent) {
    absl::StrAppend(&out_, indicator);
    EndLine(comment);
    for (const std::string& line : lines) {
      absl::StrAppend(&out_, line.empty() ? "" : std::string(indent, ' '), line, "\n");
    }
  }

  void EndLine(const std::string& comment) { absl::StrAppend(&out_, comment.empty() ? "" : "  ", comment, "\n"); }

  std::string out_;
};

}  // namespace

absl::StatusOr<std::string> FormatModel(absl::string_view yaml, absl::string_view file_name) {
  RETURN_IF_ERROR(Model::Parse(yaml, file_name).status());
  return InUsualLayout(yaml);
}

std::string InUsualLayout(absl::string_view yaml) {
  return Formatter().Write(ReadLayout(yaml), *v1::SystemModel::descriptor());
}

}  // namespace metapowers::model
