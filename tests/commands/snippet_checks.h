// Checks that configuration in results is configuration.
#ifndef METAPOWERS_TESTS_COMMANDS_SNIPPET_CHECKS_H_
#define METAPOWERS_TESTS_COMMANDS_SNIPPET_CHECKS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_split.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/yaml_tree.h"

namespace metapowers::commands {

// Each document of the text is YAML.
inline void ExpectYaml(const std::string& text) {
  for (const absl::string_view document : absl::StrSplit("\n" + text, "\n---\n")) {
    if (document.find_first_not_of(" \n") == absl::string_view::npos) continue;
    model::Faults faults;
    EXPECT_NE(model::YamlTree::Parse(document, faults), nullptr) << document;
    EXPECT_TRUE(faults.empty()) << document;
  }
}

// A name in braces that no value took the place of.
inline bool HasPlaceholder(const std::string& text) {
  for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
    if (end > at + 1 && end != std::string::npos && text[end] == '}') return true;
  }
  return false;
}

// There is one text. YAML and JSON parse, brackets and quotes of other languages balance, and no placeholder is left.
inline void ExpectParses(const metapowers::v1::ConfigSnippet& snippet) {
  SCOPED_TRACE(snippet.title() + " " + snippet.file());
  EXPECT_FALSE(snippet.title().empty());
  int texts = 0;
  for (const std::string* text :
       {&snippet.yaml(), &snippet.json(), &snippet.hcl(), &snippet.rego(), &snippet.nginx(), &snippet.conf()}) {
    texts += text->empty() ? 0 : 1;
    EXPECT_FALSE(HasPlaceholder(*text)) << *text;
  }
  EXPECT_EQ(texts, 1);
  for (const std::string* text : {&snippet.title(), &snippet.file(), &snippet.note()}) {
    EXPECT_EQ(text->find('{'), std::string::npos) << *text;
  }
  ExpectYaml(snippet.yaml());
  if (!snippet.json().empty()) {
    EXPECT_FALSE(nlohmann::json::parse(snippet.json(), nullptr, false).is_discarded()) << snippet.json();
  }
  for (const std::string* text : {&snippet.hcl(), &snippet.rego()}) {
    EXPECT_EQ(std::count(text->begin(), text->end(), '{'), std::count(text->begin(), text->end(), '}')) << *text;
    EXPECT_EQ(std::count(text->begin(), text->end(), '"') % 2, 0) << *text;
  }
}

}  // namespace metapowers::commands

#endif  // METAPOWERS_TESTS_COMMANDS_SNIPPET_CHECKS_H_
