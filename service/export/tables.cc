#include "service/export/tables.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "metapowers/v1/command_options.pb.h"
#include "service/analysis/message_diff.h"
#include "service/export/csv.h"
#include "service/model/model.h"

namespace metapowers::exporting {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr absl::string_view kBetween = "; ";
constexpr absl::string_view kSharedPackage = "metapowers.v1";
constexpr absl::string_view kKeys[] = {"key", "id"};
constexpr absl::string_view kSharedKeys[] = {"key", "id", "field", "rule"};
constexpr absl::string_view kAnswers[] = {"owner", "owners", "team", "due"};
// Of messages in a row whose fields become columns; results are not deeper.
constexpr int kMaxDepth = 3;

template <class Names>
bool HasAny(const Descriptor& type, const Names& names) {
  return std::any_of(std::begin(names), std::end(names),
                     [&type](absl::string_view name) { return type.FindFieldByName(std::string(name)) != nullptr; });
}

bool IsMessage(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }
bool IsShared(const Descriptor& type) { return type.file()->package() == kSharedPackage; }
bool HasKey(const Descriptor& type) { return IsShared(type) ? HasAny(type, kSharedKeys) : HasAny(type, kKeys); }
bool HoldsPosition(const FieldDescriptor& field) { return !field.options().GetExtension(v1::rows_of).empty(); }
// Lists of positions are left out: what they point at has a table of its own.
bool IsShown(const FieldDescriptor& field) {
  return field.name() != "has" && !(HoldsPosition(field) && field.is_repeated());
}

// The list of the result that a field points into; nullptr for other fields.
const FieldDescriptor* ListOf(const Descriptor& result, const FieldDescriptor& field) {
  return HoldsPosition(field) ? result.FindFieldByName(field.options().GetExtension(v1::rows_of)) : nullptr;
}

// What a row points at belongs to it where it has no key of its own.
const Descriptor* PartOf(const Descriptor& result, const FieldDescriptor& field) {
  const FieldDescriptor* list = ListOf(result, field);
  if (list == nullptr || field.is_repeated() || !IsMessage(*list) || HasKey(*list->message_type())) return nullptr;
  return list->message_type();
}

bool IsTable(const Descriptor& type, const Descriptor& result) {
  if (!HasKey(type)) return false;
  if (HasAny(type, kAnswers)) return true;
  for (int i = 0; i < type.field_count(); ++i) {
    const Descriptor* part = PartOf(result, *type.field(i));
    if (part != nullptr && HasAny(*part, kAnswers)) return true;
  }
  return false;
}

// "open_findings" or "OpenFinding" -> "open-finding(s)".
std::string Dashed(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    if (absl::ascii_isupper(c) && !out.empty()) out += '-';
    out += c == '_' ? '-' : absl::ascii_tolower(c);
  }
  return out;
}

// A value of a field that is no message; `index` -1 for a field that is no list.
std::string ScalarText(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r.GetBool(message, &field) : r.GetRepeatedBool(message, &field, index)) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = one ? r.GetEnum(message, &field) : r.GetRepeatedEnum(message, &field, index);
      return one && value->number() == 0 ? "" : model::YamlName(*value);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? r.GetString(message, &field) : r.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? r.GetInt32(message, &field) : r.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? r.GetInt64(message, &field) : r.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? r.GetUInt32(message, &field) : r.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(one ? r.GetUInt64(message, &field) : r.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return absl::StrCat(one ? r.GetFloat(message, &field) : r.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return absl::StrCat(one ? r.GetDouble(message, &field) : r.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return "";
}

std::string FieldText(const Message& message, const FieldDescriptor& field);

// What a message says, on one line: what has a value, in the order of the schema.
std::string MessageText(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::vector<std::string> parts;
  for (const FieldDescriptor* field : fields) {
    if (!IsShown(*field)) continue;
    std::string text = FieldText(message, *field);
    if (!text.empty()) parts.push_back(std::move(text));
  }
  return absl::StrJoin(parts, " ");
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    return IsMessage(field) ? MessageText(reflection.GetMessage(message, &field)) : ScalarText(message, field, -1);
  }
  std::vector<std::string> parts;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    parts.push_back(IsMessage(field) ? MessageText(reflection.GetRepeatedMessage(message, &field, i))
                                     : ScalarText(message, field, i));
  }
  return absl::StrJoin(parts, kBetween);
}

// A number is none for a formula, also where it is negative.
bool IsText(const FieldDescriptor& field) {
  return field.is_repeated() || IsMessage(field) || field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

// Where columns of a message come from: a field of it or of a message inside.
struct Column {
  std::string name;
  std::vector<const FieldDescriptor*> path;
};

void AddColumns(const Descriptor& type, const Descriptor& result, const std::string& prefix,
                const std::vector<const FieldDescriptor*>& path, bool with_lists_of_messages,
                std::vector<Column>& columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsShown(field)) continue;
    std::vector<const FieldDescriptor*> to = path;
    to.push_back(&field);
    const std::string name = absl::StrCat(prefix, field.name());
    const Descriptor* inside = PartOf(result, field);
    if (inside == nullptr && IsMessage(field) && !field.is_repeated()) inside = field.message_type();
    if (inside != nullptr) {
      if (to.size() < kMaxDepth) {
        AddColumns(*inside, result, absl::StrCat(name, "."), to, with_lists_of_messages, columns);
      }
    } else if (!IsMessage(field) || with_lists_of_messages) {
      columns.push_back({name, std::move(to)});
    }
  }
}

// The row of the result that a position points at; nullptr where there is none.
const Message* RowAt(const Message& result, const Message& message, const FieldDescriptor& field) {
  const FieldDescriptor* list = ListOf(*result.GetDescriptor(), field);
  const int position = message.GetReflection()->GetInt32(message, &field);
  if (list == nullptr || position < 0 || position >= result.GetReflection()->FieldSize(result, list)) return nullptr;
  return &result.GetReflection()->GetRepeatedMessage(result, list, position);
}

std::string CellOf(const Message& result, const Message& message, const Column& column) {
  const Message* at = &message;
  for (size_t i = 0; i + 1 < column.path.size(); ++i) {
    const FieldDescriptor& step = *column.path[i];
    at = IsMessage(step) ? &at->GetReflection()->GetMessage(*at, &step) : RowAt(result, *at, step);
    if (at == nullptr) return "";
  }
  const FieldDescriptor& field = *column.path.back();
  if (HoldsPosition(field)) {
    const Message* row = RowAt(result, *at, field);
    const FieldDescriptor* key = row == nullptr ? nullptr : analysis::KeyField(*row->GetDescriptor());
    return key == nullptr ? "" : CellText(FieldText(*row, *key));
  }
  const std::string text = FieldText(*at, field);
  return IsText(field) ? CellText(text) : text;
}

// A message around a table's rows, with its columns.
struct Around {
  const Message* message = nullptr;
  std::vector<Column> columns;
};

struct Table {
  std::vector<const v1::Command*> commands;
  bool shared = false;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::map<std::vector<std::string>, std::vector<std::string>> commands_of;  // of shared rows
};

class Collector {
 public:
  void Add(const CommandResult& result) {
    command_ = result.command;
    result_ = result.message;
    Visit(*result.message, "", {});
  }

  std::vector<File> Write() && {
    std::vector<File> files;
    std::vector<std::string> names;
    const std::vector<std::string> header = {"file", "commands", "rows"};
    std::string list = absl::StrCat(kByteOrderMark, CsvLine(header));
    for (auto& [name, table] : tables_) {
      const std::string file = absl::StrCat(name, ".csv");
      std::vector<std::string> ids;
      for (const v1::Command* command : table.commands) ids.push_back(command->id());
      list += CsvLine({file, absl::StrJoin(ids, kBetween), absl::StrCat(table.rows.size())});
      files.push_back({file, Text(table), CsvLine(table.header)});
    }
    files.push_back({"tables.csv", std::move(list), CsvLine(header)});
    return files;
  }

 private:
  void Visit(const Message& message, const std::string& path, const std::vector<Around>& around) {
    std::vector<const FieldDescriptor*> fields;
    const Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (!IsMessage(*field) || !IsShown(*field)) continue;
      const Descriptor& type = *field->message_type();
      const std::string name = absl::StrCat(path, path.empty() ? "" : "-", Dashed(field->name()));
      if (!field->is_repeated()) {
        if (!IsShared(type)) Visit(reflection.GetMessage(message, field), name, around);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        const Message& row = reflection.GetRepeatedMessage(message, field, i);
        if (IsTable(type, *result_->GetDescriptor())) {
          AddRow(row, name, around);
        } else if (!IsShared(type)) {
          std::vector<Around> wider = around;
          wider.push_back({&row, {}});
          AddColumns(type, *result_->GetDescriptor(), absl::StrCat(field->name(), "."), {}, false,
                     wider.back().columns);
          Visit(row, name, wider);
        }
      }
    }
  }

  void AddRow(const Message& row, const std::string& path, const std::vector<Around>& around) {
    const Descriptor& type = *row.GetDescriptor();
    const bool shared = IsShared(type);
    Table& table = tables_[shared ? absl::StrCat(Dashed(type.name()), "s") : absl::StrCat(command_->id(), "-", path)];
    if (table.commands.empty() || table.commands.back() != command_) table.commands.push_back(command_);
    std::vector<Column> own;
    AddColumns(type, *result_->GetDescriptor(), "", {}, true, own);
    const auto no_around = std::vector<Around>();
    const std::vector<Around>& shown = shared ? no_around : around;
    if (table.header.empty()) {
      table.shared = shared;
      if (shared) table.header.push_back("commands");
      for (const Around& each : shown) AddNames(each.columns, table.header);
      AddNames(own, table.header);
    }
    std::vector<std::string> cells;
    for (const Around& each : shown) AddCells(*each.message, each.columns, cells);
    AddCells(row, own, cells);
    if (shared) {
      std::vector<std::string>& commands = table.commands_of[cells];
      const bool known = !commands.empty();
      if (commands.empty() || commands.back() != command_->id()) commands.push_back(command_->id());
      if (known) return;
    }
    table.rows.push_back(std::move(cells));
  }

  static void AddNames(const std::vector<Column>& columns, std::vector<std::string>& header) {
    for (const Column& column : columns) header.push_back(column.name);
  }
  void AddCells(const Message& message, const std::vector<Column>& columns, std::vector<std::string>& cells) const {
    for (const Column& column : columns) cells.push_back(CellOf(*result_, message, column));
  }

  static std::string Text(const Table& table) {
    std::string text = absl::StrCat(kByteOrderMark, CsvLine(table.header));
    for (const std::vector<std::string>& row : table.rows) {
      std::vector<std::string> cells;
      if (table.shared) cells.push_back(absl::StrJoin(table.commands_of.at(row), kBetween));
      cells.insert(cells.end(), row.begin(), row.end());
      text += CsvLine(cells);
    }
    return text;
  }

  const v1::Command* command_ = nullptr;
  const Message* result_ = nullptr;
  std::map<std::string, Table> tables_;  // by name of the file
};

}  // namespace

std::vector<File> WriteTables(const std::vector<CommandResult>& results) {
  Collector collector;
  for (const CommandResult& result : results) collector.Add(result);
  return std::move(collector).Write();
}

}  // namespace metapowers::exporting
