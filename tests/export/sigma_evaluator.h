// The part of Sigma that the service writes, evaluated from the text of a rule: whether an event matches it. Strict:
// anything else in a rule is a failure of the test, so that the writer cannot drift away from what is tried here.
#ifndef METAPOWERS_TESTS_EXPORT_SIGMA_EVALUATOR_H_
#define METAPOWERS_TESTS_EXPORT_SIGMA_EVALUATOR_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "service/model/yaml_tree.h"

namespace metapowers::exporting {

using model::YamlNode;

class SigmaEvaluator {
 public:
  explicit SigmaEvaluator(const YamlNode& detection) : detection_(detection) {}

  bool Matches(const nlohmann::json& event) const {
    const YamlNode* condition = detection_.Find("condition");
    if (condition == nullptr) {
      ADD_FAILURE() << "no condition";
      return false;
    }
    const std::vector<std::string> words = absl::StrSplit(condition->text, ' ', absl::SkipEmpty());
    size_t at = 0;
    const bool result = Or(words, at, event);
    EXPECT_EQ(at, words.size()) << condition->text;
    return result;
  }

 private:
  bool Or(const std::vector<std::string>& words, size_t& at, const nlohmann::json& event) const {
    bool result = And(words, at, event);
    while (at < words.size() && words[at] == "or") {
      ++at;
      result = And(words, at, event) || result;
    }
    return result;
  }

  bool And(const std::vector<std::string>& words, size_t& at, const nlohmann::json& event) const {
    bool result = Term(words, at, event);
    while (at < words.size() && words[at] == "and") {
      ++at;
      result = Term(words, at, event) && result;
    }
    return result;
  }

  bool Term(const std::vector<std::string>& words, size_t& at, const nlohmann::json& event) const {
    if (at < words.size() && words[at] == "not") return !Term(words, ++at, event);
    if (at + 2 < words.size() && words[at] == "1" && words[at + 1] == "of") {
      std::string prefix = words[at + 2];
      at += 3;
      EXPECT_EQ(prefix.back(), '*');
      prefix.pop_back();
      bool any = false;
      bool found = false;
      for (const model::YamlEntry& entry : detection_.entries) {
        if (!absl::StartsWith(entry.key, prefix)) continue;
        found = true;
        any |= Selection(*entry.value, event);
      }
      EXPECT_TRUE(found) << "no selection " << prefix << "*";
      return any;
    }
    if (at >= words.size() || words[at] == "condition") {
      ADD_FAILURE() << "condition ends";
      return false;
    }
    const YamlNode* selection = detection_.Find(words[at]);
    EXPECT_NE(selection, nullptr) << words[at];
    ++at;
    return selection != nullptr && Selection(*selection, event);
  }

  bool Selection(const YamlNode& selection, const nlohmann::json& event) const {
    EXPECT_EQ(selection.kind, YamlNode::Kind::kMap);
    EXPECT_FALSE(selection.entries.empty());
    bool all = true;
    for (const model::YamlEntry& entry : selection.entries) all = Field(entry, event) && all;
    return all;
  }

  bool Field(const model::YamlEntry& entry, const nlohmann::json& event) const {
    const std::vector<std::string> parts = absl::StrSplit(entry.key, '|');
    const nlohmann::json* value = event.contains(parts[0]) ? &event.at(parts[0]) : nullptr;
    const std::string modifier = parts.size() > 1 ? parts[1] : "";
    EXPECT_LE(parts.size(), 2u) << entry.key;
    if (entry.value->kind != YamlNode::Kind::kList) return Value(*entry.value, modifier, value);
    bool any = false;
    for (const YamlNode* item : entry.value->items) any |= Value(*item, modifier, value);
    EXPECT_FALSE(entry.value->items.empty()) << entry.key;
    return any;
  }

  static bool Value(const YamlNode& wanted, const std::string& modifier, const nlohmann::json* value) {
    if (wanted.kind == YamlNode::Kind::kNull) return value == nullptr || value->is_null();
    if (value == nullptr) return false;
    const std::string text = absl::AsciiStrToLower(value->is_string() ? value->get<std::string>() : value->dump());
    const std::string pattern = absl::AsciiStrToLower(wanted.text);
    if (modifier == "re") return std::regex_search(text, std::regex(wanted.text));
    if (modifier == "cidr") return InNetwork(text, pattern);
    if (modifier == "gte") {
      double limit = 0;
      return value->is_number() && absl::SimpleAtod(pattern, &limit) && value->get<double>() >= limit;
    }
    if (modifier == "contains") return Like(text, "*" + pattern + "*");
    if (modifier == "startswith") return Like(text, pattern + "*");
    if (modifier == "endswith") return Like(text, "*" + pattern);
    EXPECT_EQ(modifier, "");
    return Like(text, pattern);
  }

  // `*` and `?` are wildcards; `\` makes the next one of the three literal, and else stands for itself.
  static bool Like(const std::string& text, const std::string& pattern) {
    std::string regex;
    for (size_t i = 0; i < pattern.size(); ++i) {
      const bool escaped = pattern[i] == '\\' && i + 1 < pattern.size() && absl::StrContains("*?\\", pattern[i + 1]);
      if (escaped) ++i;
      if (!escaped && pattern[i] == '*') {
        regex += "[^]*";
      } else if (!escaped && pattern[i] == '?') {
        regex += "[^]";
      } else {
        absl::StrAppend(&regex, absl::ascii_isalnum(pattern[i]) ? "" : "\\", pattern.substr(i, 1));
      }
    }
    return std::regex_match(text, std::regex(regex));
  }

  static uint32_t Address(absl::string_view text) {
    uint32_t address = 0;
    for (const absl::string_view part : absl::StrSplit(text, '.')) {
      uint32_t byte = 0;
      EXPECT_TRUE(absl::SimpleAtoi(part, &byte)) << text;
      address = address << 8 | byte;
    }
    return address;
  }

  static bool InNetwork(const std::string& text, const std::string& network) {
    const std::vector<std::string> parts = absl::StrSplit(network, '/');
    int bits = 0;
    EXPECT_TRUE(absl::SimpleAtoi(parts[1], &bits)) << network;
    return Address(text) >> (32 - bits) == Address(parts[0]) >> (32 - bits);
  }

  const YamlNode& detection_;
};

}  // namespace metapowers::exporting

#endif  // METAPOWERS_TESTS_EXPORT_SIGMA_EVALUATOR_H_
