// Checks that configuration in results is configuration.
#ifndef METAPOWERS_TESTS_COMMANDS_PROTECT_SNIPPET_CHECKS_H_
#define METAPOWERS_TESTS_COMMANDS_PROTECT_SNIPPET_CHECKS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_split.h"
#include "metapowers/v1/config_snippet.pb.h"
#include "service/model/yaml_tree.h"

namespace metapowers::commands::protect {

// Each document of the text is YAML.
inline void ExpectYaml(const std::string& text) {
  for (const absl::string_view document : absl::StrSplit("\n" + text, "\n---\n")) {
    if (document.find_first_not_of(" \n") == absl::string_view::npos) continue;
    model::Faults faults;
    EXPECT_NE(model::YamlTree::Parse(document, faults), nullptr) << document;
    EXPECT_TRUE(faults.empty()) << document;
  }
}

// Parses YAML and JSON, balances the braces of HCL, and finds no placeholder left anywhere.
inline void ExpectParses(const metapowers::v1::ConfigSnippet& snippet) {
  SCOPED_TRACE(snippet.title());
  const std::string all = snippet.yaml() + snippet.json() + snippet.hcl() + snippet.conf();
  EXPECT_FALSE(all.empty());
  EXPECT_FALSE(snippet.note().empty());
  EXPECT_EQ(all.find("{q:"), std::string::npos) << all;
  for (const std::string* text : {&snippet.title(), &snippet.note()})
    EXPECT_EQ(text->find('{'), std::string::npos) << *text;
  if (!snippet.yaml().empty()) ExpectYaml(snippet.yaml());
  if (!snippet.json().empty()) {
    EXPECT_FALSE(nlohmann::json::parse(snippet.json(), nullptr, false).is_discarded()) << all;
  }
  if (!snippet.hcl().empty()) {
    EXPECT_EQ(std::count(all.begin(), all.end(), '{'), std::count(all.begin(), all.end(), '}')) << all;
    EXPECT_EQ(std::count(all.begin(), all.end(), '"') % 2, 0) << all;
  }
}

}  // namespace metapowers::commands::protect

#endif  // METAPOWERS_TESTS_COMMANDS_PROTECT_SNIPPET_CHECKS_H_
