#include "service/commands/config_snippets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "service/model/yaml_tree.h"
#include "tests/commands/command_fixture.h"

namespace metapowers::commands {
namespace {

using knowledge::v1::ConfigLanguage;
using knowledge::v1::ConfigTemplate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char kHostile[] = "a\"b\\c\n- d: ${e} %{f} {items} {other} # h";

ConfigTemplate Row(ConfigLanguage language, const std::string& body, const std::string& item = "") {
  ConfigTemplate row;
  row.set_language(language);
  row.set_body(body);
  row.set_item(item);
  return row;
}

std::unique_ptr<const model::YamlTree> ParsedYaml(const std::string& text) {
  model::Faults faults;
  auto tree = model::YamlTree::Parse(text, faults);
  EXPECT_TRUE(faults.empty()) << text;
  return tree;
}

TEST(ConfigSnippets, HostileValuesStayValues) {
  const ConfigValues values = {{"v", kHostile}, {"other", "o"}};
  const auto yaml =
      FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_YAML, "key: \"x {v}\"\nname: {v}\nlist: [{v}]\n"), values);
  const auto tree = ParsedYaml(yaml.yaml());
  ASSERT_NE(tree, nullptr) << yaml.yaml();
  EXPECT_EQ(tree->root().entries.size(), 3u);
  EXPECT_EQ(tree->root().Find("key")->text, std::string("x ") + kHostile);
  EXPECT_EQ(tree->root().Find("name")->text, kHostile);
  EXPECT_EQ(tree->root().Find("list")->items.size(), 1u);
  const auto json = FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_JSON, R"({"key": "{v}", "name": {v}})"), values);
  const auto object = nlohmann::json::parse(json.json());
  EXPECT_EQ(object["key"], kHostile);
  EXPECT_EQ(object["name"], kHostile);
  const auto hcl = FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_HCL, "path \"{v}\" {}"), values);
  EXPECT_THAT(hcl.hcl(), HasSubstr("$${e} %%{f}"));
  const auto nginx = FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_NGINX, "set $a \"{v}\";\nset $b {v};"), values);
  EXPECT_EQ(nginx.nginx(),
            "set $a \"a\\\"b\\\\c - d: ${e} %{f} {items} {other} # h\";\n"
            "set $b a-b-c-- d: --e- --f- -items- -other- - h;");
}

TEST(ConfigSnippets, ValuesAreWrittenAsTheLanguageWritesThem) {
  const ConfigValues values = {
      {"on", "on"}, {"number", 7}, {"yes", true}, {"list", ConfigNode::Texts({"a", "b: c"})}, {"plain", "as it is"}};
  EXPECT_EQ(
      FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_YAML, "a: {on}\nb: {number}\nc: {yes}\nd: {list}\ne: {plain}"),
                 values)
          .yaml(),
      "a: \"on\"\nb: 7\nc: true\nd: [a, \"b: c\"]\ne: as it is");
  EXPECT_EQ(FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_JSON, "[{on}, {number}, {yes}, {list}, \"{number} {list}\"]"),
                       values)
                .json(),
            "[\"on\", 7, true, [\"a\", \"b: c\"], \"7 a, b: c\"]");
  EXPECT_EQ(FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_CONF, "a={list}\nb={number}"), values).conf(),
            "a=a, b: c\nb=7");
}

TEST(ConfigSnippets, BracesOfTheLanguageAreNoPlaceholders) {
  const std::string body = "on: \"${{ vars.ROLE }}\"\nmap: {}\nother: {unknown}";
  EXPECT_EQ(FillConfig(Row(knowledge::v1::CONFIG_LANGUAGE_YAML, body), {{"vars", "x"}}).yaml(), body);
}

TEST(ConfigSnippets, ItemsFollowEachOtherWithTheirSeparator) {
  ConfigTemplate row = Row(knowledge::v1::CONFIG_LANGUAGE_JSON, "[{items}]", "{v}");
  row.set_separator(", ");
  EXPECT_EQ(FillConfig(row, {}, {{{"v", "a"}}, {{"v", "{items}"}}}).json(), "[\"a\", \"{items}\"]");
  EXPECT_EQ(FillConfig(row, {}).json(), "[]");
}

TEST(ConfigSnippets, TitlesFilesAndNotesTakeTheValueAsItIs) {
  ConfigTemplate row = Row(knowledge::v1::CONFIG_LANGUAGE_YAML, "a: b\n");
  row.set_title("For {name}");
  row.set_file("{name}.yml");
  row.set_note("Holds \"{name}\".");
  const auto snippet = FillConfig(row, {{"name", "a\"b"}});
  EXPECT_EQ(snippet.title(), "For a\"b");
  EXPECT_EQ(snippet.file(), "a\"b.yml");
  EXPECT_EQ(snippet.note(), "Holds \"a\"b\".");
  EXPECT_EQ(snippet.yaml(), "a: b");
}

TEST(ConfigSnippets, AManagedServiceTakesOnlyWhatItsCustomersMaySet) {
  model::v1::Component component;
  component.add_technology("kafka");
  EXPECT_EQ(ConfigsFor("tls-floor", component).size(), 1u);
  component.set_machine(model::v1::MACHINE_MANAGED_SERVICE);
  EXPECT_TRUE(ConfigsFor("tls-floor", component).empty());
  component.add_technology("PostgreSQL");
  EXPECT_EQ(ConfigsFor("tls-floor", component).size(), 1u);
}

TEST(ConfigSnippets, AStoreOfAnotherVendorGetsNoneOfVault) {
  model::v1::Component component;
  component.add_technology("vault");
  component.set_name("Password safe");
  EXPECT_TRUE(ConfigsFor("store-policy", component).empty());
}

}  // namespace
}  // namespace metapowers::commands
