// A value as YAML 1.1 and 1.2 text that every reader takes for the same: text that could be taken for a number, a
// boolean, a date or nothing stands in quotes, whatever it holds.
#ifndef METAPOWERS_SERVICE_EXPORT_YAML_H_
#define METAPOWERS_SERVICE_EXPORT_YAML_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace metapowers::exporting {

// Text, whole number, nothing, list or mapping in the order of its entries.
class Yaml {
 public:
  static Yaml Text(absl::string_view text) { return {Kind::kText, std::string(text)}; }
  static Yaml Number(int64_t number) { return {Kind::kPlain, std::to_string(number)}; }
  static Yaml Truth(bool truth) { return {Kind::kPlain, truth ? "true" : "false"}; }
  static Yaml Null() { return {Kind::kPlain, "null"}; }
  static Yaml List() { return {Kind::kList, ""}; }
  static Yaml Map() { return {Kind::kMap, ""}; }
  static Yaml Texts(const std::vector<std::string>& texts);

  // Of a list.
  Yaml& Add(Yaml item);
  // Of a mapping; the key is new.
  Yaml& Set(absl::string_view key, Yaml value);

  // Block style, one line end at the end.
  std::string Write() const;

 private:
  enum class Kind { kText, kPlain, kList, kMap };
  Yaml(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  friend class YamlDocument;

  Kind kind_;
  std::string text_;
  std::vector<std::string> keys_;  // of a mapping
  std::vector<Yaml> items_;
};

}  // namespace metapowers::exporting

#endif  // METAPOWERS_SERVICE_EXPORT_YAML_H_
