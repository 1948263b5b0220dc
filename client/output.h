// What the client prints: tables, JSON, YAML.
#ifndef METAPOWERS_CLIENT_OUTPUT_H_
#define METAPOWERS_CLIENT_OUTPUT_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace metapowers::client {

// Rows with aligned columns and two spaces between them; the last column is not padded. Nothing is cut. Of a table that
// is printed piece by piece, `widths` are those of the columns so far.
void PrintTable(std::ostream& out, const std::vector<std::vector<std::string>>& rows,
                std::vector<size_t>* widths = nullptr);

// proto3 JSON with proto field names in lowerCamelCase, indented, unset fields left out, one line end.
std::string ToJson(const google::protobuf::Message& message);

// The same on one line.
std::string ToJsonLine(const google::protobuf::Message& message);

// The same data as YAML 1.2 block style.
std::string ToYaml(const google::protobuf::Message& message);

// `1 file`, `2 files`.
std::string Plural(int64_t count, absl::string_view noun);

// Terminal cells of UTF-8 text: one per code point is near enough for alignment.
size_t DisplayWidth(absl::string_view text);

// `text` safe for a terminal: control characters other than line ends and tabs, and those that turn the direction of
// writing, are removed.
std::string ForTerminal(absl::string_view text);

}  // namespace metapowers::client

#endif  // METAPOWERS_CLIENT_OUTPUT_H_
