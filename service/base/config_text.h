// Configuration of other tools as a tree, written as YAML or JSON. Every text keeps its meaning, whatever characters
// it has: what a reader could take for something else is quoted.
#ifndef METAPOWERS_SERVICE_BASE_CONFIG_TEXT_H_
#define METAPOWERS_SERVICE_BASE_CONFIG_TEXT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers {

// A text, number, truth value, list or mapping.
class ConfigNode {
 public:
  ConfigNode(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}       // NOLINT: reads like the file
  ConfigNode(const char* text) : ConfigNode(std::string(text)) {}                    // NOLINT
  ConfigNode(int64_t number) : kind_(Kind::kWord), text_(std::to_string(number)) {}  // NOLINT
  ConfigNode(int number) : ConfigNode(static_cast<int64_t>(number)) {}               // NOLINT
  ConfigNode(bool value) : kind_(Kind::kWord), text_(value ? "true" : "false") {}    // NOLINT

  // Entries in the order in which they were added; a key must not be added twice.
  static ConfigNode Map(std::vector<std::pair<std::string, ConfigNode>> entries = {});
  static ConfigNode List(std::vector<ConfigNode> items = {});
  static ConfigNode Texts(const std::vector<std::string>& texts);

  ConfigNode& Set(std::string key, ConfigNode value);  // of a mapping; itself
  ConfigNode& Add(ConfigNode item);                    // of a list; itself
  ConfigNode& Explain(absl::string_view comment);      // a remark that blocks of YAML alone show; itself
  bool empty() const { return items_.empty(); }        // of a list or mapping

  // A text as it is, a number or truth value in letters, a list as those of its items: "a, b". Empty for a mapping.
  std::string Plain() const;

 private:
  friend class ConfigWriter;
  enum class Kind { kText, kWord, kList, kMap };
  explicit ConfigNode(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::string text_;
  std::vector<std::string> keys_;  // of a mapping
  std::vector<ConfigNode> items_;  // of a list; of a mapping its values
  std::string comment_;            // of one line
};

// Block style, two spaces deep, with a line end at its end; what has no more than one branch and fits into a line is
// written as people do, in one line: `ports: [{protocol: TCP, port: 443}]`.
std::string ToYaml(const ConfigNode& node);
// Several documents of one file, with "---" between them.
std::string ToYaml(const std::vector<ConfigNode>& documents);
std::string ToJson(const ConfigNode& node);

// The value as it stands behind a key, in one line.
std::string InlineYaml(const ConfigNode& node);
std::string InlineJson(const ConfigNode& node);

// The text as it stands between the double quotes of YAML, JSON, Rego and the HashiCorp language; of the last of these
// without regard to its templates.
std::string EscapeQuoted(absl::string_view text);

}  // namespace metapowers

#endif  // METAPOWERS_SERVICE_BASE_CONFIG_TEXT_H_
