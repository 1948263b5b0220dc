#include "service/commands/config_snippets.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "service/model/yaml_tree.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::SnippetRule;

SnippetRule Row(knowledge::v1::SnippetLanguage language, const std::string& body, const std::string& item = "") {
  SnippetRule row;
  row.set_language(language);
  row.set_body(body);
  row.set_item(item);
  return row;
}

TEST(ConfigSnippets, HostileValuesStayValues) {
  const std::string hostile = "a\"b\\c\n- d: ${e} %{f} {{g}} # h";
  const auto yaml =
      FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_YAML, "key: {q:v}\nname: {v}\n"), {{"v", {hostile}}});
  model::Faults faults;
  const auto tree = model::YamlTree::Parse(yaml.yaml(), faults);
  ASSERT_NE(tree, nullptr);
  EXPECT_EQ(tree->root().entries.size(), 2u);
  EXPECT_EQ(tree->root().Find("key")->text, "a\"b\\c - d: ${e} %{f} {{g}} # h");
  const auto json = FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_JSON, "{\"key\": {q:v}}"), {{"v", {hostile}}});
  EXPECT_EQ(nlohmann::json::parse(json.json()).size(), 1u);
  const auto hcl = FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_HCL, "path {q:v} {}"), {{"v", {hostile}}});
  EXPECT_NE(hcl.hcl().find("$${e}"), std::string::npos);
  EXPECT_NE(hcl.hcl().find("%%{f}"), std::string::npos);
}

TEST(ConfigSnippets, ListsAreListsOfTheLanguage) {
  const auto json =
      FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_JSON, "{\"key\": {q:v}}"), {{"v", {"a", "b"}, true}});
  EXPECT_EQ(nlohmann::json::parse(json.json())["key"].size(), 2u);
  const auto one = FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_JSON, "{\"key\": {q:v}}"), {{"v", {"a"}, true}});
  EXPECT_TRUE(nlohmann::json::parse(one.json())["key"].is_array());
}

TEST(ConfigSnippets, ItemsFollowEachOther) {
  const auto yaml = FillSnippet(Row(knowledge::v1::SNIPPET_LANGUAGE_YAML, "list:\n{items}", "  - {q:v}\n"), {},
                                {{{"v", {"a"}}}, {{"v", {"b: c"}}}});
  model::Faults faults;
  const auto tree = model::YamlTree::Parse(yaml.yaml(), faults);
  ASSERT_NE(tree, nullptr);
  ASSERT_EQ(tree->root().Find("list")->items.size(), 2u);
  EXPECT_EQ(tree->root().Find("list")->items[1]->text, "b: c");
}

TEST(ConfigSnippets, AManagedServiceTakesOnlyWhatItsCustomersMaySet) {
  model::v1::Component component;
  component.add_technology("kafka");
  EXPECT_EQ(SnippetsFor("tls-floor", component).size(), 1u);
  component.set_machine(model::v1::MACHINE_MANAGED_SERVICE);
  EXPECT_TRUE(SnippetsFor("tls-floor", component).empty());
  component.add_technology("PostgreSQL");
  EXPECT_EQ(SnippetsFor("tls-floor", component).size(), 1u);
}

TEST(ConfigSnippets, AStoreOfAnotherVendorGetsNoneOfVault) {
  model::v1::Component component;
  component.add_technology("vault");
  component.set_name("Password safe");
  EXPECT_TRUE(SnippetsFor("store-policy", component).empty());
}

}  // namespace
}  // namespace metapowers::commands
