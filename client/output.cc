#include "client/output.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "service/base/strings.h"

namespace metapowers::client {
namespace {

using google::protobuf::Value;

// A JSON string is a YAML double-quoted scalar.
std::string Quoted(const std::string& text) {
  Value value;
  value.set_string_value(text);
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(value, &json);
  return json;
}

std::string Json(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (status.ok()) return json;
  return absl::StrCat("{\"error\": ", Quoted(std::string(status.message())), "}", indented ? "\n" : "");
}

std::string Number(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return absl::StrFormat("%.0f", number);
  return absl::StrCat(number);
}

void AppendYaml(const Value& value, int indent, std::string& out);

void AppendChild(const Value& value, int indent, std::string& out) {
  const bool block = (value.has_struct_value() && !value.struct_value().fields().empty()) ||
                     (value.has_list_value() && !value.list_value().values().empty());
  if (block) {
    out += '\n';
    AppendYaml(value, indent, out);
  } else {
    out += ' ';
    AppendYaml(value, indent, out);
    out += '\n';
  }
}

void AppendYaml(const Value& value, int indent, std::string& out) {
  const std::string pad(static_cast<size_t>(indent), ' ');
  switch (value.kind_case()) {
    case Value::kStringValue:
      out += Quoted(value.string_value());
      break;
    case Value::kNumberValue:
      out += Number(value.number_value());
      break;
    case Value::kBoolValue:
      out += value.bool_value() ? "true" : "false";
      break;
    case Value::kStructValue: {
      // A protobuf map has no order: sort, so that equal messages print equally.
      std::map<std::string, const Value*> fields;
      for (const auto& [key, field] : value.struct_value().fields()) fields[key] = &field;
      if (fields.empty()) out += "{}";
      for (const auto& [key, field] : fields) {
        absl::StrAppend(&out, pad, key, ":");
        AppendChild(*field, indent + 2, out);
      }
      break;
    }
    case Value::kListValue:
      if (value.list_value().values().empty()) out += "[]";
      for (const Value& item : value.list_value().values()) {
        absl::StrAppend(&out, pad, "-");
        AppendChild(item, indent + 2, out);
      }
      break;
    default:
      out += "null";
  }
}

}  // namespace

std::string Plural(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

size_t DisplayWidth(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void PrintTable(std::ostream& out, const std::vector<std::vector<std::string>>& rows, std::vector<size_t>* so_far) {
  std::vector<size_t> own;
  std::vector<size_t>& widths = so_far != nullptr ? *so_far : own;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out << line << '\n';
  }
}

std::string ToJson(const google::protobuf::Message& message) { return Json(message, /*indented=*/true); }

std::string ToJsonLine(const google::protobuf::Message& message) {
  return absl::StrCat(Json(message, /*indented=*/false), "\n");
}

std::string ToYaml(const google::protobuf::Message& message) {
  Value value;
  if (!google::protobuf::util::JsonStringToMessage(ToJson(message), &value).ok()) return "null\n";
  std::string out;
  AppendYaml(value, 0, out);
  if (out.empty() || out.back() != '\n') out += '\n';
  return out;
}

std::string ForTerminal(absl::string_view text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    std::vector<std::string> cells;
    for (const absl::string_view cell : absl::StrSplit(line, '\t')) {
      // OneLine trims the end of what it cleans; keep the spaces that stood there.
      const size_t end = cell.find_last_not_of(' ');
      const size_t kept = end == absl::string_view::npos ? 0 : end + 1;
      cells.push_back(absl::StrCat(OneLine(cell.substr(0, kept)), cell.substr(kept)));
    }
    std::string joined = cells.front();
    for (size_t i = 1; i < cells.size(); ++i) absl::StrAppend(&joined, "\t", cells[i]);
    lines.push_back(std::move(joined));
  }
  std::string out = lines.front();
  for (size_t i = 1; i < lines.size(); ++i) absl::StrAppend(&out, "\n", lines[i]);
  return out;
}

}  // namespace metapowers::client
